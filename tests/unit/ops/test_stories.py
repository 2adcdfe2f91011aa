"""Every decision of the examples comes out as its story says, and no file or process is left without a story."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from streams.ops.errors import Misconfigured
from streams.ops.expected import Expected, expectations
from streams.ops.replay import Replayed, replay
from streams.ops.story import Story
from tests.unit.ops.files import AGENTS, EXAMPLES, POLICY, events, example

STORIES = {expected.id: expected for expected in expectations(EXAMPLES)}
FILES = sorted(path.name for path in EXAMPLES.glob("*.jsonl") if path.name != "agents.jsonl")


def judged(name: str) -> Replayed:
    return replay((example(name),), policy=POLICY, agents=(AGENTS,))


@pytest.mark.parametrize("name", FILES)
def test_every_decision_of_a_file_comes_out_as_its_story_says(name: str) -> None:
    replayed = judged(name)
    assert not replayed.bad
    assert not replayed.undecided
    for decision in replayed.decisions:
        assert STORIES[decision.decision_id].differences(Story.judged(decision)) == []
        assert STORIES[decision.decision_id].file == name
    assert {d.decision_id for d in replayed.decisions} == {e.id for e in STORIES.values() if e.file == name}


@pytest.mark.parametrize("name", FILES)
def test_the_examples_come_out_the_same_when_read_all_together(name: str) -> None:
    everything = replay(tuple(example(each) for each in FILES), policy=POLICY, agents=(AGENTS,))
    for decision in everything.decisions:
        expected = STORIES[decision.decision_id]
        if expected.file == name:
            assert expected.differences(Story.judged(decision)) == []


def test_every_process_of_identity_governance_is_among_the_examples() -> None:
    changes = [e["data"] for name in FILES for e in events(name) if e["type"] == "clawback.change.v1"]
    assert {change["process"] for change in changes} >= {
        "joiner", "mover", "leaver", "certification", "role-mining", "privileged-review", "request", "exception",
    }  # fmt: skip
    assert {change["operation"] for change in changes} >= {"secret-read", "token-issue", "certify", "elevate"}


def test_every_file_is_described(  # a file nobody explains is a file nobody tries
) -> None:
    readme = (EXAMPLES / "README.md").read_text()
    assert [path.name for path in EXAMPLES.iterdir() if path.name not in readme and path.name != "README.md"] == []


def test_a_story_that_comes_out_otherwise_is_told_apart() -> None:
    decision = next(d for d in judged("self-approved.jsonl").decisions)
    wrong = Expected(id="mover-57", file="x", story="x", judgement="upheld", before="upheld", confirmed=("revoke x",))
    assert wrong.differences(Story.judged(decision)) == [
        "mover-57: judgement should be upheld, and is violated",
        "mover-57: first judgement should be upheld, and is violated",
        "mover-57: findings should be none, and is SELF_APPROVAL",
        "mover-57: commands should be none, and is revoke chg-mover-57",
        "mover-57: confirmed commands should be revoke x, and is none",
    ]


def test_a_decision_without_a_verdict_is_a_difference() -> None:
    assert STORIES["mover-57"].differences(None) == ["mover-57: expected violated, and there is no verdict"]


@pytest.mark.parametrize("text", ["", "[[decision]]\nid = 1\nidea = 2\n", "[[decision", "decision = 3"])
def test_stories_that_cannot_be_read_are_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "stories.toml").write_text(text)
    with pytest.raises(Misconfigured, match=r"stories\.toml cannot be read"):
        expectations(tmp_path)


def test_the_stories_are_plain_toml() -> None:
    document: dict[str, Any] = tomllib.loads((EXAMPLES / "stories.toml").read_text())
    assert len(document["decision"]) == len(STORIES)
