"""Access that must end by itself was granted without an end."""

from collections.abc import Iterable

from streams.core.case import Case
from streams.core.finding import Claim, Rule, Severity
from streams.core.requirement import Response


def check(case: Case) -> Iterable[Claim]:
    if not case.requirement.expiry_required or case.change.grant_expires_at is not None:
        return ()
    message = f"{case.deed} without an end, where the policy asks for one."
    return (Claim(message=message, cites=(case.change.event_id,)),)


RULE = Rule(
    code="NO_EXPIRY",
    summary="Granted without an end",
    severity=Severity.MEDIUM,
    responses=(Response.REVOKE,),
    frameworks=(
        "ASI03",
        "NHI5:2025",
        "NHI7:2025",
        "AISVS-5.2.6",
        "RMF-GOVERN-1.4",
        "CSF-PR.AA-05",
        "SP800-53-AC-2(2)",
        "SP800-53-AC-6(5)",
    ),
    check=check,
)
