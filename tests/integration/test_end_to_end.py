"""The demo's events through Kafka, worker and ledger as processes of their own, compared with a replay of the files."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import clickhouse_connect
import pytest

from streams.codec.cloudevents import write
from streams.ops.redate import shifted, span_to
from streams.settings import Settings
from streams.topics import LEDGERED, REVOCATIONS, TOPICS, VERDICTS, by_record
from tests.altered import replace
from tests.integration import facts
from tests.integration.cluster import Cluster
from tests.integration.processes import Running, until

pytestmark = [pytest.mark.integration, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
POLICY = str(EXAMPLES / "demo-policy.yaml")
READY = "clawback worker ready"

TICK = b"clawback.tick.v1"
"""In a file, a tick makes what follows late. Here everything is heard before anything is judged."""

HOLD_BACK_MS = 86_400_000
"""A lateness that lets nothing be judged: everything is heard first, as in a replay, whichever way it takes."""


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All examples in one file, of which the newest event is from now."""
    made = tmp_path_factory.mktemp("events") / "all.jsonl"
    lines = [line for path in sorted(EXAMPLES.glob("*.jsonl")) for line in path.read_bytes().splitlines()]
    recorded = [json.loads(line) for line in lines if line and TICK not in line]
    by_ms = span_to(facts.now(), recorded)
    made.write_text("".join(json.dumps(shifted(event, by_ms)) + "\n" for event in recorded))
    return made


@pytest.fixture(scope="module")
def replayed(events: Path) -> set[str]:
    """The lines of `clawback replay` on the same events."""
    command = [sys.executable, "-m", "streams.cli", "replay", str(events), "--policy", POLICY]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    lines = done.stdout.splitlines()
    assert lines
    return set(lines)


@pytest.fixture
def cluster(kafka_bootstrap: str, clickhouse_url: str, database: str, topic_prefix: str, tmp_path: Path) -> Cluster:
    made = Cluster(
        Settings(
            kafka=kafka_bootstrap,
            clickhouse=f"{clickhouse_url.rstrip('/')}/{database}",
            topic_prefix=topic_prefix,
            app=f"{topic_prefix}app",
            partitions=4,
            lateness_ms=HOLD_BACK_MS,
            commit_ms=100,
            tick_ms=100,
            session_ms=6_000,
            ledger_wait_ms=100,
            policy=POLICY,
            state_dir=str(tmp_path / "state"),
        )
    )
    made.create()
    return made


def clawback(cluster: Cluster, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli", *arguments],
        env={**os.environ, **cluster.environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def until_worker_has_read(cluster: Cluster) -> None:
    topics = tuple(t.name for t in TOPICS if "adapt" in t.readers or "decide" in t.readers)
    until(lambda: cluster.lag(f"{cluster.settings.app}-worker", topics) == 0, "the worker has read all", every_s=0.5)


def until_ledger_has_written(cluster: Cluster) -> None:
    topics = tuple(t.name for t in LEDGERED)
    until(lambda: cluster.lag(f"{cluster.settings.app}-ledger", topics) == 0, "the ledger has all", every_s=0.5)


@pytest.fixture
def judged(cluster: Cluster, events: Path, replayed: set[str], tmp_path: Path) -> Cluster:
    """Everything published, adapted, judged and written, by processes that have ended since."""
    clawback(cluster, "migrate")
    clawback(cluster, "publish", str(events))
    with Running(tmp_path / "worker-1.log", cluster.environment, "worker").start(READY) as worker:
        until_worker_has_read(cluster)
        until_worker_has_read(cluster)  # once more: the first may have been true between adapt and decide
        assert worker.stop() == 0
    assert not cluster.records(VERDICTS.name)
    prompt_cluster = Cluster(replace(cluster.settings, lateness_ms=1_000))
    with (
        Running(tmp_path / "worker-2.log", prompt_cluster.environment, "worker").start(READY) as worker,
        Running(tmp_path / "ledger.log", prompt_cluster.environment, "ledger").start() as ledger,
    ):
        until(
            lambda: said(cluster) >= replayed,
            "as many verdicts and commands as in the replay",
            every_s=0.5,
        )
        until_ledger_has_written(cluster)
        assert worker.stop() == 0
        assert ledger.stop() == 0
    return prompt_cluster


def said(cluster: Cluster) -> set[str]:
    """What the topics of verdicts and commands hold, as the same canonical lines."""
    return {write(record).decode() for topic in (VERDICTS, REVOCATIONS) for record in cluster.records(topic.name)}


EVIDENCE = ("prompt", "context", "approval", "change", "outcome")


def counts(cluster: Cluster) -> Mapping[str, int]:
    """Rows an analyst sees, view by view."""
    views = (*(f"{kind}s" for kind in EVIDENCE), "verdict_history", "issued_commands")
    with clickhouse_connect.get_client(dsn=cluster.settings.clickhouse) as client:
        return {view: int(client.query(f"SELECT count() FROM {view}").result_rows[0][0]) for view in views}


def test_the_live_system_says_and_keeps_what_a_replay_says(
    judged: Cluster, events: Path, replayed: set[str], tmp_path: Path
) -> None:
    assert said(judged) == replayed
    before = counts(judged)
    assert before == facts_published(judged)
    the_story_is_the_same(judged, events, min(replayed))

    everything_again(judged, events, tmp_path)

    assert said(judged) == replayed
    assert counts(judged) == before


def facts_published(cluster: Cluster) -> Mapping[str, int]:
    """How many rows each view must have: one for each fact, verdict and command that its topic names, however often."""
    return {
        **{f"{kind}s": len({(r.tenant, r.decision_id, r.event_id) for r in _of(cluster, kind)}) for kind in EVIDENCE},
        "verdict_history": len({r.verdict_id for r in _of(cluster, "verdict")}),
        "issued_commands": len({r.command_id for r in _of(cluster, "revocation")}),
    }


def _of(cluster: Cluster, kind: str) -> list[Any]:
    return cluster.records(by_record(kind).name)


def the_story_is_the_same(cluster: Cluster, events: Path, line: str) -> None:
    """What `explain` tells from ClickHouse is what it tells from the file."""
    decision = json.loads(line)["data"]["decision_id"]
    live = json.loads(clawback(cluster, "explain", decision, "--json"))
    file = json.loads(clawback(cluster, "explain", decision, "--json", "--file", str(events), "--policy", POLICY))
    assert file["decision_id"] == decision
    assert live == file


def everything_again(cluster: Cluster, events: Path, tmp_path: Path) -> None:
    """Publish all once more, to processes that remember nothing and read from the beginning."""
    again = Cluster(replace(cluster.settings, app=f"{cluster.settings.app}-again", lateness_ms=HOLD_BACK_MS))
    again.create()
    clawback(again, "publish", str(events))
    with Running(tmp_path / "again-1.log", again.environment, "worker").start(READY) as worker:
        until_worker_has_read(again)
        assert worker.stop() == 0
    prompt = Cluster(replace(again.settings, lateness_ms=1_000))
    count = len(cluster.records(VERDICTS.name))
    with (
        Running(tmp_path / "again-2.log", prompt.environment, "worker").start(READY) as worker,
        Running(tmp_path / "again-ledger.log", prompt.environment, "ledger").start() as ledger,
    ):
        until(lambda: len(prompt.records(VERDICTS.name)) >= 2 * count, "everything is judged again", every_s=0.5)
        until_ledger_has_written(prompt)
        assert worker.stop() == 0
        assert ledger.stop() == 0
