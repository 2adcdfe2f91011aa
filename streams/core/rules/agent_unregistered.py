"""An AI had a part in the change that was not in the registry at that time."""

from collections.abc import Iterable

from streams.core.case import Case
from streams.core.finding import Claim, Rule, Severity
from streams.core.requirement import Response


def check(case: Case) -> Iterable[Claim]:
    shown_by = {prompt.agent_id: prompt.event_id for prompt in reversed(case.prompts)}
    if case.acting_agent is not None:
        shown_by[case.acting_agent] = case.change.event_id
    unknown = [agent_id for agent_id in shown_by if case.agent(agent_id) is None]
    return [
        Claim(
            message=f"{case.deed}; AI agent {agent_id} was not registered then, so nobody answers for it.",
            cites=(case.change.event_id, shown_by[agent_id]),
            agent_id=agent_id,
        )
        for agent_id in unknown
    ]


RULE = Rule(
    code="AGENT_UNREGISTERED",
    summary="An AI that nobody registered had a part in it",
    severity=Severity.CRITICAL,
    responses=(Response.REVOKE, Response.SUSPEND_AGENT),
    frameworks=(
        "ASI10",
        "NHI9:2025",
        "AISVS-9.4.1",
        "RMF-GOVERN-1.6",
        "CSF-ID.AM-02",
        "CSF-PR.AA-01",
        "SP800-53-AC-2",
        "SP800-53-IA-9",
        "MAESTRO-L7",
    ),
    check=check,
)
