"""The whole product on this machine alone: the demo, and the stack of `clawback up` with the commands that use it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.unit.ops.files import AGENTS, POLICY, example

pytestmark = [pytest.mark.slow, pytest.mark.integration]

CLAWBACK = (sys.executable, "-m", "streams.cli")
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("CLAWBACK_")}
READY_S = 90
VERDICT_S = 40


@dataclass(frozen=True)
class Up:
    """A running `clawback up`."""

    process: subprocess.Popen[str]
    state: Path
    addresses: dict[str, Any]

    def run(self, *args: str) -> subprocess.CompletedProcess[str]:
        environ = {**CLEAN, "CLAWBACK_STATE_DIR": str(self.state)}
        return subprocess.run([*CLAWBACK, *args], env=environ, capture_output=True, text=True, check=False, timeout=60)

    def program(self, verb: str) -> int:
        """The process id of the worker or the ledger."""
        found = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=True
        )
        return next(int(line.split()[0]) for line in found.stdout.splitlines() if line.endswith(f"streams.cli {verb}"))


@contextmanager
def stack_on(state: Path) -> Iterator[Up]:
    command = [*CLAWBACK, "up", "--json", "--policy", POLICY, "--state-dir", str(state)]
    environ = {**CLEAN, "CLAWBACK_LATENESS_MS": "3000"}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr is not None else ""
        yield Up(process, state, json.loads(line))
        process.send_signal(signal.SIGTERM)
        process.wait(READY_S)


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    with stack_on(tmp_path / "state") as stack:
        yield stack


def until_judged(up: Up, decision: str) -> None:
    count = "SELECT count() AS n FROM verdict_latest WHERE decision_id = {d:String}"
    deadline = time.monotonic() + VERDICT_S
    while json.loads(up.run("sql", count, "--param", f"d={decision}", "--json").stdout) != {"n": 1}:
        assert time.monotonic() < deadline, (up.state / "logs" / "worker.log").read_text()
        time.sleep(0.5)


def test_a_second_stack_on_the_same_directory_goes_on_with_what_clickhouse_has(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with stack_on(state) as first:
        assert first.run("publish", "--redate", AGENTS, example("self-approved.jsonl")).returncode == 0
        until_judged(first, "mover-57")
    with stack_on(state) as second:
        assert second.run("publish", "--redate", AGENTS, example("unregistered-agent.jsonl")).returncode == 0
        until_judged(second, "token-901")
        until_judged(second, "mover-57")


def test_the_demo_comes_out_as_its_stories_say() -> None:
    done = subprocess.run(
        [*CLAWBACK, "demo", "--json"], env=CLEAN, capture_output=True, text=True, check=False, timeout=250
    )
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert shown["ok"] is True
    assert shown["differences"] == []
    assert shown["summary"] == "demo: 18 decisions, 11 violated, 17 commands, 124 rows"
    assert sum(shown["rows"].values()) == 124
    assert [question["question"].split()[0] for question in shown["questions"]] == ["What", "Which", "What"]
    assert all(question["rows"] for question in shown["questions"])
    assert all(row["answers_for_it"] != "nobody" for row in shown["questions"][0]["rows"])
    told = {decision["id"]: decision["told"] for decision in shown["decisions"]}
    assert {kind["kind"] for kind in told["okta-group-62"]["timeline"]} == {
        "prompt", "context", "approval", "change", "verdict",
    }  # fmt: skip


def test_everything_that_works_on_a_running_stack(up: Up) -> None:
    second = up.run("up")
    assert second.returncode == 1
    assert f"process {up.process.pid}" in second.stderr
    published = up.run("publish", "--redate", "--json", AGENTS, example("self-approved.jsonl"))
    assert (published.returncode, json.loads(published.stdout)["total"]) == (0, 13)
    assert up.run("topics", "--check").returncode == 0
    assert up.run("migrate", "--status").returncode == 0
    until_judged(up, "mover-57")
    told = up.run("explain", "mover-57")
    assert told.returncode == 0
    assert told.stdout.startswith("✖ VIOLATED  mover-57")
    assert "SELF_APPROVAL" in told.stdout
    assert "→ revoke ledger-approver from jonas.weber@example.com" in told.stdout
    unknown = up.run("explain", "mover-75")
    assert (unknown.returncode, "Similar: mover-57" in unknown.stderr) == (1, True)
    wrong = up.run("sql", "SELECT nothing FROM nowhere")
    assert wrong.returncode == 1
    assert wrong.stderr.splitlines()[-1].startswith("clawback: ClickHouse does not take this: ")
    table = up.run("sql", "SELECT number FROM numbers(10)", "--limit", "3")
    assert (table.stdout.split(), "3 of 10 rows" in table.stderr) == (["number", "0", "1", "2"], True)


def test_when_a_part_dies_it_is_named_and_everything_else_is_stopped(up: Up) -> None:
    ledger = up.program("ledger")
    worker = up.program("worker")
    os.kill(ledger, signal.SIGKILL)
    _, said = up.process.communicate(timeout=READY_S)
    assert up.process.returncode == 3
    assert "the ledger has stopped by itself. The end of" in said
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
    assert not (up.state / "up.json").exists()


def test_ctrl_c_stops_everything_tidily(up: Up) -> None:
    worker = up.program("worker")
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(READY_S) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
    assert up.run("sql", "SELECT 1").returncode == 3
