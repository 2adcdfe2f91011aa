"""A Faust worker that writes down what its agent sees; the same on Faust's own driver and, in batches, on ours."""

import argparse
import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, cast

import faust
from faust.transport.drivers import aiokafka as stock
from faust.types import TP, EventT, StreamT

from streams.transport.batches import Batch, BatchSchema
from streams.transport.bounds import Bounds
from streams.transport.driver import Consumer

OURS = "clawback"


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--driver", choices=["kafka", OURS], required=True)
    parser.add_argument("--kafka", required=True)
    parser.add_argument("--app", required=True)
    parser.add_argument("--topics", nargs="+", required=True)
    parser.add_argument("--seen", type=Path, required=True)
    parser.add_argument("--state", required=True)
    parser.add_argument("--commit-ms", type=int, default=200)
    parser.add_argument("--work-ms", type=float, default=0, help="what an agent waits for each record")
    parser.add_argument("--raise-at", type=int, help="the offset at which the agent raises, once")
    parser.add_argument("--seek", type=int, nargs=2, help="on the first record at that offset, go back to this one")
    parser.add_argument("--kill-at", type=int, help="the offset at which the process is killed, after it was seen")
    parser.add_argument("--batch-records", type=int, default=2_048)
    parser.add_argument("--batch-bytes", type=int, default=1 << 22)
    parser.add_argument("--unacked-records", type=int, default=1 << 14)
    parser.add_argument("--unacked-bytes", type=int, default=1 << 25)
    return parser.parse_args()


class Notes:
    """Lines in a file that survive the death of their writer."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def write(self, *words: object) -> None:
        os.write(self._file, (" ".join(map(str, words)) + "\n").encode())


def records_of(event: EventT[Any]) -> Iterator[tuple[TP, int, bytes]]:
    """The records of an event: those of its batch, or the one that it is."""
    if isinstance(event.value, Batch):
        yield from ((event.value.tp, record.offset, record.value or b"") for record in event.value.records)
    else:
        yield event.message.tp, event.message.offset, event.message.value or b""


class ReadCommitted(stock.AIOKafkaConsumerThread):
    """Faust's own, with the two settings for which Faust has no name; without them it shows aborted records."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._isolation_level = "read_committed"
        consumer._fetch_max_wait_ms = 50
        return consumer


def build(given: argparse.Namespace) -> faust.App:
    app = faust.App(
        given.app,
        broker=f"{given.driver}://{given.kafka}",
        broker_commit_interval=given.commit_ms / 1000,
        broker_session_timeout=6.0,
        broker_heartbeat_interval=0.5,
        broker_request_timeout=30.0,
        consumer_auto_offset_reset="earliest",
        stream_wait_empty=True,
        stream_recovery_delay=0.0,
        stream_buffer_maxsize=200,
        topic_disable_leader=True,
        topic_allow_declare=False,
        datadir=given.state,
        web_enabled=False,
        autodiscover=False,
    )
    if given.driver == OURS:
        cast("Any", app).batch_bounds = Bounds(
            batch_records=given.batch_records,
            batch_bytes=given.batch_bytes,
            unacked_records=given.unacked_records,
            unacked_bytes=given.unacked_bytes,
        )
    return app


class Agent:
    """What the agent does with each record, and what befalls it on the way."""

    def __init__(self, app: faust.App, given: argparse.Namespace, notes: Notes) -> None:
        self._app = app
        self._given = given
        self._notes = notes
        self._raised = False
        self._sought: set[TP] = set()

    async def take(self, tp: TP, offset: int, value: bytes) -> None:
        given = self._given
        if given.work_ms:
            await asyncio.sleep(given.work_ms / 1000)
        if offset == given.raise_at and not self._raised:
            self._raised = True
            raise RuntimeError("this one is too much")
        self._notes.write("record", os.getpid(), tp.topic, tp.partition, offset, len(value))
        if offset == given.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if given.seek and offset == given.seek[0] and tp not in self._sought:
            self._sought.add(tp)
            await self._app.consumer.seek(tp, given.seek[1])

    def note_unacked(self, event: EventT[Any]) -> None:
        if isinstance(event.value, Batch):
            deliveries = cast("Consumer", self._app.consumer).deliveries
            self._notes.write("unacked", deliveries.unacked_records, deliveries.unacked_bytes, len(event.value))


def attach(app: faust.App, given: argparse.Namespace, notes: Notes) -> None:
    how: dict[str, Any] = (
        {"schema": BatchSchema()} if given.driver == OURS else {"key_serializer": "raw", "value_serializer": "raw"}
    )
    agent = Agent(app, given, notes)

    @app.agent(app.topic(*given.topics, internal=False, **how), name="note", concurrency=1)
    async def note(stream: StreamT[Any]) -> AsyncIterator[None]:
        async for event in stream.events():
            agent.note_unacked(event)
            for tp, offset, value in records_of(event):
                await agent.take(tp, offset, value)
            yield

    @app.on_partitions_assigned.connect(weak=False)
    async def on_assigned(_: faust.App, assigned: set[TP], **__: Any) -> None:
        notes.write("assigned", os.getpid(), len(assigned))


def main() -> None:
    given = options()
    stock.Consumer._new_consumer_thread = lambda self: ReadCommitted(  # type: ignore[method-assign]
        self, loop=self.loop, beacon=self.beacon
    )
    app = build(given)
    attach(app, given, Notes(given.seen))
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    logging.Formatter.converter = time.gmtime
    faust.Worker(app, loglevel="info", redirect_stdouts=False, quiet=True).execute_from_commandline()


if __name__ == "__main__":
    main()
