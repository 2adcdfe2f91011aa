"""Scaling: the same load on topics of more or fewer partitions, shared by one or more workers of a group."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from streams.settings import Settings
from tests.bench.cluster import Cluster
from tests.bench.load.arrivals import Load
from tests.bench.load.publish import DELIVERED_S, Published, encoded, producer, register
from tests.bench.telling import tell
from tests.bench.throughput import check_labels
from tests.bench.worker import Cost, Fleet, verdict_ends


@dataclass(frozen=True, slots=True)
class Scaled:
    """What a number of workers needed on topics of a number of partitions."""

    workers: int
    partitions: int
    cost: Cost


def measure(
    kafka: str,
    folder: Path,
    load: Load,
    policy: Path,
    workers: Sequence[int],
    partitions: Sequence[int],
    within_s: float,
) -> list[Scaled]:
    """Let every number of workers handle the load on every number of partitions.

    The load is published in one burst when all workers have their partitions, so that they share it from the start.
    """
    done: list[Scaled] = []
    for count in partitions:
        for size in workers:
            if size > count:
                continue
            cluster = Cluster.create(kafka, folder, f"scaled-{count}-{size}", partitions=count, policy=policy)
            register(cluster.settings, load.begins_at)
            published = Published(load)
            records = [(topic, key, value) for topic, key, value, _ in encoded(cluster.settings, load, published)]
            published.records = len(records)
            since = verdict_ends(cluster)
            with Fleet(cluster, folder, size) as fleet:
                fleet.ready()
                begun = [worker.sample() for worker in fleet.workers]
                _burst(cluster.settings, records)
                cost = fleet.finish(begun, published.records, published.labels, since, within_s)
            if cost.complete:
                check_labels(cluster, published, since)
            done.append(Scaled(size, count, cost))
            tell(
                f"{size} worker(s), {count} partition(s): {cost.cpu_us:.1f} µs CPU/record, "
                f"{cost.records / cost.wall_s:,.0f}/s wall"
            )
    return done


def _burst(settings: Settings, records: Sequence[tuple[str, bytes, bytes]]) -> None:
    out = producer(settings)
    for number, (topic, key, value) in enumerate(records):
        while True:
            try:
                out.produce(topic, value, key)
                break
            except BufferError:
                out.poll(0.1)
        if not number % 1_000:
            out.poll(0)
    if out.flush(DELIVERED_S):
        raise RuntimeError(f"Kafka did not take the load within {DELIVERED_S:.0f} s")
