"""Does the compiled writer write the very bytes that the long way writes, and leave to that what is unusual."""

import json
from typing import Any

import pytest
from hypothesis import given

from streams.codec.avro import PREFIX, AvroCodec
from streams.codec.bounds import LATEST_END, VALUE_BYTES_MAX
from streams.codec.errors import Malformed
from streams.codec.records import BY_KIND, EVIDENCE_KINDS, KINDS, Record, kind_of, to_plain
from streams.codec.released import Releases
from streams.codec.shorthand import TEXT_BYTES_MAX, UNUSUAL_TO_WRITE, compiled_writer, number, time
from tests.unit.codec.examples import CASES, IDS, plain, record
from tests.unit.codec.generated import RECORDS

RELEASES = Releases.load()
CODEC = AvroCodec()
COMPILED = (*EVIDENCE_KINDS, "verdict", "revocation")
WRITERS = {kind: compiled_writer(RELEASES.current(kind).schema, CODEC.encode(record(kind))[:5]) for kind in KINDS}


def the_long_way(record: Record) -> bytes:
    kind = kind_of(record)
    return CODEC._encode_carefully(record, BY_KIND[kind], CODEC._writers[kind])


def is_written_alike(record: Record) -> bool:
    """Say whether the compiled writer writes a record; when it does, the long way must write the very same."""
    write = WRITERS[kind_of(record)]
    assert write is not None
    try:
        value = write(record)
    except UNUSUAL_TO_WRITE:
        return False
    assert value == the_long_way(record)
    return True


def changed(record: Any, **values: Any) -> Any:
    """Copy a record with other values, right or wrong."""
    return type(record)(**{name: getattr(record, name) for name in to_plain(record)} | values)


def test_evidence_verdicts_and_revocations_are_written_by_compiled_writers() -> None:
    assert {kind for kind, write in WRITERS.items() if write is not None} == set(COMPILED)


@pytest.mark.parametrize(("kind", "case"), [(kind, case) for kind, case in CASES if kind in COMPILED])
def test_every_example_of_them_is_written_alike(kind: str, case: str) -> None:
    assert is_written_alike(record(kind, case))


@pytest.mark.parametrize(("kind", "case"), CASES, ids=IDS)
def test_an_example_is_the_same_bytes_at_first_sight_and_later(kind: str, case: str) -> None:
    codec = AvroCodec()
    assert {codec.encode(record(kind, case)) for _ in range(3)} == {the_long_way(record(kind, case))}


def test_what_is_in_order_is_written_by_compiled_writers(monkeypatch: pytest.MonkeyPatch) -> None:
    codec = AvroCodec()
    monkeypatch.setattr(codec, "_encode_carefully", None)
    for kind, case in CASES:
        if kind in COMPILED:
            assert CODEC.decode(codec.encode(record(kind, case))) == record(kind, case)


@given(RECORDS)
def test_a_record_is_written_alike_on_both_ways(record: Record) -> None:
    assert CODEC.encode(record) == the_long_way(record)
    if kind_of(record) in COMPILED and max(map(len, _texts(to_plain(record)))) * 4 <= TEXT_BYTES_MAX:
        assert is_written_alike(record)


def _texts(plain: Any) -> list[str]:
    if isinstance(plain, dict | list):
        parts = plain.values() if isinstance(plain, dict) else plain
        return [text for part in parts for text in _texts(part)]
    return [plain] if isinstance(plain, str) else []


@pytest.mark.parametrize("size", [0, 1, 63, 64, 8_190, 8_191, 8_192, 16_384])
@pytest.mark.parametrize("character", ["a", "é"])
def test_a_text_of_any_length_is_written_alike(size: int, character: str) -> None:
    long = changed(record("prompt"), text=character * size)
    assert is_written_alike(long) == (len(long.text.encode()) <= TEXT_BYTES_MAX)
    assert CODEC.encode(long) == the_long_way(long)


@pytest.mark.parametrize("at", [0, 1, 63, 64, 2**34 - 1, 2**34, 2**41 - 1, 2**41, LATEST_END, 2**63 - 1, -1, -(2**63)])
def test_a_time_of_any_size_is_written_alike(at: int) -> None:
    other = changed(record("context"), occurred_at=at)
    assert is_written_alike(other) == (at >= 0)
    assert CODEC.encode(other) == the_long_way(other)


def test_a_time_and_a_number_are_written_by_the_same_rule() -> None:
    for bits in range(64):
        for value in (2**bits - 1, 2**bits, 2**bits + 1):
            if value < 2**63:
                assert time(value) == number(value)
    with pytest.raises(ValueError):  # noqa: PT011 - it is for the long way to say what is wrong
        number(2**63)


def test_what_is_no_unicode_is_refused_by_the_long_way() -> None:
    with pytest.raises(Malformed, match="context has a text that is no Unicode"):
        CODEC.encode(changed(record("context"), excerpt="\ud800"))


def test_what_is_too_large_is_refused_by_the_long_way() -> None:
    large = changed(record("verdict"), reasons=("r" * 8_000,) * 140)
    assert len(the_compiled(large)) > VALUE_BYTES_MAX
    with pytest.raises(Malformed, match="the bound is 1048576"):
        CODEC.encode(large)


def the_compiled(record: Record) -> bytes:
    write = WRITERS[kind_of(record)]
    assert write is not None
    return write(record)


@pytest.mark.parametrize(
    "wrong", [{"source": None}, {"source": b"raw"}, {"occurred_at": "now"}, {"trust": "great"}, {"uri": 7}]
)
def test_values_of_a_wrong_type_fail_as_they_do_on_the_long_way(wrong: dict[str, Any]) -> None:
    other = changed(record("context"), **wrong)
    with pytest.raises(Exception) as refused:  # noqa: PT011 - whatever the long way raises
        the_long_way(other)
    with pytest.raises(type(refused.value)) as again:
        CODEC.encode(other)
    assert str(again.value) == str(refused.value)


@pytest.mark.parametrize("name", ["a b", "x\nprint(1", "class", ""])
def test_only_identifiers_become_source(name: str) -> None:
    schema = json.loads(json.dumps(RELEASES.current("context").schema))
    schema["fields"][0]["name"] = name
    assert compiled_writer(schema, PREFIX.pack(0, 1)) is None


def test_words_that_travel_as_text_are_written_by_their_value() -> None:
    value = CODEC.encode(record("revocation", "suspend-the-agent"))
    assert plain("revocation", "suspend-the-agent")["action"].encode() in value
