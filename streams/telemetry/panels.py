"""THE table of panels: what the dashboard shows, from top to bottom, and what it leaves out, with the reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from streams.telemetry import vocabulary as v
from streams.telemetry.kinds import Metric
from streams.telemetry.queries import HERE, OVER, Query, age, events, level, over, quantile, rate, split


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture. `unit`: as Grafana calls it."""

    title: str
    unit: str
    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Panels that answer one question."""

    title: str
    panels: tuple[Panel, ...]


ROWS: tuple[Row, ...] = (
    Row("Is it well?", (
        Panel("Event-time lag by partition", "s", (age(v.WATERMARK),)),
        Panel("Records not folded in yet", "short", (split(v.BEHIND),)),
        Panel("Last commit of offsets", "s", (age(v.OFFSETS_COMMITTED),)),
        Panel("Quarantined", "ops", (rate(v.QUARANTINED),)),
        Panel("Partitions owned", "short", (level(v.OWNED),)),
        Panel("Rebalances", "ops", (rate(v.REBALANCES, "rebalances"),)),
    )),
    Row("What is decided?", (
        Panel("Records taken", "ops", (rate(v.TAKEN),)),
        Panel("Verdicts", "ops", (rate(v.VERDICTS),)),
        Panel("Commands", "ops", (rate(v.COMMANDS),)),
        Panel("Decisions looked at", "ops", (rate(v.JUDGED, "decisions"),)),
        Panel("From platforms' own formats", "ops", (rate(v.ADAPTED),)),
        Panel("Passed on to their partition", "ops", (rate(v.REROUTED, "records"),)),
    )),
    Row("What does it cost?", (
        Panel("Records in a batch", "short", (quantile(0.5, v.BATCH_RECORDS), quantile(0.99, v.BATCH_RECORDS))),
        Panel("Duration of a batch", "s", (quantile(0.5, v.BATCH_SECONDS), quantile(0.99, v.BATCH_SECONDS))),
        Panel("Duration of a transaction", "s", (
            quantile(0.5, v.TRANSACTION_SECONDS), quantile(0.99, v.TRANSACTION_SECONDS),
        )),
        Panel("Batches, transactions and commits", "ops", (
            events(v.BATCH_RECORDS, "batches"), events(v.TRANSACTION_SECONDS, "transactions"),
            rate(v.OFFSET_COMMITS, "commits of offsets"),
        )),
        Panel("Open decisions", "short", (level(v.OPEN),)),
        Panel("Bytes per open decision", "bytes", (over(v.HELD_BYTES, v.OPEN),)),
        Panel("Records under way over their limit", "percentunit", (over(v.BUFFERED_RECORDS, v.BUFFER_LIMIT_RECORDS),)),
        Panel("Bytes under way over their limit", "percentunit", (over(v.BUFFERED_BYTES, v.BUFFER_LIMIT_BYTES),)),
        Panel("Duration of a restore", "s", (quantile(0.5, v.RESTORE_SECONDS), quantile(0.99, v.RESTORE_SECONDS))),
        Panel("Decisions restored", "ops", (rate(v.RESTORED, "decisions"),)),
    )),
    Row("What is kept?", (
        Panel("Rows by table", "ops", (rate(v.ROWS),)),
        Panel("Records kept", "ops", (rate(v.LEDGER_RECORDS, "records"),)),
        Panel("Records not read yet", "short", (level(v.LEDGER_BEHIND),)),
        Panel("From Kafka to a row", "s", (quantile(0.5, v.LAG_SECONDS), quantile(0.99, v.LAG_SECONDS))),
        Panel("Duration of an insert", "s", (quantile(0.5, v.INSERT_SECONDS), quantile(0.99, v.INSERT_SECONDS))),
        Panel("Last batch written", "s", (age(v.WRITTEN),)),
        Panel("ClickHouse takes rows", "short", (level(v.CLICKHOUSE_UP),)),
        Panel("Tries made again", "ops", (rate(v.RETRIES, "tries"),)),
    )),
    Row("What does the machine give?", (
        Panel("CPU", "percentunit", (Query(f"rate(process_cpu_seconds_total{HERE}{OVER})", "{{instance}}"),)),
        Panel("Memory", "bytes", (Query(f"process_resident_memory_bytes{HERE}", "{{instance}}"),)),
        Panel("Time since the start", "s", (Query(f"time() - process_start_time_seconds{HERE}", "{{instance}}"),)),
    )),
)  # fmt: skip

LEFT_OUT: Mapping[Metric[Any], str] = {
    v.READING: "says which ledger has how much to do; of use when two of them quarrel, not on a wall",
}
"""Metrics that no panel shows, and why."""
