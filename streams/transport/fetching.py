"""Fetching: Faust's consumer thread, which cuts batches for topics that asked for them and records for all others."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import aiokafka
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import FetchResult
from aiokafka.errors import ConsumerStoppedError
from faust.transport.drivers import aiokafka as stock
from faust.types import TP

from streams.transport.bounds import MIB
from streams.transport.cutting import Cut, Cutter

if TYPE_CHECKING:
    from streams.transport.driver import Consumer

FETCH_WAIT_MS = 50
"""How long the broker may hold back an empty answer.

A partition that had to be left out of a request waits for that request to end, so this is the longest that its records
lie there unasked for; and a revocation waits as long. Faust's own 1,500 ms would be felt in both.
"""

FETCH_BYTES_MAX = 16 * MIB
"""How much one broker may answer at once, all partitions together; one record more if it is larger."""


class ConsumerThread(stock.AIOKafkaConsumerThread):
    """Where fetching happens: knows the newest offset that was handed to the worker, partition by partition."""

    def __init__(self, consumer: "Consumer", **kwargs: Any) -> None:
        """Begin with nothing fetched."""
        super().__init__(consumer, **kwargs)
        self.fetched: dict[TP, int] = {}
        self._driver = consumer
        self._cutter = Cutter(consumer.bounds)
        self._epochs: dict[TP, int] = {}
        self._room: asyncio.Future[None] | None = None

    def _create_worker_consumer(self, transport: Any) -> aiokafka.AIOKafkaConsumer:
        """Make the stock consumer, but never show it what a producer took back, and keep equal partitions together.

        Faust uses its co-partitioning assignor only when the app has a Table; without it, partition i of each input
        may land on different workers, and nothing joins.
        """
        consumer = super()._create_worker_consumer(transport)
        self._assignor = self.app.assignor
        consumer._partition_assignment_strategy = [self._assignor]  # noqa: SLF001 - see above
        consumer._isolation_level = "read_committed"  # noqa: SLF001 - see above
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # noqa: SLF001 - Faust has no setting for it
        consumer._fetch_max_bytes = FETCH_BYTES_MAX  # noqa: SLF001 - as above
        return consumer

    # What follows up to `epoch_of` is called from the loop of the worker; everything else runs in this thread.

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Seek as ever; what was cut before is not valid any more."""
        return cast("Mapping[TP, int]", await self.call_thread(self._seek_to_committed))

    async def seek_one(self, tp: TP, offset: int) -> None:
        """Seek in the thread that reads the position, so that no read in progress can undo it."""
        await self.call_thread(self._seek_one, tp, offset)

    async def put_back(self, cut: Cut) -> None:
        """Read a cut again that could not be handed out, unless the partition has been moved since."""
        await self.call_thread(self._put_back, cut)

    def make_room(self) -> None:
        """Tell the thread that something was acknowledged."""
        if self._room is not None:
            with suppress(RuntimeError):  # the thread has ended; nobody waits there any more
                self.thread_loop.call_soon_threadsafe(self._notice_room)

    def epoch_of(self, tp: TP) -> int:
        """Tell how often a partition was sought."""
        return self._epochs.get(tp, 0)

    def _notice_room(self) -> None:
        if self._room is not None and not self._room.done():
            self._room.set_result(None)

    async def _seek_to_committed(self) -> Mapping[TP, int]:
        consumer = self._ensure_consumer()
        found: dict[TP, int] = {}
        for tp in consumer.assignment():
            # One by one: nothing of a partition can be cut between its seek and the turn of its epoch.
            found |= await consumer.seek_to_committed(tp)
            if found[tp]:  # else aiokafka leaves the position where it was, and what was cut stays valid
                self._turn_epoch(tp)
        return found

    async def _seek_one(self, tp: TP, offset: int) -> None:
        self._ensure_consumer().seek(TopicPartition(*tp), offset)
        self._turn_epoch(tp)

    def _turn_epoch(self, tp: TP) -> None:
        known = TP(tp.topic, tp.partition)
        self._epochs[known] = self._epochs.get(known, 0) + 1

    async def _put_back(self, cut: Cut) -> None:
        consumer, tp = self._ensure_consumer(), TopicPartition(*cut.tp)
        if cut.generation != self.app.consumer_generation_id or cut.epoch != self.epoch_of(cut.tp):
            return
        if cut.records and tp in consumer.assignment():
            consumer.seek(tp, cut.records[0].offset)
            self._turn_epoch(cut.tp)

    async def _fetch_records(
        self,
        consumer: aiokafka.AIOKafkaConsumer,
        active_partitions: set[TP],
        timeout: float | None = None,  # noqa: ASYNC109 - the name that Faust gives it
        max_records: int | None = None,
    ) -> Any:
        """Fetch as ever where no topic asked for batches; else cut batches, and leave the other topics to aiokafka."""
        if active_partitions is None or not self._driver.batch_topics:
            found = await super()._fetch_records(consumer, active_partitions, timeout, max_records)
            self._note(found)
            return found
        fetcher = consumer._fetcher  # noqa: SLF001 - as Faust itself does
        if consumer._closed or fetcher._closed:  # noqa: SLF001 - as Faust itself does
            raise ConsumerStoppedError
        with fetcher._subscriptions.fetch_context():  # noqa: SLF001 - as Faust itself does
            return await self._poll(fetcher, active_partitions, timeout or 0.0, max_records)

    def _note(self, found: Mapping[TP, Any] | None) -> None:
        """Note in this same thread what was handed out, so that no position can overtake it."""
        for tp, fetched in (found or {}).items():
            if fetched:
                self.fetched[TP(tp.topic, tp.partition)] = fetched[-1].offset

    async def _poll(self, fetcher: Any, active: set[TP], timeout_s: float, max_records: int | None) -> dict[TP, Any]:
        subscriptions = fetcher._subscriptions  # noqa: SLF001
        deadline = self.thread_loop.time() + timeout_s
        while self._driver.flow_active and not fetcher._closed:  # noqa: SLF001
            if subscriptions.reassignment_in_progress:
                await subscriptions.wait_for_assignment()
            now_active = frozenset(active)
            batched = frozenset(tp for tp in now_active if tp.topic in self._driver.batch_topics)
            found: dict[TP, Any] = {}
            if now_active - batched:
                found = await fetcher.fetched_records(now_active - batched, timeout=0, max_records=max_records)
                self._note(found)
            starved = self._cut_all(fetcher, batched, found)
            left = deadline - self.thread_loop.time()
            if found or left <= 0:
                return found
            await self._something(fetcher, starved, left)
        return {}

    def _cut_all(self, fetcher: Any, batched: frozenset[TP], found: dict[TP, Any]) -> list[TP]:
        """Cut a batch of each partition that has one, as far as there is room. Returns those that must wait for it."""
        starved: list[TP] = []
        records = weight = 0
        for key in list(fetcher._records):  # noqa: SLF001 - what was fetched, by partition; there is no public name
            tp = TP(key.topic, key.partition)
            if tp not in batched:
                if not fetcher._subscriptions.is_assigned(key):  # noqa: SLF001
                    self._let_go(fetcher, key)
                continue
            result = fetcher._records[key]  # noqa: SLF001
            if type(result) is not FetchResult:  # a refusal: it is raised once nothing else is left to hand out
                if found:
                    break
                self._let_go(fetcher, key)
                result.check_raise()
            elif not self._driver.deliveries.has_room(tp, more_records=records, more_bytes=weight):
                starved.append(tp)
            elif not result.check_assignment(key):
                self._let_go(fetcher, key)
            else:
                cut = self._cut(fetcher, key, tp, result)
                found[tp] = cut
                records, weight = records + len(cut.records), weight + cut.weight
        return starved

    def _cut(self, fetcher: Any, key: Any, tp: TP, result: Any) -> Cut:
        try:
            records, weight = self._cutter.cut(result)
        finally:
            if not result.has_more():
                self._let_go(fetcher, key)
        position = fetcher._subscriptions.subscription.assignment.state_value(key).position  # noqa: SLF001
        if records:
            self.fetched[tp] = records[-1].offset
        return Cut(
            tp=tp,
            records=records,
            next_offset=position,
            weight=weight,
            epoch=self.epoch_of(tp),
            generation=self.app.consumer_generation_id,
        )

    def _let_go(self, fetcher: Any, key: Any) -> None:
        """Free the place of a partition, and let the fetcher ask for more of it."""
        del fetcher._records[key]  # noqa: SLF001
        fetcher._notify(fetcher._wait_consume_future)  # noqa: SLF001

    async def _something(self, fetcher: Any, starved: list[TP], timeout_s: float) -> None:
        """Wait until more was fetched or, if there was no room, until something was acknowledged."""
        waiter = fetcher._create_fetch_waiter()  # noqa: SLF001
        awaited = {waiter}
        if starved:
            self._room = self.thread_loop.create_future()
            awaited.add(self._room)
        try:
            if any(self._driver.deliveries.has_room(tp) for tp in starved):
                return  # there came room before anybody could see that we wait for it
            await asyncio.wait(awaited, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
            if waiter.done():
                waiter.result()  # a refusal by the coordinator is raised here
        finally:
            self._room = None
            for future in awaited:
                future.cancel()
