"""The internals of Faust and aiokafka that the driver leans on: red when a new version moves them."""

import asyncio
import inspect
from importlib.metadata import entry_points, version

import aiokafka
import faust
import pytest
from aiokafka.consumer import fetcher
from faust.assignor.partition_assignor import PartitionAssignor
from faust.transport.consumer import Consumer as BaseConsumer
from faust.transport.drivers import aiokafka as stock
from faust.types import TP

from streams.app import build_app
from streams.settings import Settings
from streams.transport import driver, fetching
from streams.transport.bounds import Bounds
from streams.transport.delivery import BatchMessage, Deliveries


def test_the_versions_are_the_ones_that_were_read() -> None:
    assert version("faust-streaming") == "0.15.3"
    assert version("aiokafka").startswith("0.14.")


def test_the_driver_is_registered_where_faust_looks() -> None:
    found = {point.name: point.value for point in entry_points(group="faust.transports")}
    assert found["clawback"] == "streams.transport.driver:Transport"


def test_what_is_overridden_is_still_called() -> None:
    assert "_new_consumer_thread" in inspect.getsource(BaseConsumer.__mro__[0]) or hasattr(
        stock.Consumer, "_new_consumer_thread"
    )
    assert "self._commit_offsets(" in inspect.getsource(BaseConsumer._commit_tps)
    assert "self._fetch_records," in inspect.getsource(stock.AIOKafkaConsumerThread.getmany)
    assert "self._create_worker_consumer(" in inspect.getsource(stock.AIOKafkaConsumerThread._create_consumer)


async def _started_settings(app: faust.App) -> aiokafka.AIOKafkaConsumer:
    transport = app.transport
    assert isinstance(transport, driver.Transport)
    consumer = driver.Consumer(
        transport, callback=lambda _: None, on_partitions_revoked=None, on_partitions_assigned=None
    )
    made: aiokafka.AIOKafkaConsumer = consumer._thread._create_worker_consumer(transport)
    return made


def test_the_consumer_reads_only_what_is_committed_and_keeps_equal_partitions_together(tmp_path: object) -> None:
    app = build_app(Settings(kafka="127.0.0.1:1", state_dir=str(tmp_path)))
    loop = asyncio.new_event_loop()
    try:
        made = loop.run_until_complete(_started_settings(app))
    finally:
        loop.close()
    assert made._isolation_level == "read_committed"
    assert made._fetch_max_wait_ms == fetching.FETCH_WAIT_MS
    assert [type(assignor) for assignor in made._partition_assignment_strategy] == [PartitionAssignor]


def test_aiokafka_hands_those_settings_to_its_fetcher_only_at_start() -> None:
    source = inspect.getsource(aiokafka.AIOKafkaConsumer.start)
    assert "isolation_level=self._isolation_level" in source
    assert "fetch_max_wait_ms=self._fetch_max_wait_ms" in source


def test_what_cuts_and_acknowledges_batches_is_still_there() -> None:
    cutting_from = inspect.getsource(fetcher.PartitionRecords._unpack_records)
    assert "self._consumer_record(tp, record)" in cutting_from
    assert "self.next_fetch_offset = record.offset + 1" in cutting_from
    assert "self._update_position()" in inspect.getsource(fetcher.FetchResult.getall)
    assert "waiter.result()" in inspect.getsource(fetcher.Fetcher.fetched_records)
    assert "self._add_gap(" in inspect.getsource(BaseConsumer._drain_messages)
    assert "await self._wait_next_records(" in inspect.getsource(BaseConsumer.getmany)
    assert "self._new_offset(tp)" in inspect.getsource(BaseConsumer._filter_committable_offsets)


TP_0 = TP("t", 0)
SMALL = Bounds(batch_records=10, batch_bytes=1_000, unacked_records=25, unacked_bytes=2_500)


def deliveries() -> Deliveries:
    return Deliveries(SMALL, lambda: None)


def test_a_batch_acknowledged_out_of_order_does_not_commit_past_an_earlier_one() -> None:
    handed = deliveries()
    first, second = (handed.hand_out(TP_0, next_offset, 10, 100) for next_offset in (10, 20))
    handed.finish(second)
    assert handed.committable(TP_0) is None
    handed.finish(first)
    assert handed.committable(TP_0) == 20
    assert handed.committable(TP_0) is None, "once"
    assert handed.unacked_records == handed.unacked_bytes == 0


def test_a_batch_of_an_earlier_assignment_moves_nothing() -> None:
    handed = deliveries()
    old = handed.hand_out(TP_0, 10, 10, 100)
    handed.forget([TP_0])
    new = handed.hand_out(TP_0, 30, 10, 100)
    handed.finish(old)
    assert handed.committable(TP_0) is None
    assert handed.unacked_records == 10
    handed.finish(new)
    assert handed.committable(TP_0) == 30


def test_markers_are_committed_with_the_batch_before_them_or_alone() -> None:
    handed = deliveries()
    batch = handed.hand_out(TP_0, 10, 10, 100)
    handed.step_over(TP_0, 12)
    assert handed.committable(TP_0) is None
    handed.finish(batch)
    assert handed.committable(TP_0) == 12
    handed.step_over(TP_0, 13)
    assert handed.committable(TP_0) == 13


def test_there_is_room_only_for_full_batches_below_every_bound() -> None:
    handed = deliveries()
    for number in range(2):
        assert handed.has_room(TP_0)
        handed.hand_out(TP_0, number + 1, 1, 10)
    assert not handed.has_room(TP_0), "two batches ahead"
    other = TP("t", 1)
    assert handed.has_room(other)
    assert not handed.has_room(other, more_records=14)
    assert not handed.has_room(other, more_bytes=1_500)


def test_a_batch_message_finishes_its_delivery_however_it_is_acknowledged() -> None:
    finished: list[int] = []
    message = BatchMessage(lambda: finished.append(1), "t", 0, 5, 0.0, 0, None, None, None, None)
    assert not message.acked
    message.acked = True
    message.acked = True
    assert finished == [1]


def test_bounds_that_let_nothing_through_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one batch"):
        Bounds(batch_records=10, unacked_records=5)
