"""Scaling: the same load on topics of more or fewer partitions, shared by one or more workers of a group."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.cluster import Cluster
from tests.bench.load.arrivals import Load
from tests.bench.load.publish import publish, register
from tests.bench.telling import tell
from tests.bench.throughput import of_ours
from tests.bench.worker import Cost


@dataclass(frozen=True, slots=True)
class Scaled:
    """What a number of workers needed on topics of a number of partitions."""

    workers: int
    partitions: int
    cost: Cost


def measure(
    kafka: str, folder: Path, load: Load, policy: Path, shared_by: Sequence[tuple[int, int]], *, within_s: float
) -> list[Scaled]:
    """Let each number of workers handle the load on its number of partitions."""
    done: list[Scaled] = []
    for workers, partitions in shared_by:
        cluster = Cluster.create(kafka, folder, f"scaled-{workers}-{partitions}", partitions=partitions, policy=policy)
        register(cluster.settings, load.begins_at)
        published = publish(cluster.settings, load)
        cost = of_ours(cluster, published, folder, within_s, workers)
        done.append(Scaled(workers, partitions, cost))
        tell(
            f"{workers} worker(s), {partitions} partition(s): {cost.cpu_us:.1f} µs CPU/record, "
            f"{cost.records / cost.wall_s:,.0f}/s wall"
        )
    return done
