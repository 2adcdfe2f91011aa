"""Writer: how a batch gets into ClickHouse once, whatever fails on the way.

Intent, inserts, done. What fails while the server stays up is repeated under the same token, which ClickHouse drops
if it has those rows already. Where the server may have restarted, its memory of tokens is not to be trusted (it can
know the token of rows that it lost): then what is there is read back, and only the rest is inserted, under a new token.
"""

import logging
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from streams.crash import crash_point
from streams.ledger.batch import Batch, Part
from streams.ledger.errors import Refused, Unavailable
from streams.ledger.outage import Outage
from streams.ledger.progress import Claim, Progress
from streams.ledger.rows import Row
from streams.ledger.stopwatch import Stopwatch
from streams.ledger.store import Store
from streams.ledger.tables import Table
from streams.telemetry.meter import Meter
from streams.telemetry.vocabulary import INSERT_SECONDS, ROWS

log = logging.getLogger(__name__)

TOKEN_GOOD_S = 600.0
"""ClickHouse remembers the last 10,000 tokens of a table. Others write too: after this long, better look."""


YOUNG_S = 1.0
"""A server younger than this cannot prove that it did not restart a moment ago: it tells its age in whole seconds."""


POINTS = ("after-intent", "after-some-inserts", "after-inserts", "after-done", "after-commit")
"""Where a ledger can be made to crash, in the order of a batch."""


class Holder(Protocol):
    """Whoever has the partitions: it knows which are still ours, and is not kept from losing some while we wait."""

    def claims(self) -> Mapping[Part, Claim]:
        """The partitions that have been ours without a break since the batch was read, with our claims on them."""

    def breathe(self, seconds: float) -> None:
        """Wait until the next try. Raises Stopping when the ledger is to stop."""

    def fenced(self, parts: Mapping[Part, str]) -> None:
        """Take note that others have claimed these partitions, and who."""


@dataclass(slots=True)
class Writing:
    """One batch on its way. `doubtful`: partitions of which rows may be there that we were never told of."""

    batch: Batch
    doubtful: frozenset[Part]
    watch: Callable[[], Stopwatch]
    begun: Stopwatch = field(init=False)
    intended: bool = False
    failed: bool = False
    prepared: dict[Table, tuple[str, list[Row]]] = field(default_factory=dict)
    written: set[Table] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Start the time."""
        self.begun = self.watch()

    def doubt(self, parts: Collection[Part]) -> None:
        """Believe nothing that was acknowledged so far: every table is read back before anything is inserted."""
        self.doubtful |= frozenset(parts)
        self.begun = self.watch()
        self.prepared.clear()
        self.written.clear()

    def keep(self, parts: Collection[Part]) -> bool:
        """Go on with fewer partitions. The batch is another one then, so no token of the old one fits.

        False: nothing is left to write.
        """
        left = self.batch.only(parts)
        if left.parts != self.batch.parts:
            self.batch = left
            self.doubt(left.parts)
        return bool(left.ranges)


class Writer:
    """Writes batches, one at a time."""

    def __init__(
        self,
        store: Store,
        progress: Progress,
        outage: Outage,
        *,
        query_prefix: str,
        meter: Meter,
        watch: Callable[[], Stopwatch] = Stopwatch,
    ) -> None:
        """Write through a store. `query_prefix`: how the ids of our inserts begin, by which a successor finds them."""
        self._store = store
        self._progress = progress
        self._outage = outage
        self._query_prefix = query_prefix
        self._meter = meter
        self._watch = watch

    def write(self, batch: Batch, doubtful: Collection[Part], holder: Holder) -> Batch:
        """Write a batch, however long it takes. Returns what was written: without partitions that were lost meanwhile.

        Raises:
            Stopping: the ledger is to stop; the intent stays open, and the next one to read it will look.
        """
        writing = Writing(batch, frozenset(doubtful), self._watch)
        while writing.keep(holder.claims().keys()):
            try:
                written = self._attempt(writing, holder)
                wait_s = YOUNG_S / 4
            except (Unavailable, Refused) as error:
                written, writing.failed = False, True
                wait_s = self._outage.failed(error)
            if written:
                self._outage.over()
                break
            holder.breathe(wait_s)
        return writing.batch

    def _attempt(self, writing: Writing, holder: Holder) -> bool:
        """Go on with a batch from where it is. False: not written yet, though nothing was refused."""
        claims = self._fence(writing, holder)
        if not claims:
            return True
        if writing.failed and not self._surely_up(writing):
            if self._store.uptime_s() < YOUNG_S:
                return False
            log.warning("ClickHouse may have restarted; reading back what it has of %s.", writing.batch)
            writing.doubt(writing.batch.parts)
        writing.failed = False
        if not writing.intended:
            self._progress.intend(writing.batch, claims)
            writing.intended = True
            crash_point("after-intent")
        self._insert_all(writing)
        if not self._surely_up(writing):
            # Acknowledged, but perhaps by two lives of the server, and a retry below us may have met the second.
            writing.failed = True
            return False
        crash_point("after-inserts")
        self._progress.done(writing.batch, claims)
        crash_point("after-done")
        return True

    def _fence(self, writing: Writing, holder: Holder) -> dict[Part, Claim]:
        """Make sure, just before writing, that the partitions are still ours."""
        ours = holder.claims()
        claims = {part: ours[part] for part in writing.batch.parts}
        taken = self._progress.taken(claims)
        if taken:
            holder.fenced(taken)
            writing.keep(claims.keys() - taken.keys())
        return {part: claim for part, claim in claims.items() if part not in taken}

    def _insert_all(self, writing: Writing) -> None:
        for table in tuple(writing.batch.tables):
            if table not in writing.written:
                self._insert(writing, table)
                crash_point("after-some-inserts")

    def _insert(self, writing: Writing, table: Table) -> None:
        if table not in writing.prepared:
            token = f"{table.name}:{writing.batch.name()}:{uuid.uuid4().hex}"
            writing.prepared[table] = token, self._missing(writing, table)
        token, rows = writing.prepared[table]
        if rows:
            with self._meter.timing(INSERT_SECONDS):
                self._store.insert(table, rows, token=token, query_id=f"{self._query_prefix}{uuid.uuid4().hex}")
            self._meter.add(ROWS, len(rows), table.name)
        writing.written.add(table)

    def _missing(self, writing: Writing, table: Table) -> list[Row]:
        """Give the rows that are not there yet; where there is no doubt, all of them."""
        rows: list[Row] = []
        identity, offset = table.place(table.identity), table.place("ledger_offset")
        for each in writing.batch.ranges:
            ours = each.rows.get(table, [])
            if ours and each.part in writing.doubtful:
                present = self._store.present(table, each)
                missing = [row for row in ours if (row[offset], row[identity]) not in present]
                log.info(
                    "Read back %s of %s: %d of %d rows were there.",
                    each,
                    table.name,
                    len(ours) - len(missing),
                    len(ours),
                )
                ours = missing
            rows += ours
        return rows

    def _surely_up(self, writing: Writing) -> bool:
        """Say whether the server certainly did not restart since the batch was begun: it has been up for longer."""
        elapsed_s = writing.begun.elapsed_s()
        return elapsed_s < TOKEN_GOOD_S and self._store.uptime_s() > writing.begun.elapsed_s()
