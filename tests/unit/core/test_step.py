"""Step: when what is said, and when a decision is forgotten."""

from streams.core.command import Action
from streams.core.evidence import Consent
from streams.core.ids import DEFAULT_TENANT, ChangeId, EventId
from streams.core.law import Law
from streams.core.registry import Registry
from streams.core.requirement import ApprovalsRequired, Requirement, Response
from streams.core.step import opened, step
from streams.core.time import EVER, HOUR_MS, MINUTE_MS, NEVER, Millis
from streams.core.verdict import Judgement
from streams.testkit.policy import FixedPolicy
from streams.testkit.telling import Heard, tell
from tests.altered import replace
from tests.cast import AGREED, DECISION, GRANTED, NOON, TIMING

ASKED_FOR = Requirement(operation_class="any", approvals=ApprovalsRequired(), on_violation=Response.REVOKE)
LAW = Law(FixedPolicy(otherwise=ASKED_FOR, timing=TIMING), Registry())
DUE = Millis(NOON + TIMING.grace_ms)
FRESH = opened(DEFAULT_TENANT, DECISION)


def test_nothing_is_said_before_the_grace_is_over_and_it_says_when_to_come_back() -> None:
    heard = step(FRESH, [GRANTED], NEVER, LAW)
    assert (heard.verdicts, heard.wake_at) == ((), DUE)
    assert heard.state is not None
    too_early = step(heard.state, (), Millis(DUE - 1), LAW)
    assert (too_early.verdicts, too_early.wake_at) == ((), DUE)
    in_time = step(heard.state, (), DUE, LAW)
    assert [verdict.judged_at for verdict in in_time.verdicts] == [DUE]
    assert [command.action for command in in_time.commands] == [Action.REVOKE]


def test_what_was_said_is_not_said_again() -> None:
    told = tell([Heard((GRANTED,))], LAW, decision_id=DECISION, until=DUE)
    assert len(told.verdicts) == 1
    assert step(told.state, (GRANTED,), Millis(DUE + HOUR_MS), LAW).verdicts == ()


def test_a_fact_that_says_nothing_new_makes_no_verdict() -> None:
    afterwards = Millis(NOON + HOUR_MS)
    too_late_to_matter = replace(AGREED, outcome=Consent.DENIED, decided_at=afterwards, occurred_at=afterwards)
    told = tell([Heard((GRANTED, too_late_to_matter))], LAW, decision_id=DECISION)
    assert len(told.verdicts) == 1


def test_a_change_that_comes_late_gets_its_grace_all_the_same() -> None:
    """Another fact falls due in the meantime; the late change must not be judged along with it."""
    passed = Millis(NOON + HOUR_MS)
    other = replace(AGREED, event_id=EventId("other"), occurred_at=Millis(passed - MINUTE_MS + 5_000))
    first = step(FRESH, [replace(other, approval_id="request-9")], Millis(passed - MINUTE_MS), LAW)
    assert first.state is not None
    late = replace(GRANTED, subject=replace(GRANTED.subject, id="svc-late"))
    heard = step(first.state, [late], passed, LAW)
    assert heard.state is not None
    approved_at_last = replace(AGREED, scope=replace(AGREED.scope, subject="svc-late"))
    heard = step(heard.state, [approved_at_last], Millis(passed + MINUTE_MS), LAW)
    assert heard.verdicts == ()
    assert heard.state is not None
    judged = step(heard.state, (), EVER, LAW)
    assert [verdict.judgement for verdict in judged.verdicts] == [Judgement.UPHELD]


def test_a_change_is_due_one_grace_after_it_was_executed_not_after_it_was_recorded() -> None:
    executed_later = replace(GRANTED, executed_at=Millis(NOON + HOUR_MS))
    assert step(FRESH, [executed_later], NEVER, LAW).wake_at == DUE + HOUR_MS, "nothing is to be said before"
    assert tell([Heard((executed_later,))], LAW, decision_id=DECISION).verdicts[0].judged_at == DUE + HOUR_MS


def test_a_decision_is_closed_when_its_horizon_is_over() -> None:
    told = tell([Heard((GRANTED,))], LAW, decision_id=DECISION, until=DUE)
    closes_at = Millis(NOON + TIMING.horizon_ms)
    waiting = step(told.state, (), Millis(closes_at - 1), LAW)
    assert (waiting.wake_at, waiting.state is None) == (closes_at, False)
    closed = step(told.state, (), closes_at, LAW)
    assert (closed.wake_at, closed.state) == (None, None)


def test_what_is_heard_after_the_horizon_begins_anew_and_orders_nothing() -> None:
    told = tell([Heard((GRANTED,)), Heard((GRANTED,), Millis(NOON + 2 * TIMING.horizon_ms))], LAW, decision_id=DECISION)
    assert [(verdict.version, verdict.supersedes) for verdict in told.verdicts] == [(1, None), (1, None)]
    assert "older than the horizon" in told.verdicts[1].reasons[0]
    assert [command.verdict_id for command in told.commands] == [told.verdicts[0].verdict_id]


def test_two_changes_fall_due_one_after_the_other_in_one_late_tick() -> None:
    second = replace(
        GRANTED,
        event_id=EventId("second"),
        change_id=ChangeId("change-2"),
        occurred_at=Millis(NOON + HOUR_MS),
        executed_at=Millis(NOON + HOUR_MS),
    )
    told = tell([Heard((GRANTED, second))], LAW, decision_id=DECISION)
    assert [verdict.changes for verdict in told.verdicts] == [("change-1",), ("change-1", "change-2")]
    assert [command.target for command in told.commands] == ["change-1", "change-2"]
