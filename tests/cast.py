"""The cast of the generated tests: a few people, agents and entitlements, and one ordinary fact of each kind."""

from itertools import product

from streams.core.evidence import Approval, Change, Consent, Prompt, Result, Scope
from streams.core.ids import DEFAULT_TENANT, ChangeId, DecisionId, EventId
from streams.core.parties import Actor, Approver, Assurance, Authority, Entitlement, Kind, Subject
from streams.core.registry import Agent
from streams.core.requirement import Timing
from streams.core.time import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Millis

DECISION = DecisionId("decision-1")
NOON = Millis(1_795_435_200_000)
"""2026-11-23T12:00:00Z, around which everything happens."""

TIMING = Timing(grace_ms=MINUTE_MS, skew_ms=5 * SECOND_MS, horizon_ms=30 * DAY_MS)

EDGES = (0, TIMING.skew_ms, TIMING.grace_ms, HOUR_MS)
OFFSETS = tuple(sorted({sign * edge + beside for edge, sign, beside in product(EDGES, (1, -1), (-1, 0, 1))}, key=abs))
"""Distances from noon that stand at a boundary of some rule, or one millisecond beside it."""

PEOPLE = ("alice", "bob", "carol")
AGENTS = ("helpdesk-bot", "mover-bot")
ROLES = ((), ("owner",), ("security",), ("owner", "security"))
SUBJECTS = (Subject(id="svc-ci", kind=Kind.SERVICE), *(Subject(id=name, kind=Kind.HUMAN) for name in PEOPLE))
ACTORS = (
    Actor(id="iga", kind=Kind.SERVICE),
    Actor(id="alice", kind=Kind.HUMAN),
    *(Actor(id=name, kind=Kind.AI_AGENT, on_behalf_of="alice") for name in AGENTS),
    Actor(id="helpdesk-bot", kind=Kind.SERVICE),
    Actor(id="rogue-bot", kind=Kind.AI_AGENT),
    Actor(id="nobody"),
)
APPROVERS = (
    *(Approver(id=name, kind=Kind.HUMAN, roles=roles) for roles, name in product(ROLES, PEOPLE)),
    *(Approver(id=name, kind=Kind.AI_AGENT, roles=("owner",)) for name in AGENTS),
    Approver(id="helpdesk-bot", kind=Kind.HUMAN),
    Approver(id="autoapprove", kind=Kind.SYSTEM, roles=("security",)),
    Approver(id="bob"),
)
ENTITLEMENTS = (
    Entitlement(id="Domain Admin", application="ad", privileged=True, environment="prod"),
    Entitlement(id="Domain Admin", application="ad", privileged=True, environment="test"),
    Entitlement(id="payroll-reader", application="erp"),
)
HELD = (ENTITLEMENTS[:1], (), ENTITLEMENTS[2:], ENTITLEMENTS[::2], ENTITLEMENTS)
OPERATIONS = ("grant", "revoke", "elevate", "certify", "delete", "secret-read", "suspend-agent", "something-new")

GRANTED = Change(
    tenant=DEFAULT_TENANT,
    event_id=EventId("change"),
    decision_id=DECISION,
    source="iga",
    occurred_at=NOON,
    change_id=ChangeId("change-1"),
    operation="grant",
    actor=ACTORS[0],
    subject=SUBJECTS[0],
    entitlements=HELD[0],
    executed_at=NOON,
    result=Result.SUCCEEDED,
)
"""A service granted Domain Admin to svc-ci at noon."""

IN_SCOPE = Scope(operation="grant", subject="svc-ci", entitlements=("Domain Admin", "payroll-reader"))
FOR_AN_HOUR = Scope(action_digest=GRANTED.action_digest, max_duration_ms=HOUR_MS)
AGREED = Approval(
    tenant=DEFAULT_TENANT,
    event_id=EventId("approval"),
    decision_id=DECISION,
    source="approvals",
    occurred_at=Millis(NOON - HOUR_MS),
    approval_id="request-1",
    approver=Approver(id="carol", kind=Kind.HUMAN),
    outcome=Consent.APPROVED,
    scope=IN_SCOPE,
    decided_at=Millis(NOON - HOUR_MS),
    assurance=Assurance.VERIFIED,
)
"""Carol had agreed to it an hour before."""

ASKED = Prompt(
    tenant=DEFAULT_TENANT,
    event_id=EventId("prompt"),
    decision_id=DECISION,
    source="ai",
    occurred_at=Millis(NOON - HOUR_MS),
    agent_id="helpdesk-bot",
)
"""helpdesk-bot had been asked about it an hour before."""

REGISTERED = tuple(
    Agent(
        tenant=DEFAULT_TENANT,
        event_id=EventId(f"agent-{agent_id}"),
        source="registry",
        occurred_at=Millis(NOON - DAY_MS),
        agent_id=agent_id,
        registered_at=Millis(NOON - DAY_MS),
        authority=(("*", Authority.EXECUTE),),
    )
    for agent_id in AGENTS
)
"""Both agents, registered since yesterday, allowed everything."""
