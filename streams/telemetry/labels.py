"""Labels: by what a metric is split, each with a bound on its values; none of them comes from the outside world."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from streams.core.command import Action
from streams.core.verdict import Judgement
from streams.topics import INPUTS, RAW_SOURCES

V = TypeVar("V")


class Stage(StrEnum):
    """Where a record was not understood."""

    ADAPT = "adapt"
    DECIDE = "decide"
    REGISTRY = "registry"
    LEDGER = "ledger"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Label(Generic[V]):
    """One label. `values`: all that it can have, in words; empty for one with numbers from 0 up to `bound`."""

    name: str
    meaning: str
    values: tuple[V, ...] = ()
    bound: int

    def admits(self, value: object) -> bool:
        """Say whether a value is one of those that this label can have."""
        if self.values:
            return value in self.values
        return type(value) is int and 0 <= value < self.bound


def _listed(name: str, meaning: str, values: Iterable[V]) -> Label[V]:
    every = tuple(values)
    return Label(name=name, meaning=meaning, values=every, bound=len(every))


NOTHING: Label[None] = _listed("", "not split", (None,))

KIND: Label[str] = _listed(
    "kind", "the kind of evidence that an input topic carries", (topic.record or "" for topic in INPUTS)
)
SOURCE: Label[str] = _listed("source", "the platform in whose format a record came", RAW_SOURCES)
STAGE: Label[Stage] = _listed("stage", "where a record was not understood", Stage)
JUDGEMENT: Label[Judgement] = _listed("judgement", "what a verdict says", Judgement)
ACTION: Label[Action] = _listed("action", "what a responder is told to do", Action)
TABLE: Label[str] = _listed(
    "table",
    "the table of ClickHouse that rows go into",
    (
        "evidence", "agents", "verdicts", "current_verdicts", "findings", "commands", "quarantine", "uncorrelated",
    ),
)  # fmt: skip
PARTITION: Label[int] = Label(
    name="partition", meaning="the number of a partition that this process owns", bound=10_000
)
"""As many as `CLAWBACK_PARTITIONS` allows; a partition that went to another process takes its series with it."""
