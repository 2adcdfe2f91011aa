"""Finding: one rule's claim about one change, citing the evidence; and the shape of a rule."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from streams.core.case import Case
from streams.core.ids import ChangeId, EventId, FindingId, digest
from streams.core.requirement import Response

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a rule says: a sentence for a person, the events it rests on, and the agent it accuses, if one."""

    message: str
    cites: tuple[EventId, ...]
    agent_id: str | None = None


Check = Callable[[Case], Iterator[Claim]]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
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
        own = {case.change.event_id}
        cites = tuple(sorted({*sorted(set(claim.cites) - own)[: FINDING_CITES_MAX - 1], *(own & set(claim.cites))}))
        response = max(
            (min(r, case.requirement.on_violation, key=lambda x: x.rank) for r in rule.responses),
            key=lambda x: x.rank,
        )
        change = case.change
        identity = digest(
            "fnd",
            change.tenant,
            change.decision_id,
            change.change_id,
            rule.code,
            message,
            cites,
            response,
            claim.agent_id,
        )
        return cls(
            finding_id=FindingId(identity),
            code=rule.code,
            severity=rule.severity,
            change_id=change.change_id,
            message=message,
            cites=cites,
            response=response,
            agent_id=claim.agent_id,
        )
