"""What every piece of evidence says about itself, to plain values and back."""

from typing import Any, TypedDict

from streams.codec.fields import Fields
from streams.core.evidence import Fact
from streams.core.ids import DEFAULT_TENANT, DecisionId, EventId, TenantId
from streams.core.time import Millis

FACT = frozenset({"tenant", "event_id", "decision_id", "source", "occurred_at", "trace_id", "span_id"})


class FactValues(TypedDict):
    """The fields of `Fact`, to be passed on by name."""

    tenant: TenantId
    event_id: EventId
    decision_id: DecisionId
    source: str
    occurred_at: Millis
    trace_id: str | None
    span_id: str | None


def fact_to_plain(fact: Fact) -> dict[str, Any]:
    """Write the common part of a piece of evidence."""
    return {
        "tenant": fact.tenant,
        "event_id": fact.event_id,
        "decision_id": fact.decision_id,
        "source": fact.source,
        "occurred_at": fact.occurred_at,
        "trace_id": fact.trace_id,
        "span_id": fact.span_id,
    }


def fact_from(fields: Fields) -> FactValues:
    """Read the common part of a piece of evidence."""
    return {
        "tenant": TenantId(fields.id("tenant", DEFAULT_TENANT)),
        "event_id": EventId(fields.id("event_id")),
        "decision_id": DecisionId(fields.id("decision_id")),
        "source": fields.id("source"),
        "occurred_at": fields.instant("occurred_at"),
        "trace_id": fields.optional("trace_id"),
        "span_id": fields.optional("span_id"),
    }
