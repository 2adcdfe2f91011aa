"""Do the headers say what CloudEvents and W3C Trace Context want, and nothing that the record does not know."""

import pytest
from hypothesis import given

from streams.codec.headers import headers_for, traceparent
from streams.codec.records import Record
from tests.unit.codec.examples import CASES, IDS, record
from tests.unit.codec.generated import RECORDS


def test_a_change_carries_its_attributes_and_its_trace() -> None:
    assert headers_for(record("change", "bot-grants-domain-admin")) == [
        ("ce_specversion", b"1.0"),
        ("ce_id", b"ad-1190-4728-88121"),
        ("ce_type", b"clawback.change.v1"),
        ("ce_source", b"active-directory"),
        ("ce_time", b"2026-11-23T10:04:05.120Z"),
        ("content-type", b"application/vnd.confluent.avro"),
        ("traceparent", b"00-4f1c2a9be07d4d55a3c6e1b2d3f40718-0f1e2d3c4b5a6978-00"),
    ]


def test_a_verdict_is_said_by_us_under_its_own_id() -> None:
    headers = dict(headers_for(record("verdict", "granted-on-a-bots-word")))
    assert headers["ce_source"] == b"clawback"
    assert headers["ce_id"].startswith(b"vrd_")
    assert "traceparent" not in headers


def test_a_quarantined_record_is_named_by_its_place() -> None:
    headers = dict(headers_for(record("quarantined", "json-where-avro-belongs")))
    assert headers["ce_id"] == b"identity.changes.v1/3/10482"


@pytest.mark.parametrize(("kind", "case"), CASES, ids=IDS)
def test_every_attribute_that_cloudevents_requires_is_there(kind: str, case: str) -> None:
    headers = dict(headers_for(record(kind, case)))
    assert all(headers[f"ce_{name}"] for name in ("specversion", "id", "type", "source", "time"))
    assert headers["ce_type"] == f"clawback.{kind}.v1".encode()


@given(RECORDS)
def test_every_record_has_headers(record: Record) -> None:
    assert all(isinstance(value, bytes) for _, value in headers_for(record))


TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize(
    ("trace_id", "span_id"),
    [
        (None, SPAN),
        (TRACE, None),
        (TRACE.upper(), SPAN),
        (TRACE, SPAN.upper()),
        (TRACE[:-1], SPAN),
        (TRACE, SPAN + "0"),
        (TRACE + "\n", SPAN),
        ("0" * 32, SPAN),
        (TRACE, "0" * 16),
        ("not-a-trace", SPAN),
        ("\uff14" * 32, SPAN),
    ],
)
def test_a_trace_that_is_not_valid_is_not_passed_on(trace_id: str | None, span_id: str | None) -> None:
    assert traceparent(trace_id, span_id) is None


def test_a_valid_trace_is_passed_on_without_claiming_that_it_was_sampled() -> None:
    assert traceparent(TRACE, SPAN) == f"00-{TRACE}-{SPAN}-00"
