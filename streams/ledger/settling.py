"""Settling: what happens to a partition between the moment when the group gives it to us and its first record."""

import logging
import time
import uuid
from collections.abc import Collection, Mapping
from typing import Protocol

from confluent_kafka import KafkaException

from streams.ledger.batch import Part
from streams.ledger.consumer import GroupConsumer
from streams.ledger.errors import Refused, Unavailable
from streams.ledger.outage import Outage
from streams.ledger.progress import Claim, Progress
from streams.ledger.resume import Log, Start, start
from streams.ledger.rows import Position, unreadable
from streams.ledger.store import Store

log = logging.getLogger(__name__)

PREDECESSOR_S = 30.0
"""How long an insert of whoever had a partition before us may still be running before we go on without it."""

PREDECESSOR_POLL_S = 0.2
KAFKA_AGAIN_S = 1.0
TOPIC_CHECK_S = 60.0
"""How often to make sure that the topics are still the same."""


class Patient(Protocol):
    """Whoever reads the partitions, and must not be starved while the settler waits."""

    def breathe(self, seconds: float) -> None:
        """Wait, and keep the group alive meanwhile. Raises Stopping when the ledger is to stop."""


class Settler:
    """Claims partitions, waits for who wrote them before, and finds where to go on."""

    def __init__(
        self, store: Store, progress: Progress, consumer: GroupConsumer, outage: Outage, *, query_prefix: str
    ) -> None:
        """Ask both sides. `query_prefix`: how the ids of every ledger's inserts into this sink begin."""
        self._store = store
        self._progress = progress
        self._consumer = consumer
        self._outage = outage
        self._query_prefix = query_prefix
        self._checked = time.monotonic()
        self.in_trouble = False
        """Whether the last try failed, so that reading must not begin yet."""

    def settle(self, parts: Collection[Part], reader: Patient) -> dict[Part, tuple[Claim, Start]]:
        """Find where to go on with partitions. Nothing when one of the two sides is away; then try again.

        Raises:
            TopicReplaced: a topic is not the one that was written so far.
            Stopping: the ledger is to stop.
        """
        self.in_trouble = False
        if not parts:
            return {}
        try:
            found = self._settle(parts, reader)
        except (Unavailable, Refused) as error:
            self.in_trouble = True
            reader.breathe(self._outage.failed(error))
            return {}
        except KafkaException as error:
            self.in_trouble = True
            self._consumer.tell("settle", "Kafka does not say where its partitions end (%s).", error.args[0].str())
            reader.breathe(KAFKA_AGAIN_S)
            return {}
        self._outage.over()
        return found

    def replaced(self, claims: Mapping[Part, Claim]) -> frozenset[Part]:
        """Find, once a minute, partitions whose topic was made anew under our hands."""
        if not claims or time.monotonic() - self._checked < TOPIC_CHECK_S:
            return frozenset()
        self._checked = time.monotonic()
        ids = self._consumer.topic_ids({topic for topic, _ in claims})
        return frozenset(
            part for part, claim in claims.items() if claim.topic_id and ids[part[0]] not in {"", claim.topic_id}
        )

    def _settle(self, parts: Collection[Part], reader: Patient) -> dict[Part, tuple[Claim, Start]]:
        ids = self._consumer.topic_ids({topic for topic, _ in parts})
        known = self._progress.known(parts)
        claims = {part: Claim(known[part].epoch + 1, ids[part[0]] or known[part].topic_id) for part in parts}
        # From here on whoever wrote before us stops at its next batch; the one it may be writing now is waited for,
        # and only then is it asked how far it came.
        self._progress.claim(claims)
        self._await_predecessors(reader)
        known = self._progress.known(parts)
        logs = {part: self._consumer.log_of(part, ids[part[0]]) for part in parts}
        starts = {part: start(part, known[part], logs[part]) for part in parts}
        self._tell_group({part: starts[part].offset for part in parts if known[part].done is not None}, logs)
        for part, begin in starts.items():
            self._note_loss(part, begin)
            if begin.doubt_until >= begin.offset:
                log.info(
                    "Offsets %d to %d of %s:%d may be written already: reading back.",
                    begin.offset,
                    begin.doubt_until,
                    *part,
                )
        log.info("Reading %d partitions more, of %d topics.", len(parts), len(ids))
        return {part: (claims[part], starts[part]) for part in parts}

    def _tell_group(self, offsets: Mapping[Part, int], logs: Mapping[Part, Log]) -> None:
        """Say what a predecessor wrote and did not come to say. Never back: what was said is a reason for doubt."""
        untold = {part: offset for part, offset in offsets.items() if offset > (logs[part].committed or 0)}
        if untold:
            self._consumer.commit(untold)

    def _await_predecessors(self, reader: Patient) -> None:
        """Wait for inserts that were under way before we came. A ledger that was killed leaves its last one running."""
        until = time.monotonic() + PREDECESSOR_S
        try:
            running = self._store.running(self._query_prefix)
            if running:
                log.info("Waiting for %d inserts of whoever wrote before us.", len(running))
            while running and time.monotonic() < until:
                reader.breathe(PREDECESSOR_POLL_S)
                running &= self._store.running(self._query_prefix)
        except Refused as error:
            self._consumer.tell("processes", "Not waiting for inserts of others: %s", error)

    def _note_loss(self, part: Part, begin: Start) -> None:
        """Put on record that Kafka deleted records before they were written: the one loss that cannot be prevented."""
        if begin.lost is None:
            return
        first, last = begin.lost
        reason = f"Kafka deleted offsets {first} to {last} before the ledger read them; what they said is not known."
        log.error("Partition %s of %s: %s", part[1], part[0], reason)
        table, row = unreadable(
            Position(*part, first), key=None, value=None, reason=reason, published_at=int(time.time() * 1_000)
        )
        self._store.insert(table, [row], token=uuid.uuid4().hex, query_id=f"{self._query_prefix}{uuid.uuid4().hex}")
