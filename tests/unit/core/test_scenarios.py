"""Every story in tests/scenarios ends as it says, to the word; and every rule has its stories."""

from pathlib import Path

import pytest

from streams.core.rules import RULES
from streams.testkit.scenario import load
from streams.testkit.story import Story

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
FILES = sorted(SCENARIOS.rglob("*.toml"))
STORIES = [
    pytest.param(story, id=f"{path.relative_to(SCENARIOS)}: {story.title}") for path in FILES for story in load(path)
]


@pytest.mark.parametrize("story", STORIES)
def test_a_story_ends_as_it_says(story: Story) -> None:
    told, expect = story.told(), story.expect
    last = told.verdicts[-1]
    assert [finding.code for finding in last.findings] == list(expect.findings)
    assert last.judgement.value == expect.judgement
    assert [f"{command.action} {command.target}" for command in told.commands] == list(expect.commands)
    if expect.sentences is not None:
        assert [finding.message for finding in last.findings] == list(expect.sentences)
    if expect.reasons is not None or expect.judgement == "indeterminate":
        assert last.reasons == expect.reasons
    if expect.history is not None:
        assert [verdict.judgement.value for verdict in told.verdicts] == list(expect.history)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
@pytest.mark.parametrize("kind", ["fires", "silent", "near-miss"])
def test_every_rule_has_its_stories(rule: object, kind: str) -> None:
    code = rule.code  # type: ignore[attr-defined]
    path = SCENARIOS / code.lower().replace("_", "-") / f"{kind}.toml"
    assert path.exists(), f"write {path.relative_to(SCENARIOS.parent.parent)}: a story in which {code} {kind}"
    stories = load(path)
    fired = [code in story.expect.findings for story in stories]
    if kind == "fires":
        assert all(fired)
        assert all(story.expect.sentences for story in stories), "say the exact sentence"
    elif kind == "silent":
        assert not any(fired)
    else:
        assert len(stories) > 1, "a near miss has two sides"
        assert any(fired) != all(fired) or code == "NO_EXPIRY"
