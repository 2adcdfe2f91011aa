"""The approver claims to be a person, but who it was had not been established as surely as the policy asks."""

from collections.abc import Iterable

from streams.core.case import Case
from streams.core.consent import Fault
from streams.core.evidence import Approval
from streams.core.finding import Claim, Rule, Severity
from streams.core.parties import Assurance
from streams.core.requirement import Response


def check(case: Case) -> Iterable[Claim]:
    return [_claim(case, vote.approval) for vote in case.consent.faulty(Fault.UNVERIFIED)]


def _claim(case: Case, approval: Approval) -> Claim:
    required = case.requirement.approvals
    wanted = required.assurance if required is not None else ""
    was = "not established" if approval.assurance is Assurance.NONE else f"only {approval.assurance}"
    return Claim(
        message=(
            f"{case.deed}; the identity of its approver {approval.approver.id} was {was}, "
            f"where the policy asks for it to be {wanted}."
        ),
        cites=(case.change.event_id, approval.event_id),
    )


RULE = Rule(
    code="APPROVER_UNVERIFIED",
    summary="Approved by somebody whose identity was not established",
    severity=Severity.MEDIUM,
    responses=(Response.HOLD,),
    frameworks=(
        "ASI09",
        "ASI07",
        "AISVS-9.2.8",
        "AISVS-9.2.9",
        "RMF-MEASURE-2.8",
        "CSF-PR.AA-03",
        "CSF-PR.AA-04",
        "SP800-53-AU-10(1)",
        "SP800-53-AU-10(4)",
        "MAESTRO-L6",
    ),
    check=check,
)
