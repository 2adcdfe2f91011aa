"""Fold: all that a rival takes from the product. The same decoding, folding and judging for everybody, in one place.

Rivals judge a change when they read it: waiting for its grace by event time, over five topics, is what they cannot do.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streams.codec.avro import AvroCodec
from streams.codec.state import decode_state, encode_state
from streams.core.evidence import Change, Evidence
from streams.core.law import Law
from streams.core.registry import Registry
from streams.core.step import State, opened, step
from streams.core.time import NEVER, Millis
from streams.policy.load import load
from streams.settings import Settings
from streams.topics import INPUTS
from tests.bench.load.cast import registered

Held = State
"""What is remembered of a decision in memory."""


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a record: what to remember, and the verdicts and commands to publish, encoded."""

    held: Held
    verdicts: tuple[bytes, ...] = ()
    commands: tuple[bytes, ...] = ()


class Product:
    """The product's codec and law, as the worker has them. `kinds`: which record each topic carries."""

    def __init__(self, policy: str, topic_prefix: str, registered_at: int) -> None:
        """Load the policy and the registry."""
        self.codec = AvroCodec()
        self.law = Law(load(Path(policy)), Registry().with_agents(registered(Millis(registered_at))))
        settings = Settings(topic_prefix=topic_prefix)
        self.kinds: dict[str, Any] = {settings.topic(topic.name): topic.record for topic in INPUTS}

    def decode(self, topic: str, value: bytes) -> Evidence:
        """Read a record of a topic."""
        return self.codec.decode(value, self.kinds[topic])  # type: ignore[return-value]  # asked for evidence

    def fold(self, held: Held | None, fact: Evidence) -> Held:
        """Add a fact to what is remembered."""
        state = held if held is not None else opened(fact.tenant, fact.decision_id)
        return step(state, (fact,), NEVER, self.law).state or state

    def handle(self, held: Held | None, fact: Evidence) -> Said:
        """Add a fact, and judge at once if it is a change."""
        state = self.fold(held, fact)
        if not isinstance(fact, Change):
            return Said(state)
        taken = step(state, (), Millis(fact.executed_at + self.law.policy.timing.grace_ms), self.law)
        return Said(
            taken.state or state,
            tuple(self.codec.encode(verdict) for verdict in taken.verdicts),
            tuple(self.codec.encode(command) for command in taken.commands),
        )

    def handle_bytes(self, held: bytes | None, fact: Evidence) -> tuple[bytes, Said]:
        """Do the same for an engine that keeps bytes."""
        said = self.handle(decode_state(held) if held else None, fact)
        return encode_state(said.held), said
