"""The approver is the one who asked for the change, or the one whose access it changes."""

from collections.abc import Iterator

from streams.core.case import Case
from streams.core.consent import Fault
from streams.core.finding import Claim, Rule, Severity
from streams.core.requirement import Response


def check(case: Case) -> Iterator[Claim]:
    for vote in case.consent.faulty(Fault.SELF):
        approver = vote.approval.approver.id
        interest = "whose own access it is" if approver == case.change.subject.id else "who had asked for it"
        yield Claim(
            message=f"{case.deed}; it was approved by {approver}, {interest}.",
            cites=(case.change.event_id, vote.approval.event_id),
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
