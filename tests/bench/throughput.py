"""Throughput: everybody handles the same records of the same topics, one after the other, in interleaved rounds."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Any

from streams.core.verdict import Verdict
from tests.backends.topics import create_topic
from tests.bench.cluster import Cluster, Watcher, inputs
from tests.bench.contenders import RIVALS, Rival
from tests.bench.load.publish import Published
from tests.bench.program import Program, rival
from tests.bench.rivals.job import Job
from tests.bench.telling import tell
from tests.bench.worker import Cost, Fleet, verdict_ends

OURS = "clawback"
START_S = 60.0
STALLED_S = 60.0
"""A rival that handles nothing for so long is stuck."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one contender needed in one round."""

    name: str
    cost: Cost


def rounds(
    cluster: Cluster, published: Published, folder: Path, *, count: int, within_s: float, only: Sequence[str] = ()
) -> list[Round]:
    """Let everybody handle everything, `count` times, in turns. Whoever takes longer than `within_s` is cut off."""
    done: list[Round] = []
    for number in range(count):
        for name, measure in _contenders(cluster, published, folder, f"round{number}", within_s):
            if only and name not in only:
                continue
            cost = measure()
            done.append(Round(name, cost))
            cut = "" if cost.complete else f" (cut off after {cost.records:,} records)"
            tell(
                f"round {number + 1}/{count}  {name:13s} {cost.cpu_us:8.1f} µs CPU/record  "
                f"{cost.per_cpu_s:9,.0f}/s per core  {cost.records / cost.wall_s:9,.0f}/s wall  "
                f"{cost.verdicts:,} verdicts{cut}"
            )
    return done


def medians(done: list[Round]) -> dict[str, float]:
    """Give the median of records per second of CPU for each contender."""
    speeds: dict[str, list[float]] = defaultdict(list)
    for each in done:
        speeds[each.name].append(each.cost.per_cpu_s)
    return {name: median(values) for name, values in speeds.items()}


def ratios(speeds: dict[str, float]) -> dict[str, float]:
    """Compare: our records per second of CPU over theirs."""
    ours = speeds.get(OURS)
    if ours is None:
        return {}
    return {each.name: round(ours / speeds[each.name], 3) for each in RIVALS if speeds.get(each.name)}


def _contenders(cluster: Cluster, published: Published, folder: Path, life: str, within_s: float) -> Iterator[Any]:
    for each in RIVALS:
        yield each.name, lambda each=each: of_rival(each, cluster, published, folder, life, within_s)
    yield OURS, lambda: of_ours(cluster.reborn(life), published, folder, within_s)


def of_ours(cluster: Cluster, published: Published, folder: Path, within_s: float, workers: int = 1) -> Cost:
    """Measure ourselves with everything on, from the first record to everything judged, delivered and committed."""
    since = verdict_ends(cluster)
    with Fleet(cluster, folder, workers) as fleet:
        begun = fleet.begun()
        cost = fleet.finish(begun, published.records, published.labels, since, within_s)
    if cost.complete:
        check_labels(cluster, published, since)
    return cost


def check_labels(cluster: Cluster, published: Published, since: Any) -> None:
    """Make sure that what was measured was right: the last verdict on each decision says what was planted in it.

    Raises:
        AssertionError: it does not.
    """
    last: dict[str, Verdict] = {}
    for verdict in cluster.verdicts(since):
        known = last.get(verdict.decision_id)
        if known is None or known.version < verdict.version:
            last[verdict.decision_id] = verdict
    assert last.keys() == published.labels.keys(), "verdicts were said on other decisions than those with a change"
    for decision_id, plant in published.labels.items():
        said = last[decision_id]
        codes = {finding.code for finding in said.findings}
        right = said.judgement is plant.judgement and (plant.code in codes if plant.code else not codes)
        assert right, f"decision {decision_id} ({plant.name}): {said.judgement}, {sorted(codes)}, {said.reasons}"


def of_rival(each: Rival, cluster: Cluster, published: Published, folder: Path, life: str, within_s: float) -> Cost:
    """Measure a rival on the same topics, from the first record to everything handled and kept."""
    settings = cluster.settings
    job = Job(
        kafka=settings.kafka,
        prefix=settings.topic_prefix,
        partitions=settings.partitions,
        events=published.records,
        policy=settings.policy,
        registered_at=published.load.begins_at,
        life=f"{each.name}-{life}",
        folder=str(folder),
    )
    for what in ("verdicts", "commands"):
        create_topic(settings.kafka, job.out(what), partitions=settings.partitions)
    with rival(each.module, folder, [job.text()], peer=each.peer) as program:
        program.hear(lambda line: '"first"' in line, "that it has begun", START_S)
        begun, deadline = program.sample(), monotonic() + within_s
        handled, verdicts, complete = _heard(program, deadline)
        if complete and each.commits:
            with Watcher(settings, job.life) as watcher:
                ends = watcher.ends(inputs(cluster))
                while watcher.behind(ends) and monotonic() < deadline:
                    _ = program.pid
        now = program.sample() if complete else None
        last = now or program.sample()
        return Cost(handled, last.cpu_s - begun.cpu_s, last.at_s - begun.at_s, verdicts, complete)


def _heard(program: Program, deadline: float) -> tuple[int, int, bool]:
    """Follow a rival to its end, or to the deadline."""
    handled = 0
    while monotonic() < deadline:
        line = program.hear(lambda line: line.startswith('{"at"'), "how far it is", STALLED_S)
        said = json.loads(line)
        handled = said.get("records", handled)
        if said["at"] == "done":
            return handled, said["verdicts"], True
    return handled, 0, False
