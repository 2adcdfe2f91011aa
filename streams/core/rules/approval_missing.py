"""An approval was required, and none had been given when the change was executed."""

from collections.abc import Iterable

from streams.core.case import Case
from streams.core.finding import Claim, Rule, Severity
from streams.core.requirement import Response
from streams.core.time import utc


def check(case: Case) -> Iterable[Claim]:
    if case.consent.is_met or case.consent.votes:
        return ()
    said = "no approval is recorded"
    if case.consent.late:
        first = case.consent.late[0]
        said = f"nobody had approved; {first.approver.id} did only at {utc(first.decided_at)}"
    elif case.consent.refusal is not None:
        said = "nobody approved"
    late = tuple(a.event_id for a in case.consent.late)
    return (Claim(message=f"{case.deed}; {said}.", cites=(case.change.event_id, *late)),)


RULE = Rule(
    code="APPROVAL_MISSING",
    summary="Executed without the approval that the policy requires",
    severity=Severity.HIGH,
    responses=(Response.REVOKE,),
    frameworks=(
        "ASI03",
        "ASI10",
        "AISVS-9.2.1",
        "RMF-GOVERN-3.2",
        "RMF-MAP-3.5",
        "CSF-PR.AA-05",
        "CSF-ID.RA-07",
        "SP800-53-AC-3(2)",
        "SP800-53-AC-6(5)",
        "SP800-53-CM-5(4)",
        "MAESTRO-L6",
    ),
    check=check,
)
