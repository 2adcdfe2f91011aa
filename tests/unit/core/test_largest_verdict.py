"""The largest verdict that a publisher can provoke still fits its topic, and takes everything back."""

from streams.codec.avro import AvroCodec
from streams.codec.bounds import ID_CHARS_MAX
from streams.core.chain import CHAIN_LINKS_MAX
from streams.core.command import Action
from streams.core.evidence import Approval, Change, Consent, Result, Scope
from streams.core.ids import DEFAULT_TENANT, ChangeId, DecisionId, EventId
from streams.core.law import Law
from streams.core.parties import Actor, Approver, Kind, Subject
from streams.core.registry import Registry
from streams.core.step import opened, step
from streams.core.time import EVER, NEVER, Millis
from streams.core.verdict import FINDINGS_MAX
from streams.policy.load import parse

VALUE_BYTES_MAX = 1_000_000

POLICY = """
version: harsh
mode: enforce
operations:
  - {id: all, when: "true", authority: none, approvals: {count: 9, roles: [owner]}, time_bound: {required: true},
     evidence: {prompt: required}, on_violation: suspend-agent}
"""

AT = Millis(1_760_000_000_000)
DECISION = DecisionId("d" * ID_CHARS_MAX)


def long(name: str, number: int) -> str:
    return f"{name}-{number}-".ljust(ID_CHARS_MAX, "x")


def change(number: int) -> Change:
    return Change(
        tenant=DEFAULT_TENANT,
        decision_id=DECISION,
        event_id=EventId(long("event", number)),
        source="s",
        occurred_at=AT,
        executed_at=AT,
        change_id=ChangeId(long("change", number)),
        operation="grant",
        actor=Actor(id=long("agent", number), kind=Kind.AI_AGENT),
        subject=Subject(id=long("subject", number)),
        result=Result.SUCCEEDED,
    )


def approval(number: int) -> Approval:
    return Approval(
        tenant=DEFAULT_TENANT,
        decision_id=DECISION,
        event_id=EventId(long("approval", number)),
        source="s",
        occurred_at=Millis(AT - 1),
        decided_at=Millis(AT - 1),
        approval_id=long("request", number),
        approver=Approver(id=long("bot", number), kind=Kind.AI_AGENT),
        outcome=Consent.APPROVED,
        scope=Scope(subject=long("somebody", number)),
    )


def test_a_flood_of_violations_fits_one_verdict_and_is_taken_back_to_the_last() -> None:
    changes = [change(n) for n in range(CHAIN_LINKS_MAX - 40)]
    law = Law(parse(POLICY, "policy.yaml"), Registry())
    heard = step(opened(DEFAULT_TENANT, DECISION), [*changes, *(approval(n) for n in range(40))], NEVER, law)
    assert heard.state is not None
    (verdict,) = (said := step(heard.state, (), Millis(AT + 3_600_000), law)).verdicts
    assert len(AvroCodec().encode(verdict)) < VALUE_BYTES_MAX
    assert len(verdict.findings) == FINDINGS_MAX
    assert any("more findings are not listed" in reason for reason in verdict.reasons)
    revoked = {command.target for command in said.commands if command.action is Action.REVOKE}
    assert revoked == {c.change_id for c in changes}
    assert said.state is not None
    assert not step(said.state, (), Millis(EVER - 1), law).verdicts
