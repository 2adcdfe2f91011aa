"""Heard: everything that files of events say, sorted into evidence, agents and lines that say nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import orjson

from streams.adapters import adapt_bytes
from streams.codec.cloudevents import Tick
from streams.codec.errors import Malformed
from streams.core.evidence import Evidence
from streams.core.ids import DEFAULT_TENANT
from streams.core.registry import Agent
from streams.ops.entries import Entry, Raw, envelope, understand
from streams.ops.lines import BadLine, Line, read_lines


@dataclass(slots=True, kw_only=True)
class Heard:
    """What files said: facts and ticks in the order of the lines, the agents, the bad lines.

    `undecided`: platform events that name no decision, as many as there were; live, they wait on a topic of their own.
    """

    facts: list[Evidence | Tick] = field(default_factory=list)
    agents: list[Agent] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    undecided: int = 0


def hear(files: tuple[str, ...]) -> Heard:
    """Read files of events; a bad line is noted, and the others are heard all the same.

    Raises:
        Misconfigured: a file is missing or cannot be read.
    """
    heard = Heard()
    for line in read_lines(files):
        for entry in _entries(line, heard):
            if isinstance(entry, Agent):
                heard.agents.append(entry)
            else:
                heard.facts.append(entry)
    return heard


def _entries(line: Line, heard: Heard) -> Iterator[Evidence | Agent | Tick]:
    try:
        entry: Entry = understand(envelope(line))
    except Malformed as malformed:
        heard.bad.append(BadLine(place=line.place, reason=malformed.reason))
        return
    if not isinstance(entry, Raw):
        yield entry
        return
    adapted = adapt_bytes(entry.source, orjson.dumps(entry.original), DEFAULT_TENANT)
    heard.undecided += len(adapted.undecided)
    heard.bad += (BadLine(place=line.place, reason=failure.reason) for failure in adapted.failures)
    yield from adapted.evidence
