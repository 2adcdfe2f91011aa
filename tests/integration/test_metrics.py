"""What Prometheus is told: worker and ledger on real backends answer on their ports, and their numbers are true."""

from __future__ import annotations

import socket
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from streams.codec.avro import AvroCodec
from streams.core.evidence import Prompt
from streams.ops import migrate
from streams.topics import CHANGES, PROMPTS
from streams.transport.transactions import Message, Transactions
from tests.integration import facts
from tests.integration.cluster import Cluster, cluster_on
from tests.integration.processes import Running, until

pytestmark = pytest.mark.integration

PARTITIONS = 2
FEWER_THAN_RECORDS = 1e6
A_WHILE_S = 3_600


@pytest.fixture
def cluster(kafka_bootstrap: str, clickhouse_url: str, database: str, topic_prefix: str, tmp_path: Path) -> Cluster:
    made = cluster_on(
        kafka_bootstrap, tmp_path, topic_prefix=topic_prefix, app=f"{topic_prefix}app", partitions=PARTITIONS,
        clickhouse=f"{clickhouse_url}/{database}",
    )  # fmt: skip
    migrate.up(made.settings)
    made.publish(facts.agent())
    return made


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody else listens already."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        yield int(other.getsockname()[1])


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return int(found.getsockname()[1])


def told(port: int) -> Mapping[str, float]:
    """Every sample as `name` or `name[value of its label]`, without the prefix."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        families = text_string_to_metric_families(answer.read().decode())
    return {
        sample.name.removeprefix("clawback_") + "".join(f"[{value}]" for value in sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def until_told(port: int, expected: Mapping[str, float]) -> None:
    """Wait until the numbers are these, and see that they do not go on to become others."""
    try:
        until(lambda: expected.items() <= told(port).items(), "the numbers are told")
    except AssertionError:
        found = told(port)
        assert {name: found.get(name) for name in expected} == expected
    time.sleep(0.5)
    found = told(port)
    assert {name: found[name] for name in expected} == expected


def within(found: Mapping[str, float], name: str) -> bool:
    """Whether a timestamp lies in the last hour."""
    return time.time() - A_WHILE_S < found[f"{name}_timestamp_seconds"] <= time.time()


def test_a_worker_tells_what_it_took_and_what_it_said(cluster: Cluster, tmp_path: Path) -> None:
    port, at = free_port(), facts.now()
    environment = {**cluster.environment, "CLAWBACK_METRICS_PORT": str(port)}
    with Running(tmp_path / "worker.log", environment, "worker").start("clawback worker ready") as worker:
        cluster.publish(facts.prompt("good", at - 50), facts.approval("good", at - 20), facts.change("good", at))
        cluster.publish(facts.prompt("bad", at - 50), facts.change("bad", at))
        cluster.publish_bytes(PROMPTS.name, b"no record at all")
        cluster.publish_bytes("raw.okta", b"no event either")
        until_told(port, {
            "decide_records_total[prompt]": 3, "decide_records_total[approval]": 1, "decide_records_total[change]": 2,
            "decide_records_total[context]": 0, "adapt_records_total[okta]": 1,
            "quarantined_records_total[decide]": 1, "quarantined_records_total[adapt]": 1,
            "decide_verdicts_total[upheld]": 1, "decide_verdicts_total[violated]": 1,
            "decide_commands_total[revoke]": 1, "decide_open_decisions": 2, "decide_owned_partitions": PARTITIONS,
            "decide_behind_records[0]": 0, "decide_behind_records[1]": 0, "decide_rebalances_total": 0,
            "transport_buffered_records": 0, "transport_buffered_bytes": 0,
        })  # fmt: skip
        found = told(port)
        assert found["decide_batch_records_sum"] == sum(v for n, v in found.items() if n.startswith("decide_records"))
        assert found["decide_held_bytes"] > 0
        assert found["decide_transaction_seconds_count"] >= 1
        assert found["decide_offset_commits_total"] >= 1
        assert found["transport_buffer_limit_records"] < FEWER_THAN_RECORDS < found["transport_buffer_limit_bytes"]
        assert within(found, "decide_offset_commit")
        assert worker.stop() == 0


def test_a_ledger_tells_what_it_kept(cluster: Cluster, tmp_path: Path) -> None:
    port, at = free_port(), facts.now()
    environment = {**cluster.environment, "CLAWBACK_METRICS_PORT": str(port), "CLAWBACK_LEDGER_WAIT_MS": "100"}
    cluster.publish(facts.prompt("good", at - 50), facts.approval("good", at - 20), facts.change("good", at))
    cluster.publish_bytes(CHANGES.name, b"no record at all")
    with Running(tmp_path / "ledger.log", environment, "ledger").start("The ledger writes") as ledger:
        until_told(port, {
            "ledger_records_total": 5, "ledger_rows_total[evidence]": 3, "ledger_rows_total[agents]": 1,
            "ledger_rows_total[quarantine]": 1, "ledger_rows_total[verdicts]": 0,
            "quarantined_records_total[ledger]": 1,
            "ledger_behind_records": 0, "ledger_clickhouse_up": 1, "ledger_retries_total": 0,
        })  # fmt: skip
        found = told(port)
        assert found["ledger_owned_partitions"] >= PARTITIONS
        assert found["ledger_insert_seconds_count"] >= 3  # tables that got rows
        assert 0 < found["ledger_lag_seconds_sum"] < A_WHILE_S
        assert within(found, "ledger_write")
        in_a_transaction(cluster, facts.prompt("kept", at))
        until_told(port, {"ledger_records_total": 6, "ledger_behind_records": 0})
        assert ledger.stop() == 0


def in_a_transaction(cluster: Cluster, prompt: Prompt) -> None:
    """Publish as the worker does: behind what it says is a marker that nobody is shown."""
    voice = Transactions(cluster.settings, f"{cluster.settings.app}-test")
    voice.take_over()
    topic, key = cluster.settings.topic(PROMPTS.name), prompt.decision_id.encode()
    voice.commit([Message(topic, key, AvroCodec().encode(prompt))])


@pytest.mark.parametrize("verb", ["worker", "ledger"])
def test_a_taken_port_is_told_before_anything_begins(cluster: Cluster, tmp_path: Path, taken: int, verb: str) -> None:
    environment = {**cluster.environment, "CLAWBACK_METRICS_PORT": str(taken)}
    with Running(tmp_path / f"{verb}.log", environment, verb).start() as process:
        assert process.wait() == 2
    assert f"port {taken}" in process.said
    assert "CLAWBACK_METRICS_PORT" in process.said
    assert "Traceback" not in process.said
