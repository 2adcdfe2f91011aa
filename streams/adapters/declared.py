"""Declared: which decision, and which of our commands, a call to another system says it belongs to."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from streams.codec.bounds import ID_CHARS_MAX
from streams.core.ids import CommandId, DecisionId

CLAIM = re.compile(r"(?<![A-Za-z0-9._-])clawback-(decision|command)[/@=]([A-Za-z0-9._~:@+=-]+)", re.ASCII)
"""`clawback-decision/<id>` as a product of a User-Agent (RFC 9110, 10.1.5). A role session name or source identity of
AWS may not contain `/` or `:` (it matches [\\w+=,.@-]*), so `@` and `=` separate as well."""

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~:@+=-]*", re.ASCII)

TRACE = re.compile(r"trace[.:=]([0-9a-fA-F]{32})", re.ASCII)
"""The decision of an uninstrumented trace is `trace:<trace id>`; AWS names write the colon as a dot."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What was said. Whoever makes the call writes it: a claim to look up, never proof of anything."""

    decision_id: DecisionId | None = None
    command_id: CommandId | None = None

    @property
    def trace_id(self) -> str | None:
        """The trace id, when the decision is a trace."""
        found = TRACE.fullmatch(self.decision_id or "")
        return found[1] if found else None


def declared(claims: Iterable[str | None]) -> Declared:
    """Find what is declared in some texts, the most trustworthy text first; the first text with a claim wins.

    A text that names two different ids says nothing: an ambiguous claim is no claim.
    """
    found: dict[str, str] = {}
    for text in claims:
        said: dict[str, set[str]] = {}
        for kind, raw in CLAIM.findall(text or ""):
            said.setdefault(kind, set()).add(raw)
        for kind, ids in said.items():
            decision = decision_named(ids.pop()) if len(ids) == 1 else None
            if decision is not None:
                found.setdefault(kind, decision)
    return Declared(
        DecisionId(found["decision"]) if "decision" in found else None,
        CommandId(found["command"]) if "command" in found else None,
    )


def decision_named(raw: str) -> str | None:
    """Read one declared id; None when it cannot be one. A full stop or colon at its end belongs to the sentence."""
    name = raw.rstrip(".:=~-+@")
    if not ID.fullmatch(name) or len(name) > ID_CHARS_MAX:
        return None
    trace = TRACE.fullmatch(name)
    return f"trace:{trace[1].lower()}" if trace else name
