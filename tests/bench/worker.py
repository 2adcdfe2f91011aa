"""Worker: the real `clawback worker` under measurement, from its first record to everything judged and committed."""

import re
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Self
from urllib.request import urlopen

from confluent_kafka import Consumer, TopicPartition

from streams.topics import VERDICTS
from tests.bench.cluster import Cluster, Place, Watcher, inputs
from tests.bench.proc import Sample
from tests.bench.program import Ended, ours

OWNS = re.compile(r"partitions? .*open decisions")
"""What a worker logs when it has restored a partition and before it takes the first record of it."""

START_S = 90.0
LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class Cost:
    """What handling some records took. `cpu_s`: of all processes that handled them."""

    records: int
    cpu_s: float
    wall_s: float
    verdicts: int = 0
    complete: bool = True

    @property
    def per_cpu_s(self) -> float:
        """Records for each second of CPU: what one core does."""
        return self.records / self.cpu_s if self.cpu_s else 0.0

    @property
    def cpu_us(self) -> float:
        """Microseconds of CPU for each record."""
        return 1e6 * self.cpu_s / self.records if self.records else 0.0


class Fleet:
    """One or more workers of one group."""

    def __init__(self, cluster: Cluster, folder: Path, workers: int = 1) -> None:
        """Prepare them; nothing runs yet."""
        self._cluster = cluster
        self.workers = [ours("worker", folder, cluster.environment, f"clawback worker {n}") for n in range(workers)]
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Start them."""
        for worker in self.workers:
            self._stack.enter_context(worker)
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing behind."""
        self._stack.close()

    def stop(self) -> None:
        """Let each end tidily, as a user would."""
        for worker in self.workers:
            worker.stop()

    def begun(self) -> list[Sample]:
        """Wait until each has its state back, and look at what it has used until then."""
        samples: list[Sample] = []
        for worker in self.workers:
            worker.hear(lambda line: OWNS.search(line) is not None, "that it has partitions", START_S)
            samples.append(worker.sample())
        return samples

    def ready(self) -> None:
        """Wait until each has its partitions and knows where they end."""
        for worker in self.workers:
            worker.hear(lambda line: "clawback worker ready" in line, "that it is ready", START_S)

    def finish(
        self, begun: list[Sample], records: int, wanted: Collection[str], since: Mapping[Place, int], within_s: float
    ) -> Cost:
        """Wait until everything is committed and every wanted decision has a verdict, and tell what it took."""
        deadline = monotonic() + within_s
        ends = self._cluster.ends(inputs(self._cluster))
        with Watcher(self._cluster.settings, self._cluster.group) as watcher, Judged(self._cluster, since) as judged:
            while left := watcher.behind(ends):
                if monotonic() > deadline:
                    return self._cost(begun, records - left, 0, complete=False)
                self._alive()
                sleep(LOOK_S)
            while not judged.all_of(wanted):
                if monotonic() > deadline:
                    raise Ended(
                        f"{len(wanted) - judged.decisions} decisions have no verdict:\n{self.workers[0].tail()}"
                    )
                self._alive()
            return self._cost(begun, records, judged.verdicts, complete=True)

    def _alive(self) -> None:
        for worker in self.workers:
            _ = worker.pid

    def _cost(self, begun: list[Sample], records: int, verdicts: int, *, complete: bool) -> Cost:
        now = [worker.sample() for worker in self.workers]
        cpu_s = sum(after.cpu_s - before.cpu_s for before, after in zip(begun, now, strict=True))
        return Cost(records, cpu_s, now[-1].at_s - min(b.at_s for b in begun), verdicts, complete)


class Judged:
    """The decisions that verdicts were said on since some offsets, as a reader of committed records sees them."""

    def __init__(self, cluster: Cluster, since: Mapping[Place, int]) -> None:
        """Prepare to read."""
        self._since = since
        self._seen: set[str] = set()
        self.verdicts = 0
        self._consumer = Consumer(
            cluster.settings.kafka_client(
                **{
                    "group.id": "bench-judged",
                    "enable.auto.commit": False,
                    "isolation.level": "read_committed",
                    "fetch.queue.backoff.ms": 5,
                    "log_level": 0,
                }
            )
        )

    def __enter__(self) -> Self:
        """Begin at the offsets; nothing is fetched before somebody asks."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave."""
        self._consumer.close()

    @property
    def decisions(self) -> int:
        """How many decisions have a verdict."""
        return len(self._seen)

    def all_of(self, wanted: Collection[str]) -> bool:
        """Read a little further, and say whether every wanted decision has a verdict."""
        if not wanted:
            return True
        if not self._consumer.assignment():
            self._consumer.assign([TopicPartition(*place, offset) for place, offset in self._since.items()])
        for message in self._consumer.consume(20_000, LOOK_S):
            if message.error() is None:
                self.verdicts += 1
                self._seen.add((message.key() or b"").decode())
        return len(self._seen) >= len(wanted)


def verdict_ends(cluster: Cluster) -> dict[Place, int]:
    """Note where the verdicts end now, to tell later which are new."""
    return cluster.ends(cluster.places(VERDICTS))


def metrics(cluster: Cluster) -> dict[str, float]:
    """Ask a watched worker for its metrics: name (with labels, where there are any) and value."""
    with urlopen(f"http://127.0.0.1:{cluster.settings.metrics_port}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    pairs = (line.rpartition(" ") for line in lines if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}
