"""Job: what a rival is told, and what it says back: one line of JSON each time."""

import json
import os
import signal
import sys
from dataclasses import asdict, dataclass
from typing import Self

from streams.settings import Settings
from streams.topics import INPUTS
from tests.bench.fold import Product

PROGRESS_EVERY = 2_000
"""Records between two lines of progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Read `events` records from the input topics under `prefix`, and do with them what the product does.

    `life`: part of the name of whatever a rival keeps, so that every measurement begins with nothing. `folder`: where
    it may keep files. `registered_at`: as the agents in the registry (ms since 1970, UTC).
    """

    kafka: str
    prefix: str
    partitions: int
    events: int
    policy: str
    registered_at: int
    life: str
    folder: str

    @classmethod
    def given(cls) -> Self:
        """Read the job from the command line."""
        return cls(**json.loads(sys.argv[1]))

    def text(self) -> str:
        """Write the job for a command line."""
        return json.dumps(asdict(self))

    @property
    def topics(self) -> list[str]:
        """The input topics, as they are called here."""
        return [Settings(topic_prefix=self.prefix).topic(topic.name) for topic in INPUTS]

    def out(self, what: str) -> str:
        """Name the topic that the rival publishes `verdicts` or `commands` on."""
        return f"{self.prefix}{self.life}.{what}"

    def product(self) -> Product:
        """Give what is the same for everybody: decode, fold, judge."""
        return Product(self.policy, self.prefix, self.registered_at)


class Counting:
    """Says when the first record is handled, how far it is, and when all of them are."""

    def __init__(self, events: int) -> None:
        """Expect so many records."""
        self._events = events
        self._begun = False
        self.handled = 0
        self.verdicts = 0

    def begin(self) -> None:
        """Say, once, that the first records are here and about to be handled."""
        if not self._begun:
            self._begun = True
            say(at="first")

    def count(self, records: int = 1, verdicts: int = 0) -> bool:
        """Count what was handled. Says whether that was all."""
        before = self.handled
        self.handled += records
        self.verdicts += verdicts
        if before // PROGRESS_EVERY != self.handled // PROGRESS_EVERY:
            say(at="handled", records=self.handled)
        return self.handled >= self._events

    def done(self) -> None:
        """Say that everything is handled, delivered and kept."""
        say(at="done", records=self.handled, verdicts=self.verdicts)

    def done_and_wait(self) -> None:
        """Say so, and wait to be looked at and ended."""
        self.done()
        signal.pause()


def say(**what: object) -> None:
    """Write a line for whoever measures."""
    os.write(1, json.dumps(what).encode() + b"\n")  # some engines put something of their own before sys.stdout
