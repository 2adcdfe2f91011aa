"""The Faust driver: the stock one, but co-partitioned, reading only what is committed, delivering before it commits.

It leans on internals of faust-streaming 0.15.3 and aiokafka 0.14, which are pinned; `tests/shell/test_driver.py` fails
when they move: `Consumer._new_consumer_thread`, `Consumer._commit_offsets`, `AIOKafkaConsumerThread._fetch_records`,
`._create_worker_consumer`; `AIOKafkaConsumer._isolation_level`, `._fetch_max_wait_ms` and the assignment strategy.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar, cast

import aiokafka
from faust.transport.drivers import aiokafka as stock
from faust.types import TP

FETCH_WAIT_MS = 250
"""How long the broker may hold back an empty answer; Faust's own 1,500 ms would be added to every revocation."""


class ConsumerThread(stock.AIOKafkaConsumerThread):
    """Where fetching happens: knows the newest offset that was handed to the worker, partition by partition."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with nothing fetched."""
        super().__init__(*args, **kwargs)
        self.fetched: dict[TP, int] = {}

    def _create_worker_consumer(self, transport: Any) -> aiokafka.AIOKafkaConsumer:
        """Make the stock consumer, but never show it what a producer took back, and keep equal partitions together.

        Faust uses its co-partitioning assignor only when the app has a Table; without it, partition i of each input
        may land on different workers, and nothing joins.
        """
        consumer = super()._create_worker_consumer(transport)
        self._assignor = self.app.assignor
        consumer._partition_assignment_strategy = [self._assignor]  # noqa: SLF001 - see above
        consumer._isolation_level = "read_committed"  # noqa: SLF001 - see above
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # noqa: SLF001 - see above
        return consumer

    async def _fetch_records(self, *args: Any, **kwargs: Any) -> Any:
        """Fetch as ever, and note in this same thread what was handed out, so that no position can overtake it."""
        records = await super()._fetch_records(*args, **kwargs)
        for tp, fetched in (records or {}).items():
            if fetched:
                self.fetched[TP(tp.topic, tp.partition)] = fetched[-1].offset
        return records


class Consumer(stock.Consumer):
    """The stock consumer with two questions more: is everything delivered, and is everything read."""

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def _commit_offsets(self, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:  # noqa: FBT001, FBT002
        """Commit only after everything that came of those records is delivered."""
        before_commit = cast("Callable[[], Awaitable[None]] | None", getattr(self.app, "before_commit", None))
        if before_commit is not None:
            await before_commit()
        return bool(await super()._commit_offsets(offsets, start_new_transaction))

    async def ends(self, tps: list[TP]) -> Mapping[TP, int]:
        """Ask the broker where partitions end now (the last stable offset: open transactions are not yet said)."""
        return await self.highwaters(*tps)

    async def next_offset(self, tp: TP) -> int | None:
        """Tell the next offset that would be fetched; it steps over the markers of transactions, which nobody sees."""
        return await self.position(tp)

    def newest_fetched(self, tp: TP) -> int | None:
        """Tell the newest offset that was handed to the worker in this life, or None."""
        return cast("ConsumerThread", self._thread).fetched.get(tp)

    def forget_fetched(self) -> None:
        """Forget what was handed out: after a rebalance it is handed out again."""
        cast("ConsumerThread", self._thread).fetched.clear()


class Transport(stock.Transport):
    """Registered as `clawback://` in the entry-point group `faust.transports`."""

    Consumer: ClassVar[Any] = Consumer
