"""Scenario: a story file that says something wrong is refused, with its name and the place in it."""

from pathlib import Path

import pytest

from streams.testkit.scenario import ZERO, load
from streams.testkit.table import StoryInvalid

GOOD = """
story = "Granted and approved"
[requirement]
approvals = {}
[[event]]
kind = "approval"
at = "-1m 30s"
[[event]]
kind = "change"
at = "0s"
[expect]
judgement = "upheld"
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "story.toml"
    path.write_text(text)
    return path


def test_a_story_is_read_with_what_goes_without_saying(tmp_path: Path) -> None:
    (story,) = load(written(tmp_path, GOOD))
    approval, change = story.evidence
    assert (approval.event_id, approval.occurred_at) == ("approval-1", ZERO - 90_000)
    assert (change.event_id, change.occurred_at) == ("change-1", ZERO)
    assert [verdict.judgement for verdict in story.told().verdicts] == ["upheld"]


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ('"approval"', '"aproval"', "event 1: kind must be tick or one of change, approval, prompt"),
        ('at = "0s"', 'at = "noon"', "event 2: at must be a duration such as '-30s' or '8h', not 'noon'"),
        ('at = "0s"', "", "event 2: at is missing"),
        ('at = "0s"', 'at = "0s"\nexpiry = "8h"', "event 2: unknown key 'expiry'"),
        ('at = "0s"', 'at = "0s"\nactor = "robot:x"', "actor must be written kind:id with a kind of human, ai_agent"),
        ('at = "0s"', 'at = "0s"\nresult = "ok"', "result must be one of succeeded, failed, partial, unknown"),
        ('at = "0s"', 'at = "0s"\nentitlements = [1]', "entitlements must be a list of texts"),
        ("approvals = {}", "approvals = { count = true }", "requirement: approvals: count must be a whole number"),
        ("approvals = {}", "approval = {}", "requirement: unknown key 'approval'"),
        ('story = "Granted and approved"', "", "story is missing"),
        ("[expect]", "[expected]", "expect is missing"),
        ("[[event]]", "[event]", "story.toml"),
        ("[requirement]", "[requirement", "story.toml"),
        (GOOD, "event = 1", "event must be an array of tables"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, wrong: str, right: str, said: str) -> None:
    path = written(tmp_path, GOOD.replace(wrong, right, 1))
    with pytest.raises(StoryInvalid) as refused:
        load(path)
    assert str(path) in str(refused.value)
    assert said in str(refused.value)


def test_a_variant_that_changes_nothing_that_is_there_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD + '[[variant]]\nstory = "x"\nset.approval-9.at = "0s"\n')
    with pytest.raises(StoryInvalid, match="variant 1: set names 'approval-9'"):
        load(path)


def test_a_fact_about_a_command_that_nobody_gave_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace('at = "0s"', 'at = "0s"\ncarries_out = "revoke change-1"'))
    (story,) = load(path)
    with pytest.raises(StoryInvalid, match="change-1 is about 'revoke change-1'; issued so far: nothing"):
        story.told()


def test_a_file_that_is_no_story_at_all_is_refused_unread(tmp_path: Path) -> None:
    with pytest.raises(StoryInvalid, match="longer than"):
        load(written(tmp_path, "#" * 300_000))
