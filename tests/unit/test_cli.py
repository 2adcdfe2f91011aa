"""The command line: every verb explains itself, and no mistake ends in a stack trace."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import orjson
import pytest
from click.testing import CliRunner, Result

from streams.cli.root import clawback
from streams.cli.verb import INTERNAL, Verb, Verbs
from streams.topics import TOPICS
from tests.unit.ops.files import AGENTS, EXAMPLES, POLICY, events, example, written

NOWHERE = {
    "CLAWBACK_KAFKA": "127.0.0.1:9",
    "CLAWBACK_CLICKHOUSE": "http://analyst:hunter2@127.0.0.1:9/clawback",
    "SCHEMA_REGISTRY_URL": "",
}


def commands(group: click.Group = clawback, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def run(*args: str, **environ: str) -> Result:
    return CliRunner().invoke(clawback, args, env={**NOWHERE, **environ})


def process(*args: str, stdin: bytes = b"", **environ: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "streams.cli", *args],
        env={**os.environ, **NOWHERE, **environ},
        input=stdin,
        capture_output=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_every_command_has_help_with_examples_of_itself(path: tuple[str, ...]) -> None:
    result = run(*path, "--help")
    assert result.exit_code == 0
    examples = result.output.partition("Examples:")[2]
    assert f"clawback {' '.join(path)}" in examples
    assert all(len(line) <= 120 for line in result.output.splitlines())


@pytest.mark.parametrize("path", [(), *commands()], ids=" ".join)
def test_every_example_names_options_that_exist(path: tuple[str, ...]) -> None:
    command: click.Command = clawback
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    assert isinstance(command, Verb | Verbs)
    for line in command.examples:
        for call in re.findall(r"clawback ([^|#&>]*)", line):
            words = call.split()
            called: click.Command = clawback
            while words and isinstance(called, click.Group) and words[0] in called.commands:
                called = called.commands[words.pop(0)]
            known = {option for parameter in called.params for option in parameter.opts}
            assert {word for word in words if word.startswith("--")} <= known, line


def test_the_version_is_said() -> None:
    assert re.fullmatch(r"clawback \d+\.\d+\.\d+\n", run("--version").output)


def test_the_help_costs_nothing_but_click() -> None:
    heavy = (
        "{'fastavro', 'confluent_kafka', 'clickhouse_connect', 'faust', 'rich.console', 'orjson', 'cel_expr_python'}"
    )
    check = f"import sys, streams.cli.root; print(sorted({heavy} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, check=True, timeout=60)
    assert done.stdout == b"[]\n"


def test_replay_prints_nothing_but_json_lines_and_violations_are_no_error() -> None:
    done = process("replay", example("unapproved.jsonl"), "--agents", AGENTS, "--policy", POLICY, "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    said = [orjson.loads(line) for line in done.stdout.splitlines()]
    assert {event["type"] for event in said} == {"clawback.verdict.v1", "clawback.revocation.v1"}


def test_replay_reads_standard_input() -> None:
    text = Path(example("self-approved.jsonl")).read_bytes()
    piped = process("replay", "-", "--agents", AGENTS, "--policy", POLICY, stdin=text)
    assert (
        piped.stdout == process("replay", example("self-approved.jsonl"), "--agents", AGENTS, "--policy", POLICY).stdout
    )


def test_replay_names_a_bad_line_judges_the_others_and_ends_with_1(tmp_path: Path) -> None:
    path = written(tmp_path / "day.jsonl", [*events("self-approved.jsonl"), {"no": "event"}])
    done = process("replay", path, "--agents", AGENTS, "--policy", POLICY)
    good = process("replay", example("self-approved.jsonl"), "--agents", AGENTS, "--policy", POLICY)
    assert done.returncode == 1
    assert done.stdout == good.stdout
    assert done.stderr.decode().startswith(f"{path}:4: specversion is missing")


def test_replay_counts_and_digests_when_asked_for_sums() -> None:
    sums = orjson.loads(run("replay", example("self-approved.jsonl"), "--policy", POLICY, "--sums").output)
    assert (sums["decisions"], sums["verdicts"], sums["bad_lines"]) == (1, 1, 0)
    assert re.fullmatch("[0-9a-f]{64}", sums["sha256"])


def test_publish_checks_without_a_broker(tmp_path: Path) -> None:
    result = run("publish", "--check", "--json", AGENTS, example("approved.jsonl"))
    assert result.exit_code == 0
    assert orjson.loads(result.stdout)["total"] == 20
    half = tmp_path / "half.jsonl"
    half.write_bytes(Path(AGENTS).read_bytes()[:-20])
    result = run("publish", "--check", str(half))
    assert result.exit_code == 1
    assert f"{half}:10: The file ends in the middle of this event" in result.stderr


def test_publish_redates_to_a_time_that_is_given_and_refuses_one_that_is_none() -> None:
    assert run("publish", "--check", "--redate", "--now", "2026-11-10T00:00:00Z", AGENTS).exit_code == 0
    result = run("publish", "--check", "--redate", "--now", "tomorrow", AGENTS)
    assert result.exit_code == 2
    assert "--now must be" in result.stderr


def test_explain_tells_a_story_from_a_file_in_text_and_json() -> None:
    told = ("explain", "mover-57", "--file", example("self-approved.jsonl"), "--agents", AGENTS, "--policy", POLICY)
    text = run(*told)
    assert text.exit_code == 0
    assert text.stdout.startswith("✖ VIOLATED  mover-57")
    assert "\x1b" not in text.stdout
    assert all(line == line.rstrip() for line in text.stdout.splitlines())
    assert orjson.loads(run(*told, "--json").stdout)["findings"] == ["SELF_APPROVAL"]


def test_explain_of_an_unknown_decision_ends_with_1_and_suggests() -> None:
    result = run("explain", "mover-75", "--file", example("self-approved.jsonl"))
    assert result.exit_code == 1
    assert "Similar: mover-57" in result.stderr


def test_policy_check_says_ok_with_the_digest_or_every_problem_with_its_line(tmp_path: Path) -> None:
    good = run("policy", "check", POLICY)
    assert good.exit_code == 0
    assert re.search(r"ok, version demo-1, mode enforce, digest pol_[0-9a-f]{32}", good.stdout)
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 1\nmood: enforce\noperations:\n  - {id: a, when: 'change.operation = \"grant\"'}\n")
    bad = run("policy", "check", str(policy))
    assert bad.exit_code == 1
    assert f"{policy}:2: " in bad.stderr
    assert f"{policy}:4: " in bad.stderr
    assert orjson.loads(run("policy", "check", str(policy), "--json").stdout)["ok"] is False


def test_schemas_are_checked_and_listed() -> None:
    assert run("schemas", "check").exit_code == 0
    listed = [orjson.loads(line) for line in run("schemas", "list", "--json").stdout.splitlines()]
    assert {"prompt", "change", "verdict"} <= {entry["kind"] for entry in listed}


def test_the_topics_document_themselves() -> None:
    table = run("topics", "--docs").stdout
    assert all(f"| `{topic.name}` |" in table for topic in TOPICS)


USAGE = {
    "a verb that does not exist": ("reploy",),
    "no file": ("replay",),
    "a file that is not there": ("replay", "nothing.jsonl"),
    "a policy that is not there": ("replay", example("approved.jsonl"), "--policy", "nothing.yaml"),
    "a policy that is none": ("replay", example("approved.jsonl"), "--policy", example("README.md")),
    "a policy to check that is not there": ("policy", "check", "nothing.yaml"),
    "a parameter that is none": ("sql", "SELECT 1", "--param", "x"),
    "a policy for stories that are already judged": ("explain", "x", "--policy", POLICY),
    "no registry": ("schemas", "register"),
    "two ways at once": ("migrate", "--status", "--down", "1"),
    "a port that is none": ("up", "--kafka-port", "99999"),
}


@pytest.mark.parametrize("mistake", USAGE)
def test_a_wrong_usage_ends_with_2_and_a_sentence(mistake: str) -> None:
    result = run(*USAGE[mistake])
    assert result.exit_code == 2
    assert result.stderr.strip()
    assert result.stdout == ""


def test_a_setting_that_makes_no_sense_ends_with_2() -> None:
    result = run("topics", CLAWBACK_PARTITIONS="many")
    assert result.exit_code == 2
    assert result.stderr == "clawback: CLAWBACK_PARTITIONS must be a whole number, not 'many'.\n"


@pytest.mark.parametrize("call", [("sql", "SELECT 1"), ("explain", "mover-57"), ("migrate",), ("migrate", "--status")])
def test_a_clickhouse_that_is_not_there_ends_with_3_and_hides_the_password(call: tuple[str, ...]) -> None:
    done = process(*call)
    assert done.returncode == 3
    assert b"http://analyst@127.0.0.1:9/clawback does not answer" in done.stderr
    assert b"hunter2" not in done.stderr + done.stdout
    assert b"Traceback" not in done.stderr


@pytest.mark.slow
def test_a_broker_that_is_not_there_ends_with_3_one_sentence_and_no_noise() -> None:
    done = process("publish", example("approved.jsonl"))
    assert done.returncode == 3
    assert done.stderr.startswith(b"clawback: Kafka at 127.0.0.1:9 does not answer")
    assert len(done.stderr.splitlines()) == 1


def test_a_registry_that_is_not_there_ends_with_3() -> None:
    result = run("schemas", "register", "--url", "http://127.0.0.1:9")
    assert result.exit_code == 3
    assert "http://127.0.0.1:9 does not answer" in result.stderr


def test_a_bug_is_called_a_bug_and_shows_its_trace_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("streams.ops.replay.replay", broken)
    result = run("replay", example("approved.jsonl"))
    assert result.exit_code == INTERNAL
    assert "this is a bug in Clawback: ZeroDivisionError: oops" in result.stderr
    assert isinstance(run("replay", example("approved.jsonl"), CLAWBACK_DEBUG="1").exception, ZeroDivisionError)


def test_a_reader_that_hangs_up_is_no_error_of_ours() -> None:
    files = " ".join(str(path) for path in EXAMPLES.glob("*.jsonl"))
    command = f"{sys.executable} -m streams.cli replay {files} --policy {POLICY} | head -c 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False, timeout=60)
    assert (done.stdout, done.stderr) == (b"{", b"")
