"""An AI did more about this class of operations than the policy or its registration allows."""

from collections.abc import Iterable

from streams.core.case import Case
from streams.core.finding import Claim, Rule, Severity
from streams.core.ids import EventId
from streams.core.parties import Authority, Kind
from streams.core.requirement import Response

WHAT = {
    Authority.RECOMMEND: "AI agent {} recommended it",
    Authority.APPROVE: "AI agent {} approved it",
    Authority.EXECUTE: "AI agent {} carried it out itself",
}


def check(case: Case) -> Iterable[Claim]:
    claims: list[Claim] = []
    operation_class = case.requirement.operation_class
    for agent_id, deed, cited in _deeds(case):
        allowed, by = case.requirement.authority, "the policy"
        agent = case.agent(agent_id)
        if agent is not None and allowed.exceeds(agent.authority_for(operation_class)):
            allowed, by = agent.authority_for(operation_class), "its registration"
        if deed.exceeds(allowed):
            limit = f"no more than to {allowed}" if allowed is not Authority.NONE else "nothing"
            message = (
                f"{case.deed}; {WHAT[deed].format(agent_id)}, where {by} allows it {limit} about {operation_class}."
            )
            claims.append(Claim(message=message, cites=(case.change.event_id, cited), agent_id=agent_id))
    return claims


def _deeds(case: Case) -> list[tuple[str, Authority, EventId]]:
    """List what each agent did: the agent, the part it played, and the event that shows it."""
    deeds: list[tuple[str, Authority, EventId]] = []
    if case.acting_agent is not None:
        deeds.append((case.acting_agent, Authority.EXECUTE, case.change.event_id))
    for vote in case.consent.votes:
        approver = vote.approval.approver
        if approver.kind is Kind.AI_AGENT or case.agent(approver.id) is not None:
            deeds.append((approver.id, Authority.APPROVE, vote.approval.event_id))
    for prompt in case.prompts:
        if prompt.authority is Authority.RECOMMEND and prompt.agent_id != case.acting_agent:
            deeds.append((prompt.agent_id, Authority.RECOMMEND, prompt.event_id))
    return deeds


RULE = Rule(
    code="AUTHORITY_EXCEEDED",
    summary="An AI did more than it may",
    severity=Severity.CRITICAL,
    responses=(Response.REVOKE, Response.SUSPEND_AGENT),
    frameworks=(
        "ASI02",
        "ASI10",
        "ASI03",
        "AISVS-9.5.1",
        "RMF-GOVERN-3.2",
        "RMF-MAP-2.2",
        "CSF-PR.AA-05",
        "SP800-53-AC-6",
        "SP800-53-AC-6(10)",
        "MAESTRO-L3",
        "MAESTRO-L7",
    ),
    check=check,
)
