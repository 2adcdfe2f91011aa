"""Registry: which AI agents exist, who answers for them, and what they may do, as of an event time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Self

from streams.core.ids import EventId, TenantId
from streams.core.parties import Authority, Kind
from streams.core.time import Millis


class AgentStatus(StrEnum):
    """Whether an agent may act at all."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who answers for an agent."""

    id: str
    kind: Kind = Kind.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One version of an agent's entry.

    `authority`: pairs (operation class, authority), `*` for every other class. `registered_at`: when the agent first
    entered the registry; `occurred_at`: since when this version holds (both ms since 1970, UTC). The first survives
    compaction of the topic, so that an old change still finds that the agent was known.
    """

    tenant: TenantId
    event_id: EventId
    source: str
    occurred_at: Millis
    agent_id: str
    owner: Owner | None = None
    status: AgentStatus = AgentStatus.ACTIVE
    registered_at: Millis
    authority: tuple[tuple[str, Authority], ...] = ()
    environments: tuple[str, ...] = ()

    def authority_for(self, operation_class: str) -> Authority:
        """Look up what the agent may do about a class of operations; nothing, when nobody said so."""
        granted = dict(self.authority)
        return granted.get(operation_class, granted.get("*", Authority.NONE))


@dataclass(frozen=True, slots=True)
class Registry:
    """Every known version of every agent, oldest first."""

    versions: Mapping[tuple[TenantId, str], tuple[Agent, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def with_agents(self, agents: Iterable[Agent]) -> Self:
        """Add versions. The order and repetition of what is added make no difference."""
        merged = dict(self.versions)
        for agent in agents:
            key = (agent.tenant, agent.agent_id)
            known = {*merged.get(key, ()), agent}
            merged[key] = tuple(sorted(known, key=lambda v: (v.occurred_at, v.event_id, v.registered_at)))
        return type(self)(MappingProxyType(merged))

    def as_of(self, tenant: TenantId, agent_id: str, at: Millis) -> Agent | None:
        """Find the entry that held at `at`, or None if the agent was not registered then."""
        versions = self.versions.get((tenant, agent_id))
        if versions is None:
            return None
        if versions[-1].occurred_at <= at:
            return versions[-1]
        held = [v for v in versions if v.occurred_at <= at]
        if held:
            return held[-1]
        return next((v for v in versions if v.registered_at <= at), None)
