"""Decider: a batch of evidence in, a step out; outputs delivered first, then state, and only then may offsets move."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import orjson

from streams.agents.decisions import Decisions, Key
from streams.agents.quarantine import Place, Quarantine
from streams.codec.avro import AvroCodec
from streams.codec.bounds import check_time
from streams.codec.errors import Malformed
from streams.codec.headers import headers_for
from streams.codec.state import decode_state, encode_state
from streams.core.evidence import Evidence
from streams.core.ids import DecisionId, TenantId
from streams.core.law import Law
from streams.core.step import Step, next_wake, promised, step
from streams.core.time import NEVER, Millis
from streams.settings import Settings
from streams.topics import INPUTS, REVOCATIONS, VERDICTS
from streams.transport.admin import changelog_topic
from streams.transport.partitioner import partition_of
from streams.transport.producer import Deliverer, Headers
from streams.transport.reading import read_all

DUE_MAX = 500
"""Decisions judged before the event loop gets its turn: a burst of deadlines must not cost the group membership."""

REROUTED = "clawback-rerouted-from"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of an input topic, as it was read."""

    place: Place
    key: bytes | None
    value: bytes | None
    headers: Mapping[str, bytes]


@dataclass(slots=True)
class Counts:
    """What this worker has done since it started."""

    records: int = 0
    rerouted: int = 0
    verdicts: int = 0
    commands: int = 0


class Decider:
    """All partitions that this worker owns. One thing happens at a time: `lock` keeps records and ticks apart."""

    def __init__(
        self,
        settings: Settings,
        codec: AvroCodec,
        deliverer: Deliverer,
        quarantine: Quarantine,
        law: Callable[[], Law],
        now: Callable[[], Millis],
        partitions: int,
    ) -> None:
        """Own nothing yet. `law` and `now` are asked each time: registry and clock move."""
        self._settings = settings
        self._codec = codec
        self._deliverer = deliverer
        self._quarantine = quarantine
        self._law = law
        self._now = now
        self._partitions = partitions
        self._records = {settings.topic(topic.name): topic.record for topic in INPUTS}
        self._verdicts = settings.topic(VERDICTS.name)
        self._commands = settings.topic(REVOCATIONS.name)
        self._changelog = settings.topic(changelog_topic(settings).name)
        self._owned: dict[int, Decisions] = {}
        self.lock = asyncio.Lock()
        self.counts = Counts()

    @property
    def inputs(self) -> tuple[str, ...]:
        """The input topics by the names they have on this cluster."""
        return tuple(self._records)

    @property
    def open_decisions(self) -> int:
        """Count the decisions that are open on this worker."""
        return sum(len(decisions) for decisions in self._owned.values())

    def release(self) -> None:
        """Forget everything: after a rebalance, what is owned then is restored from the changelog."""
        self._owned.clear()

    async def owned(self, partition: int) -> Decisions:
        """Give the decisions of a partition, restored from the changelog when this worker has just received it.

        Raises:
            ReadFailed: the changelog cannot be read.
        """
        if partition not in self._owned:
            await self.own((partition,))
        return self._owned[partition]

    async def own(self, partitions: Iterable[int]) -> None:
        """Restore the partitions that are new to this worker, all in one reading of the changelog.

        Raises:
            ReadFailed: the changelog cannot be read.
        """
        new = tuple(number for number in partitions if number not in self._owned)
        if new:
            await self._deliverer.flushed()
            self._owned |= await asyncio.to_thread(self._restored, new)
            log.info("partitions %s: %d open decisions", list(new), self.open_decisions)

    def _restored(self, partitions: tuple[int, ...]) -> dict[int, Decisions]:
        latest: dict[int, dict[bytes, bytes]] = {number: {} for number in partitions}
        for message in read_all(self._settings, "changelog", [(self._changelog, number) for number in partitions]):
            key, value, states = message.key() or b"", message.value(), latest[message.partition() or 0]
            if value is None:
                states.pop(key, None)
            else:
                states[key] = value
        return {number: self._decisions(states) for number, states in latest.items()}

    def _decisions(self, states: Mapping[bytes, bytes]) -> Decisions:
        decisions, law = Decisions(self.inputs, self._settings.lateness_ms), self._law()
        for key, value in states.items():
            tenant, decision_id = orjson.loads(key)
            state = decode_state(value)
            decisions.put((TenantId(tenant), DecisionId(decision_id)), state, next_wake(state, NEVER, law))
        return decisions

    async def take(self, partition: int, batch: Iterable[Record]) -> None:
        """Fold a batch of records of one partition: decode, step per decision, deliver, save.

        Raises:
            DeliveryFailed: an output cannot be delivered; the offsets of this batch must not move.
            ReadFailed: the changelog cannot be read.
        """
        decisions = await self.owned(partition)
        now = self._now()
        heard: list[tuple[str, Millis]] = []
        by_decision: dict[Key, list[Evidence]] = {}
        for record in batch:
            self.counts.records += 1
            decisions.heard[record.place.topic] = record.place.offset
            evidence = self._understood(record, now)
            if evidence is None or self._reroute(record, evidence, partition):
                continue
            heard.append((record.place.topic, evidence.occurred_at))
            by_decision.setdefault((evidence.tenant, evidence.decision_id), []).append(evidence)
        steps = {
            key: step(decisions.of(key), evidence, decisions.watermark.at, self._law())
            for key, evidence in by_decision.items()
        }
        await self._say(partition, decisions, steps)
        for topic, occurred_at in heard:
            decisions.watermark = decisions.watermark.heard(topic, occurred_at, now)

    async def tick(self, partition: int, *, read_to_end: Iterable[str], asked_at: Millis) -> None:
        """Let event time pass and judge what is due.

        `read_to_end`: the input topics of which, at `asked_at` (our clock, before asking), nothing was left to read.

        Raises:
            DeliveryFailed: an output cannot be delivered.
        """
        decisions = await self.owned(partition)
        for topic in read_to_end:
            decisions.watermark = decisions.watermark.idle(topic, asked_at)
        while due := tuple(decisions.due(DUE_MAX)):
            law = self._law()
            steps = {key: step(decisions.of(key), (), decisions.watermark.at, law) for key in due}
            await self._say(partition, decisions, steps)

    def offset_heard(self, partition: int, topic: str) -> int | None:
        """Tell the newest offset of a topic that was folded in since the partition was received."""
        decisions = self._owned.get(partition)
        return decisions.heard.get(topic) if decisions is not None else None

    def _understood(self, record: Record, now: Millis) -> Evidence | None:
        """Decode, or put into quarantine and go on."""
        place = record.place
        try:
            decoded = self._codec.decode(record.value or b"", self._records[place.topic])
            check_time(decoded, now, self._settings.future_ms)
        except Malformed as malformed:
            self._quarantine.put(place, record.key, record.value, stage="decide", reason=malformed.reason)
            return None
        return decoded  # type: ignore[return-value]  # the codec was asked for a kind of evidence

    def _reroute(self, record: Record, evidence: Evidence, partition: int) -> bool:
        """Send a record to the partition where the rest of its decision is, if its publisher placed it elsewhere.

        Publishers differ in how they place keys (librdkafka's own default is not Java's), and some set no key at all.
        """
        if REROUTED in record.headers:
            return False
        key = evidence.decision_id.encode("utf-8", "surrogatepass")
        wanted = partition_of(key, self._partitions)
        if wanted == partition:
            return False
        headers: Headers = [*record.headers.items(), (REROUTED, str(partition).encode())]
        self._deliverer.send(record.place.topic, key, record.value, headers, wanted)
        if not self.counts.rerouted:
            log.warning(
                "%s: decision %s came on partition %d and belongs on %d; passed on. Publish with the decision_id as "
                "key and Kafka's default partitioner (librdkafka: partitioner=murmur2_random)",
                record.place.topic, evidence.decision_id, partition, wanted,
            )  # fmt: skip
        self.counts.rerouted += 1
        return True

    async def _say(self, partition: int, decisions: Decisions, steps: Mapping[Key, Step]) -> None:
        """Promise, deliver, save, each known to be durable before the next; any other order loses or contradicts.

        The promise notes up to where those who will speak are judged: a worker that starts again below that watermark
        must not hear in time what had been late, and say something else under the same version.
        """
        speaking = [name for name, taken in steps.items() if taken.verdicts or taken.commands]
        for name in speaking:
            bound = promised(decisions.of(name), decisions.watermark.at)
            self._deliverer.send(self._changelog, orjson.dumps(name), encode_state(bound), partition=partition)
        if speaking:
            await self._deliverer.flushed()
        for (_, decision_id), taken in steps.items():
            key = decision_id.encode("utf-8", "surrogatepass")
            for verdict in taken.verdicts:
                self._deliverer.send(self._verdicts, key, self._codec.encode(verdict), headers_for(verdict))
                self.counts.verdicts += 1
                log.info("decision %s: %s", decision_id, verdict.judgement)
            for command in taken.commands:
                self._deliverer.send(self._commands, key, self._codec.encode(command), headers_for(command))
                self.counts.commands += 1
                log.info("decision %s: %s %s", decision_id, command.action, command.command_id)
        if speaking:
            await self._deliverer.flushed()
        for name, taken in steps.items():
            value = encode_state(taken.state) if taken.state is not None else None
            self._deliverer.send(self._changelog, orjson.dumps(name), value, partition=partition)
            decisions.put(name, taken.state, taken.wake_at)
