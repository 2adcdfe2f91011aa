"""Uncorrelated: a piece of evidence that does not say which decision it belongs to."""

from dataclasses import dataclass
from typing import Any

from streams.codec.bounds import VALUE_BYTES_MAX
from streams.codec.fields import REQUIRED, Fields
from streams.core.ids import DEFAULT_TENANT, EventId, TenantId
from streams.core.time import Millis

UNCORRELATED = frozenset({"tenant", "event_id", "source", "occurred_at", "actor_id", "kind", "evidence"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncorrelated:
    """Evidence that waits for somebody to find its decision.

    `kind`: which record it will be. `evidence`: its plain form without `decision_id`, as canonical JSON (sorted keys).
    `actor_id`: who did it, by which it may be found. `occurred_at`: ms since 1970, UTC.
    """

    tenant: TenantId = DEFAULT_TENANT
    event_id: EventId
    source: str
    occurred_at: Millis
    actor_id: str
    kind: str
    evidence: str


def to_plain(uncorrelated: Uncorrelated) -> dict[str, Any]:
    """Write an uncorrelated record."""
    return {
        "tenant": uncorrelated.tenant,
        "event_id": uncorrelated.event_id,
        "source": uncorrelated.source,
        "occurred_at": uncorrelated.occurred_at,
        "actor_id": uncorrelated.actor_id,
        "kind": uncorrelated.kind,
        "evidence": uncorrelated.evidence,
    }


def from_plain(plain: Any) -> Uncorrelated:
    """Read an uncorrelated record; whether its evidence is any is found when it is given a decision."""
    fields = Fields(plain, "uncorrelated", UNCORRELATED)
    return Uncorrelated(
        tenant=TenantId(fields.id("tenant", DEFAULT_TENANT)),
        event_id=EventId(fields.id("event_id")),
        source=fields.id("source"),
        occurred_at=fields.instant("occurred_at"),
        actor_id=fields.id("actor_id"),
        kind=fields.id("kind"),
        evidence=fields.text("evidence", VALUE_BYTES_MAX, REQUIRED),
    )
