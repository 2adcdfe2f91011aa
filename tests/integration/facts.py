"""Facts for tests: a grant with everything it needs, of which each test bends what it is about."""

import time
from typing import Any

from streams.core.evidence import Approval, Change, Consent, Prompt, Result, Scope
from streams.core.ids import DEFAULT_TENANT, ChangeId, DecisionId, EventId
from streams.core.parties import Actor, Approver, Assurance, Authority, Entitlement, Kind, Subject
from streams.core.registry import Agent, Owner
from streams.core.time import Millis
from tests.altered import replace

AGENT = "agent-helpdesk"

POLICY = """
version: integration-1
mode: enforce
timing: {grace: 500ms, skew: 1s, horizon: 1d}
operations:
  - id: grants
    when: change.operation == "grant"
    authority: execute
    approvals: {count: 1, human: true, independent: true}
    evidence: {prompt: required}
    on_violation: revoke
otherwise: {on_violation: alert}
"""


def now() -> Millis:
    return Millis(time.time_ns() // 1_000_000)


def agent(agent_id: str = AGENT, at: int = 946_684_800_001) -> Agent:
    return Agent(
        tenant=DEFAULT_TENANT,
        event_id=EventId(f"registered-{agent_id}"),
        source="registry",
        occurred_at=Millis(at),
        registered_at=Millis(at),
        agent_id=agent_id,
        owner=Owner(id="olivia", kind=Kind.HUMAN),
        authority=(("*", Authority.EXECUTE),),
    )


def _common(decision: str, what: str, at: int) -> dict[str, Any]:
    return {
        "tenant": DEFAULT_TENANT,
        "decision_id": DecisionId(decision),
        "event_id": EventId(f"{decision}-{what}"),
        "source": "test",
        "occurred_at": Millis(at),
    }


def prompt(decision: str, at: int) -> Prompt:
    return Prompt(**_common(decision, "prompt", at), agent_id=AGENT, text="Give svc-ci access", model="m-1")


def approval(decision: str, at: int, by: str = "ann", kind: Kind = Kind.HUMAN) -> Approval:
    return Approval(
        **_common(decision, f"approval-{by}", at),
        approval_id=f"{decision}-a",
        approver=Approver(id=by, kind=kind),
        outcome=Consent.APPROVED,
        scope=Scope(operation="grant", subject="svc-ci", entitlements=("deployers",)),
        decided_at=Millis(at),
        assurance=Assurance.VERIFIED,
    )


def change(decision: str, at: int) -> Change:
    return Change(
        **_common(decision, "change", at),
        change_id=ChangeId(f"{decision}-c"),
        operation="grant",
        actor=Actor(id=AGENT, kind=Kind.AI_AGENT),
        subject=Subject(id="svc-ci", kind=Kind.SERVICE),
        entitlements=(Entitlement(id="deployers", application="ci"),),
        executed_at=Millis(at),
        result=Result.SUCCEEDED,
    )


def without_decision(record: Change) -> Change:
    return replace(record, decision_id=DecisionId(""))
