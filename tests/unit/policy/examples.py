"""Changes and policies to try things on."""

from typing import Any

import pytest

from streams.core.evidence import Change, Result
from streams.core.ids import DEFAULT_TENANT, ChangeId, DecisionId, EventId
from streams.core.parties import Actor, Entitlement, Kind, Subject
from streams.core.time import Millis
from streams.policy.compiled import CompiledPolicy
from streams.policy.errors import PolicyInvalid, Problem
from streams.policy.load import parse
from tests.altered import replace

AT = Millis(1_795_428_245_000)  # 2026-11-23T10:04:05Z

ADMIN = Entitlement(id="Domain Admin", application="directory", privileged=True, environment="production")
READER = Entitlement(id="wiki-reader", application="wiki")


def change(**said: Any) -> Change:
    base = Change(
        tenant=DEFAULT_TENANT,
        event_id=EventId("evt-1"),
        decision_id=DecisionId("dec-1"),
        source="workday",
        occurred_at=AT,
        change_id=ChangeId("chg-1"),
        operation="grant",
        process="request",
        actor=Actor(id="helpdesk-bot", kind=Kind.AI_AGENT),
        subject=Subject(id="ana", kind=Kind.HUMAN),
        entitlements=(READER,),
        executed_at=AT,
        result=Result.SUCCEEDED,
    )
    return replace(base, **said)


def one_class(condition: str, *more: str) -> CompiledPolicy:
    """A policy with one class `it` under a condition, and further lines."""
    quoted = condition.replace("'", "''")
    return parse("\n".join(["version: '1'", "operations:", f"  - {{id: it, when: '{quoted}'}}", *more]))


def matches(condition: str, subject: Change, *, ai: bool = True) -> bool:
    return one_class(condition).requirement(subject, ai=ai).operation_class == "it"


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(PolicyInvalid) as caught:
        parse(text, "p.yaml")
    return caught.value.problems
