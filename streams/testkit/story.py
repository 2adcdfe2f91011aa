"""Story: what was asked, what was heard in which order, and what Clawback must say to it."""

from dataclasses import dataclass

from msgspec.structs import replace

from streams.core.command import Command
from streams.core.evidence import Change, Evidence, Outcome
from streams.core.ids import DEFAULT_TENANT
from streams.core.law import Law
from streams.core.time import EVER, NEVER, Millis
from streams.testkit.facts import DECISION
from streams.testkit.table import StoryInvalid
from streams.testkit.telling import Heard, Telling, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What must come of a story. `commands`: `revoke change-1`, in order. None: the story does not say."""

    judgement: str
    findings: tuple[str, ...]
    commands: tuple[str, ...]
    sentences: tuple[str, ...] | None
    reasons: tuple[str, ...] | None
    history: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a story: a fact, or a watermark that was reached.

    `carries_out`: the command (`revoke change-1`) that the fact is the execution or the outcome of; the id of a
    command is known only once it was issued.
    """

    fact: Evidence | None = None
    watermark: Millis = NEVER
    carries_out: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One story, ready to be told: to the core by `told`, or to anything else that takes evidence."""

    title: str
    law: Law
    entries: tuple[Entry, ...]
    expect: Expectation

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The facts, in the order in which they are heard; those about commands not yet tied to one."""
        return tuple(entry.fact for entry in self.entries if entry.fact is not None)

    def told(self) -> Told:
        """Tell the story to the core; after the last entry, everything has been heard.

        Raises:
            StoryInvalid: a fact is about a command that was not issued.
        """
        telling = Telling(self.law, DEFAULT_TENANT, DECISION)
        watermark = NEVER
        for entry in (*self.entries, Entry(watermark=EVER)):
            watermark = max(watermark, entry.watermark)
            facts = () if entry.fact is None else (_tied(entry.fact, entry.carries_out, telling.told.commands),)
            telling.hear(Heard(facts, watermark))
        return telling.told


def _tied(fact: Evidence, carries_out: str | None, commands: tuple[Command, ...]) -> Evidence:
    """Give a fact the id of the command that it is about."""
    if carries_out is None:
        return fact
    issued = {f"{c.action} {c.target}": c.command_id for c in commands}
    if carries_out not in issued or not isinstance(fact, Change | Outcome):
        known = ", ".join(sorted(issued)) or "nothing"
        raise StoryInvalid(f"{fact.event_id} is about {carries_out!r}; issued so far: {known}")
    return replace(fact, command_id=issued[carries_out])
