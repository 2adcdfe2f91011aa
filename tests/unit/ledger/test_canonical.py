"""What is kept of a record is its plain form, to the byte as any other program would write it."""

from __future__ import annotations

import json
import tracemalloc

from hypothesis import given

from streams.codec.records import Record, to_plain
from streams.ledger.canonical import COMPOUND, canonical
from tests.unit.codec.generated import RECORDS
from tests.unit.ledger.examples import paths, record_of


@given(RECORDS)
def test_a_record_is_kept_as_its_plain_form_with_the_keys_in_order(record: Record) -> None:
    another = json.dumps(to_plain(record), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical(record) == another.encode()


def test_the_bytes_kept_take_no_more_room_than_they_need() -> None:
    """Bytes that come out of a larger buffer can hold on to all of it: a batch would take several times its size."""
    record = max(map(record_of, paths()), key=lambda each: len(canonical(each)))
    size = len(canonical(record))
    tracemalloc.start()
    kept = [canonical(record) for _ in range(100)]
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < 1.5 * size * len(kept)


def test_every_kind_that_is_written_by_its_fields_is_among_the_examples() -> None:
    assert {type(record_of(path)) for path in paths()} >= COMPOUND.keys()
