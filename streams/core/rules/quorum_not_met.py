"""Fewer people, or other roles, agreed than the policy asks for."""

from collections.abc import Iterable

from streams.core.case import Case
from streams.core.consent import is_human, voters
from streams.core.finding import Claim, Rule, Severity
from streams.core.requirement import Response


def check(case: Case) -> Iterable[Claim]:
    required, consent = case.requirement.approvals, case.consent
    if required is None or not consent.votes or (required.count < 2 and not required.roles):
        return ()
    given = [v.approval for v in consent.votes if not required.human or is_human(v.approval, case.registry)]
    people, missing = voters(given), consent.missing_roles(given)
    if len(people) >= required.count and not missing:
        return ()
    who = ", ".join(sorted(people)) or "no person"
    roles = f"; nobody agreed as {', '.join(missing)}" if missing else ""
    claim = Claim(
        message=f"{case.deed} with {len(people)} of {max(required.count, 1)} approvals ({who}){roles}.",
        cites=(case.change.event_id, *(vote.approval.event_id for vote in consent.votes)),
    )
    return (claim,)


RULE = Rule(
    code="QUORUM_NOT_MET",
    summary="Too few people, or not the right ones, approved",
    severity=Severity.HIGH,
    responses=(Response.REVOKE,),
    frameworks=(
        "ASI03",
        "ASI09",
        "RMF-GOVERN-3.2",
        "CSF-PR.AA-05",
        "SP800-53-AC-3(2)",
        "SP800-53-CM-5(4)",
        "SP800-53-AC-5",
    ),
    check=check,
)
