"""Span: what every span of OTLP/JSON says alike: its ids, its times, its attributes and those of its resource."""

import re
from dataclasses import dataclass

from streams.adapters.base import NO_DECISION, event_id
from streams.adapters.otel.attributes import Attributes, pairs
from streams.adapters.read import Node
from streams.adapters.when import nanos
from streams.core.ids import DecisionId, EventId, TenantId
from streams.core.time import Millis

SOURCE = "otel"

DECISION = ("clawback.decision.id", "baggage.clawback.decision.id")
"""Set by hand, or copied from baggage by a span processor (with or without a prefix)."""


UNNAMED_AGENT = "unknown"
"""The agent of a span that names neither agent nor service; no registry knows it, and the verdict says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One span, read. `resource`: the attributes of what emitted it. `begun`, `ended`: ms since 1970, UTC."""

    node: Node
    tenant: TenantId
    event_id: EventId
    trace_id: str | None
    span_id: str | None
    parent_id: str | None
    decision_id: DecisionId
    begun: Millis
    ended: Millis
    attributes: Attributes
    resource: Attributes

    @classmethod
    def of(cls, node: Node, resource: Node, tenant: str) -> "Span":
        """Read what all spans share.

        Raises:
            Unrecognised: a field is missing or malformed.
        """
        trace_id, span_id = _hex(node, "traceId", 32), _hex(node, "spanId", 16)
        attributes = Attributes(node, _with_events(node))
        begun = nanos(node, "startTimeUnixNano")
        if begun is None:
            node.refuse("startTimeUnixNano", "is missing")
        ended = nanos(node, "endTimeUnixNano")
        own = f"{trace_id}:{span_id}" if trace_id and span_id else None
        return cls(
            node=node,
            tenant=TenantId(tenant),
            event_id=event_id(SOURCE, own, node.plain),
            trace_id=trace_id,
            span_id=span_id,
            parent_id=_hex(node, "parentSpanId", 16),
            decision_id=_decision(attributes, trace_id),
            begun=begun,
            ended=ended if ended is not None else begun,
            attributes=attributes,
            resource=Attributes(resource, pairs(resource, "attributes")),
        )

    @property
    def agent_id(self) -> str:
        """Name the agent: by its id, its name, or the service that it runs in."""
        named = self.attributes.first("gen_ai.agent.id", "gen_ai.agent.name")
        return named or self.resource.first("service.name") or UNNAMED_AGENT

    @property
    def parent_event(self) -> str:
        """Name the event of the parent span; empty when there is none."""
        return f"{SOURCE}:{self.trace_id}:{self.parent_id}" if self.trace_id and self.parent_id else ""


def _hex(node: Node, name: str, digits: int) -> str | None:
    """Read an id in hex, as OTLP/JSON writes it; all zeros is no id (W3C Trace Context, 3.2.2.3)."""
    written = node.optional(name)
    if written is None or not written.strip("0"):
        return None
    if not re.fullmatch(rf"[0-9a-fA-F]{{{digits}}}", written, re.ASCII):
        node.refuse(name, f"must be {digits} hex digits")
    return written.lower()


def _decision(attributes: Attributes, trace_id: str | None) -> DecisionId:
    """Take the decision that the platform names; else the trace is the decision."""
    said = attributes.first(*DECISION)
    if said is not None:
        return DecisionId(said)
    return DecisionId(f"trace:{trace_id}") if trace_id is not None else NO_DECISION


def _with_events(node: Node) -> dict[str, object]:
    """Read the attributes of a span; content that they leave out often stands in its `gen_ai.*` events."""
    found: dict[str, object] = {}
    for event in node.nodes("events", 1_024):
        if (event.optional("name") or "").startswith("gen_ai."):
            found |= {key: value for key, value in pairs(event, "attributes").items() if key not in found}
    return found | pairs(node, "attributes")
