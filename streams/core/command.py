"""Command: what a verdict obliges others to do. Issued once, under an id that comes from its content."""

from collections.abc import Iterator
from enum import StrEnum
from itertools import groupby
from operator import attrgetter

from streams.core.chain import Chain
from streams.core.evidence import Change, Rollback
from streams.core.finding import Finding
from streams.core.ids import ChangeId, CommandId, DecisionId, TenantId, VerdictId, digest
from streams.core.law import Law
from streams.core.parties import Entitlement, Subject
from streams.core.requirement import RANKS, Mode, Response
from streams.core.time import Millis
from streams.core.value import Value
from streams.core.verdict import Assessment, Verdict


class Action(StrEnum):
    """What a responder is told to do."""

    REVOKE = "revoke"
    REINSTATE = "reinstate"
    SUSPEND_AGENT = "suspend-agent"


INVERSES = {
    "grant": "revoke", "elevate": "revoke", "revoke": "grant", "create": "disable", "enable": "disable",
    "disable": "enable", "exception": "revoke", "token-issue": "revoke", "secret-read": "secret-rotate",
    "certify": "reopen",
}  # fmt: skip
"""The operation that takes a change back, where the change itself does not say. What is not here needs a person."""


class Issued(Value, frozen=True, kw_only=True):
    """A command that was issued: enough to know it again, and to take it back."""

    command_id: CommandId
    action: Action
    target: str
    ordinal: int


class Command(Value, frozen=True, kw_only=True):
    """One order to a responder, to be carried out at most once per `command_id`.

    `operation`: what to do to the platform (the inverse of the change). `target`: the change, or the agent to suspend.
    `compensates`: the command that a `reinstate` takes back. `issued_at`: instant of event time (ms since 1970, UTC).
    """

    tenant: TenantId
    decision_id: DecisionId
    command_id: CommandId
    verdict_id: VerdictId
    change_id: ChangeId
    action: Action
    target: str
    ordinal: int
    operation: str
    subject: Subject
    entitlements: tuple[Entitlement, ...] = ()
    source: str = ""
    rollback_reference: str = ""
    reason: str
    compensates: CommandId | None = None
    issued_at: Millis

    @property
    def issued(self) -> Issued:
        """Reduce the command to what has to be remembered of it."""
        return Issued(command_id=self.command_id, action=self.action, target=self.target, ordinal=self.ordinal)


def oblige(
    verdict: Verdict, assessment: Assessment, chain: Chain, law: Law, issued: tuple[Issued, ...]
) -> tuple[Command, ...]:
    """Derive the commands that a verdict makes necessary and that have not been issued yet.

    `assessment`: what the verdict says, with all findings, also those beyond what it lists.
    """
    if verdict.mode is Mode.OBSERVE or not (issued or assessment.findings):
        return ()
    return tuple(_commands(verdict, assessment, chain, law, {(i.action, i.target): i for i in issued}))


def _commands(
    verdict: Verdict,
    assessment: Assessment,
    chain: Chain,
    law: Law,
    latest: dict[tuple[Action, str], Issued],
) -> Iterator[Command]:
    against: dict[ChangeId, list[Finding]] = {}
    reported: dict[ChangeId, list[Change]] = {}
    for accused, group in groupby(assessment.findings, key=attrgetter("change_id")):
        against.setdefault(accused, []).extend(group)
    for change in chain.changes:
        reported.setdefault(change.change_id, []).append(change)
    for change_id in verdict.changes:
        findings = against.get(change_id, [])
        change = _meant(reported[change_id], findings)
        worst = max({f.response for f in findings}, key=RANKS.__getitem__, default=Response.OBSERVE)
        revoked = latest.get((Action.REVOKE, change_id))
        reinstated = latest.get((Action.REINSTATE, change_id))
        in_force = revoked is not None and (reinstated is None or reinstated.ordinal < revoked.ordinal)
        takes_back = worst.rank >= Response.REVOKE.rank and not law.policy.is_protected(change.subject.id)
        if takes_back and not in_force and undoing(change) is not None:
            ordinal = revoked.ordinal + 1 if revoked is not None else 1
            yield _command(verdict, change, Action.REVOKE, change_id, ordinal, findings)
        if revoked is not None and in_force and not findings and not assessment.reasons:
            yield _command(verdict, change, Action.REINSTATE, change_id, revoked.ordinal, [], revoked.command_id)
        for agent_id in sorted({f.agent_id for f in findings if f.agent_id and f.response is Response.SUSPEND_AGENT}):
            if (Action.SUSPEND_AGENT, agent_id) not in latest and not law.policy.is_protected(agent_id):
                accused = [f for f in findings if f.agent_id == agent_id]
                yield _command(verdict, change, Action.SUSPEND_AGENT, agent_id, 1, accused)
                latest[Action.SUSPEND_AGENT, agent_id] = Issued(
                    command_id=CommandId(""), action=Action.SUSPEND_AGENT, target=agent_id, ordinal=1
                )


def _meant(reported: list[Change], findings: list[Finding]) -> Change:
    """Find the change that a command is about: where events contradict, an accused one that can be undone."""
    if len(reported) == 1:
        return reported[0]
    cited = {event_id for finding in findings for event_id in finding.cites}
    return min(reported, key=lambda change: (change.event_id not in cited, undoing(change) is None))


def undoing(change: Change) -> Rollback | None:
    """Say how to take a change back: as the change itself says, else by the inverse of its operation."""
    if change.rollback is not None:
        return change.rollback
    inverse = INVERSES.get(change.operation)
    return Rollback(operation=inverse) if inverse is not None else None


def carries_out(change: Change, issued: tuple[Issued, ...], chain: Chain) -> bool:
    """Say whether a change is the execution of one of our own commands, and of nothing more than that.

    Such a change needs no approval of its own. Naming a command is not enough: operation and subject must be those
    that the command asked for, else anybody could hide behind an id read from the topic.
    """
    if change.command_id is None:
        return False
    command = next((i for i in issued if i.command_id == change.command_id), None)
    if command is None:
        return False
    if command.action is Action.SUSPEND_AGENT:
        return change.operation == Action.SUSPEND_AGENT and change.subject.id == command.target
    target = next((c for c in chain.changes if c.change_id == command.target), None)
    if target is None or target.subject.id != change.subject.id:
        return False
    undo = undoing(target)
    wanted = target.operation if command.action is Action.REINSTATE else undo.operation if undo is not None else None
    return change.operation == wanted and held(change) <= held(target)


def held(change: Change) -> frozenset[tuple[str, str, str]]:
    """Name what a change is about: the same entitlement elsewhere is another one."""
    return frozenset((e.application, e.environment, e.id) for e in change.entitlements)


def _command(
    verdict: Verdict,
    change: Change,
    action: Action,
    target: str,
    ordinal: int,
    findings: list[Finding],
    compensates: CommandId | None = None,
) -> Command:
    undo = undoing(change) or Rollback(operation="")
    operation = {
        Action.REVOKE: undo.operation,
        Action.REINSTATE: change.operation,
        Action.SUSPEND_AGENT: "suspend-agent",
    }[action]
    because = " ".join(f.message for f in findings) or "Later evidence shows that the change was allowed."
    return Command(
        tenant=verdict.tenant,
        decision_id=verdict.decision_id,
        command_id=CommandId(
            digest("cmd", verdict.tenant, verdict.decision_id, action, change.change_id, target, ordinal)
        ),
        verdict_id=verdict.verdict_id,
        change_id=change.change_id,
        action=action,
        target=target,
        ordinal=ordinal,
        operation=operation,
        subject=change.subject,
        entitlements=change.entitlements,
        source=change.source,
        rollback_reference=undo.reference,
        reason=because[:REASON_MAX],
        compensates=compensates,
        issued_at=verdict.judged_at,
    )


REASON_MAX = 1_000
"""Characters of the reason in a command: whoever carries it out may have to show it to the person concerned."""
