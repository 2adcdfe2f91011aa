"""The request had been refused, withdrawn or had lapsed, and the change was executed all the same."""

from collections.abc import Iterable

from streams.core.case import Case
from streams.core.evidence import Consent
from streams.core.finding import Claim, Rule, Severity
from streams.core.requirement import Response
from streams.core.time import utc


def check(case: Case) -> Iterable[Claim]:
    refusal = case.consent.refusal
    if refusal is None:
        return ()
    by = "expired" if refusal.outcome is Consent.EXPIRED else f"been {refusal.outcome} by {refusal.approver.id}"
    claim = Claim(
        message=f"{case.deed}, although the request had {by} at {utc(refusal.decided_at)}.",
        cites=(case.change.event_id, refusal.event_id),
        agent_id=case.acting_agent,
    )
    return (claim,)


RULE = Rule(
    code="EXECUTED_AFTER_DENIAL",
    summary="Executed although the request had been refused",
    severity=Severity.CRITICAL,
    responses=(Response.REVOKE, Response.SUSPEND_AGENT),
    frameworks=(
        "ASI03",
        "ASI10",
        "AISVS-9.6.2",
        "RMF-MANAGE-2.4",
        "CSF-PR.AA-05",
        "SP800-53-AC-3",
        "SP800-53-AC-24",
        "MAESTRO-L6",
    ),
    check=check,
)
