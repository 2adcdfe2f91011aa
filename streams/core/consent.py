"""Consent: which recorded approvals count for a change, which do not, and what is wrong with those."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from streams.core.evidence import Approval, Change, Consent, Scope
from streams.core.ids import EventId
from streams.core.parties import Kind
from streams.core.registry import Registry
from streams.core.requirement import ApprovalsRequired
from streams.core.time import EVER, Millis
from streams.core.value import Value


class Fault(StrEnum):
    """Why an approval does not count."""

    NOT_HUMAN = "not-human"
    SELF = "self"
    EXPIRED = "expired"
    SCOPE = "scope"
    UNVERIFIED = "unverified"


class Vote(Value, frozen=True, kw_only=True):
    """One approval that was given in time, and its faults (none: it counts)."""

    approval: Approval
    faults: tuple[Fault, ...]
    widened: tuple[str, ...] = ()
    """Which parts of the change go beyond what was approved, in words."""


class Weighing(Value, frozen=True, kw_only=True):
    """All consent of a chain, weighed for one change.

    `votes`: approvals given by the time of execution; `counting`: those without fault; `late`: given after it, where
    too few people had agreed before; `refusal`: the statement that stood against the change when it was executed.
    `is_met`: what counts is enough.
    """

    required: ApprovalsRequired | None
    votes: tuple[Vote, ...] = ()
    counting: tuple[Approval, ...] = ()
    late: tuple[Approval, ...] = ()
    refusal: Approval | None = None
    is_met: bool

    def missing_roles(self, approvals: Sequence[Approval]) -> tuple[str, ...]:
        """List the required roles that none of these approvers held."""
        return missing_roles(self.required, approvals)

    def faulty(self, fault: Fault) -> tuple[Vote, ...]:
        """List the votes with a fault; none when enough others count, for then nobody relied on them."""
        return () if self.is_met else tuple([vote for vote in self.votes if fault in vote.faults])


def voters(approvals: Sequence[Approval]) -> frozenset[str]:
    """Name the distinct people behind some approvals: one person who agrees twice is one person."""
    return frozenset([approval.approver.id for approval in approvals])


def missing_roles(required: ApprovalsRequired | None, approvals: Sequence[Approval]) -> tuple[str, ...]:
    """List the required roles that none of these approvers held."""
    if required is None or not required.roles:
        return ()
    held = {role for approval in approvals for role in approval.approver.roles}
    return tuple([role for role in required.roles if role not in held])


def is_enough(required: ApprovalsRequired | None, counting: Sequence[Approval]) -> bool:
    """Say whether what counts is enough: distinct approvers, and every required role among them."""
    if required is None:
        return True
    return len(voters(counting)) >= required.count and not missing_roles(required, counting)


def weigh(
    change: Change,
    required: ApprovalsRequired | None,
    approvals: tuple[Approval, ...],
    registry: Registry,
    skew_ms: int,
    votes_before: Iterable[Vote] = (),
) -> Weighing:
    """Weigh all approvals of a chain for one change. `approvals` in any order.

    `votes_before`: of an earlier weighing for this very change, under the same requirement; they need no second look.
    """
    stated = sorted(approvals, key=_when) if len(approvals) > 1 else approvals
    # Clocks differ: consent may seem to come a little late, and a refusal must surely have come first.
    latest = change.executed_at + skew_ms
    given: list[Approval] = []
    late: list[Approval] = []
    refused = False
    for said in stated:
        if said.outcome is Consent.APPROVED:
            (given if said.decided_at <= latest else late).append(said)
        else:
            refused = refused or said.decided_at <= change.executed_at
    refusal = None
    if refused:
        in_time = [
            a for a in stated if a.decided_at <= (latest if a.outcome is Consent.APPROVED else change.executed_at)
        ]
        given, refusal = _standing(in_time), _refusal(in_time)
    asked = required or NOTHING_ASKED
    known = {id(vote.approval): vote for vote in votes_before}
    votes = tuple([known.get(id(a)) or _vote(a, change, asked, registry) for a in given])
    counting = tuple([vote.approval for vote in votes if not vote.faults])
    return Weighing(
        required=required,
        votes=votes,
        counting=counting,
        late=tuple(late) if late and lacks_voters(asked, given) else (),
        refusal=refusal,
        is_met=is_enough(required, counting),
    )


def _standing(in_time: Sequence[Approval]) -> list[Approval]:
    """List the approvals that their approver did not take back in the same process afterwards."""
    last_refused = {
        (a.approval_id, a.approver.id): n for n, a in enumerate(in_time) if a.outcome is not Consent.APPROVED
    }
    return [
        a
        for n, a in enumerate(in_time)
        if a.outcome is Consent.APPROVED and last_refused.get((a.approval_id, a.approver.id), -1) < n
    ]


def lacks_voters(required: ApprovalsRequired, given: Sequence[Approval]) -> bool:
    """Say whether fewer people than are needed agreed, well or badly."""
    needed = required.count or (1 if required.roles else 0)
    return len(given) < needed or len(voters(given)) < needed


def _when(approval: Approval) -> tuple[Millis, EventId]:
    return approval.decided_at, approval.event_id


def _refusal(in_time: list[Approval]) -> Approval | None:
    """Find the refusal that stood at execution, in the approval process that was last heard of.

    In one process a refusal ends it, unless the one who refused agrees later; nobody can agree over another's refusal.
    """
    refused: dict[str, dict[str, Approval]] = {}
    last = ""
    for said in in_time:
        refusals = refused.setdefault(said.approval_id, {})
        if said.outcome is Consent.APPROVED and refusals and said.approver.id not in refusals:
            continue
        refusals.pop(said.approver.id, None)
        if said.outcome is not Consent.APPROVED:
            refusals[said.approver.id] = said
        last = said.approval_id
    return next(reversed(refused.get(last, {}).values()), None)


NOTHING_ASKED = ApprovalsRequired(count=0)


def _vote(approval: Approval, change: Change, required: ApprovalsRequired, registry: Registry) -> Vote:
    faults: list[Fault] = []
    if required.human and not is_human(approval, registry):
        faults.append(Fault.NOT_HUMAN)
    elif not approval.assurance.reaches(required.assurance):
        faults.append(Fault.UNVERIFIED)
    if required.independent and approval.approver.id in own_interest(approval, change):
        faults.append(Fault.SELF)
    if change.executed_at > ends_at(approval, required):
        faults.append(Fault.EXPIRED)
    widened = widenings(approval.scope, change)
    if widened:
        faults.append(Fault.SCOPE)
    return Vote(approval=approval, faults=tuple(faults), widened=widened)


def is_human(approval: Approval, registry: Registry) -> bool:
    """Say whether the approver is a person: said to be one, and not a registered agent."""
    if approval.approver.kind is not Kind.HUMAN:
        return False
    return registry.as_of(approval.tenant, approval.approver.id, approval.decided_at) is None


def own_interest(approval: Approval, change: Change) -> frozenset[str]:
    """Name those whose own affair it is: who asked, and whose access changes."""
    return frozenset(filter(None, (approval.requester, change.subject.id)))


def ends_at(approval: Approval, required: ApprovalsRequired) -> Millis:
    """Tell until when an approval is good: as it says itself, and no longer than the policy allows."""
    ends = EVER if approval.valid_until is None else approval.valid_until
    if required.valid_for_ms is None:
        return ends
    return min(ends, Millis(approval.decided_at + required.valid_for_ms))


def widenings(scope: Scope, change: Change) -> tuple[str, ...]:
    """Say in words where a change goes beyond the scope of an approval; nothing when it stays within."""
    found: list[str] = []
    if scope.action_digest is not None:
        # The digest covers operation, subject and entitlements, and nothing about time.
        if scope.action_digest != change.action_digest:
            found.append("the action is not the one approved (digest differs)")
        return (*found, *_too_long(scope, change))
    if scope.operation is not None and scope.operation != change.operation:
        found.append(f"operation {change.operation} where {scope.operation} was approved")
    if scope.subject is None:
        found.append("the approval names no subject")
    elif scope.subject != change.subject.id:
        found.append(f"subject {change.subject.id} where {scope.subject} was approved")
    within = set(scope.entitlements)
    beyond = sorted({e.id for e in change.entitlements if e.id not in within})
    if beyond:
        approved = ", ".join(sorted(scope.entitlements)) or "none"
        found.append(f"entitlement {', '.join(beyond)} where {approved} was approved")
    return (*found, *_too_long(scope, change))


def _too_long(scope: Scope, change: Change) -> tuple[str, ...]:
    if scope.max_duration_ms is None:
        return ()
    if change.grant_expires_at is None:
        return ("no end where a limited time was approved",)
    longer = change.grant_expires_at - change.executed_at > scope.max_duration_ms
    return ("a longer time than approved",) if longer else ()
