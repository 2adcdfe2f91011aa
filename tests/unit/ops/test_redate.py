"""Redating moves every time by one span, writes it as it was written, and touches nothing else."""

from typing import Any

from streams.core.time import Millis
from streams.ops.heard import hear, hear_files
from streams.ops.lines import Line
from streams.ops.redate import newest, shifted, span_to
from tests.unit.ops.files import EXAMPLES, events, example

NOW = Millis(1_795_470_000_123)
DAY = 86_400_000
FILES = sorted(path.name for path in EXAMPLES.glob("*.jsonl"))


def moved(name: str) -> list[dict[str, Any]]:
    read = events(name)
    return [shifted(event, span_to(NOW, read)) for event in read]


def test_the_newest_event_of_every_example_is_within_a_second_of_now() -> None:
    for name in FILES:
        assert 0 <= NOW - (newest(moved(name)) or 0) < 1_000


def test_events_keep_their_distances_and_everything_but_their_times() -> None:
    for name in FILES:
        before = hear_files((example(name),))
        line = Line(file="x", number=1, text=b"", ended=True)
        after = hear((line, event) for event in moved(name))
        assert not after.bad
        spans = {
            b.occurred_at - a.occurred_at
            for a, b in zip(before.facts, after.facts, strict=True)
            if hasattr(a, "occurred_at") and hasattr(b, "occurred_at")
        }
        assert len(spans) <= 1
        assert [getattr(f, "event_id", "") for f in before.facts] == [getattr(f, "event_id", "") for f in after.facts]


def test_ends_and_deadlines_move_along() -> None:
    event = {
        "time": "2026-11-02T10:00:00Z",
        "data": {"valid_until": "2026-11-03T10:00:00.250Z", "decided_at": 1000 * DAY},
    }
    assert shifted(event, DAY) == {
        "time": "2026-11-03T10:00:00Z",
        "data": {"valid_until": "2026-11-04T10:00:00.250Z", "decided_at": 1001 * DAY},
    }


def test_texts_that_look_like_times_and_times_that_are_none_stay() -> None:
    event = {"data": {"text": "2026-11-02T10:00:00Z", "occurred_at": "soon", "executed_at": True, "entitlements": []}}
    assert shifted(event, DAY) == event


def test_platforms_keep_their_own_way_of_writing_times() -> None:
    okta = {"type": "raw.okta", "data": {"published": "2026-11-02T10:00:00.418Z", "uuid": "1"}}
    aws = {"type": "raw.cloudtrail", "data": {"eventTime": "2026-11-02T10:00:00Z", "eventID": "2026-11-02T10:00:00Z"}}
    span = {"startTimeUnixNano": "1793613600120000042", "endTimeUnixNano": 1_793_613_600_640_000_000, "traceId": "00"}
    otel = {"type": "raw.otel", "data": {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}}
    assert shifted(okta, DAY)["data"] == {"published": "2026-11-03T10:00:00.418Z", "uuid": "1"}
    assert shifted(aws, DAY)["data"] == {"eventTime": "2026-11-03T10:00:00Z", "eventID": "2026-11-02T10:00:00Z"}
    assert shifted(otel, DAY)["data"]["resourceSpans"][0]["scopeSpans"][0]["spans"][0] == {
        "startTimeUnixNano": "1793700000120000042",
        "endTimeUnixNano": 1_793_700_000_640_000_000,
        "traceId": "00",
    }


def test_a_tick_is_never_the_newest_event() -> None:
    tick = {"type": "clawback.tick.v1", "time": "2030-01-01T00:00:00Z", "data": {"at": "2030-01-01T00:00:00Z"}}
    event = {"time": "2026-11-02T10:00:00Z", "data": {}}
    assert newest([tick, event]) == newest([event])
    assert newest([tick]) is None
    assert span_to(NOW, [tick]) == 0
    assert shifted(tick, DAY)["data"] == {"at": "2030-01-02T00:00:00Z"}
