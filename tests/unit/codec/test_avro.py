"""Do values of topics come back as they were, for two independent readers, and is everything else refused precisely."""

import json
from io import BytesIO
from typing import Any

import pytest
from avro.io import BinaryDecoder, BinaryEncoder, DatumReader, DatumWriter
from avro.schema import parse
from fastavro import parse_schema, schemaless_reader, schemaless_writer
from hypothesis import given
from hypothesis import strategies as st

from streams.codec.avro import AvroCodec, unannotated, with_bytes
from streams.codec.bounds import VALUE_BYTES_MAX
from streams.codec.errors import Malformed
from streams.codec.records import KINDS, Record, kind_of, to_plain
from streams.codec.released import Releases
from tests.unit.codec.examples import CASES, IDS, record
from tests.unit.codec.generated import RECORDS

CODEC = AvroCodec()
RELEASES = Releases.load()
SCHEMAS: dict[str, Any] = {kind: unannotated(RELEASES.current(kind).schema) for kind in KINDS}
APACHE = {kind: parse(json.dumps(schema)) for kind, schema in SCHEMAS.items()}
FAST = {kind: parse_schema(schema) for kind, schema in SCHEMAS.items()}


def avro_form(record: Record) -> dict[str, Any]:
    """Give what Avro readers see of a record: its plain form, with bytes where the schema says so."""
    plain = to_plain(record)
    return with_bytes(plain) if kind_of(record) == "quarantined" else plain


def framed(kind: str, body: bytes) -> bytes:
    """Put the prefix of a kind in front."""
    return b"\x00" + RELEASES.id_of(kind).to_bytes(4, "big") + body


def refusal(value: bytes | None, expected: str | None = None) -> str:
    """Give the reason for which a value is no record; nothing when it is one."""
    try:
        CODEC.decode(value, expected)
    except Malformed as refused:
        return refused.reason
    return ""


@pytest.mark.parametrize(("kind", "case"), CASES, ids=IDS)
def test_an_example_comes_back_from_its_topic(kind: str, case: str) -> None:
    value = CODEC.encode(record(kind, case))
    assert value[:5] == framed(kind, b"")
    assert CODEC.decode(value, kind) == record(kind, case)
    assert CODEC.decode(value) == record(kind, case)


@given(RECORDS)
def test_rows_and_back_is_identity(record: Record) -> None:
    assert CODEC.decode(CODEC.encode(record), kind_of(record)) == record


@given(RECORDS)
def test_fastavro_and_apache_avro_read_our_bytes_alike(record: Record) -> None:
    kind, body = kind_of(record), CODEC.encode(record)[5:]
    assert schemaless_reader(BytesIO(body), FAST[kind], None) == avro_form(record)
    assert DatumReader(APACHE[kind]).read(BinaryDecoder(BytesIO(body))) == avro_form(record)


@given(RECORDS)
def test_we_read_what_apache_avro_writes(record: Record) -> None:
    out = BytesIO()
    DatumWriter(APACHE[kind_of(record)]).write(avro_form(record), BinaryEncoder(out))
    assert CODEC.decode(framed(kind_of(record), out.getvalue())) == record


@given(RECORDS)
def test_the_same_record_is_always_the_same_bytes(record: Record) -> None:
    assert CODEC.encode(record) == AvroCodec().encode(record)


CHANGE = CODEC.encode(record("change"))


@pytest.mark.parametrize(
    ("value", "expected", "reason"),
    [
        (None, None, "The value is empty."),
        (b"", None, "The value is empty."),
        (
            b'{"specversion":"1.0"}',
            None,
            (
                "The value is not in the Confluent wire format: its first byte is 0x7b and it looks like JSON; "
                "publish JSON through `clawback publish`, or Avro with its schema id in front."
            ),
        ),
        (b"Obj\x01", None, "The value is not in the Confluent wire format: its first byte is 0x4f, not 0x00."),
        (b"\x00\x00\x01", None, "The value has 3 bytes; the Confluent wire format begins with 5."),
        (
            b"\x00\x00\x00\x01\x00rest",
            None,
            "Schema id 256 is unknown: this version of clawback knows 1 to 10, and no schema registry is set.",
        ),
        (CHANGE, "prompt", f"Schema id {RELEASES.id_of('change')} is of change; this topic carries prompt."),
        (CHANGE[:-1], None, "The change is truncated: its body ends before its last field."),
        (CHANGE[:5], None, "The change is truncated: its body ends before its last field."),
        (CHANGE + b"\x00", None, "There are bytes after the end of the change: 1 of them."),
        (b"\x00" * (VALUE_BYTES_MAX + 1), None, "The value has 1048577 bytes; the bound is 1048576."),
    ],
    ids=["none", "empty", "json", "container file", "short", "id", "kind", "truncated", "no body", "trailing", "large"],
)
def test_what_is_no_record_is_refused_with_its_own_reason(
    value: bytes | None, expected: str | None, reason: str
) -> None:
    assert refusal(value, expected) == reason


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_cut_anywhere_is_refused(kind: str) -> None:
    value = CODEC.encode(record(kind))
    assert all(refusal(value[:end]) for end in range(len(value)))


@given(st.sampled_from(KINDS), st.binary(max_size=200))
def test_random_bytes_behind_a_prefix_are_a_record_or_malformed(kind: str, body: bytes) -> None:
    refusal(framed(kind, body))


@given(RECORDS, st.data())
def test_a_damaged_value_is_a_record_or_malformed(record: Record, data: st.DataObject) -> None:
    value = bytearray(CODEC.encode(record))
    place = data.draw(st.integers(5, len(value) - 1))
    value[place] = data.draw(st.integers(0, 255))
    refusal(bytes(value))


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("decision_id", "", "change.decision_id must not be empty."),
        ("event_id", "", "change.event_id must not be empty."),
        (
            "occurred_at",
            946_684_799_999,
            "change.occurred_at is 946684799999 (1999-12-31T23:59:59Z), before 2000-01-01",
        ),
        ("process", "p" * 257, "change.process has 257 characters; the bound is 256."),
    ],
)
def test_avro_that_is_in_order_and_no_record_is_refused(field: str, value: Any, reason: str) -> None:
    out = BytesIO()
    schemaless_writer(out, FAST["change"], to_plain(record("change")) | {field: value})
    assert refusal(framed("change", out.getvalue())).startswith(reason)


def test_a_list_that_claims_to_be_endless_is_refused() -> None:
    plain = to_plain(record("verdict"))
    out = BytesIO()
    schemaless_writer(out, FAST["verdict"], plain)
    huge = out.getvalue()[:60] + b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f" + out.getvalue()[60:]
    assert refusal(framed("verdict", huge))


def test_a_text_that_is_no_unicode_is_not_written() -> None:
    example: Any = record("change")
    broken = type(example)(**{**{name: getattr(example, name) for name in to_plain(example)}, "process": "\ud800"})
    with pytest.raises(Malformed, match="change has a text that is no Unicode"):
        CODEC.encode(broken)
