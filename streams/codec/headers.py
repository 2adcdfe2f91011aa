"""Kafka headers of a record: CloudEvents attributes (Kafka protocol binding 1.0, binary mode) and W3C trace context."""

import re

from streams.codec.cloudevents import attributes
from streams.codec.records import Record

CONTENT_TYPE = b"application/vnd.confluent.avro"
"""Avro with the schema id in front, as Confluent's tools name it."""

TRACE_ID = re.compile(r"(?!0{32})[0-9a-f]{32}", re.ASCII)
SPAN_ID = re.compile(r"(?!0{16})[0-9a-f]{16}", re.ASCII)
"""W3C Trace Context, section 3.2.2: lower-case hex, and not all zero."""

UNSAMPLED = "00"
"""Trace flags: whether the caller recorded the trace is not in the record, and so is not claimed."""


def headers_for(record: Record) -> list[tuple[str, bytes]]:
    """Give the headers: `ce_*`, `content-type`, and `traceparent` where the record knows a valid trace and span.

    They are for routing and tracing; who the actor is never comes from a header.
    """
    headers = [(f"ce_{name}", value.encode()) for name, value in attributes(record).items()]
    headers.append(("content-type", CONTENT_TYPE))
    parent = traceparent(getattr(record, "trace_id", None), getattr(record, "span_id", None))
    if parent is not None:
        headers.append(("traceparent", parent.encode()))
    return headers


def traceparent(trace_id: str | None, span_id: str | None) -> str | None:
    """Write version 00 of the `traceparent` header; None when one of the ids is missing or not valid."""
    if trace_id is None or span_id is None or not TRACE_ID.fullmatch(trace_id) or not SPAN_ID.fullmatch(span_id):
        return None
    return f"00-{trace_id}-{span_id}-{UNSAMPLED}"
