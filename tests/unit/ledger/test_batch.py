"""Records become batches of contiguous ranges, bounded in every direction."""

from __future__ import annotations

import pytest

from streams.ledger.batch import BATCH_BYTES_MAX, Batch, Gathering, Part
from streams.ledger.rows import Row
from streams.ledger.tables import EVIDENCE, FINDINGS, VERDICTS, Table

P0: Part = ("prompts", 0)
P1: Part = ("prompts", 1)


def _gathering() -> Gathering:
    return Gathering(rows_max=10, wait_s=1.0)


def _row(*values: object) -> tuple[tuple[Table, Row]]:
    return ((EVIDENCE, values),)


def test_nothing_is_due_while_there_is_nothing() -> None:
    assert not _gathering().is_due(now=1e9)


def test_a_record_waits_no_longer_than_it_may() -> None:
    gathering = _gathering()
    gathering.add(P0, 5, _row(), size=1, now=100.0)
    gathering.add(P0, 6, _row(), size=1, now=100.9)
    assert not gathering.is_due(100.99)
    assert gathering.is_due(101.0)


def test_rows_and_not_records_fill_a_batch() -> None:
    gathering = _gathering()
    gathering.add(P0, 0, [(VERDICTS, ())] + [(FINDINGS, ())] * 9, size=1, now=0.0)
    assert gathering.is_due(0.0)


def test_bytes_fill_a_batch_too() -> None:
    gathering = _gathering()
    gathering.add(P0, 0, _row(), size=BATCH_BYTES_MAX, now=0.0)
    assert gathering.is_due(0.0)


def test_a_batch_has_one_range_a_partition_and_counts_its_records() -> None:
    gathering = _gathering()
    for part, offset in ((P0, 5), (P1, 100), (P0, 6), (P0, 9)):
        gathering.add(part, offset, _row(part, offset), size=1, now=0.0)
    batch = gathering.take()
    assert [str(each) for each in batch.ranges] == ["prompts:0:5-9", "prompts:1:100-100"]
    assert batch.records == 4
    assert batch.of(EVIDENCE) == [(P0, 5), (P0, 6), (P0, 9), (P1, 100)]
    assert not gathering.is_due(1e9)


def test_a_batch_is_as_old_as_the_oldest_record_of_which_kafka_knows_the_time() -> None:
    gathering = _gathering()
    for part, offset, published_at in ((P0, 5, 7_000), (P0, 6, 6_000), (P0, 7, 8_000), (P1, 0, None)):
        gathering.add(part, offset, _row(), size=1, now=0.0, published_at=published_at)
    batch = gathering.take()
    assert batch.oldest == 6_000
    assert batch.only({P1}).oldest is None


def test_an_offset_that_goes_back_is_a_bug_and_is_said() -> None:
    gathering = _gathering()
    gathering.add(P0, 5, _row(), size=1, now=0.0)
    with pytest.raises(ValueError, match="offset 5"):
        gathering.add(P0, 5, _row(), size=1, now=0.0)


def test_a_partition_that_is_lost_takes_its_records_along_and_leaves_the_others() -> None:
    gathering = Gathering(rows_max=2, wait_s=1.0)
    gathering.add(P0, 5, _row(0), size=1, now=0.0)
    gathering.add(P1, 5, _row(1), size=1, now=0.0)
    gathering.forget({P0})
    assert not gathering.is_due(0.5), "the rows that went were still counted"
    assert gathering.take().of(EVIDENCE) == [(1,)]
    gathering.forget({P1})
    assert not gathering.is_due(1e9)


def test_two_batches_with_other_ranges_never_share_a_name() -> None:
    def batch(*ranges: tuple[Part, int, int]) -> Batch:
        gathering = Gathering(rows_max=100, wait_s=1.0)
        for part, first, last in ranges:
            gathering.add(part, first, (), size=0, now=0.0)
            if last > first:
                gathering.add(part, last, (), size=0, now=0.0)
        return gathering.take()

    batches = [
        batch((P0, 1, 2)), batch((P0, 1, 3)), batch((P1, 1, 2)), batch((P0, 1, 2), (P1, 1, 2)),
        batch((P0, 1, 2), (P1, 1, 3)), batch((("prompts:0", 1), 1, 2)),
    ]  # fmt: skip
    assert len({each.name() for each in batches}) == len(batches)
    assert batches[0].name() == "prompts:0:1-2"


def test_what_is_left_of_a_batch_is_the_partitions_that_are_kept() -> None:
    gathering = _gathering()
    gathering.add(P0, 1, _row(0), size=1, now=0.0)
    gathering.add(P1, 1, _row(1), size=1, now=0.0)
    batch = gathering.take()
    assert batch.only({P1}).of(EVIDENCE) == [(1,)]
    assert list(batch.only({P1}).tables) == [EVIDENCE]
    assert list(batch.only(()).tables) == []
