"""The cast of the load: agents, the people who approve, those whose access changes, and what they may hold."""

from streams.core.ids import DEFAULT_TENANT, EventId
from streams.core.parties import Approver, Authority, Entitlement, Kind, Subject
from streams.core.registry import Agent, Owner
from streams.core.time import DAY_MS, Millis

AGENTS = tuple(f"agent-{team}-{n}" for team in ("helpdesk", "joiner", "mover", "review") for n in range(8))
"""Registered, each with an owner, allowed to do what the policy allows."""

STRANGER = "agent-of-nobody"
"""An agent that no registry knows."""

MODELS = ("model-large-2026-08", "model-small-2026-10", "model-code-2026-05")

PEOPLE = tuple(f"person-{n:04d}@example.com" for n in range(2_000))
SUBJECTS = tuple(Subject(id=person, kind=Kind.HUMAN) for person in PEOPLE)
MANAGERS = tuple(Approver(id=f"manager-{n:03d}@example.com", kind=Kind.HUMAN, roles=("manager",)) for n in range(200))
OWNERS = tuple(
    Approver(id=f"owner-{n:03d}@example.com", kind=Kind.HUMAN, roles=("entitlement-owner",)) for n in range(100)
)
SECURITY = tuple(Approver(id=f"security-{n:02d}@example.com", kind=Kind.HUMAN, roles=("security",)) for n in range(20))
ORDINARY = tuple(
    Entitlement(id=f"group-{n:03d}-readers", application=f"app-{n % 40:02d}", environment="production")
    for n in range(400)
)
PRIVILEGED = tuple(
    Entitlement(id=f"role-{n:02d}-admins", application=f"app-{n % 40:02d}", privileged=True, environment="production")
    for n in range(80)
)


def registered(at: Millis) -> tuple[Agent, ...]:
    """Give the entries of all agents, a year old at `at`."""
    since = Millis(at - 365 * DAY_MS)
    return tuple(
        Agent(
            tenant=DEFAULT_TENANT,
            event_id=EventId(f"registered-{agent_id}"),
            source="agent-registry",
            occurred_at=since,
            registered_at=since,
            agent_id=agent_id,
            owner=Owner(id=f"owner-of-{agent_id}@example.com", kind=Kind.HUMAN),
            authority=(("*", Authority.EXECUTE),),
            environments=("production",),
        )
        for agent_id in AGENTS
    )
