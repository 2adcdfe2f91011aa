"""Enough people agreed in the end, but only after the change had been executed."""

from collections.abc import Iterable

from streams.core.case import Case
from streams.core.consent import lacks_voters
from streams.core.finding import Claim, Rule, Severity
from streams.core.requirement import Response
from streams.core.time import span


def check(case: Case) -> Iterable[Claim]:
    required, consent = case.requirement.approvals, case.consent
    if required is None or not consent.late:
        return ()
    given = [vote.approval for vote in consent.votes]
    if lacks_voters(required, (*given, *consent.late)):
        return ()
    last = consent.late[-1]
    claim = Claim(
        message=(
            f"{case.deed}, {span(last.decided_at - case.change.executed_at)} before {last.approver.id} approved it; "
            "consent given afterwards is not consent."
        ),
        cites=(case.change.event_id, *(a.event_id for a in consent.late)),
    )
    return (claim,)


RULE = Rule(
    code="APPROVAL_AFTER_EXECUTION",
    summary="Approved only after it had been executed",
    severity=Severity.HIGH,
    responses=(Response.REVOKE,),
    frameworks=(
        "ASI09",
        "ASI03",
        "AISVS-9.2.1",
        "RMF-MAP-3.5",
        "CSF-PR.AA-05",
        "CSF-RS.AN-07",
        "SP800-53-AU-8",
        "SP800-53-AU-12(1)",
        "SP800-53-AC-3(2)",
        "MAESTRO-L5",
    ),
    check=check,
)
