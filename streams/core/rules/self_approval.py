"""The approver is the one who asked for the change, or the one whose access it changes."""

from collections.abc import Iterable

from streams.core.case import Case
from streams.core.consent import Fault
from streams.core.evidence import Approval
from streams.core.finding import Claim, Rule, Severity
from streams.core.requirement import Response


def check(case: Case) -> Iterable[Claim]:
    return [_claim(case, vote.approval) for vote in case.consent.faulty(Fault.SELF)]


def _claim(case: Case, approval: Approval) -> Claim:
    approver = approval.approver.id
    interest = "whose own access it is" if approver == case.change.subject.id else "who had asked for it"
    return Claim(
        message=f"{case.deed}; it was approved by {approver}, {interest}.",
        cites=(case.change.event_id, approval.event_id),
    )


RULE = Rule(
    code="SELF_APPROVAL",
    summary="Approved by the requester or by the one who gains",
    severity=Severity.HIGH,
    responses=(Response.REVOKE,),
    frameworks=(
        "ASI03",
        "ASI09",
        "AISVS-9.2.8",
        "RMF-GOVERN-3.2",
        "CSF-PR.AA-05",
        "SP800-53-AC-5",
        "MAESTRO-L6",
    ),
    check=check,
)
