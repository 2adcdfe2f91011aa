"""Entry: what every event of the System Log says alike: when, who, through which client, with what outcome."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from streams.adapters.base import event_id
from streams.adapters.declared import Declared, declared
from streams.adapters.read import Node
from streams.adapters.when import moment
from streams.core.evidence import Result
from streams.core.ids import EventId, TenantId
from streams.core.parties import Actor, Kind
from streams.core.time import Millis

SOURCE = "okta"

ACTORS = {
    "user": Kind.HUMAN,
    "systemprincipal": Kind.SYSTEM,
    "publicclientapp": Kind.SERVICE,
    # Types that Okta may write for agents; taken for AI where it does, because that is the stricter reading.
    "aiagent": Kind.AI_AGENT,
    "workloadprincipal": Kind.AI_AGENT,
}
"""What an `actor.type` is. Okta gives no list of them; what is not here is `unknown`."""

OKTA_ITSELF = "system@okta.com"
"""`alternateId` under which Okta's own processes appear, some of them with the type `User`."""

FIRST_PARTY_CLIENT = "okta."
"""Ids of Okta's own consoles begin so: a person in front of one is not an application."""

RESULTS = {
    "SUCCESS": Result.SUCCEEDED, "ALLOW": Result.SUCCEEDED,
    "FAILURE": Result.FAILED, "DENY": Result.FAILED, "SKIPPED": Result.FAILED, "RATE_LIMIT": Result.FAILED,
}  # fmt: skip
"""Whether an `outcome.result` took effect. What is not here (CHALLENGE, UNKNOWN, none) may have."""


@dataclass(frozen=True, slots=True)
class Target:
    """One entry of `target[]`: `type` in small letters without underscores, `name` for people."""

    type: str
    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event, read. `node` is the whole of it."""

    node: Node
    tenant: TenantId
    type: str
    event_id: EventId
    at: Millis
    actor: Actor
    targets: tuple[Target, ...]
    debug: Node
    result: Result
    user_agent: str | None
    declared: Declared

    @classmethod
    def of(cls, event: Mapping[str, Any], tenant: str) -> "Entry":
        """Read what all types share.

        Raises:
            Unrecognised: a field is missing or of the wrong type.
        """
        node = Node(SOURCE, event)
        outcome = node.node("outcome").optional("result") or ""
        agent = node.node("client").node("userAgent").optional("rawUserAgent", limit=None)
        return cls(
            node=node,
            tenant=TenantId(tenant),
            type=node.text("eventType"),
            event_id=event_id(SOURCE, node.optional("uuid", limit=200), event),
            at=moment(node, "published"),
            actor=_actor(node),
            targets=tuple(_target(target) for target in node.nodes("target")),
            debug=node.node("debugContext").node("debugData"),
            result=RESULTS.get(outcome, Result.UNKNOWN),
            user_agent=agent,
            declared=declared((agent,)),
        )

    def typed(self, types: tuple[str, ...]) -> tuple[Target, ...]:
        """Find the targets of the first of some types that there is any of; the order of targets means nothing."""
        for wanted in types:
            found = tuple(target for target in self.targets if target.type == wanted)
            if found:
                return found
        return ()


def _actor(node: Node) -> Actor:
    """Read who acted. A call with somebody's delegated token was made by the client, on that person's behalf."""
    actor = node.node("actor")
    id_ = actor.text("id")
    kind = ACTORS.get(_plain_type(actor), Kind.UNKNOWN)
    if actor.optional("alternateId") == OKTA_ITSELF:
        kind = Kind.SYSTEM
    client = node.node("client").optional("id")
    if client is None or client == id_ or client.startswith(FIRST_PARTY_CLIENT):
        return Actor(id=id_, kind=kind)
    return Actor(id=client, kind=Kind.SERVICE, on_behalf_of=id_)


def _target(node: Node) -> Target:
    """Read a target by its `id`, which never changes; only what has none is known by its `alternateId`."""
    name = node.optional("displayName", limit=None) or node.optional("alternateId", limit=None) or ""
    id_ = node.optional("id") or node.optional("alternateId") or node.optional("displayName")
    if id_ is None:
        node.refuse("id", "is missing")
    return Target(_plain_type(node), id_, name)


def _plain_type(node: Node) -> str:
    return (node.optional("type") or "").lower().replace("_", "")
