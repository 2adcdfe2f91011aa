"""The demo's events through Kafka, worker and ledger as processes of their own, compared with a replay of the files."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import clickhouse_connect
import pytest

from streams.codec.cloudevents import write
from streams.settings import Settings
from streams.topics import LEDGERED, OUTCOMES, REVOCATIONS, TOPICS, VERDICTS
from tests.integration.cluster import Cluster
from tests.integration.processes import Running, until

pytestmark = [pytest.mark.integration, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
FILES = sorted(str(path) for path in EXAMPLES.glob("*.jsonl"))
POLICY = str(EXAMPLES / "demo-policy.yaml")
READY = "clawback worker ready"

HOLD_BACK_MS = 86_400_000
"""A lateness that lets nothing be judged: everything is heard first, as in a replay, whichever way it takes."""


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
def judged(cluster: Cluster, tmp_path: Path) -> Cluster:
    """Everything published, adapted, judged and written, by processes that have ended since."""
    clawback(cluster, "migrate")
    clawback(cluster, "publish", *FILES)
    with Running(tmp_path / "worker-1.log", cluster.environment, "worker").start(READY) as worker:
        until_worker_has_read(cluster)
        until_worker_has_read(cluster)  # once more: the first may have been true between adapt and decide
        assert worker.stop() == 0
    assert not cluster.records(VERDICTS.name)
    prompt_cluster = Cluster(replace(cluster.settings, lateness_ms=1_000))
    expected = replayed()
    with (
        Running(tmp_path / "worker-2.log", prompt_cluster.environment, "worker").start(READY) as worker,
        Running(tmp_path / "ledger.log", prompt_cluster.environment, "ledger").start() as ledger,
    ):
        until(
            lambda: said(cluster) >= expected,
            "as many verdicts and commands as in the replay",
            every_s=0.5,
        )
        until_ledger_has_written(cluster)
        assert worker.stop() == 0
        assert ledger.stop() == 0
    return prompt_cluster


def replayed() -> set[str]:
    """The lines of `clawback replay` on the same files."""
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli", "replay", *FILES, "--policy", POLICY],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    lines = done.stdout.splitlines()
    assert lines
    return set(lines)


def said(cluster: Cluster) -> set[str]:
    """What the topics of verdicts and commands hold, as the same canonical lines."""
    return {write(record).decode() for topic in (VERDICTS, REVOCATIONS) for record in cluster.records(topic.name)}


def counts(cluster: Cluster) -> Mapping[str, Any]:
    """Rows an analyst sees, view by view."""
    views = (
        "prompts",
        "contexts",
        "approvals",
        "changes",
        "outcomes",
        "verdict_history",
        "issued_commands",
        "decision_chain",
    )
    with clickhouse_connect.get_client(dsn=cluster.settings.clickhouse) as client:
        return {view: client.command(f"SELECT count() FROM {view}") for view in views}


def test_what_was_said_is_byte_for_byte_what_a_replay_says(judged: Cluster) -> None:
    assert said(judged) == replayed()


def test_every_fact_verdict_and_command_is_one_row(judged: Cluster) -> None:
    seen = counts(judged)
    for view, kind in (
        ("prompts", "prompt"),
        ("contexts", "context"),
        ("approvals", "approval"),
        ("changes", "change"),
    ):
        topic = next(t for t in TOPICS if t.record == kind)
        facts = {(r.tenant, r.decision_id, r.event_id) for r in judged.records(topic.name)}
        assert seen[view] == len(facts), view
    assert seen["outcomes"] == len({r.event_id for r in judged.records(OUTCOMES.name)})
    assert seen["verdict_history"] == len({r.verdict_id for r in judged.records(VERDICTS.name)})
    assert seen["issued_commands"] == len({r.command_id for r in judged.records(REVOCATIONS.name)})


def test_a_replay_of_everything_changes_no_count_and_says_nothing_new(judged: Cluster, tmp_path: Path) -> None:
    before, lines = counts(judged), said(judged)
    again = Cluster(replace(judged.settings, app=f"{judged.settings.app}-again", lateness_ms=HOLD_BACK_MS))
    again.create()
    clawback(again, "publish", *FILES)
    with Running(tmp_path / "again-1.log", again.environment, "worker").start(READY) as worker:
        until_worker_has_read(again)
        until_worker_has_read(again)
        assert worker.stop() == 0
    prompt = Cluster(replace(again.settings, lateness_ms=1_000))
    with (
        Running(tmp_path / "again-2.log", prompt.environment, "worker").start(READY) as worker,
        Running(tmp_path / "again-ledger.log", prompt.environment, "ledger").start() as ledger,
    ):
        count = len(judged.records(VERDICTS.name))
        until(lambda: len(prompt.records(VERDICTS.name)) >= 2 * count - 1, "everything is judged again", every_s=0.5)
        until_ledger_has_written(prompt)
        assert worker.stop() == 0
        assert ledger.stop() == 0
    assert said(prompt) == lines
    assert counts(prompt) == before


def test_an_analyst_reads_the_same_story_from_clickhouse_and_from_the_file(judged: Cluster) -> None:
    decision = json.loads(min(replayed()))["data"]["decision_id"]
    live = json.loads(clawback(judged, "explain", decision, "--json"))
    assert live["decision_id"] == decision
