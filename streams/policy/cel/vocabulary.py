"""Vocabulary: every name that a condition may use, of what sort it is, and how it is read from a change."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from streams.core.evidence import Change, Result
from streams.core.parties import Entitlement, Kind


class Sort(StrEnum):
    """What a value is, in the words of CEL. `end`: a whole number of ms, or null where a grant has no end."""

    TEXT = "string"
    NUMBER = "int"
    FLAG = "bool"
    END = "int or null"
    ENTITLEMENTS = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """One name. `read` takes the change and whether an AI had a part. `choices`: all the texts that it can be."""

    sort: Sort
    read: Callable[[Change, bool], Any]
    choices: tuple[str, ...] = ()


KINDS = tuple(kind.value for kind in Kind)
RESULTS = tuple(result.value for result in Result)

NAMES: dict[str, Name] = {
    "ai": Name(sort=Sort.FLAG, read=lambda _, ai: ai),
    "change.operation": Name(sort=Sort.TEXT, read=lambda c, _: c.operation),
    "change.process": Name(sort=Sort.TEXT, read=lambda c, _: c.process),
    "change.actor.id": Name(sort=Sort.TEXT, read=lambda c, _: c.actor.id),
    "change.actor.kind": Name(sort=Sort.TEXT, read=lambda c, _: c.actor.kind.value, choices=KINDS),
    "change.actor.on_behalf_of": Name(sort=Sort.TEXT, read=lambda c, _: c.actor.on_behalf_of or ""),
    "change.subject.id": Name(sort=Sort.TEXT, read=lambda c, _: c.subject.id),
    "change.subject.kind": Name(sort=Sort.TEXT, read=lambda c, _: c.subject.kind.value, choices=KINDS),
    "change.entitlements": Name(sort=Sort.ENTITLEMENTS, read=lambda c, _: [_entitlement(e) for e in c.entitlements]),
    "change.executed_at": Name(sort=Sort.NUMBER, read=lambda c, _: c.executed_at),
    "change.grant_expires_at": Name(sort=Sort.END, read=lambda c, _: c.grant_expires_at),
    "change.result": Name(sort=Sort.TEXT, read=lambda c, _: c.result.value, choices=RESULTS),
    "change.source": Name(sort=Sort.TEXT, read=lambda c, _: c.source),
    "change.tenant": Name(sort=Sort.TEXT, read=lambda c, _: c.tenant),
    "change.break_glass": Name(sort=Sort.FLAG, read=lambda c, _: c.break_glass),
    "change.change_id": Name(sort=Sort.TEXT, read=lambda c, _: c.change_id),
    "change.decision_id": Name(sort=Sort.TEXT, read=lambda c, _: c.decision_id),
}
"""What is not known of a change is the empty text, so that a condition never fails on it; only a missing end is null,
because no number of ms means "never" and a comparison with one would quietly be wrong."""

ENTITLEMENT: dict[str, Sort] = {
    "id": Sort.TEXT,
    "application": Sort.TEXT,
    "privileged": Sort.FLAG,
    "environment": Sort.TEXT,
}
"""The fields of one element of `change.entitlements`."""


def _entitlement(entitlement: Entitlement) -> dict[str, str | bool]:
    return {
        "id": entitlement.id,
        "application": entitlement.application,
        "privileged": entitlement.privileged,
        "environment": entitlement.environment,
    }
