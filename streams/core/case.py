"""Case: one change of a chain, with everything a rule may look at when it judges that change."""

from dataclasses import dataclass

from streams.core.chain import Chain
from streams.core.consent import Weighing, weigh
from streams.core.evidence import Change, Prompt
from streams.core.parties import Kind
from streams.core.registry import Agent, Registry
from streams.core.requirement import Requirement
from streams.core.time import Millis, utc


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One change, the chain around it as of one instant, what was required, and who is registered."""

    chain: Chain
    change: Change
    requirement: Requirement
    registry: Registry
    skew_ms: int
    consent: Weighing

    @classmethod
    def of(cls, chain: Chain, change: Change, requirement: Requirement, registry: Registry, skew_ms: int) -> "Case":
        """Open the case of a change: weigh the consent once, for all rules."""
        consent = weigh(change, requirement.approvals, chain.approvals, registry, skew_ms)
        return cls(
            chain=chain, change=change, requirement=requirement, registry=registry, skew_ms=skew_ms, consent=consent
        )

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """The prompts that can explain the change: those not written after it."""
        return tuple(p for p in self.chain.prompts if p.occurred_at <= self.change.executed_at + self.skew_ms)

    @property
    def acting_agent(self) -> str | None:
        """Name the AI agent that executed the change itself, if one did."""
        return self.change.actor.id if acts_as_ai(self.change, self.registry) else None

    def agent(self, agent_id: str) -> Agent | None:
        """Look up an agent as of the execution."""
        return self.registry.as_of(self.change.tenant, agent_id, self.change.executed_at)

    @property
    def deed(self) -> str:
        """Tell what was done, as the beginning of a sentence."""
        return deed(self.change)


def acts_as_ai(change: Change, registry: Registry) -> bool:
    """Say whether the actor is an AI agent: said to be one, or registered as one under whatever kind it shows."""
    registered = registry.as_of(change.tenant, change.actor.id, change.executed_at) is not None
    return change.actor.kind is Kind.AI_AGENT or registered


def involves_ai(chain: Chain, change: Change, registry: Registry) -> bool:
    """Say whether an AI had a part in a change: it acted, it was asked, or it approved."""
    approved_by_ai = any(a.approver.kind is Kind.AI_AGENT for a in chain.approvals)
    return acts_as_ai(change, registry) or bool(chain.prompts) or approved_by_ai


VERBS = {
    "grant": "Granted", "revoke": "Revoked", "elevate": "Elevated", "create": "Created", "enable": "Enabled",
    "disable": "Disabled", "delete": "Deleted", "certify": "Certified", "exception": "Made an exception for",
    "role-change": "Changed the role", "secret-read": "Read secret", "secret-rotate": "Rotated secret",
    "token-issue": "Issued a token",
}  # fmt: skip


def deed(change: Change) -> str:
    """Tell what was done: `Granted Domain Admin to svc-ci at 2026-11-23T10:04:05Z`."""
    verb = VERBS.get(change.operation, f"Did {change.operation}")
    what = ", ".join(e.id for e in change.entitlements)
    joint = "from" if change.operation == "revoke" else "by" if change.operation == "secret-read" else "to"
    if change.operation in {"create", "enable", "disable", "delete"} or not what:
        whom = change.subject.id if not what else f"{change.subject.id} ({what})"
        return f"{verb} {whom} at {utc(Millis(change.executed_at))}"
    return f"{verb} {what} {joint} {change.subject.id} at {utc(Millis(change.executed_at))}"
