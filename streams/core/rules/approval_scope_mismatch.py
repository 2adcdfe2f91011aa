"""The approval is for something else than what was executed."""

from collections.abc import Iterable

from streams.core.case import Case
from streams.core.consent import Fault
from streams.core.finding import Claim, Rule, Severity
from streams.core.requirement import Response


def check(case: Case) -> Iterable[Claim]:
    return [
        Claim(
            message=(f"{case.deed}; that is not what {vote.approval.approver.id} approved: {'; '.join(vote.widened)}."),
            cites=(case.change.event_id, vote.approval.event_id),
        )
        for vote in case.consent.faulty(Fault.SCOPE)
    ]


RULE = Rule(
    code="APPROVAL_SCOPE_MISMATCH",
    summary="Approved for something else",
    severity=Severity.HIGH,
    responses=(Response.REVOKE,),
    frameworks=(
        "ASI02",
        "ASI01",
        "ASI03",
        "AISVS-9.2.2",
        "AISVS-9.2.8",
        "RMF-MEASURE-2.4",
        "CSF-PR.AA-05",
        "SP800-53-AC-3",
        "SP800-53-CM-3",
        "SP800-53-AU-10(2)",
        "MAESTRO-L3",
    ),
    check=check,
)
