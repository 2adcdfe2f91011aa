"""Ledger: rows a second of the real `clawback ledger`, against raw column inserts of the very same rows."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from clickhouse_connect.driver.client import Client

from streams.codec.avro import AvroCodec
from streams.core.time import HOUR_MS, Millis
from streams.ledger.client import connect
from streams.ledger.rows import Position, Row, rows_of
from streams.ledger.run import sink_of
from streams.ledger.store import SYNCHRONOUS
from streams.ledger.tables import EVIDENCE
from streams.topics import INPUTS
from tests.backends.clickhouse import ClickHouseServer
from tests.bench.cluster import Cluster, Watcher, inputs, read
from tests.bench.load.arrivals import Load
from tests.bench.load.publish import publish, register
from tests.bench.program import Ended, Program, ours
from tests.bench.telling import tell

LOOK_S = 0.02
START_S = 60.0


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows a second that the ledger wrote, and that raw inserts wrote. `cpu_us`: of the ledger's process, per row."""

    rows: int
    ledger_per_s: float
    raw_per_s: float
    cpu_us: float

    @property
    def ratio(self) -> float:
        """The ledger's speed as a part of that of raw inserts."""
        return self.ledger_per_s / self.raw_per_s


def measure(
    kafka: str, folder: Path, policy: Path, *, decisions: int, rounds: int, partitions: int, within_s: float
) -> list[Kept]:
    """Write the rows of one load, in turns: raw, then by the ledger, each into a database of its own."""
    cluster = Cluster.create(kafka, folder, "ledger", partitions=partitions, policy=policy)
    begins_at = Millis(time.time_ns() // 1_000_000 - 6 * HOUR_MS)
    register(cluster.settings, begins_at)
    published = publish(cluster.settings, Load(seed=5, decisions=decisions, begins_at=begins_at, name="kept"))
    server = ClickHouseServer(folder / "clickhouse")
    server.start()
    try:
        prepared = _prepared(cluster, cluster.settings.ledger_rows)
        kept: list[Kept] = []
        for number in range(rounds):
            raw = _raw(_database(cluster, server, folder, f"raw{number}"), prepared)
            by_ledger, cpu_us = _by_ledger(
                _database(cluster, server, folder, f"kept{number}"), folder, published.records, within_s
            )
            kept.append(Kept(published.records, by_ledger, raw, cpu_us))
            tell(f"ledger: {by_ledger:,.0f} rows/s, raw inserts {raw:,.0f} rows/s ({kept[-1].ratio:.2f})")
        return kept
    finally:
        server.discard()


def _database(cluster: Cluster, server: ClickHouseServer, folder: Path, name: str) -> Cluster:
    """Give a ledger that knows nothing yet a database with the product's own tables."""
    made = Cluster(replace(cluster.settings, clickhouse=f"{server.address}/{name}", app=name))
    made.ensure()
    with ours("migrate", folder, made.environment) as migrate:
        migrate.await_end(START_S)
    return made


def _prepared(cluster: Cluster, rows_max: int) -> list[list[tuple[Any, ...]]]:
    """Read the same records, and make columns of their rows, in batches as large as the ledger's."""
    codec = AvroCodec()
    kinds = {cluster.settings.topic(topic.name): topic.record for topic in INPUTS}
    rows: list[Row] = []
    for message in read(cluster.settings, dict.fromkeys(inputs(cluster), 0)):
        topic, partition, offset = str(message.topic()), int(message.partition() or 0), int(message.offset() or 0)
        record = codec.decode(message.value(), kinds[topic])
        rows += [row for _, row in rows_of(record, Position(topic, partition, offset))]
    batches = (rows[begin : begin + rows_max] for begin in range(0, len(rows), rows_max))
    return [list(zip(*batch, strict=True)) for batch in batches]


def _raw(cluster: Cluster, prepared: Sequence[list[tuple[Any, ...]]]) -> float:
    """Insert columns, one block after the other, with nothing else to do. Returns rows per second."""
    client = connect(cluster.settings)
    try:
        columns = EVIDENCE.all_columns
        types = client.create_insert_context(EVIDENCE.name, columns).column_types
        began = time.monotonic()
        for data in prepared:
            client.insert(
                EVIDENCE.name,
                data,
                column_names=columns,
                column_types=types,
                column_oriented=True,
                settings=SYNCHRONOUS,
            )
        return sum(len(data[0]) for data in prepared) / (time.monotonic() - began)
    finally:
        client.close()


def _by_ledger(cluster: Cluster, folder: Path, records: int, within_s: float) -> tuple[float, float]:
    """Run the ledger from its first rows to everything committed. Returns rows per second, and CPU per row (µs)."""
    client = connect(cluster.settings)
    ends = cluster.ends(inputs(cluster))
    deadline = time.monotonic() + within_s
    with (
        ours("ledger", folder, cluster.environment) as ledger,
        Watcher(cluster.settings, sink_of(cluster.settings)) as watcher,
    ):
        while not (first := _rows(client)):
            _in_time(ledger, deadline)
        begun = ledger.sample()
        while watcher.behind(ends):
            _in_time(ledger, deadline)
        done = ledger.sample()
        ledger.stop()
    client.close()
    if records == first:
        raise Ended("the ledger wrote everything in one batch; there is nothing to time: use a larger load")
    return (records - first) / (done.at_s - begun.at_s), 1e6 * (done.cpu_s - begun.cpu_s) / (records - first)


def _rows(client: Client) -> int:
    return int(client.query(f"SELECT count() FROM {EVIDENCE.name}").result_rows[0][0])


def _in_time(ledger: Program, deadline: float) -> None:
    _ = ledger.pid
    if time.monotonic() > deadline:
        raise Ended(f"the ledger was not done in time:\n{ledger.tail()}")
    time.sleep(LOOK_S)
