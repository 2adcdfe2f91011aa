"""Batch: one contiguous range of offsets per partition, already spread into rows, to be written as one."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from streams.ledger.rows import Row
from streams.ledger.tables import TABLES, Table

Part = tuple[str, int]
"""A partition: topic (as it is called on the cluster) and number."""

BATCH_BYTES_MAX = 32 << 20
"""Bytes of Kafka values in one batch: far below what ClickHouse takes as one block (256 MB), which is what makes the
insert into one partition of a table all or nothing, and little enough to hold twice in memory."""


SHOWN = 3
"""Ranges named in a line of the log."""


@dataclass(slots=True)
class Range:
    """Records of one partition from `first` to `last`; offsets between them that are not here do not exist.

    `oldest`: the smallest timestamp that Kafka has of them, ms since 1970, UTC; None where it has none.
    """

    topic: str
    partition: int
    first: int
    last: int
    records: int = 0
    size: int = 0
    rows: dict[Table, list[Row]] = field(default_factory=dict)
    oldest: int | None = None

    @property
    def part(self) -> Part:
        """The partition."""
        return self.topic, self.partition

    def __str__(self) -> str:
        """Name the range: `topic:partition:first-last`."""
        return f"{self.topic}:{self.partition}:{self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class Batch:
    """Ranges of several partitions."""

    ranges: tuple[Range, ...]

    @property
    def parts(self) -> frozenset[Part]:
        """The partitions in it."""
        return frozenset(each.part for each in self.ranges)

    @property
    def records(self) -> int:
        """How many records were read for it."""
        return sum(each.records for each in self.ranges)

    @property
    def oldest(self) -> int | None:
        """The smallest timestamp that Kafka has of its records, ms since 1970, UTC; None where it has none."""
        return min((each.oldest for each in self.ranges if each.oldest is not None), default=None)

    def only(self, parts: Collection[Part]) -> "Batch":
        """Leave out the partitions that are not among `parts`."""
        return Batch(tuple(each for each in self.ranges if each.part in parts))

    def of(self, table: Table) -> list[Row]:
        """Collect the rows for a table, in the order of the ranges."""
        return [row for each in self.ranges for row in each.rows.get(table, ())]

    @property
    def tables(self) -> Iterator[Table]:
        """The tables that get rows, in the order of writing."""
        return (table for table in TABLES if any(table in each.rows for each in self.ranges))

    def __str__(self) -> str:
        """Name the ranges for a log: the first few."""
        names = [str(each) for each in self.ranges]
        return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")

    def name(self) -> str:
        """Name the exact ranges: in words when there is one, else by number and digest."""
        names = [str(each) for each in self.ranges]
        if len(names) == 1:
            return names[0]
        return f"{len(names)}-ranges:{blake2b(','.join(names).encode(), digest_size=16).hexdigest()}"


class Gathering:
    """Records on their way to becoming a batch. Bounded by rows, by bytes, and by how long the first has waited."""

    def __init__(self, *, rows_max: int, wait_s: float) -> None:
        """Start empty. `rows_max` counts rows of all tables together; `wait_s` is in seconds of the clock given."""
        self._rows_max = rows_max
        self._wait_s = wait_s
        self._ranges: dict[Part, Range] = {}
        self._rows = 0
        self._bytes = 0
        self._since: float | None = None

    def add(
        self,
        part: Part,
        offset: int,
        rows: Iterable[tuple[Table, Row]],
        size: int,
        now: float,
        published_at: int | None = None,
    ) -> None:
        """Add the next record of a partition. `size`: bytes of its value. `now`: seconds of a monotonic clock.

        `published_at`: the timestamp that Kafka has of it, ms since 1970, UTC.

        Raises:
            ValueError: the offset lies before one that is already here; a range would not be contiguous.
        """
        into = self._ranges.get(part)
        if into is None:
            into = self._ranges[part] = Range(part[0], part[1], offset, offset)
        elif offset <= into.last:
            raise ValueError(f"offset {offset} of {part} came after {into.last}")
        into.last = offset
        into.records += 1
        into.size += size
        if published_at is not None and (into.oldest is None or published_at < into.oldest):
            into.oldest = published_at
        self._bytes += size
        for table, row in rows:
            into.rows.setdefault(table, []).append(row)
            self._rows += 1
        if self._since is None:
            self._since = now

    @property
    def is_full(self) -> bool:
        """Say whether it should take nothing more."""
        return self._rows >= self._rows_max or self._bytes >= BATCH_BYTES_MAX

    def is_due(self, now: float) -> bool:
        """Say whether it should be written now."""
        if self._since is None:
            return False
        return self.is_full or now - self._since >= self._wait_s

    def take(self) -> Batch:
        """Hand over what is here, and start again."""
        batch = Batch(tuple(self._ranges[part] for part in sorted(self._ranges)))
        self._ranges = {}
        self._rows = self._bytes = 0
        self._since = None
        return batch

    def forget(self, parts: Collection[Part]) -> None:
        """Drop partitions that are ours no longer; whoever has them now reads the same records."""
        kept = {part: each for part, each in self._ranges.items() if part not in parts}
        if len(kept) < len(self._ranges):
            self._ranges = kept
            self._rows = sum(len(rows) for each in kept.values() for rows in each.rows.values())
            self._bytes = sum(each.size for each in kept.values())
            self._since = self._since if kept else None
