"""The internals of Faust and aiokafka that the driver leans on: red when a new version moves them."""

import asyncio
import inspect
from importlib.metadata import entry_points, version

import aiokafka
import faust
from faust.assignor.partition_assignor import PartitionAssignor
from faust.transport.consumer import Consumer as BaseConsumer
from faust.transport.drivers import aiokafka as stock

from streams.app import build_app
from streams.settings import Settings
from streams.transport import driver, fetching


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
