"""Finding: one rule's claim about one change, citing the evidence; and the shape of a rule."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from streams.core.case import Case
from streams.core.ids import ChangeId, EventId, FindingId, digest
from streams.core.requirement import RANKS, Response
from streams.core.value import Value

FINDING_TEXT_MAX = 500
"""Characters of one finding's sentence: it is read on a phone."""


FINDING_CITES_MAX = 32
"""Events that one finding cites; with more votes than that, the first show the fault as well as all."""


class Severity(StrEnum):
    """How bad, mildest first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Claim(Value, frozen=True, kw_only=True):
    """What a rule says: a sentence for a person, the events it rests on, and the agent it accuses, if one."""

    message: str
    cites: tuple[EventId, ...]
    agent_id: str | None = None


Check = Callable[[Case], Iterable[Claim]]
"""Every rule is asked about every change and seldom has anything to say, so the way to `()` must be short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One way in which a chain falls short of what was required.

    `responses`: what the catalogue proposes for it; the policy's class caps them. `frameworks`: ids from
    `frameworks.json`, which this rule supports evidence for.
    """

    code: str
    summary: str
    severity: Severity
    responses: tuple[Response, ...]
    frameworks: tuple[str, ...]
    check: Check


class Finding(Value, frozen=True, kw_only=True):
    """One violation, as it stands in a verdict. `finding_id` is a digest of everything else here."""

    finding_id: FindingId
    code: str
    severity: Severity
    change_id: ChangeId
    message: str
    cites: tuple[EventId, ...]
    response: Response
    agent_id: str | None = None

    @classmethod
    def of(cls, rule: Rule, case: Case, claim: Claim) -> "Finding":
        """Turn a claim into a finding: bounded, sorted, with an id from its content and a response under the cap."""
        message = (
            claim.message if len(claim.message) <= FINDING_TEXT_MAX else claim.message[: FINDING_TEXT_MAX - 1] + "…"
        )
        change = case.change
        cites = set(claim.cites)
        if len(cites) >= FINDING_CITES_MAX:
            own = {change.event_id}
            cites = {*sorted(cites - own)[: FINDING_CITES_MAX - 1], *(own & cites)}
        response = min(max(rule.responses, key=RANKS.__getitem__), case.requirement.on_violation, key=RANKS.__getitem__)
        in_order = tuple(sorted(cites))
        identity = digest(
            "fnd",
            change.tenant,
            change.decision_id,
            change.change_id,
            rule.code,
            message,
            in_order,
            response,
            claim.agent_id,
        )
        return cls(
            finding_id=FindingId(identity),
            code=rule.code,
            severity=rule.severity,
            change_id=change.change_id,
            message=message,
            cites=in_order,
            response=response,
            agent_id=claim.agent_id,
        )
