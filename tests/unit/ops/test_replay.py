"""A replay says the same bytes for the same input, in any process, and says it in order."""

import os
import random
import subprocess
import sys
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import orjson
import pytest

from streams.ops.errors import Misconfigured
from streams.ops.replay import replay
from tests.unit.ops.files import AGENTS, EXAMPLES, POLICY, events, example, written

FILES = tuple(sorted(str(path) for path in EXAMPLES.glob("*.jsonl")))


def digest_in_a_process(seed: str) -> str:
    command = [sys.executable, "-m", "streams.cli", "replay", *FILES, "--policy", POLICY]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True, timeout=60
    )
    return sha256(done.stdout).hexdigest()


def test_the_same_input_is_the_same_bytes_under_any_hash_seed() -> None:
    digests = {digest_in_a_process(seed) for seed in ("0", "1", "4711")}
    assert len(digests) == 1
    assert digests == {replay(FILES, policy=POLICY).sums["sha256"]}


def test_the_order_and_repetition_of_lines_between_two_ticks_make_no_difference(tmp_path: Path) -> None:
    lines = [event for name in ("approved.jsonl", "self-approved.jsonl") for event in events(name)]
    calm = replay((written(tmp_path / "calm.jsonl", lines),), policy=POLICY, agents=(AGENTS,)).sums
    for seed in range(5):
        wild = lines * 2
        random.Random(seed).shuffle(wild)
        path = written(tmp_path / f"wild-{seed}.jsonl", wild)
        assert replay((path,), policy=POLICY, agents=(AGENTS,)).sums == calm


def test_verdicts_come_sorted_by_decision_and_version_each_followed_by_its_commands() -> None:
    said = [orjson.loads(line) for line in replay(FILES, policy=POLICY).lines]
    verdicts = [
        (e["data"]["tenant"], e["data"]["decision_id"], e["data"]["version"]) for e in said if "verdict.v1" in e["type"]
    ]
    assert verdicts == sorted(verdicts)
    for before, event in pairwise(said):
        if event["type"] == "clawback.revocation.v1":
            ordered_by = before["data"]["verdict_id"]
            assert event["data"]["verdict_id"] == ordered_by


def test_what_stands_behind_a_tick_is_heard_late(tmp_path: Path) -> None:
    by_id = {event["id"]: event for event in events("duplicates-and-late.jsonl")}
    prompt, change, approval, tick = (
        by_id[name] for name in ("prm-reinstate-12", "evt-chg-reinstate-12", "apr-reinstate-12", "tick-1")
    )
    early = replay((written(tmp_path / "early", [prompt, change, approval, tick]),), policy=POLICY, agents=(AGENTS,))
    late = replay((written(tmp_path / "late", [prompt, change, tick, approval]),), policy=POLICY, agents=(AGENTS,))
    assert [v.judgement.value for v in early.decisions[0].verdicts] == ["upheld"]
    assert [v.judgement.value for v in late.decisions[0].verdicts] == ["violated", "upheld"]
    assert [c.action.value for c in late.decisions[0].commands] == ["revoke", "reinstate"]


def test_agents_count_wherever_they_stand_in_the_files(tmp_path: Path) -> None:
    first = replay((AGENTS, example("approved.jsonl")), policy=POLICY).sums
    assert replay((example("approved.jsonl"), AGENTS), policy=POLICY).sums == first
    assert replay((example("approved.jsonl"),), policy=POLICY, agents=(AGENTS,)).sums == first
    unknown = replay((example("approved.jsonl"),), policy=POLICY)
    assert {f.code for d in unknown.decisions for f in d.verdicts[-1].findings} >= {"AGENT_UNREGISTERED"}


def test_platform_events_without_a_decision_are_counted_and_not_judged(tmp_path: Path) -> None:
    span = next(e for e in events("platforms.jsonl") if e["type"] == "raw.otel")
    approval = {
        "specversion": "1.0",
        "type": "raw.okta",
        "data": {
            "uuid": "5f0b", "published": "2026-11-02T10:00:00.000Z", "eventType": "access.request.resolve",
            "actor": {"id": "00u1", "type": "User"}, "outcome": {"result": "SUCCESS"},
            "target": [{"id": "req1", "type": "AccessRequest"}],
        },
    }  # fmt: skip
    replayed = replay((written(tmp_path / "e.jsonl", [span, approval]),), policy=POLICY)
    assert not replayed.bad
    assert replayed.undecided == 1
    assert len(replayed.decisions) == 1


def test_without_a_policy_the_shipped_one_judges() -> None:
    assert replay((example("unapproved.jsonl"),), agents=(AGENTS,)).decisions[0].verdicts[0].mode.value == "observe"


def test_a_policy_that_does_not_load_is_named_with_file_and_line(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 1\noperations:\n  - {id: a, when: 'change.operation = \"grant\"'}\n")
    with pytest.raises(Misconfigured, match=r"policy\.yaml:3: .*=="):
        replay((example("approved.jsonl"),), policy=str(policy))
