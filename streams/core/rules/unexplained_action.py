"""An AI executed the change, and no prompt is recorded that would explain it."""

from collections.abc import Iterable

from streams.core.case import Case
from streams.core.finding import Claim, Rule, Severity
from streams.core.requirement import Response


def check(case: Case) -> Iterable[Claim]:
    if case.acting_agent is None or not case.requirement.prompt_required or case.prompts:
        return ()
    claim = Claim(
        message=f"{case.deed} by AI agent {case.acting_agent}; no prompt is recorded that explains why.",
        cites=(case.change.event_id,),
        agent_id=case.acting_agent,
    )
    return (claim,)


RULE = Rule(
    code="UNEXPLAINED_ACTION",
    summary="An AI acted and nobody knows what it was asked",
    severity=Severity.HIGH,
    responses=(Response.HOLD,),
    frameworks=(
        "ASI01",
        "ASI10",
        "AISVS-12.1.1",
        "AISVS-9.4.2",
        "RMF-MEASURE-2.8",
        "RMF-MEASURE-2.9",
        "CSF-PR.PS-04",
        "CSF-DE.AE-03",
        "SP800-53-AU-3",
        "SP800-53-AU-12",
        "SP800-53-AU-6(3)",
        "MAESTRO-L5",
    ),
    check=check,
)
