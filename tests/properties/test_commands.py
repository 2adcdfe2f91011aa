"""What is ordered: once, because of a violation, and taken back when there is none any more."""

from hypothesis import given

from streams.core.command import Action, Command, undoing
from streams.core.law import Law
from streams.core.requirement import Mode, Response
from streams.core.verdict import Verdict
from streams.testkit.telling import Heard, tell
from tests.cast import DECISION
from tests.strategies import recent, tellings


@given(tellings())
def test_a_command_is_issued_once(telling: tuple[tuple[Heard, ...], Law]) -> None:
    heard, law = telling
    commands = tell(recent(heard), law, decision_id=DECISION).commands
    ids = [command.command_id for command in commands]
    assert len(ids) == len(set(ids))
    for target in {command.target for command in commands}:
        about = [c.action for c in commands if c.target == target and c.action is not Action.SUSPEND_AGENT]
        assert about == [(Action.REVOKE, Action.REINSTATE)[n % 2] for n in range(len(about))], "by turns"
        assert sum(c.target == target and c.action is Action.SUSPEND_AGENT for c in commands) <= 1


@given(tellings())
def test_a_command_follows_from_a_violation_and_a_policy_that_enforces(
    telling: tuple[tuple[Heard, ...], Law],
) -> None:
    heard, law = telling
    told = tell(recent(heard), law, decision_id=DECISION)
    verdicts = {verdict.verdict_id: verdict for verdict in told.verdicts}
    changes = {change.event_id: change for change in told.chain.changes}
    for command in told.commands:
        verdict = verdicts[command.verdict_id]
        assert law.policy.mode is Mode.ENFORCE
        assert command.issued_at == verdict.judged_at
        assert not law.policy.is_protected(
            command.target if command.action is Action.SUSPEND_AGENT else command.subject.id
        )
        if command.action is not Action.REINSTATE:
            responses = {f.response for f in verdict.findings if f.change_id == command.change_id}
            wanted = {Response.SUSPEND_AGENT} | ({Response.REVOKE} if command.action is Action.REVOKE else set())
            assert responses & wanted
    if law.policy.mode is Mode.ENFORCE and told.verdicts:
        for finding in told.verdicts[-1].findings:
            change = next(changes[event_id] for event_id in finding.cites if event_id in changes)
            if len({c.action_digest for c in changes.values() if c.change_id == change.change_id}) > 1:
                continue  # One id for two changes: one of them is answered, and the verdict tells of the contradiction.
            answered = finding.response.rank < Response.REVOKE.rank or law.policy.is_protected(change.subject.id)
            assert answered or undoing(change) is None or in_force(told.commands, change.change_id)


@given(tellings())
def test_a_reinstate_compensates_a_revocation(telling: tuple[tuple[Heard, ...], Law]) -> None:
    heard, law = telling
    told = tell(recent(heard), law, decision_id=DECISION)
    for number, command in enumerate(told.commands):
        if command.action is Action.REINSTATE:
            earlier = {c.command_id: c for c in told.commands[:number]}
            assert command.compensates is not None
            revocation = earlier[command.compensates]
            assert (revocation.action, revocation.target) == (Action.REVOKE, command.target)
            assert revocation.ordinal == command.ordinal
            assert (revocation.subject, revocation.entitlements) == (command.subject, command.entitlements)
        else:
            assert command.compensates is None
    for target in {c.target for c in told.commands if c.action is Action.REVOKE}:
        assert not in_force(told.commands, target) or is_still_doubtful(told.verdicts[-1], target)


def in_force(commands: tuple[Command, ...], target: str) -> bool:
    """Say whether the last word about a change was to revoke it."""
    about = [c.action for c in commands if c.target == target and c.action is not Action.SUSPEND_AGENT]
    return about[-1:] == [Action.REVOKE]


def is_still_doubtful(verdict: Verdict, change_id: str) -> bool:
    """Say whether a verdict still finds something against a change, or cannot tell."""
    return bool(verdict.reasons) or any(finding.change_id == change_id for finding in verdict.findings)
