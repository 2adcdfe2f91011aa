"""Loop: read, spread into rows, gather, hand over to be written, commit; alive in the group while ClickHouse is away.

One batch is written while the next is gathered: no more than two are in memory, and they are written in order.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from confluent_kafka import TIMESTAMP_NOT_AVAILABLE, Message

from streams.codec.avro import AvroCodec
from streams.codec.errors import Malformed, RegistryError
from streams.crash import crash_point
from streams.ledger.batch import Batch, Gathering, Part
from streams.ledger.consumer import GroupConsumer
from streams.ledger.errors import Stopping
from streams.ledger.hand import Hand
from streams.ledger.progress import Claim
from streams.ledger.rows import Position, Row, rows_of, unreadable
from streams.ledger.settling import Settler
from streams.ledger.tables import Table
from streams.telemetry.labels import Stage
from streams.telemetry.meter import Meter
from streams.telemetry.vocabulary import (
    LAG_SECONDS,
    LEDGER_BEHIND,
    LEDGER_RECORDS,
    QUARANTINED,
    READING,
    WRITTEN,
)

log = logging.getLogger(__name__)

POLL_S = 0.1
"""How long to wait for records at most before looking at the clock and the stop signal."""

PATIENCE_S = 1.0
"""How long to wait, with a full batch, for the one before it, until the flow is stopped and the group served. To stop
the flow makes the client throw away what it has fetched ahead."""

REGISTRY_S = 2.0
"""How long to wait for a schema registry before asking it again."""

REPORT_S = 10.0

MEASURE_S = 1.0
"""How often to count what is still to be read."""

FENCED_S = 30.0
"""How long to leave a partition alone that somebody else has claimed, while the group says that it is ours."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A partition that is ours: our claim on it, and the offset up to which rows may be there unknown to us."""

    claim: Claim
    doubt_until: int


class Loop:
    """What one ledger process does, a turn at a time. `kinds`: which record each topic (as called here) carries."""

    def __init__(
        self,
        consumer: GroupConsumer,
        hand: Hand,
        settler: Settler,
        gathering: Gathering,
        codec: AvroCodec,
        kinds: Mapping[str, str],
        stop: threading.Event,
        meter: Meter,
    ) -> None:
        """Connect the parts; nothing is read yet."""
        self._consumer = consumer
        self._hand = hand
        self._settler = settler
        self._gathering = gathering
        self._codec = codec
        self._kinds = kinds
        self._stop = stop
        self._meter = meter
        self._inbox: deque[tuple[Part, Message]] = deque()
        self._holdings: dict[Part, Holding] = {}
        self._fenced_until: dict[Part, float] = {}
        self._held_back = False
        self._written = 0
        self._reported = time.monotonic()
        self._measured = -MEASURE_S

    def turn(self) -> None:
        """Do what there is to do now; returns soon unless ClickHouse is away.

        Raises:
            Stopping: the ledger is to stop.
            LedgerError: a person must act.
        """
        self._note()
        if not self._hand.busy:
            # What is known of a partition that comes back is true only when nothing is being written.
            self._settle()
        if self._hand.busy and self._gathering.is_full:
            self._await_hand()
            return
        self._fetch(0 if self._inbox else POLL_S)
        self._gather()
        if not self._hand.busy and self._gathering.is_due(time.monotonic()):
            self._write(self._gathering.take())
        self._report()

    def close(self) -> None:
        """End tidily: a batch that is being written may be finished, what waits is not tried again."""
        self._hand.close()
        try:
            self._note()
        except Stopping:
            log.info("Stopped before ClickHouse had taken the last batch; it will be read again.")

    def breathe(self, seconds: float) -> None:
        """Wait, with all partitions paused, and keep the group alive. What was under way already is kept for later."""
        self._hold()
        until = time.monotonic() + seconds
        while True:
            if self._stop.is_set():
                raise Stopping
            self._fetch(max(0.0, min(POLL_S, until - time.monotonic())))
            if time.monotonic() >= until:
                return

    def _settle(self) -> None:
        """Go on with partitions that have come."""
        now = time.monotonic()
        self._fenced_until = {p: t for p, t in self._fenced_until.items() if t > now and p in self._consumer.waiting}
        come = self._consumer.waiting - self._fenced_until.keys()
        for part, (claim, start) in self._settler.settle(come, self).items():
            if self._consumer.begin(part, start.offset):
                self._holdings[part] = Holding(claim, start.doubt_until)
        if self._held_back and not self._settler.in_trouble:
            self._consumer.flow()
            self._held_back = False
        claims = {part: holding.claim for part, holding in self._holdings.items()}
        self._consumer.put_back(self._settler.replaced(claims))

    def _await_hand(self) -> None:
        if not self._hand.wait(PATIENCE_S):
            self._hold()
            self._fetch(0)

    def _hold(self) -> None:
        if not self._held_back:
            self._consumer.hold()
            self._held_back = True

    def _fetch(self, timeout_s: float) -> None:
        self._inbox.extend(self._consumer.poll(timeout_s))
        self._reconcile()
        self._measure()

    def _reconcile(self) -> None:
        """Forget what was read of partitions that are not ours any more."""
        gone = self._holdings.keys() - self._consumer.reading
        if gone:
            self._holdings = {part: held for part, held in self._holdings.items() if part not in gone}
            self._inbox = deque(item for item in self._inbox if item[0] not in gone)
            self._gathering.forget(gone)

    def _gather(self) -> None:
        now = time.monotonic()
        while self._inbox and not self._gathering.is_full:
            part, message = self._inbox[0]
            try:
                rows = self._rows(part, message)
            except RegistryError as error:
                self._consumer.tell("registry", "%s The ledger waits for it.", error)
                self.breathe(REGISTRY_S)
                return
            self._inbox.popleft()
            offset = message.offset()
            assert offset is not None
            stamped, at = message.timestamp()
            published_at = None if stamped == TIMESTAMP_NOT_AVAILABLE else at
            self._gathering.add(part, offset, rows, len(message), now, published_at)

    def _rows(self, part: Part, message: Message) -> Iterable[tuple[Table, Row]]:
        """Spread a record, or set it aside when it is none. Anything but Malformed is a bug, and must stop us here."""
        offset = message.offset()
        assert offset is not None
        position = Position(*part, offset)
        value = message.value()
        try:
            return rows_of(self._codec.decode(value, self._kinds[part[0]]), position)
        except Malformed as malformed:
            log.warning("Quarantined %s:%d:%d: %s", *part, offset, malformed.reason)
            self._meter.add(QUARANTINED, 1, Stage.LEDGER)
            key, (_, at) = message.key(), message.timestamp()
            return (unreadable(position, key=key, value=value, reason=malformed.reason, published_at=at),)

    def _write(self, batch: Batch) -> None:
        held = {part: self._holdings[part] for part in batch.parts}
        doubtful = {each.part for each in batch.ranges if each.first <= held[each.part].doubt_until}
        self._hand.begin(batch, doubtful, {part: holding.claim for part, holding in held.items()})

    def _note(self) -> None:
        """Take note of a batch that is at its end."""
        finished = self._hand.finished()
        if finished is None:
            return
        written, fenced = finished
        for part, other in fenced.items():
            log.warning("Partition %s of %s is written by %s now; leaving it alone.", part[1], part[0], other)
            self._fenced_until[part] = time.monotonic() + FENCED_S
        self._consumer.put_back(fenced)
        self._reconcile()
        offsets = {each.part: each.last + 1 for each in written.ranges if each.part in self._holdings}
        if offsets:
            self._consumer.commit(offsets)
            crash_point("after-commit")
        self._written += written.records
        if written.ranges:
            self._meter.add(LEDGER_RECORDS, written.records)
            self._meter.stamp(WRITTEN)
        if written.oldest is not None:
            self._meter.observe(LAG_SECONDS, max(time.time() - written.oldest / 1_000, 0.0))

    def _measure(self) -> None:
        now = time.monotonic()
        if now - self._measured >= MEASURE_S:
            self._measured = now
            self._meter.set(LEDGER_BEHIND, self._consumer.behind())
            self._meter.set(READING, len(self._consumer.reading))

    def _report(self) -> None:
        now = time.monotonic()
        if now - self._reported >= REPORT_S:
            if self._written:
                seconds = now - self._reported
                log.info("Kept %d records in %.0f s; %d to go.", self._written, seconds, self._consumer.behind())
            self._written, self._reported = 0, now
