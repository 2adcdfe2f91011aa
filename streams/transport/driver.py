"""The Faust driver: the stock one, but co-partitioned, reading only what is committed, in batches where asked to.

A topic declared with `schema=BatchSchema()` reaches its agents as one event for each polled batch and partition; every
other topic is what Faust makes of it. Bounds come from `app.batch_bounds` (a `Bounds`), else from its defaults. One
worker then holds at most:

- `unacked_bytes` (32 MiB) of records handed out and not acknowledged, or one record, if that is larger, more;
- what aiokafka has fetched and nobody took yet: `consumer_max_fetch_size` (1 MiB) for each assigned partition, or one
  batch of its publisher if that is larger, still packed, and one such publisher's batch unpacked for each partition;
- one answer of each broker that is just coming in: `FETCH_BYTES_MAX` (16 MiB).

It leans on internals of faust-streaming 0.15.3 and aiokafka 0.14, which are pinned; `tests/shell/test_driver.py` fails
when they move, and `tests/integration/conformance` compares what agents see with what they see on the stock driver.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, ClassVar, cast

from faust.exceptions import ImproperlyConfigured
from faust.transport.drivers import aiokafka as stock
from faust.types import TP, Message

from streams.crash import crash_point
from streams.transport.batches import Batch, BatchSchema
from streams.transport.bounds import Bounds
from streams.transport.cutting import Cut
from streams.transport.delivery import BatchMessage, Deliveries
from streams.transport.fetching import ConsumerThread


class Consumer(stock.Consumer):
    """The stock consumer that knows batches, with two questions more: is everything delivered, is everything read."""

    def __init__(self, transport: Any, *args: Any, **kwargs: Any) -> None:
        """Begin with no topic in batches; which are is found when partitions are assigned."""
        self.bounds: Bounds = getattr(transport.app, "batch_bounds", None) or Bounds()
        self.batch_topics: frozenset[str] = frozenset()
        self.deliveries = Deliveries(self.bounds, self._on_room)
        self._polled: tuple[Any, Any] | None = None
        super().__init__(transport, *args, **kwargs)

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    @property
    def _fetching(self) -> ConsumerThread:
        return cast("ConsumerThread", self._thread)

    def _on_room(self) -> None:
        self._fetching.make_room()

    # Partitions come and go.

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Find out which topics are read in batches, before the first record is asked for."""
        self.deliveries.forget_all()
        batched, single = set[str](), set[str]()
        for topic in self.app.topics:
            (batched if isinstance(topic.schema, BatchSchema) else single).update(topic.topics)
        if batched & single:
            names = ", ".join(sorted(batched & single))
            await self.crash(
                ImproperlyConfigured(f"{names}: read both in batches and one by one; give all of them BatchSchema()")
            )
        self.batch_topics = frozenset(batched)
        await super().on_partitions_assigned(assigned, generation_id)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Let agents finish what they have begun and commit it, as ever; then forget what they had not begun."""
        await super().on_partitions_revoked(revoked)
        self.deliveries.forget(revoked)

    async def _seek(self, partition: TP, offset: int) -> None:
        await self._fetching.seek_one(partition, offset)

    def on_buffer_full(self, tp: TP) -> None:
        """Leave batch topics to their own bounds: Faust would look again only a second later."""
        if tp.topic not in self.batch_topics:
            super().on_buffer_full(tp)

    # Records come in.

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:  # noqa: ASYNC109 - Faust's
        """Poll once; give the batches first, then all other records in the order and under the rules of Faust."""
        records, active = await super()._wait_next_records(timeout)
        found: dict[TP, Any] = dict(records or {})
        cuts: list[Cut] = [found.pop(tp) for tp in tuple(found) if tp.topic in self.batch_topics]
        self._polled = (None if records is None else found, active)
        for cut in cuts:
            message = await self._message_of(cut, active)
            if message is not None:
                # Faust drops messages below the newest offset it has seen; a seek back during a delivery would then
                # hide what is read again. Which cut is still valid, its epoch says.
                self._read_offset[cut.tp] = None
                yield cut.tp, message
        async for tp, single in super().getmany(timeout):
            yield tp, single

    async def _wait_next_records(self, timeout: float) -> tuple[Any, Any]:  # noqa: ASYNC109 - Faust's
        polled, self._polled = self._polled, None
        return polled if polled is not None else await super()._wait_next_records(timeout)

    async def _message_of(self, cut: Cut, active: set[TP] | None) -> BatchMessage | None:
        """Make the message of a cut and note it as handed out, or nothing if the cut is not valid any more."""
        tp = cut.tp
        if self.should_stop or not self._is_valid(cut):
            return None
        if not self.flow_active or (active is not None and tp not in active):
            # Paused meanwhile. Faust drops what it has in hand and seeks to the committed offset, if there is one.
            await self._fetching.put_back(cut)
            return None
        if not cut.records:
            self.deliveries.step_over(tp, cut.next_offset)
            return None
        self.app.monitor.track_tp_end_offset(tp, self.highwater(tp))
        delivery = self.deliveries.hand_out(tp, cut.next_offset, len(cut.records), cut.weight)
        first, last = cut.records[0], cut.records[-1]
        return BatchMessage(
            partial(self.deliveries.finish, delivery),
            tp.topic,
            tp.partition,
            last.offset,
            last.timestamp / 1000.0,
            0,
            None,
            None,
            Batch(tp, cut.records, first.offset, last.offset),
            None,
            0,
            cut.weight,
            tp,
            generation_id=cut.generation,
        )

    def _is_valid(self, cut: Cut) -> bool:
        """Say whether the partition was neither assigned anew nor sought since it was cut."""
        return cut.generation == self.app.consumer_generation_id and cut.epoch == self._fetching.epoch_of(cut.tp)

    # Offsets go out.

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        if tp.topic not in self.batch_topics:
            await super()._add_gap(tp, offset_from, offset_to)

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:
        yield from (tp for tp in super()._filter_tps_with_pending_acks(topics) if tp.topic not in self.batch_topics)
        for tp in self.deliveries.moved():
            if topics is None or tp in topics or tp.topic in topics:
                yield tp

    def _new_offset(self, tp: TP) -> int | None:
        if tp.topic not in self.batch_topics:
            return super()._new_offset(tp)
        self._acked[tp].clear()
        self._acked_index[tp].clear()
        offset = self.deliveries.committable(tp)
        return offset if self.app.topics.acks_enabled_for(tp.topic) else None

    async def _commit_offsets(self, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:  # noqa: FBT001, FBT002
        """Commit only after everything that came of those records is delivered; then say that it was done."""
        before_commit = cast("Callable[[], Awaitable[None]] | None", getattr(self.app, "before_commit", None))
        if before_commit is not None:
            await before_commit()
        committed = bool(await super()._commit_offsets(offsets, start_new_transaction))
        after_commit = cast("Callable[[], None] | None", getattr(self.app, "after_commit", None))
        if committed and after_commit is not None:
            after_commit()
        crash_point("decide-offsets")
        return committed

    # Questions about where a partition ends and how far it is read.

    async def ends(self, tps: Iterable[TP]) -> Mapping[TP, int]:
        """Ask the broker where partitions end now (the last stable offset: open transactions are not yet said)."""
        return await self.highwaters(*tps)

    async def next_offset(self, tp: TP) -> int | None:
        """Tell the next offset that would be fetched; it steps over the markers of transactions, which nobody sees."""
        return await self.position(tp)

    def newest_fetched(self, tp: TP) -> int | None:
        """Tell the newest offset that was handed to the worker in this life, or None.

        A record that was fetched and is held back, because the bounds leave no room for it, is not counted, and
        `next_offset` has not passed it.
        """
        return self._fetching.fetched.get(tp)

    def forget_fetched(self) -> None:
        """Forget what was handed out: after a rebalance it is handed out again."""
        self._fetching.fetched.clear()


class Transport(stock.Transport):
    """Registered as `clawback://` in the entry-point group `faust.transports`."""

    Consumer: ClassVar[Any] = Consumer
