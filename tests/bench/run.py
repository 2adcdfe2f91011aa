"""Run: one broker, every part that was asked for, and the figures as one tree of plain values."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from streams.core.time import HOUR_MS, Millis
from streams.settings import Settings
from tests.backends.kafka import KafkaBroker
from tests.bench import growth, latency, ledger, scaling, throughput
from tests.bench.cluster import Cluster, enforcing
from tests.bench.load.arrivals import Load
from tests.bench.load.publish import publish, register
from tests.bench.machine import machine, versions
from tests.bench.plan import Plan
from tests.bench.telling import tell
from tests.bench.worker import Cost

BROKER_HEAP = "1g"
BROKER_SETTINGS = {"group.initial.rebalance.delay.ms": "2000"}
"""Two workers that start together are to share the partitions from the first record on."""

SPEED_UNKNOWN = 8_000.0
"""Records a second of which the live load is half, when our speed was not measured in this run."""


@dataclass(slots=True)
class Bench:
    """What all parts share. `speed`: records a second that we handled (wall), once that is known."""

    plan: Plan
    kafka: str
    folder: Path
    policy: Path
    results: dict[str, Any] = field(default_factory=dict)
    speed: float = SPEED_UNKNOWN

    @property
    def partitions(self) -> int:
        """Of every topic, where nothing else is said."""
        return self.plan.partitions

    def load(self, name: str) -> Load:
        """Describe the ordinary load: it ended hours ago, so that every change in it is due."""
        begins_at = Millis(time.time_ns() // 1_000_000 - 12 * HOUR_MS)
        return Load(seed=1, name=name, decisions=self.plan.decisions, begins_at=begins_at)


def run(plan: Plan, parts: Sequence[str], folder: Path) -> dict[str, Any]:
    """Start Kafka, measure, and give every figure.

    Raises:
        Unavailable: Java or Maven is missing.
        Ended: something that was measured ended, or was not done in time.
    """
    began = time.monotonic()
    broker = KafkaBroker(folder / "kafka", heap=BROKER_HEAP, settings=BROKER_SETTINGS)
    tell(f"{plan.name} run of {', '.join(parts)}; starting Apache Kafka")
    try:
        broker.start()
        bench = Bench(plan, broker.address, folder, enforcing(folder))
        for part in parts:
            tell(f"-- {part}")
            PARTS[part](bench)
    finally:
        broker.discard()
    return {
        "ratio": {},
        **bench.results,
        "plan": plan.name,
        "took_s": round(time.monotonic() - began),
        "machine": machine(),
        "versions": versions(),
    }


def _throughput(bench: Bench) -> None:
    cluster = Cluster.create(bench.kafka, bench.folder, "main", partitions=bench.partitions, policy=bench.policy)
    load = bench.load("d")
    register(cluster.settings, load.begins_at)
    published = publish(cluster.settings, load)
    tell(
        f"{published.records:,} records of {load.decisions:,} decisions are on {bench.partitions} partitions of five "
        f"topics, {published.value_bytes / published.records:,.0f} bytes each on average"
    )
    rounds = throughput.rounds(cluster, published, bench.folder, count=bench.plan.rounds, within_s=bench.plan.within_s)
    speeds = throughput.medians(rounds)
    ours = [each.cost for each in rounds if each.name == throughput.OURS]
    bench.speed = median(cost.records / cost.wall_s for cost in ours)
    ratio = throughput.ratios(speeds)
    bench.results |= {
        "ratio": ratio,
        "cpu_us_per_event": {name: round(1e6 / speed, 2) for name, speed in speeds.items()},
        "events_per_core": {name: round(speed) for name, speed in speeds.items()},
        "events_per_s_wall": {
            name: round(median(each.cost.records / each.cost.wall_s for each in rounds if each.name == name))
            for name in speeds
        },
        "load": {
            "records": published.records,
            "decisions": load.decisions,
            "bytes_per_record": round(published.value_bytes / published.records),
            "mix": {kind: round(count / published.records, 3) for kind, count in published.kinds.items()},
            "rounds": bench.plan.rounds,
        },
        "rounds": [{"name": each.name, **_plain(each.cost)} for each in rounds],
    }


def _latency(bench: Bench) -> None:
    rate = int(min(bench.speed / 2, bench.plan.live_rate_max))
    found = latency.measure(
        bench.kafka, bench.folder, rate=rate, seconds=bench.plan.live_s, partitions=bench.partitions
    )
    tell(f"command after grace: p50 {found.p50_ms:.0f} ms, p99 {found.p99_ms:.0f} ms, of {found.commands:,}")
    bench.results["latency_beyond_grace_ms"] = {
        "p50": round(found.p50_ms, 1),
        "p99": round(found.p99_ms, 1),
        "max": round(found.max_ms, 1),
        "commands": found.commands,
        "events_per_s": round(found.rate),
        "half_of_our_speed": round(bench.speed / 2),
        "worker_busy": round(found.busy, 2),
        "grace_ms": latency.GRACE_MS,
        "lateness_ms": latency.LATENESS_MS,
        "tick_ms": Settings().tick_ms,
    }


def _open(bench: Bench) -> None:
    grown = growth.measure(
        bench.kafka,
        bench.folder,
        bench.policy,
        bench.plan.open_decisions,
        partitions=bench.partitions,
        probe=bench.plan.probe_decisions,
        within_s=bench.plan.within_s,
    )
    bench.results["open_decisions"] = [
        {
            "open": each.open_decisions,
            "cpu_us_per_event": round(each.speed.cpu_us, 2),
            "events_per_core": round(each.speed.per_cpu_s),
            "memory_bytes_each": round(each.memory_bytes),
            "state_bytes_each": round(each.held_bytes),
            "changelog_bytes_each": round(each.changelog_bytes),
            "changelog_records": each.changelog_records,
            "recovery_s": round(each.recovery_wall_s, 2),
            "recovery_cpu_s": round(each.recovery_cpu_s, 2),
            "plain_reader_s": round(each.plain_wall_s, 2),
            "plain_reader_cpu_s": round(each.plain_cpu_s, 2),
            "recovery_of_plain": round(each.recovery_speed, 3),
        }
        for each in grown
    ]


def _scaling(bench: Bench) -> None:
    scaled = scaling.measure(
        bench.kafka,
        bench.folder,
        bench.load("s"),
        bench.policy,
        bench.plan.shared_by,
        within_s=bench.plan.within_s,
    )
    bench.results["scaling"] = [
        {"workers": each.workers, "partitions": each.partitions, **_plain(each.cost)} for each in scaled
    ]


def _ledger(bench: Bench) -> None:
    kept = ledger.measure(
        bench.kafka,
        bench.folder,
        bench.policy,
        decisions=bench.plan.ledger_decisions,
        rounds=bench.plan.rounds,
        partitions=bench.partitions,
        within_s=bench.plan.within_s,
    )
    bench.results["ledger"] = {
        "rows": kept[0].rows,
        "rows_per_s": round(median(each.ledger_per_s for each in kept)),
        "raw_rows_per_s": round(median(each.raw_per_s for each in kept)),
        "of_raw": round(median(each.ratio for each in kept), 3),
        "cpu_us_per_row": round(median(each.cpu_us for each in kept), 1),
    }


def _plain(cost: Cost) -> dict[str, Any]:
    return {
        "records": cost.records,
        "cpu_us_per_event": round(cost.cpu_us, 2),
        "events_per_core": round(cost.per_cpu_s),
        "events_per_s_wall": round(cost.records / cost.wall_s),
        "complete": cost.complete,
    }


PARTS: Mapping[str, Callable[[Bench], None]] = {
    "throughput": _throughput,
    "latency": _latency,
    "open": _open,
    "scaling": _scaling,
    "ledger": _ledger,
}
"""The parts of a run, in their order."""
