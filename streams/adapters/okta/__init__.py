"""Okta: events of the System Log, alone, in an event hook, or through EventBridge."""

from collections.abc import Mapping
from typing import Any

from streams.adapters.base import Adapted, Unrecognised
from streams.adapters.okta.approvals import APPROVALS, approval
from streams.adapters.okta.changes import changes
from streams.adapters.okta.entry import SOURCE, Entry
from streams.adapters.okta.events import CHANGES
from streams.adapters.okta.ignored import reason_to_ignore
from streams.adapters.read import Node


def adapt(event: Mapping[str, Any], tenant: str) -> Adapted:
    """Turn one LogEvent (`GET /api/v1/logs`) into evidence.

    Raises:
        Unrecognised: nobody maps its type, or it lacks what its type needs.
    """
    event_type = Node(SOURCE, event).text("eventType")
    if event_type in CHANGES:
        return changes(Entry.of(event, tenant), CHANGES[event_type])
    if event_type in APPROVALS:
        return approval(Entry.of(event, tenant), APPROVALS[event_type])
    reason = reason_to_ignore(event_type)
    if reason is None:
        raise Unrecognised(SOURCE, f"eventType {event_type[:80]} is mapped by nobody")
    return Adapted(ignored=reason)


def unwrap(document: Mapping[str, Any]) -> list[Any]:
    """Open what Okta delivers in: an event hook (`data.events`) or EventBridge (`detail`); else it is one event.

    Raises:
        Unrecognised: the envelope holds no list of events.
    """
    if "eventType" in document and "data" in document and "uuid" not in document:
        events = Node(SOURCE, document).node("data").plain.get("events")
        if not isinstance(events, list):
            raise Unrecognised(SOURCE, "data.events of the event hook must be a list")
        return events
    return [document["detail"]] if "detail-type" in document and "detail" in document else [document]
