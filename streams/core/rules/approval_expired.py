"""The approval was no longer in force when the change was executed."""

from collections.abc import Iterable

from streams.core.case import Case
from streams.core.consent import Fault, ends_at
from streams.core.evidence import Approval
from streams.core.finding import Claim, Rule, Severity
from streams.core.requirement import Response
from streams.core.time import utc


def check(case: Case) -> Iterable[Claim]:
    return [_claim(case, vote.approval) for vote in case.consent.faulty(Fault.EXPIRED)]


def _claim(case: Case, approval: Approval) -> Claim:
    required = case.requirement.approvals
    until = utc(ends_at(approval, required)) if required is not None else "then"
    return Claim(
        message=(
            f"{case.deed}; the approval that {approval.approver.id} gave at {utc(approval.decided_at)} "
            f"was good until {until}."
        ),
        cites=(case.change.event_id, approval.event_id),
    )


RULE = Rule(
    code="APPROVAL_EXPIRED",
    summary="Executed after its approval had run out",
    severity=Severity.MEDIUM,
    responses=(Response.REVOKE,),
    frameworks=(
        "ASI03",
        "AISVS-9.2.8",
        "AISVS-9.6.2",
        "RMF-GOVERN-1.4",
        "CSF-PR.AA-05",
        "SP800-53-AC-3",
        "SP800-53-AC-24",
    ),
    check=check,
)
