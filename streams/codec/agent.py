"""Entries of the agent registry, to plain values and back."""

from typing import Any

from streams.codec.errors import Malformed
from streams.codec.fields import Fields, members
from streams.codec.parties import AUTHORITIES, KINDS
from streams.core.ids import DEFAULT_TENANT, EventId, TenantId
from streams.core.parties import Authority, Kind
from streams.core.registry import Agent, AgentStatus, Owner

AGENT = frozenset({
    "tenant", "event_id", "source", "occurred_at", "agent_id", "owner", "status", "registered_at", "authority",
    "environments",
})  # fmt: skip
OWNER = frozenset({"id", "kind"})
GRANTED = frozenset({"operation_class", "authority"})
STATUSES = members(AgentStatus)


def to_plain(agent: Agent) -> dict[str, Any]:
    """Write an agent; `authority` as a list of objects, for pairs have no name in Avro and objects no order in JSON."""
    owner = agent.owner
    return {
        "tenant": agent.tenant,
        "event_id": agent.event_id,
        "source": agent.source,
        "occurred_at": agent.occurred_at,
        "agent_id": agent.agent_id,
        "owner": {"id": owner.id, "kind": str(owner.kind)} if owner else None,
        "status": str(agent.status),
        "registered_at": agent.registered_at,
        "authority": [{"operation_class": name, "authority": str(granted)} for name, granted in agent.authority],
        "environments": list(agent.environments),
    }


def from_plain(plain: Any) -> Agent:
    """Read an agent."""
    fields = Fields(plain, "agent", AGENT)
    return Agent(
        tenant=TenantId(fields.id("tenant", DEFAULT_TENANT)),
        event_id=EventId(fields.id("event_id")),
        source=fields.id("source"),
        occurred_at=fields.instant("occurred_at"),
        agent_id=fields.id("agent_id"),
        owner=_owner(fields.inner("owner", OWNER)) if fields.has("owner") else None,
        status=fields.choice("status", STATUSES, AgentStatus.ACTIVE),
        registered_at=fields.instant("registered_at"),
        authority=_authority(fields),
        environments=fields.texts("environments"),
    )


def _owner(fields: Fields) -> Owner:
    return Owner(id=fields.id("id"), kind=fields.choice("kind", KINDS, Kind.UNKNOWN))


def _authority(fields: Fields) -> tuple[tuple[str, Authority], ...]:
    granted = tuple(
        (each.id("operation_class"), each.choice("authority", AUTHORITIES))
        for each in fields.objects("authority", GRANTED)
    )
    if len({name for name, _ in granted}) < len(granted):
        raise Malformed("agent.authority names an operation class twice; which one holds would be a matter of luck.")
    return granted
