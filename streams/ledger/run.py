"""Run: one ledger process, from its settings to its end. The only place that names what the ledger is made of."""

import logging
import os
import socket
import sys
import threading
import time
import uuid
from contextlib import ExitStack, closing

from streams.codec.avro import AvroCodec
from streams.ledger.batch import Gathering
from streams.ledger.client import connected, translated
from streams.ledger.consumer import GroupConsumer
from streams.ledger.errors import Stopping, Unavailable
from streams.ledger.hand import Hand
from streams.ledger.loop import Loop
from streams.ledger.outage import Outage
from streams.ledger.progress import Progress
from streams.ledger.settling import Settler
from streams.ledger.store import Store
from streams.ledger.tables import TABLES
from streams.ledger.writer import Writer
from streams.settings import Settings
from streams.telemetry.exposition import serve
from streams.telemetry.meter import Meter
from streams.telemetry.vocabulary import LEDGER
from streams.topics import LEDGERED
from streams.transport.admin import admin

log = logging.getLogger(__name__)


SWITCH_S = 0.0005
"""How long a thread may keep the interpreter from another that wants it. The one that writes does little and seldom,
but ClickHouse waits for it; with Python's own 5 ms it would wait as long for every piece of a batch."""


def sink_of(settings: Settings) -> str:
    """Name the consumer group of the ledger, under which its progress is kept too."""
    return f"{settings.app}-ledger"


def run(settings: Settings, stop: threading.Event) -> None:
    """Write every topic with a schema of ours to ClickHouse until `stop` is set.

    Raises:
        Refused: ClickHouse will not have us, or was not migrated.
        TopicReplaced: a topic was deleted and made again.
        KafkaUnavailable: nobody answers at the address of Kafka.
        CannotServe: the metrics cannot be shown where they are to be.
    """
    sys.setswitchinterval(SWITCH_S)
    meter = Meter(LEDGER)
    outage = Outage(time.monotonic, meter)
    with ExitStack() as ending:
        if settings.metrics_port:
            ending.enter_context(closing(serve(meter, settings.metrics_host, settings.metrics_port)))
        store = ending.enter_context(closing(Store(settings)))
        if not _ready(store, outage, stop):
            return
        admin(settings)
        sink = sink_of(settings)
        # the ids of our inserts, so that whoever comes after us can see whether one is still running
        query_prefix = f"ledger:{sink}:"
        kinds = {settings.topic(topic.name): topic.record or "" for topic in LEDGERED}
        progress = Progress(store, sink=sink, writer=_name())
        hand = Hand(Writer(store, progress, outage, query_prefix=query_prefix, meter=meter))
        reader = GroupConsumer(settings, sorted(kinds), group=sink, clock=time.monotonic, let_go=hand.let_go)
        with closing(reader) as consumer:
            loop = Loop(
                consumer,
                hand,
                Settler(store, progress, consumer, outage, query_prefix=query_prefix),
                Gathering(rows_max=settings.ledger_rows, wait_s=settings.ledger_wait_ms / 1_000),
                AvroCodec(settings.schema_registry_url, topic_prefix=settings.topic_prefix),
                kinds,
                stop,
                meter,
            )
            log.info("The ledger writes %d topics to ClickHouse at %s.", len(kinds), settings.clickhouse_shown)
            try:
                with closing(loop):
                    while not stop.is_set():
                        loop.turn()
            except Stopping:
                log.info("Stopped while waiting; what was not written will be read again.")


def start_over(settings: Settings) -> None:
    """Forget how far the ledger is, for a Kafka that is known to be a new one; rows that are there stay and are known.

    Raises:
        Unavailable: nobody answers.
        Refused: ClickHouse will not have us, or was not migrated.
    """
    with connected(settings) as client, translated(settings):
        client.command("DELETE FROM sink_progress WHERE sink = {sink:String}", parameters={"sink": sink_of(settings)})


def _ready(store: Store, outage: Outage, stop: threading.Event) -> bool:
    """Wait until ClickHouse answers and has our tables. False: asked to stop meanwhile."""
    while not stop.is_set():
        try:
            store.require(TABLES)
        except Unavailable as error:
            stop.wait(outage.failed(error))
        else:
            outage.over()
            return True
    return False


def _name() -> str:
    """Name this process towards other ledgers; never the same twice."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
