"""Redate: move all times of recorded events by one span, so that the newest of them is now."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from streams.codec.cloudevents import TICK
from streams.core.time import SECOND_MS, Millis
from streams.ops.entries import RAW_PREFIX

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NANOS_PER_MS = 1_000_000

OCCURRED = {
    "okta": frozenset({"published"}),
    "cloudtrail": frozenset({"eventTime"}),
    "otel": frozenset({"endTimeUnixNano", "timeUnixNano"}),
}
"""Where each platform writes when something happened: Okta LogEvent, CloudTrail record, OTLP JSON span and log."""

ALSO_TIMES = {
    "okta": frozenset({"eventTime"}),
    "cloudtrail": frozenset({"creationDate"}),
    "otel": frozenset({"startTimeUnixNano", "observedTimeUnixNano"}),
}
"""Their other times, which move along and do not count as the newest."""

OURS = frozenset({"valid_until", "at"})
"""Times of our own records that do not end with `_at`."""


def newest(events: Iterable[Mapping[str, Any]]) -> Millis | None:
    """Find the newest event time of some events (ms since 1970, UTC); ticks, ends and deadlines do not count."""
    times: list[Millis] = []

    def note(at: Millis) -> Millis:
        times.append(at)
        return at

    for event in events:
        source = _source(event)
        if event.get("type") == TICK:
            continue
        if source is None:
            _moved(event.get("time"), note)
        _walk(event.get("data"), OCCURRED[source].__contains__ if source else "occurred_at".__eq__, note)
    return max(times, default=None)


def span_to(now: Millis, events: Iterable[Mapping[str, Any]]) -> int:
    """Say by how many ms events must move for the newest to be now: whole seconds, as CloudTrail writes no others."""
    latest = newest(events)
    return 0 if latest is None else (now - latest) // SECOND_MS * SECOND_MS


def shifted(event: Mapping[str, Any], by_ms: int) -> dict[str, Any]:
    """Move every time of one event; texts, ids and everything that is no time stay as they are."""
    source = _source(event)
    names = OCCURRED[source] | ALSO_TIMES[source] if source else OURS

    def is_time(name: str) -> bool:
        return name in names or (not source and name.endswith("_at"))

    def move(at: Millis) -> Millis:
        return Millis(at + by_ms)

    moved = {**event, "data": _walk(event.get("data"), is_time, move)}
    if "time" in event:
        moved["time"] = _moved(event["time"], move)
    return moved


def _source(event: Mapping[str, Any]) -> str | None:
    """Name the platform whose own format the event carries, None for our records."""
    source = str(event.get("type")).removeprefix(RAW_PREFIX)
    return source if source in OCCURRED else None


def _walk(value: Any, is_time: Callable[[str], bool], move: Callable[[Millis], Millis]) -> Any:
    """Copy a JSON value, with `move` applied to every time under a name that is one."""
    if isinstance(value, dict):
        return {
            name: _moved(inner, move) if is_time(name) else _walk(inner, is_time, move) for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_walk(inner, is_time, move) for inner in value]
    return value


def _moved(value: Any, move: Callable[[Millis], Millis]) -> Any:
    """Move one time and keep the way it is written: ms as a number, ns as digits, RFC 3339 text. Others stay."""
    if isinstance(value, int) and not isinstance(value, bool):
        return _number(value, move)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return str(_number(int(value), move))
    if isinstance(value, str):
        return _text(value, move)
    return value


def _number(value: int, move: Callable[[Millis], Millis]) -> int:
    if value < NANOS_PER_MS * NANOS_PER_MS:
        return move(Millis(value))
    millis, rest = divmod(value, NANOS_PER_MS)
    return move(Millis(millis)) * NANOS_PER_MS + rest


def _text(value: str, move: Callable[[Millis], Millis]) -> str:
    try:
        at = datetime.fromisoformat(value)
        moved = EPOCH + timedelta(milliseconds=move(Millis((at - EPOCH) // timedelta(milliseconds=1))))
    except (ValueError, TypeError, OverflowError):
        return value
    written = moved.isoformat(timespec="milliseconds" if "." in value else "seconds")
    return written.replace("+00:00", "Z")
