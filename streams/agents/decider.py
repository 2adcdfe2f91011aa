"""Decider: batches of evidence in, verdicts and commands out, in transactions that also hold what is remembered."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from time import monotonic

from streams.agents.decisions import Decisions, key_of
from streams.agents.partition import Partition
from streams.agents.quarantine import Place, Quarantine
from streams.codec.avro import AvroCodec
from streams.codec.bounds import check_time
from streams.codec.errors import Malformed
from streams.core.evidence import Context, Evidence, Prompt
from streams.core.law import Law
from streams.core.time import Millis
from streams.crash import crash_point
from streams.settings import Settings
from streams.telemetry.meter import Meter
from streams.telemetry.vocabulary import (
    BATCH_RECORDS,
    BATCH_SECONDS,
    HELD_BYTES,
    JUDGED,
    OPEN,
    OWNED,
    REROUTED,
    RESTORE_SECONDS,
    RESTORED,
    TAKEN,
    WATERMARK,
)
from streams.topics import INPUTS
from streams.transport.admin import changelog_topic
from streams.transport.batches import Batch, RawRecord
from streams.transport.partitioner import partition_of
from streams.transport.producer import Deliverer, Headers
from streams.transport.reading import read_all
from streams.transport.transactions import Transactions

JUDGED_AT_ONCE = 250
"""Decisions judged before the event loop gets its turn: a burst of deadlines must not cost the group membership."""

SAID_AT_ONCE = 2_000
"""Decisions spoken of in one transaction: a burst of deadlines must not make one that takes for ever."""

DIRTY_MAX = 50_000
"""Decisions that may have heard something that the changelog does not have, in one partition; then it is written."""

REROUTED_FROM = "clawback-rerouted-from"

log = logging.getLogger(__name__)


class Decider:
    """All partitions that this worker owns. One thing happens at a time: `lock` keeps batches and ticks apart."""

    def __init__(
        self,
        settings: Settings,
        codec: AvroCodec,
        deliverer: Deliverer,
        quarantine: Quarantine,
        law: Callable[[], Law],
        now: Callable[[], Millis],
        partitions: int,
        meter: Meter,
    ) -> None:
        """Own nothing yet. `law` and `now` are asked each time: registry and clock move."""
        self._settings = settings
        self._codec = codec
        self._deliverer = deliverer
        self._quarantine = quarantine
        self._law = law
        self._now = now
        self._partitions = partitions
        self._meter = meter
        self._kinds = {settings.topic(topic.name): topic.record or "" for topic in INPUTS}
        self._changelog = settings.topic(changelog_topic(settings).name)
        self._owned: dict[int, Partition] = {}
        self.lock = asyncio.Lock()
        self._rerouted = 0

    @property
    def inputs(self) -> tuple[str, ...]:
        """The input topics by the names they have on this cluster."""
        return tuple(self._kinds)

    async def own(self, partitions: Iterable[int]) -> None:
        """Take over the partitions that are new to this worker: fence who had them, then read what was remembered.

        Raises:
            DeliveryFailed, ReadFailed: Kafka does not answer, or does not allow it.
        """
        new = tuple(number for number in partitions if number not in self._owned)
        if not new:
            return
        with self._meter.timing(RESTORE_SECONDS):
            await self._deliverer.flushed()
            voices = await asyncio.gather(*(asyncio.to_thread(self._voice, number) for number in new))
            crash_point("decide-fenced")
            restored = await asyncio.to_thread(self._restored, dict(zip(new, voices, strict=True)))
        crash_point("decide-restored")
        self._owned |= restored
        self._meter.add(RESTORED, sum(len(partition.decisions) for partition in restored.values()))
        log.info("partitions %s: %d open decisions", list(new), self.open_decisions)

    @property
    def open_decisions(self) -> int:
        """Count the decisions that are open on this worker."""
        return sum(len(partition.decisions) for partition in self._owned.values())

    async def release(self) -> None:
        """Deliver what is not out, and forget everything: what is owned next is restored from the changelog.

        Raises:
            DeliveryFailed: it cannot be delivered.
        """
        await self.settle()
        for partition in self._owned.values():
            partition.close()
        self._owned.clear()

    async def settle(self) -> None:
        """Deliver everything that came of the records taken so far; then, and only then, may their offsets move.

        Raises:
            DeliveryFailed: it cannot be delivered.
        """
        settling = (p.settle(self._codec, self._meter, everything=True) for p in self._owned.values())
        await asyncio.gather(self._deliverer.flushed(), *settling)

    async def take(self, batch: Batch) -> None:
        """Fold a batch of records of one partition.

        Raises:
            DeliveryFailed: something cannot be delivered; the offsets of this batch must not move.
            ReadFailed: the changelog cannot be read.
        """
        await self.own((batch.tp.partition,))
        partition = self._owned[batch.tp.partition]
        begun = monotonic()
        self._fold(partition, batch.tp.topic, batch.records)
        partition.heard[batch.tp.topic] = batch.last
        crash_point("decide-folded")
        self._meter.add(TAKEN, len(batch), self._kinds[batch.tp.topic])
        self._meter.observe(BATCH_RECORDS, len(batch))
        self._meter.observe(BATCH_SECONDS, monotonic() - begun)
        if len(partition.decisions.dirty) >= DIRTY_MAX:
            await partition.settle(self._codec, self._meter, everything=True)

    async def tick(self, number: int, *, read_to_end: Iterable[str], asked_at: Millis) -> None:
        """Let event time pass and judge what is due.

        `read_to_end`: the input topics of which, at `asked_at` (our clock, before asking), nothing was left to read.
        """
        await self.own((number,))
        decisions = self._owned[number].decisions
        for topic in read_to_end:
            decisions.watermark = decisions.watermark.idle(topic, asked_at)
        if decisions.watermark.at > 0:  # before anything is known, it is as old as time itself, and alarms nobody
            self._meter.set(WATERMARK, decisions.watermark.at / 1000, number)

    async def judge(self, number: int) -> bool:
        """Judge what is due in a partition, and say it. Says whether that was all; if not, ask again.

        The caller holds `lock` while this judges, and not while it speaks: `speak`.
        """
        partition = self._owned.get(number)
        if partition is None:
            return True
        while len(partition.unsaid) < SAID_AT_ONCE:
            said = partition.decisions.judge(JUDGED_AT_ONCE, self._law())
            partition.unsaid += [each for each in said if each.outputs]
            self._meter.add(JUDGED, len(said))
            if len(said) < JUDGED_AT_ONCE:
                return True
            await asyncio.sleep(0)
        return False

    async def speak(self, number: int) -> None:
        """Deliver what was said on a partition, with the states that remember it.

        Raises:
            DeliveryFailed: it cannot be delivered.
        """
        partition = self._owned.get(number)
        if partition is not None and partition.unsaid:
            await partition.settle(self._codec, self._meter, everything=False)

    def offset_heard(self, number: int, topic: str) -> int | None:
        """Tell the newest offset of a topic that was folded in since the partition was received."""
        partition = self._owned.get(number)
        return partition.heard.get(topic) if partition is not None else None

    def measure(self) -> None:
        """Say how much there is now."""
        self._meter.set(OPEN, self.open_decisions)
        self._meter.set(HELD_BYTES, sum(p.decisions.bytes for p in self._owned.values()))
        self._meter.set(OWNED, len(self._owned))
        self._meter.keep(WATERMARK, self._owned)

    def _fold(self, partition: Partition, topic: str, records: Iterable[RawRecord]) -> None:
        """Decode, and add each fact to its decision. All of a batch is heard at the watermark as it was before."""
        decode, decisions, law = self._codec.decode, partition.decisions, self._law()
        kind, now, future_ms = self._kinds[topic], self._now(), self._settings.future_ms
        latest, newest = now + future_ms, Millis(0)
        for record in records:
            try:
                fact: Evidence = decode(record.value, kind)  # type: ignore[assignment]  # asked for a kind of evidence
                if fact.occurred_at > latest or type(fact) not in TIMED_ONCE:
                    check_time(fact, now, future_ms)
            except Malformed as malformed:
                place = Place(topic=topic, partition=partition.number, offset=record.offset)
                self._quarantine.put(place, record.key, record.value, stage="decide", reason=malformed.reason)
                continue
            key = key_of(fact.tenant, fact.decision_id)
            if key not in decisions and self._reroute(topic, record, fact, partition.number):
                continue
            newest = max(newest, fact.occurred_at)
            said = decisions.hear(key, fact, law)
            if said is not None and said.outputs:
                partition.unsaid.append(said)
        if newest:
            decisions.watermark = decisions.watermark.heard(topic, newest, now)

    def _reroute(self, topic: str, record: RawRecord, fact: Evidence, partition: int) -> bool:
        """Send a record to the partition where the rest of its decision is, if its publisher placed it elsewhere.

        Publishers differ in how they place keys (librdkafka's own default is not Java's), and some set no key at all.
        """
        key = fact.decision_id.encode("utf-8", "surrogatepass")
        wanted = partition_of(key, self._partitions)
        if wanted == partition or any(name == REROUTED_FROM for name, _ in record.headers):
            return False
        known = [(name, value or b"") for name, value in record.headers]
        headers: Headers = [*known, (REROUTED_FROM, str(partition).encode())]
        self._deliverer.send(topic, key, record.value, headers, wanted)
        if not self._rerouted:
            log.warning(
                "%s: decision %s came on partition %d and belongs on %d; passed on. Publish with the decision_id as "
                "key and Kafka's default partitioner (librdkafka: partitioner=murmur2_random)",
                topic, fact.decision_id, partition, wanted,
            )  # fmt: skip
        self._rerouted += 1
        self._meter.add(REROUTED)
        return True

    def _voice(self, number: int) -> Transactions:
        voice = Transactions(self._settings, f"{self._settings.app}-decide-{number}")
        voice.take_over()
        return voice

    def _restored(self, voices: dict[int, Transactions]) -> dict[int, Partition]:
        stored: dict[int, dict[bytes, bytes]] = {number: {} for number in voices}
        for message in read_all(self._settings, "changelog", [(self._changelog, number) for number in voices]):
            key, value, states = message.key() or b"", message.value(), stored[message.partition() or 0]
            if value is None:
                states.pop(key, None)
            else:
                states[key] = value
        partitions: dict[int, Partition] = {}
        for number, voice in voices.items():
            decisions = Decisions(self.inputs, self._settings.lateness_ms)
            partition = Partition(number, self._settings, decisions, voice)
            partition.unsaid += decisions.restore(stored.pop(number), self._law())
            partitions[number] = partition
        return partitions


TIMED_ONCE = frozenset({Prompt, Context})
"""Kinds that say only one time: when they occurred."""
