"""A story says in order what happened, and on a screen what is wrong comes first and nothing moves the cursor."""

import io
from typing import Any

import orjson
import pytest
from rich.console import Console

from streams.core.evidence import Outcome, Prompt, Status
from streams.core.ids import DEFAULT_TENANT, CommandId, DecisionId, EventId
from streams.core.parties import Authority
from streams.core.time import Millis
from streams.ops.errors import NotFine
from streams.ops.explain import from_files, part_of
from streams.ops.story import Story
from streams.ops.story_view import StoryView, clean
from tests.altered import replace
from tests.unit.ops.files import AGENTS, POLICY, example


def story(decision: str, name: str, policy: str | None = POLICY) -> Story:
    return from_files(decision, "default", (example(name),), policy=policy, agents=(AGENTS,), bad=print)


def shown(told: Story) -> str:
    screen = io.StringIO()
    Console(file=screen, width=120, highlight=False).print(StoryView(told))
    return screen.getvalue()


def test_what_is_wrong_and_what_is_done_about_it_stands_on_top() -> None:
    lines = shown(story("svc-ci-admin", "unapproved.jsonl")).splitlines()
    assert lines[0].startswith("✖ VIOLATED  svc-ci-admin")
    assert lines[1].strip() == "Granted Domain Admins to svc-ci at 2026-11-02T10:04:05Z."
    assert lines[2].split()[:2] == ["critical", "AUTHORITY_EXCEEDED"]
    head = lines[: lines.index("")]
    assert any("revoke Domain Admins from svc-ci" in line and "[confirmed]" in line for line in head)
    assert any("suspend agent helpdesk-bot" in line and "[not confirmed]" in line for line in head)


def test_the_timeline_is_in_the_order_of_the_times() -> None:
    for decision, name in (("joiner-142", "approved.jsonl"), ("reinstate-12", "duplicates-and-late.jsonl")):
        times = [part["at"] for part in story(decision, name).plain()["timeline"]]
        assert times == sorted(times)


def test_a_cause_stands_before_its_effect_in_the_same_millisecond() -> None:
    kinds = [part["kind"] for part in story("reinstate-12", "duplicates-and-late.jsonl").plain()["timeline"]]
    assert kinds == ["prompt", "approval", "change", "verdict", "revocation", "verdict", "revocation"]


def test_a_revocation_that_was_reinstated_is_taken_back() -> None:
    told = story("reinstate-12", "duplicates-and-late.jsonl")
    assert [told.standing(command) for command in told.commands] == ["taken back", "not confirmed"]
    assert told.plain()["judgement"] == "upheld"


def test_one_success_confirms_a_command_whatever_others_report() -> None:
    told = story("mover-57", "self-approved.jsonl")
    command = told.commands[0]

    def report(number: int, status: Status) -> Outcome:
        return Outcome(
            tenant=DEFAULT_TENANT, event_id=EventId(f"out-{number}"), decision_id=told.decision_id, source="iga",
            occurred_at=Millis(command.issued_at + number), command_id=CommandId(command.command_id), responder="iga",
            status=status, completed_at=Millis(command.issued_at + number),
        )  # fmt: skip

    failed = Story.of(told.tenant, told.decision_id, (*told.parts, report(1, Status.FAILED)))
    both = Story.of(
        told.tenant, told.decision_id, (*failed.parts, report(2, Status.SUCCEEDED), report(3, Status.FAILED))
    )
    assert failed.standing(command) == "failed"
    assert both.standing(command) == "confirmed"


def test_where_the_policy_only_observes_the_story_says_what_it_would_do() -> None:
    assert "the policy only observes; it would" in shown(story("svc-ci-admin", "unapproved.jsonl", policy=None))


def test_a_decision_that_is_not_judged_yet_says_so() -> None:
    told = story("joiner-142", "approved.jsonl")
    waiting = Story.of(told.tenant, told.decision_id, told.evidence)
    assert "joiner-142  not judged yet" in shown(waiting)
    assert waiting.plain()["judgement"] is None


def test_somebodys_prompt_cannot_move_the_cursor_or_colour_the_screen() -> None:
    prompt = Prompt(
        tenant=DEFAULT_TENANT, event_id=EventId("p"), decision_id=DecisionId("d\x1b[2J"), source="ai",
        occurred_at=Millis(1_795_470_000_000), agent_id="bot", authority=Authority.EXECUTE,
        text="\x1b[31mall is well\x1b[0m\r\n[bold]really[/bold]\u202e\x07 :smile:",
    )  # fmt: skip
    text = shown(Story.of(prompt.tenant, prompt.decision_id, (prompt,)))
    assert all(char.isprintable() or char == "\n" for char in text)
    assert "[bold]really[/bold]" in text
    assert ":smile:" in text
    assert clean("ä€ ✓") == "ä€ ✓"


def test_a_very_long_text_is_cut_on_the_screen_and_whole_in_the_record() -> None:
    told = story("joiner-142", "approved.jsonl")
    first = next(part for part in told.parts if isinstance(part, Prompt))
    long = Story.of(told.tenant, told.decision_id, (replace(first, text="why " * 4_000),))
    assert len(shown(long)) < 2_000
    assert len(long.plain()["timeline"][0]["record"]["text"]) == 16_000


def test_the_story_as_json_is_the_same_story() -> None:
    plain: dict[str, Any] = orjson.loads(orjson.dumps(story("svc-ci-admin", "unapproved.jsonl").plain()))
    assert plain["judgement"] == "violated"
    assert plain["findings"] == ["APPROVAL_MISSING", "AUTHORITY_EXCEEDED", "NO_EXPIRY"]
    assert [(c["action"], c["standing"]) for c in plain["commands"]] == [
        ("revoke", "confirmed"),
        ("suspend-agent", "not confirmed"),
    ]
    for part in plain["timeline"]:
        assert part["says"]
        if part["kind"] != "outcome":
            part_of(part["kind"], orjson.dumps(part["record"]).decode())


def test_an_unknown_decision_is_refused_with_those_that_sound_like_it() -> None:
    with pytest.raises(
        NotFine, match=r"decision svc-ci-amdin of tenant default is not known .* Similar: svc-ci-admin\."
    ):
        story("svc-ci-amdin", "unapproved.jsonl")


def test_a_decision_of_another_tenant_is_not_known() -> None:
    with pytest.raises(NotFine, match="of tenant acme is not known"):
        from_files("mover-57", "acme", (example("self-approved.jsonl"),), policy=POLICY, agents=(), bad=print)
