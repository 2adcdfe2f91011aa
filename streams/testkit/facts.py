"""Facts: the compact way in which a story writes evidence, requirements and agents, with what goes without saying."""

from collections.abc import Callable, Iterable
from typing import Any, TypedDict, TypeVar

from streams.core.evidence import (
    Approval,
    Change,
    Consent,
    Context,
    ContextKind,
    Evidence,
    Outcome,
    Prompt,
    Result,
    Rollback,
    Scope,
    Status,
    Trust,
)
from streams.core.ids import DEFAULT_TENANT, ChangeId, CommandId, DecisionId, EventId, TenantId
from streams.core.parties import Actor, Approver, Assurance, Authority, Entitlement, Kind, Subject
from streams.core.registry import Agent, AgentStatus, Owner
from streams.core.requirement import ApprovalsRequired, Requirement, Response
from streams.core.time import DAY_MS, Millis
from streams.testkit.table import Table

DECISION = DecisionId("decision-1")

Party = TypeVar("Party", Actor, Subject, Approver)


class Common(TypedDict):
    """What every fact says about itself."""

    tenant: TenantId
    event_id: EventId
    decision_id: DecisionId
    source: str
    occurred_at: Millis


def common(table: Table, event_id: str, at: Millis, source: str) -> Common:
    """Read what every fact says about itself."""
    return Common(
        tenant=DEFAULT_TENANT,
        event_id=EventId(event_id),
        decision_id=DECISION,
        source=table.text("source", source),
        occurred_at=at,
    )


def change(table: Table, event_id: str, at: Millis, _: Change | None) -> Change:
    """Read a change: unless it says otherwise, the service `iga` granted Domain Admin to svc-ci, and it worked."""
    rollback = table.maybe("rollback")
    return Change(
        **common(table, event_id, at, "iga"),
        change_id=ChangeId(table.text("change_id", event_id)),
        operation=table.text("operation", "grant"),
        process=table.text("process"),
        actor=party(table, "actor", "service:iga", Actor),
        subject=party(table, "subject", "service:svc-ci", Subject),
        entitlements=tuple(Entitlement(id=name) for name in table.texts("entitlements", ("Domain Admin",))),
        executed_at=table.instant("executed_at") or at,
        grant_expires_at=table.instant("expires"),
        rollback=None if rollback is None else Rollback(operation=rollback),
        result=table.choice("result", Result.SUCCEEDED),
        break_glass=table.flag("break_glass", default=False),
        command_id=command_id(table, "command_id"),
    )


def approval(table: Table, event_id: str, at: Millis, about: Change | None) -> Approval:
    """Read an approval: unless it says otherwise, Carol, verified, agreed to exactly the first change of the story."""
    return Approval(
        **common(table, event_id, at, "approvals"),
        approval_id=table.text("approval_id", "request-1"),
        approver=party(table, "approver", "human:carol", Approver, roles=table.texts("roles")),
        requester=table.maybe("requester"),
        outcome=table.choice("outcome", Consent.APPROVED),
        scope=scope(table.table("scope"), about),
        decided_at=table.instant("decided_at") or at,
        valid_until=table.instant("valid_until"),
        assurance=table.choice("assurance", Assurance.VERIFIED),
        method=table.text("method"),
        ticket=table.text("ticket"),
    )


def scope(table: Table | None, about: Change | None) -> Scope:
    """Read a scope; what it leaves out is as in the change. An empty text leaves that part of the approval open."""
    operation = about.operation if about is not None else ""
    subject = about.subject.id if about is not None else ""
    entitlements = tuple(e.id for e in about.entitlements) if about is not None else ()
    if table is None:
        return Scope(operation=operation or None, subject=subject or None, entitlements=entitlements)
    digest = table.text("action_digest")
    read = Scope(
        operation=table.text("operation", operation) or None,
        subject=table.text("subject", subject) or None,
        entitlements=table.texts("entitlements", entitlements),
        max_duration_ms=table.span_ms("max_duration"),
        action_digest=(about.action_digest if about is not None and digest == "same" else digest) or None,
    )
    table.done()
    return read


def prompt(table: Table, event_id: str, at: Millis, _: Change | None) -> Prompt:
    """Read a prompt: unless it says otherwise, to helpdesk-bot, which is to recommend."""
    return Prompt(
        **common(table, event_id, at, "ai"),
        agent_id=table.text("agent", "helpdesk-bot"),
        model=table.text("model"),
        session_id=table.text("session_id"),
        on_behalf_of=table.maybe("on_behalf_of"),
        authority=table.choice("authority", Authority.RECOMMEND),
        text=table.text("text"),
        rationale=table.text("rationale"),
    )


def context(table: Table, event_id: str, at: Millis, _: Change | None) -> Context:
    """Read a piece of context."""
    return Context(
        **common(table, event_id, at, "ai"),
        context_id=table.text("context_id", event_id),
        prompt_id=table.text("prompt_id"),
        kind=table.choice("context_kind", ContextKind.RETRIEVAL),
        uri=table.text("uri"),
        trust=table.choice("trust", Trust.INTERNAL),
        excerpt=table.text("excerpt"),
    )


def outcome(table: Table, event_id: str, at: Millis, _: Change | None) -> Outcome:
    """Read what became of a command."""
    return Outcome(
        **common(table, event_id, at, "responder"),
        command_id=command_id(table, "command_id") or CommandId(""),
        responder=table.text("responder", "scim"),
        status=table.choice("status", Status.SUCCEEDED),
        completed_at=table.instant("completed_at") or at,
        detail=table.text("detail"),
    )


FACTS: dict[str, Callable[[Table, str, Millis, Change | None], Evidence]] = {
    "change": change,
    "approval": approval,
    "prompt": prompt,
    "context": context,
    "outcome": outcome,
}


def party(table: Table, key: str, default: str, kind: Callable[..., Party], **more: Any) -> Party:
    """Read a party written `kind:id`; without a kind it is a human."""
    first, colon, rest = table.text(key, default).partition(":")
    if not colon:
        return kind(id=first, kind=Kind.HUMAN, **more)
    if first not in set(Kind):
        raise table.fail(f"{key} must be written kind:id with a kind of {', '.join(Kind)}, not {first!r}")
    return kind(id=rest, kind=Kind(first), **more)


def command_id(table: Table, key: str) -> CommandId | None:
    """Read a command id."""
    value = table.maybe(key)
    return None if value is None else CommandId(value)


def requirement(table: Table) -> Requirement:
    """Read what is asked: one verified approval would be `approvals = {assurance = "verified"}`."""
    asked = table.table("approvals")
    read = Requirement(
        operation_class=table.text("operation_class", "privilege-elevation"),
        authority=table.choice("authority", Authority.EXECUTE),
        approvals=None if asked is None else approvals_required(asked),
        expiry_required=table.flag("expiry_required", default=False),
        prompt_required=table.flag("prompt_required", default=False),
        on_violation=table.choice("on_violation", Response.REVOKE),
        waived=table.texts("waived"),
    )
    table.done()
    return read


def approvals_required(table: Table) -> ApprovalsRequired:
    """Read how much consent is asked for."""
    read = ApprovalsRequired(
        count=table.number("count", 1),
        roles=table.texts("roles"),
        human=table.flag("human", default=True),
        independent=table.flag("independent", default=True),
        assurance=table.choice("assurance", Assurance.NONE),
        valid_for_ms=table.span_ms("valid_for"),
    )
    table.done()
    return read


def agents(tables: Iterable[Table], zero: Millis) -> tuple[Agent, ...]:
    """Read the registry: unless it says otherwise, an agent has been registered and active for a year."""
    return tuple(_agent(table, number, zero) for number, table in enumerate(tables, 1))


def _agent(table: Table, number: int, zero: Millis) -> Agent:
    since = Millis(zero - 365 * DAY_MS)
    registered_at = table.instant("registered_at") or since
    authority = table.table("authority")
    owner = table.maybe("owner")
    pairs = authority.items() if authority is not None else (("*", Authority.EXECUTE.value),)
    for _, word in pairs:
        if word not in set(Authority):
            raise table.fail(f"authority must be one of {', '.join(Authority)}, not {word!r}")
    read = Agent(
        tenant=DEFAULT_TENANT,
        event_id=EventId(f"agent-{number}"),
        source="registry",
        occurred_at=table.instant("at") or registered_at,
        agent_id=table.needed("id"),
        owner=None if owner is None else Owner(id=owner, kind=Kind.HUMAN),
        status=table.choice("status", AgentStatus.ACTIVE),
        registered_at=registered_at,
        authority=tuple(sorted((name, Authority(word)) for name, word in pairs)),
    )
    table.done()
    return read
