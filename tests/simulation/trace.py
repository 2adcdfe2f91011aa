"""Trace: everything that happened in a world, in order, and where it ended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b

from streams.core.command import Command
from streams.core.evidence import Evidence
from streams.core.step import State
from streams.core.verdict import Verdict

Output = Verdict | Command


@dataclass(frozen=True, slots=True)
class Decided:
    """A worker knows what it has to say, and has not said it."""

    worker: str
    output: Output


@dataclass(frozen=True, slots=True)
class Delivered:
    """An output is out, and nothing brings it back."""

    worker: str
    output: Output


@dataclass(frozen=True, slots=True)
class Noted:
    """A worker notes how far it has heard, and means to say so."""

    worker: str


@dataclass(frozen=True, slots=True)
class Committed:
    """A worker says that it need not hear again what it had heard when it last noted."""

    worker: str


@dataclass(frozen=True, slots=True)
class Fell:
    """A worker died; where."""

    worker: str
    where: str


Event = Decided | Delivered | Noted | Committed | Fell


@dataclass
class Trace:
    """What happened. `states`: all that is known of each decision in the end; `unjudged`: what is still due then.

    What is derived from the events is for when the world has come to its end.
    """

    seed: int
    evidence: tuple[Evidence, ...]
    events: list[Event] = field(default_factory=list)
    states: Mapping[str, State] = field(default_factory=dict)
    unjudged: tuple[str, ...] = ()

    @cached_property
    def decisions(self) -> tuple[str, ...]:
        """Name all decisions of the workload."""
        return tuple(sorted({fact.decision_id for fact in self.evidence}))

    @property
    def outputs(self) -> Iterator[Output]:
        """Walk everything that was delivered, again and again if it was."""
        return (event.output for event in self.events if isinstance(event, Delivered))

    @cached_property
    def verdicts(self) -> dict[str, list[Verdict]]:
        """The verdicts of each decision, in the order in which each was first seen, every one once."""
        seen: dict[str, dict[Verdict, None]] = {decision: {} for decision in self.decisions}
        for output in self.outputs:
            if isinstance(output, Verdict):
                seen[output.decision_id].setdefault(output)
        return {decision: list(verdicts) for decision, verdicts in seen.items()}

    @cached_property
    def commands(self) -> dict[str, list[Command]]:
        """The commands of each decision, in the order in which each was first seen, every one once."""
        seen: dict[str, dict[Command, None]] = {decision: {} for decision in self.decisions}
        for output in self.outputs:
            if isinstance(output, Command):
                seen[output.decision_id].setdefault(output)
        return {decision: list(commands) for decision, commands in seen.items()}

    @property
    def digest(self) -> str:
        """Digest all that was delivered, byte for byte and in order."""
        hasher = blake2b(digest_size=16)
        for output in self.outputs:
            hasher.update(repr(output).encode())
        return hasher.hexdigest()
