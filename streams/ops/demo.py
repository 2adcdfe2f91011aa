"""Demo: the whole product on this machine alone, held to what the examples say must come of them."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streams.ops.acts import POLICY
from streams.ops.expected import Expected, expectations
from streams.ops.play import play, stories
from streams.ops.questions import Question, first_questions
from streams.ops.sql import Answer
from streams.ops.stack import Note, Stack, Wishes
from streams.ops.story import Story
from streams.ops.tally import counted
from streams.resources import resource
from streams.settings import Settings

PARTITIONS = 2
"""Enough to show that a decision stays on one; the embedded broker takes its time for each."""

LATENESS_MS = 6_000
"""What goes through an adapter arrives a moment after what was published directly; it must not count as late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the demo has to show: each decision with what was expected of it, the answers, the counts, the faults."""

    told: tuple[tuple[Expected, Story | None], ...]
    answers: tuple[tuple[Question, Answer], ...]
    rows: dict[str, int]
    differences: tuple[str, ...]
    seconds: float

    @property
    def last_line(self) -> str:
        """Sum it up."""
        stories = [story for _, story in self.told if story is not None and story.verdict is not None]
        violated = sum(story.verdict.judgement.value == "violated" for story in stories if story.verdict is not None)
        commands = sum(len(story.commands) for story in stories)
        total = sum(self.rows.values())
        return f"demo: {len(stories)} decisions, {violated} violated, {commands} commands, {total} rows"

    @property
    def plain(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "ok": not self.differences,
            "summary": self.last_line,
            "seconds": round(self.seconds, 1),
            "decisions": [
                {"id": expected.id, "story": expected.story, "told": story.plain() if story is not None else None}
                for expected, story in self.told
            ],
            "questions": [
                {"question": question.text, "sql": question.sql, "params": question.params, "rows": answer.plain}
                for question, answer in self.answers
            ],
            "rows": self.rows,
            "differences": list(self.differences),
        }


def demo(state_dir: Path, note: Note) -> Shown:
    """Start everything in a directory, publish the examples, wait for the verdicts, ask, count, and stop everything.

    Raises:
        NotThere: a part did not start, or died on the way.
        Misconfigured: the examples are not in order.
    """
    begun = time.monotonic()
    folder = resource("examples")
    expected = expectations(folder)
    settings = Settings(
        state_dir=str(state_dir),
        policy=str(folder / POLICY),
        partitions=PARTITIONS,
        lateness_ms=LATENESS_MS,
        ledger_wait_ms=200,
    )
    with Stack(settings, Wishes(), note) as stack:
        played = play(stack, folder, expected, note)
        there = stories(stack.settings)
        differences = [d for e in expected for d in e.differences(there.get(e.id))]
        note("counting what lies on the topics and in ClickHouse")
        rows, uncounted = counted(stack.settings, played)
        answers = tuple((question, question.ask(stack.settings)) for question in first_questions("svc-ci-admin"))
    return Shown(
        told=tuple((e, there.get(e.id)) for e in expected),
        answers=answers,
        rows=rows,
        differences=(*differences, *uncounted),
        seconds=time.monotonic() - begun,
    )
