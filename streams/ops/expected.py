"""Expected: what the examples say becomes of each of their decisions, and how to hold a story to it."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from streams.core.command import Command
from streams.ops.errors import Misconfigured
from streams.ops.story import Story

STORIES = "stories.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One decision of the examples. `findings`, `commands` and `confirmed` are sorted; see the head of the file."""

    id: str
    file: str
    story: str
    judgement: str
    before: str = ""
    findings: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()

    def differences(self, story: Story | None) -> list[str]:
        """Say where a story came out otherwise, one sentence each; nothing when it came out as expected."""
        if story is None or story.verdict is None:
            return [f"{self.id}: expected {self.judgement}, and there is no verdict"]
        first, last = story.verdicts[0], story.verdicts[-1]
        confirmed = sorted(named(c) for c in story.commands if story.standing(c) == "confirmed")
        pairs = (
            ("judgement", self.judgement, last.judgement.value),
            ("first judgement", self.before or first.judgement.value, first.judgement.value),
            ("findings", list(self.findings), sorted({finding.code for finding in last.findings})),
            ("commands", list(self.commands), sorted(named(command) for command in story.commands)),
            ("confirmed commands", list(self.confirmed), confirmed),
        )
        return [
            f"{self.id}: {what} should be {_shown(wanted)}, and is {_shown(found)}"
            for what, wanted, found in pairs
            if wanted != found
        ]


def named(command: Command) -> str:
    """Name a command as the stories do: what is done, and to what."""
    return f"{command.action.value} {command.target}"


def expectations(folder: Path) -> tuple[Expected, ...]:
    """Read the stories of a folder of examples.

    Raises:
        Misconfigured: the file is missing or malformed.
    """
    path = folder / STORIES
    try:
        document = tomllib.loads(path.read_text("utf-8"))
        return tuple(_expected(entry) for entry in document["decision"])
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise Misconfigured(f"{path} cannot be read as stories: {error}.") from error


def _expected(entry: dict[str, Any]) -> Expected:
    lists = {"findings", "commands", "confirmed"}
    unknown = entry.keys() - {known.name for known in fields(Expected)}
    if unknown:
        raise TypeError(f"unknown key {', '.join(sorted(unknown))}")
    values: dict[str, Any] = {n: tuple(sorted(v)) if n in lists else v for n, v in entry.items()}
    return Expected(**values)


def _shown(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ", ".join(value) or "none"
