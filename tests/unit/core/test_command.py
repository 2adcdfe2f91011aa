"""Command: what undoes a change, and whose change is the execution of a command."""

from dataclasses import replace

import pytest

from streams.core.command import INVERSES, Action, Issued, carries_out, undoing
from streams.core.evidence import Change, Rollback
from streams.core.ids import ChangeId, CommandId, EventId
from streams.core.parties import Kind, Subject
from streams.core.time import Millis
from tests.cast import ENTITLEMENTS, GRANTED, NOON, SUBJECTS
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
