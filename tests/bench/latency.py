"""Latency: from a change on its topic to the command that takes it back, delivered, while a live load goes on."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Self

from confluent_kafka import Consumer, TopicPartition

from streams.core.time import Millis
from streams.topics import REVOCATIONS
from tests.bench.cluster import Cluster, enforcing
from tests.bench.live import LiveJob
from tests.bench.load.publish import register
from tests.bench.program import Ended, rival
from tests.bench.telling import tell
from tests.bench.worker import Fleet

GRACE_MS = 1_000
LATENESS_MS = 0
SETTLE_S = 20.0
"""How long after the last record commands may still come."""

LISTEN_S = 0.05

WARM_S = 2.0
"""What is published first, while connections are made and caches filled, is not counted."""


@dataclass(frozen=True, slots=True)
class Latencies:
    """How long commands took beyond the grace of the policy (ms), at how many records a second, and of how many."""

    rate: float
    commands: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    busy: float
    """CPU of the worker, as a share of one core."""


def measure(kafka: str, folder: Path, *, rate: int, seconds: float, partitions: int) -> Latencies:
    """Let a load go on at a rate, and time every command of a change that nobody approved.

    Raises:
        Ended: a change was not answered by a command in time.
    """
    policy = enforcing(folder, grace=f"{GRACE_MS}ms")
    cluster = Cluster.create(kafka, folder, "live", partitions=partitions, policy=policy)
    cluster = cluster.reborn("worker", lateness_ms=LATENESS_MS)
    register(cluster.settings, Millis(time.time_ns() // 1_000_000))
    notes = folder / "changes.txt"
    prefix = cluster.settings.topic_prefix
    job = LiveJob(kafka=kafka, prefix=prefix, rate=rate, seconds=seconds + WARM_S, seed=11, notes=str(notes))
    with Fleet(cluster, folder) as fleet, Commands(cluster) as commands:
        fleet.ready()
        commands.listen(0.1)
        tell(f"live load of {rate:,} records/s for {seconds + WARM_S:.0f} s")
        with rival("tests.bench.live", folder, [job.text()], peer=False) as generator:
            generator.hear(lambda line: '"began"' in line, "that it has begun", 30)
            before = fleet.workers[0].sample()
            while (said := generator.heard(lambda line: '"sent"' in line)) is None:
                commands.listen(LISTEN_S)
            after = fleet.workers[0].sample()
        acknowledged = _noted(notes)
        deadline = time.monotonic() + SETTLE_S
        while acknowledged.keys() - commands.at.keys() and time.monotonic() < deadline:
            commands.listen(LISTEN_S)
        if missing := acknowledged.keys() - commands.at.keys():
            raise Ended(f"{len(missing)} of {len(acknowledged)} changes had no command within {SETTLE_S:.0f} s")
    sent = json.loads(said)
    began_ns = min(acknowledged.values())
    waited = [
        (commands.at[decision] - at_ns) / 1e6 - GRACE_MS
        for decision, at_ns in acknowledged.items()
        if at_ns - began_ns > WARM_S * 1e9
    ]
    cuts = quantiles(waited, n=100, method="inclusive")
    return Latencies(
        rate=sent["sent"] / sent["seconds"],
        commands=len(waited),
        p50_ms=cuts[49],
        p99_ms=cuts[98],
        max_ms=max(waited),
        busy=(after.cpu_s - before.cpu_s) / (after.at_s - before.at_s),
    )


class Commands:
    """Listens to the topic of commands as a responder does. `at`: when the first command on a decision was here.

    Times are monotonic nanoseconds, the same clock in every process of a machine.
    """

    def __init__(self, cluster: Cluster) -> None:
        """Begin at the end of the topic."""
        self.at: dict[str, int] = {}
        self._consumer = Consumer(
            cluster.settings.kafka_client(
                **{
                    "group.id": "bench-responder",
                    "enable.auto.commit": False,
                    "isolation.level": "read_committed",
                    "fetch.wait.max.ms": 50,
                    "log_level": 0,
                }
            )
        )
        ends = cluster.ends(cluster.places(REVOCATIONS))
        self._consumer.assign([TopicPartition(*place, offset) for place, offset in ends.items()])

    def listen(self, seconds: float) -> None:
        """Take what comes within so many seconds."""
        message = self._consumer.poll(seconds)
        while message is not None:
            if message.error() is None:
                self.at.setdefault((message.key() or b"").decode(), time.monotonic_ns())
            message = self._consumer.poll(0)

    def __enter__(self) -> Self:
        """Listen for the time of a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave."""
        self._consumer.close()


def _noted(notes: Path) -> dict[str, int]:
    pairs = (line.split() for line in notes.read_text().splitlines())
    return {decision: int(at) for decision, at in pairs}
