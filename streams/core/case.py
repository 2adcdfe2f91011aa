"""Case: one change of a chain, with everything a rule may look at when it judges that change."""

from collections.abc import Sequence
from dataclasses import dataclass

from streams.core.chain import Chain
from streams.core.consent import Weighing, weigh
from streams.core.evidence import Change, Prompt
from streams.core.parties import Kind
from streams.core.registry import Agent, Registry
from streams.core.requirement import Requirement
from streams.core.time import utc


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
    approved_by_ai = any(
        a.approver.kind is Kind.AI_AGENT or registry.as_of(a.tenant, a.approver.id, a.decided_at) is not None
        for a in chain.approvals
    )
    return acts_as_ai(change, registry) or bool(chain.prompts) or approved_by_ai


VERBS = {
    "grant": ("Granted {what} to {whom}", "Granted access to {whom}"),
    "revoke": ("Revoked {what} from {whom}", "Revoked access from {whom}"),
    "elevate": ("Elevated {whom} to {what}", "Elevated {whom}"),
    "create": ("Created {whom} with {what}", "Created {whom}"),
    "enable": ("Enabled {whom} with {what}", "Enabled {whom}"),
    "disable": ("Disabled {whom} with {what}", "Disabled {whom}"),
    "delete": ("Deleted {whom} with {what}", "Deleted {whom}"),
    "certify": ("Certified {what} for {whom}", "Certified the access of {whom}"),
    "exception": ("Made an exception for {whom} about {what}", "Made an exception for {whom}"),
    "role-change": ("Changed the role of {whom} to {what}", "Changed the role of {whom}"),
    "secret-read": ("Read secret {what} as {whom}", "Read a secret as {whom}"),
    "secret-rotate": ("Rotated secret {what} of {whom}", "Rotated a secret of {whom}"),
    "update": ("Updated {whom} with {what}", "Updated {whom}"),
    "token-issue": ("Issued a token for {what} to {whom}", "Issued a token to {whom}"),
}
"""How each operation reads, with entitlements and without."""

OTHERWISE = ("Carried out {operation} of {what} on {whom}", "Carried out {operation} on {whom}")

NAMED_MAX = 3
NAME_CHARS_MAX = 60
"""What a sentence names of many or long things, so that the fault stays readable; the event it cites has the rest."""


def deed(change: Change) -> str:
    """Tell what was done: `Granted Domain Admin to svc-ci at 2026-11-23T10:04:05Z`."""
    with_what, without = VERBS.get(change.operation, OTHERWISE)
    told = (with_what if change.entitlements else without).format(
        operation=named([change.operation]),
        what=named([e.id for e in change.entitlements]),
        whom=named([change.subject.id]),
    )
    return f"{told} at {utc(change.executed_at)}"


def named(names: Sequence[str]) -> str:
    """Name a few things in a sentence: `a, b, c and 4 more`."""
    few = ", ".join(n if len(n) <= NAME_CHARS_MAX else n[: NAME_CHARS_MAX - 1] + "…" for n in names[:NAMED_MAX])
    return few if len(names) <= NAMED_MAX else f"{few} and {len(names) - NAMED_MAX} more"
