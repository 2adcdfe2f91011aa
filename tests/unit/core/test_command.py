"""Command: what undoes a change, and whose change is the execution of a command."""

import pytest

from streams.core.command import INVERSES, Action, Issued, carries_out, undoing
from streams.core.evidence import Change, Rollback
from streams.core.ids import ChangeId, CommandId, EventId
from streams.core.law import Law
from streams.core.parties import Kind, Subject
from streams.core.registry import Registry
from streams.core.requirement import ApprovalsRequired, Requirement, Response
from streams.core.time import HOUR_MS, Millis
from streams.core.verdict import FINDINGS_MAX
from streams.testkit.policy import FixedPolicy
from streams.testkit.telling import Heard, tell
from tests.altered import replace
from tests.cast import AGREED, DECISION, ENTITLEMENTS, GRANTED, NOON, SUBJECTS, TIMING
from tests.strategies import folded

REVOKE = Issued(command_id=CommandId("cmd_1"), action=Action.REVOKE, target="change-1", ordinal=1)
SUSPEND = Issued(command_id=CommandId("cmd_2"), action=Action.SUSPEND_AGENT, target="helpdesk-bot", ordinal=1)
DONE = replace(
    GRANTED,
    event_id=EventId("done"),
    change_id=ChangeId("done"),
    occurred_at=Millis(NOON + 1),
    operation="revoke",
    command_id=REVOKE.command_id,
)


def is_own(change: Change, *issued: Issued) -> bool:
    return carries_out(change, issued, folded([GRANTED, change]))


def test_a_change_is_given_back_even_when_more_is_found_against_others_than_a_verdict_lists() -> None:
    asked = Requirement(operation_class="any", approvals=ApprovalsRequired(), on_violation=Response.REVOKE)
    others = [
        replace(
            GRANTED,
            event_id=EventId(f"other-{n}"),
            change_id=ChangeId(f"other-{n}"),
            subject=Subject(id=f"svc-{n}"),
        )
        for n in range(FINDINGS_MAX + 10)
    ]
    heard = [Heard((GRANTED, *others)), Heard((AGREED,), Millis(NOON + HOUR_MS))]
    law = Law(FixedPolicy(otherwise=asked, timing=TIMING), Registry())
    commands = tell(heard, law, decision_id=DECISION).commands
    assert [c.target for c in commands if c.action is Action.REINSTATE] == ["change-1"]
    assert len({c.target for c in commands if c.action is Action.REVOKE}) == 1 + len(others)


def test_a_change_is_undone_as_it_says_itself_else_by_the_inverse_of_its_operation() -> None:
    assert undoing(GRANTED) == Rollback(operation="revoke")
    own = Rollback(operation="remove-member", reference="42")
    assert undoing(replace(GRANTED, rollback=own)) == own
    assert undoing(replace(GRANTED, operation="delete")) is None


def test_what_undoes_an_operation_is_not_that_operation() -> None:
    assert all(inverse != operation for operation, inverse in INVERSES.items())


def test_the_execution_of_a_command_is_known_by_its_id_and_by_what_it_does() -> None:
    assert is_own(DONE, REVOKE)


@pytest.mark.parametrize(
    "other",
    [
        replace(DONE, command_id=CommandId("cmd_guessed")),
        replace(DONE, command_id=None),
        replace(DONE, operation="grant"),
        replace(DONE, subject=SUBJECTS[1]),
        replace(DONE, entitlements=ENTITLEMENTS),
        replace(DONE, entitlements=ENTITLEMENTS[1:2]),
    ],
    ids=["another id", "no id", "another operation", "another subject", "more", "the same entitlement elsewhere"],
)
def test_nobody_hides_behind_the_id_of_a_command(other: Change) -> None:
    assert not is_own(other, REVOKE)


def test_less_than_ordered_is_no_new_change() -> None:
    assert is_own(replace(DONE, entitlements=()), REVOKE)


def test_a_command_that_was_not_issued_is_not_carried_out() -> None:
    assert not is_own(DONE)


def test_giving_back_is_the_operation_that_had_been_taken_back() -> None:
    reinstate = replace(REVOKE, action=Action.REINSTATE)
    assert is_own(replace(DONE, operation="grant"), reinstate)
    assert not is_own(DONE, reinstate)


def test_suspending_the_agent_is_the_execution_of_a_suspension_and_nothing_else_is() -> None:
    suspended = replace(
        DONE,
        operation="suspend-agent",
        command_id=SUSPEND.command_id,
        subject=Subject(id="helpdesk-bot", kind=Kind.AI_AGENT),
        entitlements=(),
    )
    assert is_own(suspended, SUSPEND)
    assert not is_own(replace(suspended, subject=SUBJECTS[1]), SUSPEND)
    assert not is_own(replace(suspended, operation="grant"), SUSPEND)
