"""Kafka headers of a record: CloudEvents attributes (Kafka protocol binding 1.0, binary mode) and W3C trace context."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from streams.codec.cloudevents import ENVELOPES, PRODUCT, SPECVERSION
from streams.codec.instants import to_text
from streams.codec.records import FORMS, Record

CONTENT_TYPE = b"application/vnd.confluent.avro"
"""Avro with the schema id in front, as Confluent's tools name it."""

TRACE_ID = re.compile(r"(?!0{32})[0-9a-f]{32}", re.ASCII)
SPAN_ID = re.compile(r"(?!0{16})[0-9a-f]{16}", re.ASCII)
"""W3C Trace Context, section 3.2.2: lower-case hex, and not all zero."""

UNSAMPLED = "00"
"""Trace flags: whether the caller recorded the trace is not in the record, and so is not claimed."""


SPEC_HEADER = ("ce_specversion", SPECVERSION.encode())
CONTENT_HEADER = ("content-type", CONTENT_TYPE)


@dataclass(frozen=True, slots=True)
class Shape:
    """Of one class of records: the header with its type, and where the others are read. `source` None: ourselves."""

    type_header: tuple[str, bytes]
    id: Callable[[Any], str]
    source: Callable[[Any], str] | None
    time: Callable[[Any], Any]
    traced: bool


def _shape(kind: str, record: type[Any]) -> Shape:
    envelope = ENVELOPES[kind]
    return Shape(
        type_header=("ce_type", f"clawback.{kind}.v1".encode()),
        id=attrgetter(envelope.id or "id"),
        source=attrgetter(envelope.source) if envelope.source else None,
        time=attrgetter(envelope.time),
        traced=hasattr(record, "trace_id"),
    )


SHAPES = {form.record: _shape(form.kind, form.record) for form in FORMS}


def headers_for(record: Record) -> list[tuple[str, bytes]]:
    """Give the headers: `ce_*`, `content-type`, and `traceparent` where the record knows a valid trace and span.

    They are for routing and tracing; who the actor is never comes from a header.
    """
    shape = SHAPES[type(record)]
    source = PRODUCT if shape.source is None else shape.source(record)
    headers = [
        SPEC_HEADER,
        ("ce_id", shape.id(record).encode()),
        shape.type_header,
        ("ce_source", source.encode()),
        ("ce_time", to_text(shape.time(record)).encode()),
        CONTENT_HEADER,
    ]
    parent = traceparent(getattr(record, "trace_id", None), getattr(record, "span_id", None)) if shape.traced else None
    if parent is not None:
        headers.append(("traceparent", parent.encode()))
    return headers


def traceparent(trace_id: str | None, span_id: str | None) -> str | None:
    """Write version 00 of the `traceparent` header; None when one of the ids is missing or not valid."""
    if trace_id is None or span_id is None or not TRACE_ID.fullmatch(trace_id) or not SPAN_ID.fullmatch(span_id):
        return None
    return f"00-{trace_id}-{span_id}-{UNSAMPLED}"
