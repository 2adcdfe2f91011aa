"""Heard: everything that events of files say, sorted into evidence, agents and lines that say nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson

from streams.adapters import adapt_bytes
from streams.codec.cloudevents import Tick
from streams.codec.errors import Malformed
from streams.core.evidence import Evidence
from streams.core.ids import DEFAULT_TENANT
from streams.core.registry import Agent
from streams.ops.entries import Raw, understand
from streams.ops.lines import BadLine
from streams.ops.parcels import Read, opened


@dataclass(slots=True, kw_only=True)
class Heard:
    """What events said: facts and ticks in the order of the lines, the agents, the bad lines.

    `undecided`: platform events that name no decision, as many as there were; live, they wait on a topic of their own.
    """

    facts: list[Evidence | Tick] = field(default_factory=list)
    agents: list[Agent] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    undecided: int = 0


def hear_files(files: tuple[str, ...]) -> Heard:
    """Read files of events; a bad line is noted, and the others are heard all the same.

    Raises:
        Misconfigured: a file is missing or cannot be read.
    """
    return hear(opened(files))


def hear(read: Iterable[Read]) -> Heard:
    """Listen to events; what a platform says in its own words goes through its adapter, as it does live."""
    heard = Heard()
    for line, event in read:
        if isinstance(event, BadLine):
            heard.bad.append(event)
            continue
        try:
            entry = understand(event)
        except Malformed as malformed:
            heard.bad.append(BadLine(place=line.place, reason=malformed.reason))
            continue
        if isinstance(entry, Raw):
            _adapt(entry, line.place, heard)
        elif isinstance(entry, Agent):
            heard.agents.append(entry)
        else:
            heard.facts.append(entry)
    return heard


def _adapt(raw: Raw, place: str, heard: Heard) -> None:
    adapted = adapt_bytes(raw.source, orjson.dumps(raw.original), DEFAULT_TENANT)
    heard.facts += adapted.evidence
    heard.undecided += len(adapted.undecided)
    heard.bad += (BadLine(place=place, reason=failure.reason) for failure in adapted.failures)
