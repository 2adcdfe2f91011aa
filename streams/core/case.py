"""Case: one change of a chain, with everything a rule may look at when it judges that change."""

from collections.abc import Iterable, Sequence
from functools import cached_property

from streams.core.chain import Chain
from streams.core.consent import Vote, Weighing, weigh
from streams.core.evidence import Change, Prompt
from streams.core.parties import Kind
from streams.core.registry import Agent, Registry
from streams.core.requirement import Requirement
from streams.core.time import utc
from streams.core.value import Value


class Case(Value, frozen=True, kw_only=True, dict=True, gc=True):
    """One change, what of its chain bears on it as of one instant, what was required, and who is registered.

    What a rule says may depend on nothing else, so that what was found once holds until one of these is another.
    `prompts`: those that can explain the change, for they were not written after it. `acting_agent`: the AI agent
    that executed the change itself, if one did.
    """

    change: Change
    requirement: Requirement
    registry: Registry
    skew_ms: int
    consent: Weighing
    prompts: tuple[Prompt, ...]
    acting_agent: str | None

    @classmethod
    def of(
        cls,
        chain: Chain,
        change: Change,
        requirement: Requirement,
        registry: Registry,
        skew_ms: int,
        votes_before: Iterable[Vote] = (),
    ) -> "Case":
        """Open the case of a change: weigh the consent once, for all rules. `votes_before`: see `weigh`."""
        prompts, latest = chain.prompts, change.executed_at + skew_ms
        if prompts and prompts[-1].occurred_at > latest:
            prompts = tuple([prompt for prompt in prompts if prompt.occurred_at <= latest])
        return cls(
            change=change,
            requirement=requirement,
            registry=registry,
            skew_ms=skew_ms,
            consent=weigh(change, requirement.approvals, chain.approvals, registry, skew_ms, votes_before),
            prompts=prompts,
            acting_agent=change.actor.id if acts_as_ai(change, registry) else None,
        )

    def agent(self, agent_id: str) -> Agent | None:
        """Look up an agent as of the execution."""
        return self.registry.as_of(self.change.tenant, agent_id, self.change.executed_at)

    @cached_property
    def deed(self) -> str:
        """Tell what was done, as the beginning of a sentence."""
        return deed(self.change)


def acts_as_ai(change: Change, registry: Registry) -> bool:
    """Say whether the actor is an AI agent: said to be one, or registered as one under whatever kind it shows."""
    if change.actor.kind is Kind.AI_AGENT:
        return True
    return registry.as_of(change.tenant, change.actor.id, change.executed_at) is not None


def involves_ai(chain: Chain, change: Change, registry: Registry) -> bool:
    """Say whether an AI had a part in a change: it acted, it was asked, or it approved."""
    return bool(chain.prompts) or acts_as_ai(change, registry) or approved_by_ai(chain, registry)


def approved_by_ai(chain: Chain, registry: Registry) -> bool:
    """Say whether an AI is among those who decided about the request."""
    return any(
        a.approver.kind is Kind.AI_AGENT or registry.as_of(a.tenant, a.approver.id, a.decided_at) is not None
        for a in chain.approvals
    )


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
        operation=named((change.operation,)),
        what=named([e.id for e in change.entitlements]),
        whom=named((change.subject.id,)),
    )
    return f"{told} at {utc(change.executed_at)}"


def named(names: Sequence[str]) -> str:
    """Name a few things in a sentence: `a, b, c and 4 more`."""
    few = ", ".join([n if len(n) <= NAME_CHARS_MAX else n[: NAME_CHARS_MAX - 1] + "…" for n in names[:NAMED_MAX]])
    return few if len(names) <= NAMED_MAX else f"{few} and {len(names) - NAMED_MAX} more"
