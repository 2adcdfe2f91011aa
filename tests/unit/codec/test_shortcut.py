"""Does the compiled reader read only what the long way reads too, and exactly as that does."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from fastavro import schemaless_writer
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.codec import avro
from streams.codec.avro import PREFIX, AvroCodec, prepared
from streams.codec.bounds import DURATION_MS_MAX, EARLIEST_EVENT, INTEGER_MAX, LATEST_END, LATEST_EVENT
from streams.codec.errors import Malformed
from streams.codec.records import EVIDENCE_KINDS, KINDS, Record, kind_of, to_plain
from streams.codec.released import Releases
from streams.codec.shortcut import BYTES_MAX, UNUSUAL, Source, Uncompilable, compiled
from tests.unit.codec.examples import CASES, IDS, record
from tests.unit.codec.generated import EVIDENCE, RECORDS, REVOCATIONS, VERDICTS

RELEASES = Releases.load()
CODEC = AvroCodec()
READERS = {kind: compiled(RELEASES.current(kind).schema, PREFIX.size) for kind in KINDS}
COMPILED = (*EVIDENCE_KINDS, "verdict", "revocation")
COMPILED_CASES = [(kind, case) for kind, case in CASES if kind in COMPILED]
FACTS_AND_ORDERS: st.SearchStrategy[Any] = st.one_of(EVIDENCE, VERDICTS, REVOCATIONS)


def the_long_way(value: bytes) -> Record:
    return CODEC._decode_carefully(value, None)


def is_read_alike(kind: str, value: bytes) -> bool:
    """Say whether the shortcut reads a value; when it does, the long way must read the very same."""
    read = READERS[kind]
    assert read is not None
    try:
        found = read(value)
    except UNUSUAL:
        return False
    try:
        wanted = the_long_way(value)
    except Malformed as refused:
        raise AssertionError(f"read as {found}, which is {refused.reason}") from None
    # words are equal to members of their enums; only the written form tells them apart
    assert (found, repr(found)) == (wanted, repr(wanted))
    return True


def written(kind: str, plain: Mapping[str, Any]) -> bytes:
    """Write a plain form as it is, in bounds or not."""
    out = BytesIO()
    schemaless_writer(out, prepared(RELEASES.current(kind).schema), plain)
    return b"\x00" + RELEASES.id_of(kind).to_bytes(4, "big") + out.getvalue()


@pytest.mark.parametrize(("kind", "case"), COMPILED_CASES)
def test_every_example_of_them_takes_the_shortcut(kind: str, case: str) -> None:
    assert is_read_alike(kind, CODEC.encode(record(kind, case)))


@pytest.mark.parametrize(("kind", "case"), CASES, ids=IDS)
def test_an_example_is_the_same_record_at_first_sight_and_later(kind: str, case: str) -> None:
    codec, value = AvroCodec(), CODEC.encode(record(kind, case))
    assert [repr(codec.decode(value, kind)) for _ in range(3)] == [repr(record(kind, case))] * 3


def test_what_is_in_order_takes_the_shortcut(monkeypatch: pytest.MonkeyPatch) -> None:
    codec = AvroCodec()
    values = [(kind, case, codec.encode(record(kind, case))) for kind, case in COMPILED_CASES]
    for _, _, value in values:
        codec.decode(value)
    monkeypatch.setattr(codec, "_decode_carefully", None)
    assert [codec.decode(value, kind) for kind, _, value in values] == [record(k, case) for k, case, _ in values]


@given(RECORDS)
def test_a_record_is_read_alike_on_both_ways(record: Record) -> None:
    value, kind = CODEC.encode(record), kind_of(record)
    assert repr(CODEC.decode(value, kind)) == repr(record)
    if kind in COMPILED and len(value) <= BYTES_MAX:
        is_read_alike(kind, value)


@given(FACTS_AND_ORDERS, st.data())
@settings(max_examples=300)
def test_a_damaged_value_is_read_alike_or_left_to_the_long_way(fact: Record, data: st.DataObject) -> None:
    value = bytearray(CODEC.encode(fact))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(PREFIX.size, len(value)))
        old = data.draw(st.integers(0, 2))
        new = data.draw(st.binary(max_size=2) | st.sampled_from([b"\x80\x00", b"\x00", b"\x02", b"\x01", b"\xff\x01"]))
        value[place : place + old] = new
    is_read_alike(kind_of(fact), bytes(value[:BYTES_MAX]))


@given(FACTS_AND_ORDERS, st.data())
def test_a_single_bit_that_is_turned_is_read_alike_or_left_to_the_long_way(fact: Record, data: st.DataObject) -> None:
    value = bytearray(CODEC.encode(fact))
    value[data.draw(st.integers(PREFIX.size, len(value) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    is_read_alike(kind_of(fact), bytes(value[:BYTES_MAX]))


@pytest.mark.parametrize(("kind", "case"), COMPILED_CASES)
def test_every_byte_of_an_example_may_become_any_other(kind: str, case: str) -> None:
    value = CODEC.encode(record(kind, case))
    for place in range(PREFIX.size, len(value)):
        for byte in (0, 1, 2, 3, 63, 126, 127, 128, 129, 130, 194, 254, 255):
            is_read_alike(kind, value[:place] + bytes([byte]) + value[place + 1 :])


@pytest.mark.parametrize(("kind", "case"), COMPILED_CASES)
def test_no_value_is_read_with_a_byte_cut_off_or_added(kind: str, case: str) -> None:
    value = CODEC.encode(record(kind, case))
    assert not any(is_read_alike(kind, value[:end]) for end in range(len(value)))
    assert not is_read_alike(kind, value + b"\x00")


@given(st.sampled_from(COMPILED), st.binary(max_size=200))
def test_random_bytes_are_read_alike_or_left_to_the_long_way(kind: str, body: bytes) -> None:
    is_read_alike(kind, b"\x00" + RELEASES.id_of(kind).to_bytes(4, "big") + body)


SIZES = (0, 1, 2, 63, 64, 65, 127, 128, 255, 256, 257, 2_047, 2_048, 2_049, 4_095, 4_096, 4_097, 7_000)
TIMES = (
    -1, 0, EARLIEST_EVENT - 1, EARLIEST_EVENT, EARLIEST_EVENT // 1_000, 2**40 - 1, 2**40, 2**40 + 1, 2**41,
    LATEST_EVENT, LATEST_EVENT + 1, LATEST_END, LATEST_END + 1, 2**47 - 1, 2**48, 2**49, INTEGER_MAX, -INTEGER_MAX,
)  # fmt: skip
COUNTS = (-1, 0, 1, 63, 64, 2**40, 2**41 - 1, 2**41, DURATION_MS_MAX, DURATION_MS_MAX + 1, INTEGER_MAX)


def at_the_edge(schema: Any, value: Any) -> Iterator[Any]:
    """Give values of a type around every bound there is; they can be written, and some of them not be read."""
    match schema:
        case "string":
            yield from ("a" * size for size in SIZES)
            yield from ("é" * 200, "\U0001f511" * 63, "\U0001f511" * 256, "\x00", "\ud7ff")
        case "long":
            yield from COUNTS
        case {"type": "long"}:
            yield from TIMES
        case {"type": "enum", "symbols": symbols}:
            yield from symbols
        case {"type": "array", "items": items}:
            item = value[0] if value else "x" if items == "string" else None
            yield from ([item] * size for size in (0, 1, 2, 62, 63, 64, 65, 256) if item is not None)
        case ["null", other]:
            yield None
            yield from at_the_edge(other, value)
        case _:
            return


def altered(schema: Any, plain: Any) -> Iterator[Any]:
    """Give plain forms that differ from this one in one place."""
    yield from at_the_edge(schema, plain)
    inner = schema[1] if isinstance(schema, list) else schema
    if isinstance(inner, dict) and isinstance(plain, dict):
        for field in inner["fields"]:
            yield from (plain | {field["name"]: other} for other in altered(field["type"], plain[field["name"]]))
    if isinstance(inner, dict) and isinstance(plain, list):
        yield from ([other, *plain[1:]] for item in plain[:1] for other in altered(inner["items"], item))


@pytest.mark.parametrize(("kind", "case"), COMPILED_CASES)
def test_every_field_around_every_bound_is_read_alike_or_left_to_the_long_way(kind: str, case: str) -> None:
    values = [written(kind, plain) for plain in altered(RELEASES.current(kind).schema, to_plain(record(kind, case)))]
    read = [is_read_alike(kind, value) for value in values if len(value) <= BYTES_MAX]
    assert len(values) > 100
    assert set(read) == {True, False}


def test_a_fact_that_names_too_much_is_refused_after_many_that_are_in_order() -> None:
    codec = AvroCodec()
    plain = to_plain(record("change", "bot-grants-domain-admin"))
    codec.decode(written("change", plain))
    many = [plain["entitlements"][0] | {"id": "e" * 200}] * 60
    with pytest.raises(Malformed, match="The lists of this change have"):
        codec.decode(written("change", plain | {"entitlements": many}))


def test_a_list_in_blocks_is_read_by_the_long_way() -> None:
    plain = to_plain(record("approval", "by-a-bot")) | {"ticket": "", "method": ""}
    plain["approver"] = plain["approver"] | {"roles": ["one", "two"]}
    value = written("approval", plain)
    whole = b"\x04\x06one\x06two\x00"
    assert whole in value
    for blocks in (b"\x02\x06one\x02\x06two\x00", b"\x03\x10\x06one\x06two\x00", b"\x84\x00\x06one\x06two\x00"):
        other = value.replace(whole, blocks)
        assert not is_read_alike("approval", other)
        assert CODEC.decode(other) == CODEC.decode(value)


@pytest.mark.parametrize(
    "roles",
    [
        b"\x84\x02a" + b"\x02a" * 65 + b"\x00",  # 130 items, of which 66 would be read if only the first byte counted
        b"\x02\x80\x00\x00",  # an empty text whose length takes two bytes
        b"\x02\x00\x00",  # an empty text
        b"\x02\x81\x02" + b"a" * 128 + b"\x00",  # a negative length
        b"\x02\x80\x80\x01" + b"a" * 8_192 + b"\x00",  # a length in three bytes
        b"\x02\x04\xed\xa0\x80\x00",  # half of a surrogate
        b"\x01\x02a\x00",  # a negative count
    ],
)
def test_a_list_that_is_written_strangely_is_not_read(roles: bytes) -> None:
    plain = to_plain(record("approval", "by-a-bot"))
    plain["approver"] = plain["approver"] | {"roles": ["one", "two"]}
    value = written("approval", plain)
    assert b"\x04\x06one\x06two\x00" in value
    strange = value.replace(b"\x04\x06one\x06two\x00", roles)
    assert not is_read_alike("approval", strange)
    with pytest.raises(Malformed):
        CODEC.decode(strange)


class Renumbered:
    """Ids as another registry would give them: ours plus a thousand, and schemas as they were once."""

    def __init__(self, schemas: Mapping[int, Mapping[str, Any]]) -> None:
        self.schemas = schemas

    def id_of(self, kind: str) -> int:
        return 1_000 + RELEASES.id_of(kind)

    def schema_of(self, schema_id: int) -> Mapping[str, Any] | None:
        return self.schemas.get(schema_id)

    def scope(self) -> str:
        return "not one of ours"


def test_a_shortcut_belongs_to_the_id_that_the_registry_gave() -> None:
    codec = AvroCodec(ids=Renumbered({1_000 + RELEASES.id_of(kind): RELEASES.current(kind).schema for kind in KINDS}))
    for kind, case in CASES:
        value = codec.encode(record(kind, case))
        assert [codec.decode(value, kind) for _ in range(2)] == [record(kind, case)] * 2
    assert {PREFIX.unpack(prefix)[1] for prefix in codec._shortcuts} == {
        1_000 + RELEASES.id_of(kind) for kind in COMPILED
    }
    with pytest.raises(Malformed, match="is unknown: not one of ours"):
        codec.decode(CODEC.encode(record("change")))


def test_only_so_many_shortcuts_are_kept_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(avro, "READERS_MAX", 2)
    codec = AvroCodec()
    for kind in COMPILED * 2:
        assert codec.decode(CODEC.encode(record(kind))) == record(kind)
    assert len(codec._readers) == len(codec._shortcuts) == 2


def test_an_earlier_version_of_a_schema_is_read_by_the_long_way() -> None:
    earlier = json.loads(json.dumps(RELEASES.current("context").schema))
    earlier["fields"] = [field for field in earlier["fields"] if field["name"] != "excerpt"]
    codec = AvroCodec(ids=Renumbered({7: earlier}))
    plain = to_plain(record("context"))
    out = BytesIO()
    schemaless_writer(out, prepared(earlier), {name: plain[name] for name in plain if name != "excerpt"})
    for _ in range(2):
        read = codec.decode(b"\x00\x00\x00\x00\x07" + out.getvalue(), "context")
        assert to_plain(read) == plain | {"excerpt": ""}
    assert codec._shortcuts == {}


def test_a_topic_that_carries_another_kind_is_refused_after_many_that_are_in_order() -> None:
    codec, value = AvroCodec(), CODEC.encode(record("change"))
    assert codec.decode(value, "change") == codec.decode(value)
    with pytest.raises(Malformed, match="is of change; this topic carries prompt"):
        codec.decode(value, "prompt")


def test_evidence_verdicts_and_revocations_have_a_shortcut() -> None:
    assert {kind for kind, read in READERS.items() if read is not None} == set(COMPILED)


@pytest.mark.parametrize("name", ["a b", "x=1)\nprint(1", "class", "", "naïve", "a.b"])
def test_only_identifiers_become_source(name: str) -> None:
    schema = json.loads(json.dumps(RELEASES.current("context").schema))
    schema["fields"][0]["name"] = name
    with pytest.raises(Uncompilable):
        Source(schema)
    assert compiled(schema, PREFIX.size) is None


@pytest.mark.parametrize(
    "type_", ["bytes", "double", ["string", "null"], {"type": "map", "values": "string"}, "Nobody"]
)
def test_a_type_that_no_source_is_made_for_leaves_the_kind_to_the_long_way(type_: Any) -> None:
    schema = json.loads(json.dumps(RELEASES.current("context").schema))
    schema["fields"][0]["type"] = type_
    assert compiled(schema, PREFIX.size) is None


def test_threads_share_one_codec() -> None:
    codec = AvroCodec()
    values = [(CODEC.encode(record(kind, case)), record(kind, case)) for kind, case in CASES] * 20
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda pair: codec.decode(pair[0]) == pair[1], values))
