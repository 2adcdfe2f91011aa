"""An approval that was relied upon came from something that is not a person."""

from collections.abc import Iterable

from streams.core.case import Case
from streams.core.consent import Fault
from streams.core.evidence import Approval
from streams.core.finding import Claim, Rule, Severity
from streams.core.parties import Kind
from streams.core.requirement import Response

KINDS = {
    Kind.HUMAN: "person",
    Kind.AI_AGENT: "AI agent",
    Kind.SERVICE: "service",
    Kind.SYSTEM: "system",
    Kind.UNKNOWN: "party",
}


def check(case: Case) -> Iterable[Claim]:
    return [_claim(case, vote.approval) for vote in case.consent.faulty(Fault.NOT_HUMAN)]


def _claim(case: Case, approval: Approval) -> Claim:
    approver = approval.approver
    who = f"{KINDS[approver.kind]} {approver.id}, which is not human"
    if approver.kind is Kind.UNKNOWN:
        who = f"{approver.id}, who is not known to be human"
    if case.agent(approver.id) is not None:
        who = f"{approver.id}, which is registered as an AI agent"
    only = "the only approval" if len(case.consent.votes) == 1 else "one of the approvals"
    return Claim(
        message=f"{case.deed}; {only} is from {who}.",
        cites=(case.change.event_id, approval.event_id),
    )


RULE = Rule(
    code="APPROVER_NOT_HUMAN",
    summary="Approved by something that is not a person",
    severity=Severity.HIGH,
    responses=(Response.REVOKE,),
    frameworks=(
        "ASI09",
        "ASI03",
        "NHI10:2025",
        "AISVS-9.2.1",
        "AISVS-9.2.9",
        "RMF-GOVERN-3.2",
        "RMF-MAP-3.5",
        "CSF-PR.AA-05",
        "SP800-53-AC-3(2)",
        "SP800-53-AU-10(4)",
        "MAESTRO-L6",
    ),
    check=check,
)
