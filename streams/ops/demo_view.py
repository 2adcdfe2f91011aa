"""Demo on a screen: every story with its chain, verdict and command; the questions with SQL and rows; the last line."""

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from streams.ops.demo import Shown
from streams.ops.expected import Expected
from streams.ops.questions import Question
from streams.ops.sql import Answer
from streams.ops.story import Story
from streams.ops.story_view import StoryView, clean


class DemoView:
    """What the demo has to show, ready for a rich console."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Write the stories, the questions, and what did not come out as it should."""
        for expected, story in self._shown.told:
            yield from _story(expected, story)
        for question, answer in self._shown.answers:
            yield from _question(question, answer)
        yield Rule("What there is", style="dim", align="left")
        yield Text(", ".join(f"{count} {table}" for table, count in self._shown.rows.items() if count))
        for difference in self._shown.differences:
            yield Text(f"✖ {clean(difference)}", "bold red")


def _story(expected: Expected, story: Story | None) -> Iterator[RenderableType]:
    yield Rule(Text(expected.story, "italic"), style="dim", align="left")
    if story is None:
        yield Text(f"… {expected.id}: nothing of it is in ClickHouse", "bold red")
    else:
        yield StoryView(story)
    yield Text()


def _question(question: Question, answer: Answer) -> Iterator[RenderableType]:
    yield Rule(Text(question.text, "bold"), style="cyan", align="left")
    yield Padding(Text(question.sql, "dim"), (0, 0, 1, 2))
    table = answer.table()
    if table is not None:
        yield Padding(table, (0, 0, 1, 0))
