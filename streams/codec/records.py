"""THE table of records: each kind, its class, and its plain form of text, numbers, lists and objects."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from streams.codec import (
    agent,
    approval,
    change,
    context,
    outcome,
    prompt,
    quarantined,
    revocation,
    uncorrelated,
    verdict,
)
from streams.codec.errors import Malformed
from streams.codec.quarantined import Quarantined
from streams.codec.uncorrelated import Uncorrelated
from streams.codec.weight import check_weight
from streams.core.command import Command
from streams.core.evidence import Approval, Change, Context, Evidence, Outcome, Prompt
from streams.core.registry import Agent
from streams.core.verdict import Verdict

Record = Evidence | Agent | Verdict | Command | Quarantined | Uncorrelated


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of record, and the way to its plain form and back."""

    kind: str
    record: type[Any]
    to_plain: Callable[[Any], dict[str, Any]]
    from_plain: Callable[[Any], Any]


FORMS = (
    Form("prompt", Prompt, prompt.to_plain, prompt.from_plain),
    Form("context", Context, context.to_plain, context.from_plain),
    Form("approval", Approval, approval.to_plain, approval.from_plain),
    Form("change", Change, change.to_plain, change.from_plain),
    Form("outcome", Outcome, outcome.to_plain, outcome.from_plain),
    Form("agent", Agent, agent.to_plain, agent.from_plain),
    Form("verdict", Verdict, verdict.to_plain, verdict.from_plain),
    Form("revocation", Command, revocation.to_plain, revocation.from_plain),
    Form("quarantined", Quarantined, quarantined.to_plain, quarantined.from_plain),
    Form("uncorrelated", Uncorrelated, uncorrelated.to_plain, uncorrelated.from_plain),
)

KINDS: tuple[str, ...] = tuple(form.kind for form in FORMS)

EVIDENCE_KINDS = ("prompt", "context", "approval", "change", "outcome")
"""The kinds that make up a chain."""

BY_KIND: Mapping[str, Form] = {form.kind: form for form in FORMS}
BY_RECORD: Mapping[type[Any], Form] = {form.record: form for form in FORMS}


def kind_of(record: Record) -> str:
    """Name the kind of a record."""
    return BY_RECORD[type(record)].kind


def to_plain(record: Record) -> dict[str, Any]:
    """Write a record as text, numbers, lists and objects: enums by value, times as ms since 1970 (UTC)."""
    return BY_RECORD[type(record)].to_plain(record)


def from_plain(kind: str, plain: Mapping[str, Any]) -> Record:
    """Read a record of a kind from its plain form. Times may also be RFC 3339 text.

    Raises:
        Malformed: unknown kind; a field is missing, unknown, of the wrong type or out of bounds.
    """
    form = BY_KIND.get(kind)
    if form is None:
        raise Malformed(f"There is no record called {kind[:60]!r}; there are {', '.join(KINDS)}.")
    record: Record = form.from_plain(plain)
    check_weight(record)
    return record
