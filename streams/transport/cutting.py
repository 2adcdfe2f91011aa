"""Cutting: taking records out of what aiokafka has fetched, as many as make one batch, without losing its position."""

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from faust.types import TP

from streams.transport.batches import RawRecord
from streams.transport.bounds import Bounds

RECORD_BYTES = 200
"""What a record weighs in memory besides its bytes."""

HEADER_BYTES = 150
"""What a header weighs in memory besides its bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Records of one partition as they leave the fetcher; none if it only stepped over what nobody is shown.

    `next_offset` is where the partition goes on: every visible record below it has been cut. `epoch` and `generation`
    tell whether the partition was sought or assigned anew since.
    """

    tp: TP
    records: list[RawRecord]
    next_offset: int
    weight: int
    epoch: int
    generation: int


def weight_of(record: RawRecord) -> int:
    """Tell the memory that a record takes, in bytes."""
    key, value, headers = record.key, record.value, record.headers
    weight = RECORD_BYTES
    if value is not None:
        weight += len(value)
    if key is not None:
        weight += len(key)
    if headers:
        for name, content in headers:
            weight += HEADER_BYTES + len(name) + (0 if content is None else len(content))
    return weight


class Cutter:
    """Cuts batches off aiokafka's `FetchResult`s, record by record, so that what is not cut stays packed.

    The records are those of aiokafka's compiled parser: making a `ConsumerRecord` of each would cost as much again.
    """

    def __init__(self, bounds: Bounds) -> None:
        """Begin with nothing held back."""
        self._bounds = bounds
        self._held: WeakKeyDictionary[Any, RawRecord] = WeakKeyDictionary()

    def cut(self, result: Any) -> tuple[list[RawRecord], int]:
        """Take at most one batch; a record that is too much is held back for the next. Returns records and weight.

        Moves the position of the partition behind what was taken, and behind markers and aborted records that follow.
        If it was all, `result.has_more()` is false afterwards.

        Raises:
            aiokafka.errors.CorruptRecordException: the next record to be cut is damaged.
        """
        packed = result._partition_records  # noqa: SLF001 - there is no public way to take a part
        packed._consumer_record = _as_it_is  # noqa: SLF001 - the hook by which it makes its records
        rest = packed._records_iterator  # noqa: SLF001 - without the detour through its `__next__`
        records: list[RawRecord] = []
        weight = 0
        record: RawRecord | None = self._held.pop(result, None)
        try:
            if record is None:
                record = next(rest, None)
            while record is not None:
                weighs = weight_of(record)
                if records and weight + weighs > self._bounds.batch_bytes:
                    self._held[result] = record
                    packed.next_fetch_offset = record.offset
                    result._update_position()  # noqa: SLF001
                    return records, weight
                records.append(record)
                weight += weighs
                if len(records) >= self._bounds.batch_records:
                    packed.next_fetch_offset = max(packed.next_fetch_offset, record.offset + 1)
                    result._update_position()  # noqa: SLF001
                    return records, weight
                record = next(rest, None)
        except Exception:
            # Damaged: what was read before it is good; the next fetch begins at the damage and fails by itself.
            if not records:
                result._partition_records = None  # noqa: SLF001
                raise
            packed.next_fetch_offset = records[-1].offset + 1
        result._update_position()  # noqa: SLF001
        result._partition_records = None  # noqa: SLF001 - as its own `getall` does at the end
        return records, weight


def _as_it_is(_: object, record: RawRecord) -> RawRecord:
    return record
