"""Growth: what more and more open decisions cost: speed, memory, changelog, and the time to have them back."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from streams.core.time import HOUR_MS, Millis
from streams.embedded.child import free_port
from streams.transport.admin import changelog_topic
from tests.bench.cluster import Cluster, read
from tests.bench.load.arrivals import Load
from tests.bench.load.plants import WAITING
from tests.bench.load.publish import publish, register
from tests.bench.program import rival
from tests.bench.telling import tell
from tests.bench.throughput import check_labels
from tests.bench.worker import Cost, Fleet, metrics, verdict_ends


@dataclass(frozen=True, slots=True)
class Grown:
    """What so many open decisions cost.

    `speed`: the ordinary load handled beside them. `memory_bytes`: what the worker's memory grew by for each of them;
    `held_bytes`: the encoded state in that. `changelog_bytes`: of the newest value and key of each.
    `changelog_records`: all that has to be read to have them back. `recovery_wall_s`: what the worker says that it took
    to fence the former owner, read the changelog and take it up; `recovery_cpu_s`: what it used until it was ready
    beyond what a worker with nothing open uses. `plain_*`: what a plain consumer needs to read the same and keep
    nothing.
    """

    open_decisions: int
    speed: Cost
    memory_bytes: float
    held_bytes: float
    changelog_bytes: float
    changelog_records: int
    recovery_cpu_s: float
    recovery_wall_s: float
    plain_cpu_s: float
    plain_wall_s: float

    @property
    def recovery_speed(self) -> float:
        """Compare: our speed of having it all back over the speed of a plain reader."""
        return self.plain_wall_s / self.recovery_wall_s if self.recovery_wall_s > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Start:
    """What a worker had used when it was ready, the memory and the state that it held, and how long restoring took."""

    cpu_s: float
    rss: int
    held_bytes: float
    restore_s: float


def measure(
    kafka: str, folder: Path, policy: Path, counts: Sequence[int], *, partitions: int, probe: int, within_s: float
) -> list[Grown]:
    """Open decisions until there are so many, and look at everything each time; then at more of them."""
    cluster = Cluster.create(kafka, folder, "open", partitions=partitions, policy=policy)
    begins_at = Millis(time.time_ns() // 1_000_000 - 12 * HOUR_MS)
    register(cluster.settings, begins_at)
    empty = _started(cluster, folder)
    grown: list[Grown] = []
    opened = 0
    for count in counts:
        # twenty a second, as the ordinary load, but never beyond the present
        every_ms = min(50.0, 6 * HOUR_MS / count)
        waiting = Load(
            seed=count, name="open", decisions=count - opened, begins_at=begins_at, every_ms=every_ms, plants=WAITING
        )
        _handled(cluster, folder, waiting, within_s)
        opened = count
        started = _started(cluster, folder)
        plain = _plain(cluster, folder)
        in_changelog = _live_bytes(cluster) / opened
        speed = _handled(
            cluster, folder, Load(seed=count + 1, name="probe", decisions=probe, begins_at=begins_at), within_s
        )
        grown.append(
            Grown(
                open_decisions=opened,
                speed=speed,
                memory_bytes=(started.rss - empty.rss) / opened,
                held_bytes=started.held_bytes / opened,
                changelog_bytes=in_changelog,
                changelog_records=plain.records,
                recovery_cpu_s=started.cpu_s - empty.cpu_s,
                recovery_wall_s=started.restore_s,
                plain_cpu_s=plain.cpu_s,
                plain_wall_s=plain.wall_s,
            )
        )
        opened += probe
        last = grown[-1]
        tell(
            f"{count:,} open: {last.speed.cpu_us:.1f} µs CPU/record; each {last.memory_bytes:,.0f} bytes in memory "
            f"({last.held_bytes:,.0f} of state), {last.changelog_bytes:,.0f} in the changelog; back in "
            f"{last.recovery_wall_s:.2f} s ({last.recovery_speed:.2f} of the speed of a plain reader)"
        )
    return grown


def _handled(cluster: Cluster, folder: Path, load: Load, within_s: float) -> Cost:
    published = publish(cluster.settings, load)
    since = verdict_ends(cluster)
    with Fleet(cluster, folder) as fleet:
        cost = fleet.finish(fleet.begun(), published.records, published.labels, since, within_s)
        fleet.stop()
    check_labels(cluster, published, since)
    return cost


def _started(cluster: Cluster, folder: Path) -> Start:
    watched = cluster.watched(free_port())
    with Fleet(watched, folder) as fleet:
        fleet.ready()
        worker = fleet.workers[0]
        ready = worker.sample()
        figures = metrics(watched)
        started = Start(
            ready.cpu_s,
            worker.rss_bytes(),
            figures["clawback_decide_held_bytes"],
            figures["clawback_decide_restore_seconds_sum"],
        )
        fleet.stop()
    return started


def _plain(cluster: Cluster, folder: Path) -> Cost:
    settings = cluster.settings
    topic = settings.topic(changelog_topic(settings).name)
    job = json.dumps([settings.kafka, topic, settings.partitions])
    with rival("tests.bench.rivals.reader", folder, [job], peer=False) as program:
        program.hear(lambda line: '"first"' in line, "that it has begun", 30)
        begun = program.sample()
        said = json.loads(program.hear(lambda line: '"done"' in line, "that it is done", 300))
        done = program.sample()
    return Cost(said["records"], done.cpu_s - begun.cpu_s, done.at_s - begun.at_s)


def _live_bytes(cluster: Cluster) -> int:
    newest: dict[bytes, int] = {}
    for message in read(cluster.settings, dict.fromkeys(cluster.changelog, 0)):
        key, value = message.key() or b"", message.value()
        if value is None:
            newest.pop(key, None)
        else:
            newest[key] = len(key) + len(value)
    return sum(newest.values())
