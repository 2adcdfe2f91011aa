"""The worker on a real Apache Kafka: what it says, what it survives, and what it does not let itself be told."""

import json
import struct
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer

from streams.codec.avro import AvroCodec
from streams.codec.state import decode_state
from streams.core.command import Action
from streams.core.ids import DEFAULT_TENANT, DecisionId
from streams.core.parties import Kind
from streams.core.step import State
from streams.core.verdict import Judgement
from streams.topics import APPROVALS, CHANGES, INPUTS, PROMPTS, QUARANTINE, REVOCATIONS, VERDICTS
from tests.altered import replace
from tests.backends.topics import delete_topics
from tests.integration import facts
from tests.integration.cluster import Cluster, cluster_on
from tests.integration.processes import Running, until

pytestmark = pytest.mark.integration

READY = "clawback worker ready"


def prepared(kafka: str, prefix: str, folder: Path) -> Cluster:
    made = cluster_on(kafka, folder, topic_prefix=prefix, app=f"{prefix}app", partitions=4)
    made.publish(facts.agent())
    return made


@pytest.fixture
def cluster(kafka_bootstrap: str, topic_prefix: str, tmp_path: Path) -> Cluster:
    """Topics for one test alone, which starts and ends its worker itself."""
    return prepared(kafka_bootstrap, topic_prefix, tmp_path)


@pytest.fixture
def worker(cluster: Cluster, tmp_path: Path) -> Iterator[Running]:
    with Running(tmp_path / "worker.log", cluster.environment, "worker") as process:
        yield process


@pytest.fixture(scope="module")
def steady(kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cluster, Running]]:
    """Topics and a running worker for the tests that only speak to it; each has decisions of its own."""
    folder, prefix = tmp_path_factory.mktemp("steady"), f"test-{uuid.uuid4().hex[:10]}-"
    made = prepared(kafka_bootstrap, prefix, folder)
    with Running(folder / "worker.log", made.environment, "worker").start(READY) as process:
        yield made, process
        assert process.stop() == 0
    delete_topics(kafka_bootstrap, prefix)


def commands(cluster: Cluster, decision: str) -> list[Any]:
    return [c for c in cluster.records(REVOCATIONS.name) if c.decision_id == decision]


def verdicts(cluster: Cluster, decision: str) -> list[Any]:
    return [v for v in cluster.records(VERDICTS.name) if v.decision_id == decision]


def until_judged(cluster: Cluster, *decisions: str) -> None:
    until(lambda: all(verdicts(cluster, d) for d in decisions), f"verdicts on {decisions}", every_s=0.3)


def all_committed(cluster: Cluster, *topics: str) -> bool:
    return cluster.lag(f"{cluster.settings.app}-worker", topics or [topic.name for topic in INPUTS]) == 0


def test_what_was_approved_is_upheld_and_what_was_not_is_taken_back(steady: tuple[Cluster, Running]) -> None:
    cluster, _ = steady
    at = facts.now()
    cluster.publish(facts.prompt("good", at - 50), facts.approval("good", at - 20), facts.change("good", at))
    cluster.publish(
        facts.prompt("bad", at - 50),
        facts.approval("bad", at - 20, by="helpdesk-bot", kind=Kind.AI_AGENT),
        facts.change("bad", at),
    )
    until_judged(cluster, "good", "bad")
    assert [v.judgement for v in verdicts(cluster, "good")] == [Judgement.UPHELD]
    (bad,) = verdicts(cluster, "bad")
    assert [f.code for f in bad.findings] == ["APPROVER_NOT_HUMAN"]
    assert bad.policy_version == "integration-1"
    (command,) = commands(cluster, "bad")
    assert (command.decision_id, command.action, command.operation) == ("bad", Action.REVOKE, "revoke")


def test_a_killed_worker_remembers_what_it_had_heard_and_says_nothing_twice(cluster: Cluster, worker: Running) -> None:
    worker.start(READY)
    at = facts.now()
    cluster.publish(facts.prompt("kept", at - 50), facts.approval("kept", at - 20))
    cluster.publish(facts.prompt("once", at - 50), facts.change("once", at))
    until_judged(cluster, "once")
    until(lambda: all_committed(cluster), "everything is committed")
    worker.kill()
    cluster.publish(facts.change("kept", facts.now()))
    worker.start(READY)
    cluster.publish(facts.prompt("next", facts.now() - 50), facts.change("next", facts.now()))
    until_judged(cluster, "kept", "next")
    assert [v.judgement for v in verdicts(cluster, "kept")] == [Judgement.UPHELD]
    assert len(verdicts(cluster, "once")) == 1
    assert len(commands(cluster, "once")) == 1


def test_what_was_said_is_remembered_from_the_moment_it_is_heard(steady: tuple[Cluster, Running]) -> None:
    cluster, _ = steady
    at = facts.now()
    cluster.publish(facts.prompt("bound", at - 50), facts.change("bound", at))
    until_judged(cluster, "bound")
    (verdict,) = verdicts(cluster, "bound")
    # One transaction holds both, so who can read the verdict can read the state that remembers it.
    assert [state.said.verdict_id for state in saved(cluster, "bound") if state.said] == [verdict.verdict_id]


def saved(cluster: Cluster, decision: str) -> list[State]:
    """The states of a decision that the changelog holds, oldest first."""
    name = json.dumps(["default", decision], separators=(",", ":")).encode()
    known = [m.value() or b"" for m in cluster.messages(cluster.changelog) if m.key() == name]
    return [decode_state(DEFAULT_TENANT, DecisionId(decision), packed) for packed in known]


def test_evidence_on_the_wrong_partition_still_meets_its_decision(steady: tuple[Cluster, Running]) -> None:
    cluster, worker = steady
    at = facts.now()
    elsewhere = (cluster.home_of("stray") + 1) % cluster.settings.partitions
    cluster.publish(facts.approval("stray", at - 20), partition=elsewhere)
    cluster.publish(facts.prompt("stray", at - 50), facts.change("stray", at))
    until_judged(cluster, "stray")
    assert [v.judgement for v in verdicts(cluster, "stray")] == [Judgement.UPHELD]
    assert "belongs on" in worker.said


def test_an_approval_that_its_producer_took_back_was_never_given(steady: tuple[Cluster, Running]) -> None:
    cluster, _ = steady
    at = facts.now()
    producer = Producer(cluster.settings.kafka_client(**{"transactional.id": f"{cluster.settings.app}-tx"}))
    producer.init_transactions(20)
    producer.begin_transaction()
    value = AvroCodec().encode(facts.approval("taken-back", at - 20))
    place = cluster.home_of("taken-back")
    producer.produce(cluster.settings.topic(APPROVALS.name), value, b"taken-back", partition=place)
    producer.flush(20)
    producer.abort_transaction(20)
    cluster.publish(facts.prompt("taken-back", at - 50), facts.change("taken-back", at))
    until_judged(cluster, "taken-back")
    (verdict,) = verdicts(cluster, "taken-back")
    assert [f.code for f in verdict.findings] == ["APPROVAL_MISSING"]


def test_a_thousand_copies_are_one_fact(steady: tuple[Cluster, Running]) -> None:
    cluster, _ = steady
    at = facts.now()
    cluster.publish(facts.prompt("many", at - 50), *[facts.change("many", at)] * 1_000)
    until_judged(cluster, "many")
    until(lambda: all_committed(cluster, CHANGES.name), "all copies are read")
    assert len(verdicts(cluster, "many")) == 1
    assert len(commands(cluster, "many")) == 1


def test_what_is_not_understood_is_kept_with_its_reason_and_the_work_goes_on(steady: tuple[Cluster, Running]) -> None:
    cluster, _ = steady
    codec, at = AvroCodec(), facts.now()
    good = codec.encode(facts.change("fine", at))
    bad = {
        "not Avro at all": b"\xff\xfe\xfd",
        "JSON": b'{"decision_id": "x"}',
        "an unknown schema": b"\x00" + struct.pack(">I", 999_999) + good[5:],
        "another kind": codec.encode(facts.prompt("fine", at)),
        "half a record": good[: len(good) // 2],
        "no decision": codec.encode(facts.without_decision(facts.change("x", at))),
        "the far future": codec.encode(facts.change("y", at + 3_600_000)),
        "before 2000": codec.encode(facts.change("z", 900_000_000_000)),
        "an operation longer than any": codec.encode(replace(facts.change("w", at), operation="x" * 100_000)),
        "nothing": b"",
    }
    for value in bad.values():
        cluster.publish_bytes(CHANGES.name, value)
    cluster.publish(facts.prompt("fine", at - 50), facts.approval("fine", at - 20), facts.change("fine", at))
    until_judged(cluster, "fine")
    until(lambda: len(quarantined(cluster, CHANGES.name)) >= len(bad), "everything bad is in quarantine", every_s=0.3)
    kept = quarantined(cluster, CHANGES.name)
    assert sorted(q.value for q in kept) == sorted(bad.values())
    assert len({q.reason for q in kept}) == len(bad), [q.reason for q in kept]
    assert [v.judgement for v in verdicts(cluster, "fine")] == [Judgement.UPHELD]
    assert not {"x", "y", "z"} & {v.decision_id for v in cluster.records(VERDICTS.name)}


def test_what_a_platform_says_and_nobody_maps_is_kept_with_its_reason(steady: tuple[Cluster, Running]) -> None:
    cluster, _ = steady
    unmapped = {"uuid": "u-1", "published": "2026-11-23T10:00:00.000Z", "eventType": "spaceship.launch", "actor": {}}
    bad = {
        "no JSON": b"{half a",
        "no object": b"42",
        "no text": b"\xff\xfe",
        "a type nobody maps": json.dumps(unmapped).encode(),
    }
    for value in bad.values():
        cluster.publish_bytes("raw.okta", value)
    until(lambda: len(quarantined(cluster, "raw.okta")) >= len(bad), "all of it is in quarantine", every_s=0.3)
    kept = quarantined(cluster, "raw.okta")
    assert sorted(q.value for q in kept) == sorted(bad.values())
    assert {q.stage for q in kept} == {"adapt"}
    assert len({q.reason for q in kept}) == len(bad), [q.reason for q in kept]
    assert any("spaceship.launch" in q.reason for q in kept)


def quarantined(cluster: Cluster, topic: str) -> list[Any]:
    return [q for q in cluster.records(QUARANTINE.name) if q.topic == cluster.settings.topic(topic)]


def test_state_that_cannot_be_read_stops_the_worker_and_moves_no_offset(cluster: Cluster, worker: Running) -> None:
    place = cluster.home_of("later")
    cluster.publish_bytes(cluster.changelog, b"\xff not a state", key=b'["default","d"]', partition=place)
    cluster.publish(facts.change("later", facts.now()))
    worker.start()
    assert worker.wait() == 70
    assert "stopping before any offset moves" in worker.said
    assert cluster.lag(f"{cluster.settings.app}-worker", [CHANGES.name]) == 1


def test_two_workers_share_the_partitions_and_one_takes_over_from_the_other(
    cluster: Cluster, worker: Running, tmp_path: Path
) -> None:
    worker.start(READY)
    with Running(tmp_path / "second.log", cluster.environment, "worker").start(READY) as second:
        at = facts.now()
        names = [f"shared-{i}" for i in range(12)]
        for name in names:
            cluster.publish(facts.prompt(name, at - 50), facts.approval(name, at - 20), facts.change(name, at))
        until_judged(cluster, *names)
        worker.kill()
        time.sleep(0.5)
        at = facts.now()
        more = [f"after-{i}" for i in range(12)]
        for name in more:
            cluster.publish(facts.prompt(name, at - 50), facts.approval(name, at - 20), facts.change(name, at))
        until_judged(cluster, *more)
        assert second.stop() == 0
    said = cluster.records(VERDICTS.name)
    assert {v.judgement for v in said} == {Judgement.UPHELD}
    assert len({v.verdict_id for v in said}) == 24


@pytest.mark.parametrize("compression", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_a_publisher_may_compress_as_it_likes(compression: str, steady: tuple[Cluster, Running]) -> None:
    cluster, _ = steady
    at, codec = facts.now(), AvroCodec()
    producer = Producer(cluster.settings.kafka_client(**{"compression.type": compression}))
    for topic, record in (
        (PROMPTS, facts.prompt(f"packed-{compression}", at - 50)),
        (CHANGES, facts.change(f"packed-{compression}", at)),
    ):
        for _ in range(50):  # too little data is sent as it is
            producer.produce(cluster.settings.topic(topic.name), codec.encode(record), f"packed-{compression}")
    producer.flush(20)
    until_judged(cluster, f"packed-{compression}")


def test_a_late_change_waits_for_its_late_approval(steady: tuple[Cluster, Running]) -> None:
    cluster, _ = steady
    time.sleep(2.5)  # nothing happens, and event time passes all the same
    at = facts.now() - 60_000
    cluster.publish_at_once(facts.change("late", at), facts.approval("late", at - 20), facts.prompt("late", at - 50))
    until_judged(cluster, "late")
    assert [v.judgement for v in verdicts(cluster, "late")] == [Judgement.UPHELD]
    assert not commands(cluster, "late")


def test_an_approval_that_comes_too_late_supersedes_and_gives_back(steady: tuple[Cluster, Running]) -> None:
    cluster, _ = steady
    at = facts.now()
    cluster.publish(facts.prompt("sorry", at - 50), facts.change("sorry", at))
    until_judged(cluster, "sorry")
    cluster.publish(facts.approval("sorry", at - 20))
    until(lambda: len(verdicts(cluster, "sorry")) == 2, "the second verdict", every_s=0.3)
    first, second = verdicts(cluster, "sorry")
    assert (first.judgement, second.judgement) == (Judgement.VIOLATED, Judgement.UPHELD)
    assert second.supersedes == first.verdict_id
    revoke, reinstate = commands(cluster, "sorry")
    assert (revoke.action, reinstate.action) == (Action.REVOKE, Action.REINSTATE)
    assert reinstate.compensates == revoke.command_id
