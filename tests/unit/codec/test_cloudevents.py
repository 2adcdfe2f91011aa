"""Is one line of JSON one event, written the one canonical way, and refused with a reason that helps its author."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.codec.bounds import FUTURE_MS, VALUE_BYTES_MAX
from streams.codec.cloudevents import ENVELOPES, Tick, parse, read, write
from streams.codec.errors import Malformed
from streams.codec.records import KINDS, Record
from streams.core.evidence import Change
from streams.core.time import Millis
from tests.unit.codec.examples import CASES, IDS, plain, record
from tests.unit.codec.generated import JSON, RECORDS

LETTER: dict[str, Any] = {
    "specversion": "1.0",
    "type": "clawback.change.v1",
    "id": "evt-7",
    "source": "workday",
    "time": "2026-11-23T10:04:05.250Z",
    "data": {
        "decision_id": "joiner-551",
        "change_id": "wd-12",
        "operation": "create",
        "actor": {"id": "workday-sync"},
        "subject": {"id": "new.hire@acme.example"},
        "executed_at": "2026-11-23T11:04:05.250+01:00",
    },
}
"""An event as a person would write it: times as text, and nothing said twice."""


def refusal(line: Any) -> str:
    """Give the reason for which a line is no event; nothing when it is one."""
    try:
        parse(line if isinstance(line, bytes | str) else orjson.dumps(line))
    except Malformed as refused:
        return refused.reason
    return ""


def letter(**changes: Any) -> dict[str, Any]:
    """Copy the event, with other attributes; those that are None are taken away."""
    return {name: value for name, value in {**json.loads(json.dumps(LETTER)), **changes}.items() if value is not None}


def with_data(**changes: Any) -> dict[str, Any]:
    """Copy the event, with other data."""
    return letter(data=LETTER["data"] | changes)


@pytest.mark.parametrize(("kind", "case"), CASES, ids=IDS)
def test_an_example_comes_back_from_its_line(kind: str, case: str) -> None:
    line = write(record(kind, case))
    assert parse(line) == record(kind, case)
    assert parse(line.decode()) == record(kind, case)
    assert json.loads(line)["type"] == f"clawback.{kind}.v1"


@given(RECORDS)
def test_parse_gives_back_what_write_wrote(record: Record) -> None:
    line = write(record)
    assert parse(line) == record
    assert b"\n" not in line
    assert line == json.dumps(json.loads(line), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def test_the_envelope_stands_in_for_what_the_data_does_not_say() -> None:
    change = parse(orjson.dumps(LETTER))
    assert isinstance(change, Change)
    assert (change.event_id, change.source, change.tenant) == ("evt-7", "workday", "default")
    assert change.occurred_at == change.executed_at == 1_795_428_245_250


def test_the_data_can_say_everything_itself() -> None:
    event = with_data(event_id="evt-7", source="workday", occurred_at=1_795_428_245_250)
    assert parse(orjson.dumps(event)) == parse(orjson.dumps(LETTER))
    assert read({k: v for k, v in event.items() if k not in ("id", "source", "time")}) == read(letter())


def test_reading_an_event_leaves_it_as_it_was() -> None:
    event = letter()
    read(event)
    assert event == letter()


def test_extensions_of_the_envelope_are_let_pass() -> None:
    event = letter(
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", datacontenttype="application/json"
    )
    assert parse(orjson.dumps(event)) == parse(orjson.dumps(LETTER))


REFUSED: list[tuple[Any, str]] = [
    (b"", "The line is empty; it must be one CloudEvents JSON object."),
    (b"  \n", "The line is empty; it must be one CloudEvents JSON object."),
    (b"[]", "The line must be one JSON object, not a list."),
    (b'"change"', "The line must be one JSON object, not text."),
    (b"null", "The line must be one JSON object, not null."),
    (b'{"specversion":"1.0","typ', "The line is not JSON: unexpected end of data: line 1 column 26 (char 25)."),
    (b'{"specversion":"\xff"}', "The line is not UTF-8."),
    (b"[" * 20_000, "The line is JSON that is nested too deep."),
    (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, "The line is JSON that is nested too deep."),
    (b'"' + b"x" * VALUE_BYTES_MAX + b'"', "The line is 1048578 long; the bound is 1048576."),
    ({"decision_id": "d"}, "specversion is missing; a line is a CloudEvents 1.0 event with the record under data."),
    (letter(specversion="0.3"), "specversion must be '1.0', not '0.3'."),
    (letter(specversion=1), "specversion must be '1.0', not a whole number."),
    (letter(type=None), "type is null; it must be one of clawback.prompt.v1, clawback.context.v1, "),
    (letter(type="clawback.chnage.v1"), "type is 'clawback.chnage.v1'; it must be one of clawback.prompt.v1, "),
    (letter(type=["x"]), "type is a list; it must be one of "),
    (letter(data=None), "data must be an object, not null."),
    (letter(data="{}"), "data must be an object, not text."),
    (letter(data_base64="AAAA"), "The record must be a JSON object under data, not data_base64."),
    (letter(id=None), "change.event_id is missing."),
    (letter(source=None), "change.source is missing."),
    (letter(time=None), "change.occurred_at is missing."),
    (letter(id=""), "id must be a text of 1 to 256 characters."),
    (letter(id=7), "id must be a text of 1 to 256 characters."),
    (letter(time="noon"), "time must be milliseconds since 1970 (UTC) or a time like 2026-11-23T10:04:05Z."),
    (with_data(event_id="evt-8"), "id of the event and change.event_id differ; give one, or twice the same."),
    (with_data(source="okta"), "source of the event and change.source differ; give one, or twice the same."),
    (with_data(occurred_at=1), "time of the event and change.occurred_at differ; give one, or twice the same."),
    (with_data(executed_at=1_795_428_245), "change.executed_at is 1795428245, which looks like seconds; "),
    (with_data(executed_at="2026-11-23T10:04:05"), "change.executed_at must be milliseconds since 1970 (UTC) or"),
    (with_data(decison_id="d"), "change has no field decison_id. Did you mean decision_id?"),
    ({"type": "clawback.tick.v1", "data": {}}, "tick.at is missing."),
    ({"type": "clawback.tick.v1", "data": {"at": 1_795_428_245}}, "tick.at is 1795428245, which looks like seconds; "),
]  # fmt: skip


@pytest.mark.parametrize(("line", "reason"), REFUSED, ids=[row[1][:50] for row in REFUSED])
def test_a_line_that_is_no_event_is_refused_with_its_own_reason(line: Any, reason: str) -> None:
    assert refusal(line).startswith(reason)


@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_line_at_all_is_an_event_or_malformed(line: bytes) -> None:
    assert refusal(line).endswith(".")


@given(st.sampled_from(sorted(LETTER)), JSON)
def test_anything_in_place_of_any_attribute_is_an_event_or_malformed(attribute: str, value: Any) -> None:
    refusal(json.dumps({**LETTER, attribute: value}).encode())


def test_what_claims_to_come_from_the_future_is_refused_when_there_is_a_clock() -> None:
    line, at = orjson.dumps(LETTER), Millis(1_795_428_245_250)
    assert parse(line) == parse(line, now=Millis(at - FUTURE_MS))
    with pytest.raises(Malformed, match=r"change.occurred_at is 2026-11-23T10:04:05Z, 5m 1ms ahead of our clock"):
        parse(line, now=Millis(at - FUTURE_MS - 1))


def test_a_tick_says_what_the_watermark_reaches() -> None:
    tick = Tick(Millis(1_795_428_245_250))
    assert parse(b'{"type":"clawback.tick.v1","data":{"at":1795428245250}}') == tick
    assert parse(b'{"type":"clawback.tick.v1","data":{"at":"2026-11-23T10:04:05.25Z"}}') == tick
    assert parse(write(tick)) == tick


def test_every_kind_has_an_envelope_whose_fields_are_its_own() -> None:
    assert ENVELOPES.keys() == set(KINDS)
    for kind, envelope in ENVELOPES.items():
        assert {envelope.id, envelope.source, envelope.time} - {None} <= plain(kind).keys()
