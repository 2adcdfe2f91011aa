"""Entries: what a line can be: evidence, an agent, a tick of the watermark, or a platform's own event."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from streams.codec import cloudevents
from streams.codec.cloudevents import Tick
from streams.codec.errors import Malformed
from streams.core.evidence import Approval, Change, Context, Evidence, Outcome, Prompt
from streams.core.registry import Agent
from streams.core.time import Millis
from streams.ops.lines import Line
from streams.topics import RAW_SOURCES

RAW_PREFIX = "raw."


@dataclass(frozen=True, slots=True)
class Raw:
    """An event in a platform's own format, as it would be published to `raw.<source>`."""

    source: str
    original: Mapping[str, Any]


Entry = Prompt | Context | Approval | Change | Outcome | Agent | Tick | Raw


def understand(event: Mapping[str, Any], *, now: Millis | None = None) -> Entry:
    """Read a CloudEvents 1.0 event as one of the types that we know.

    `now`: the clock (ms since 1970, UTC), to refuse what claims to come from the future; None does not look.

    Raises:
        Malformed: the event is none of the entries; the reason names the field.
    """
    kind = event.get("type")
    if isinstance(kind, str) and kind.startswith(RAW_PREFIX):
        return _raw(kind, event)
    record = cloudevents.parse(orjson.dumps(event), now=now)
    if isinstance(record, Evidence | Agent | Tick):
        return record
    raise Malformed(f"type {kind} is what Clawback itself says; only evidence and agents can be given to it.")


def envelope(line: Line) -> dict[str, Any]:
    """Read a line as a JSON object that can be written again.

    Raises:
        Malformed: it is too long, no JSON, no object, nested too deep, or ends in the middle.
    """
    if line.too_long:
        raise Malformed("The line is longer than 1 MiB; one event is a few kilobytes.")
    try:
        event = orjson.loads(line.text)
    except orjson.JSONDecodeError as error:
        if not line.ended:
            raise Malformed("The file ends in the middle of this event; it was only half written.") from error
        raise Malformed(f"The line is not JSON: {error.msg} (column {error.colno}).") from error
    if not isinstance(event, dict):
        raise Malformed(f"The line must be one JSON object, not {_called(event)}.")
    try:
        orjson.dumps(event)
    except orjson.JSONEncodeError as error:  # what was read cannot be written: more than 254 levels
        raise Malformed("The line is JSON that is nested too deep.") from error
    return event


def _raw(kind: str, event: Mapping[str, Any]) -> Raw:
    source = kind.removeprefix(RAW_PREFIX)
    if source not in RAW_SOURCES:
        raise Malformed(f"type {kind} is not a platform that is understood; known are {_known()}.")
    original = event.get("data")
    if not isinstance(original, dict):
        raise Malformed(f"data of {kind} must be the platform's event, a JSON object.")
    return Raw(source, original)


def _known() -> str:
    return ", ".join(RAW_PREFIX + source for source in RAW_SOURCES)


def _called(value: object) -> str:
    names = {list: "an array", str: "a string", int: "a number", float: "a number", bool: "true or false"}
    return names.get(type(value), "null")
