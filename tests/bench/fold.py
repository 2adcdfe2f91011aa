"""Fold: all that a rival takes from the product. The same decoding, folding and judging for everybody, in one place.

Rivals judge a change when they read it: waiting for its grace by event time, over five topics, is what they cannot do.
"""

from pathlib import Path
from typing import Any, NamedTuple

from streams.agents.decisions import key_of
from streams.codec.avro import AvroCodec
from streams.codec.state import decode_state, encode_state, with_fact
from streams.core.evidence import Change, Evidence
from streams.core.law import Law
from streams.core.registry import Registry
from streams.core.step import opened, step
from streams.core.time import NEVER, Millis
from streams.policy.load import load
from streams.settings import Settings
from streams.topics import INPUTS
from tests.bench.load.cast import registered


class Handled(NamedTuple):
    """What came of a record: the bytes to remember, and the verdicts and commands to publish, encoded."""

    held: bytes
    verdicts: tuple[bytes, ...] = ()
    commands: tuple[bytes, ...] = ()


class Product:
    """The product's codec and law, as the worker has them. `kinds`: which record each topic carries."""

    def __init__(self, policy: str, topic_prefix: str, registered_at: int) -> None:
        """Load the policy and the registry."""
        self.codec = AvroCodec()
        self.law = Law(load(Path(policy)), Registry().with_agents(registered(Millis(registered_at))))
        self._timing = self.law.policy.timing
        settings = Settings(topic_prefix=topic_prefix)
        self.kinds: dict[str, Any] = {settings.topic(topic.name): topic.record for topic in INPUTS}

    def decode(self, topic: str, value: bytes) -> Evidence:
        """Read a record of a topic."""
        return self.codec.decode(value, self.kinds[topic])  # type: ignore[return-value]  # asked for evidence

    def key(self, fact: Evidence) -> bytes:
        """Name the decision of a fact as the product does."""
        return key_of(fact.tenant, fact.decision_id)

    def fold(self, held: bytes | None, fact: Evidence) -> bytes:
        """Add a fact to what is remembered, as the product does."""
        packed = with_fact(held, fact, NEVER, self._timing)
        return packed if packed is not None else self._stepped(held, fact, (fact,), NEVER).held

    def handle(self, held: bytes | None, fact: Evidence) -> Handled:
        """Add a fact, and judge at once if it is a change."""
        packed = self.fold(held, fact)
        if type(fact) is not Change:
            return Handled(packed)
        return self._stepped(packed, fact, (), fact.executed_at + self._timing.grace_ms)

    def _stepped(self, held: bytes | None, about: Evidence, new: tuple[Evidence, ...], until: int) -> Handled:
        name = (about.tenant, about.decision_id)
        state = decode_state(*name, held) if held else opened(*name)
        taken = step(state, new, Millis(until), self.law)
        if taken.state is None or taken.wake_at is None:
            return Handled(b"")
        return Handled(
            encode_state(taken.state, taken.wake_at, self._timing),
            tuple(self.codec.encode(verdict) for verdict in taken.verdicts),
            tuple(self.codec.encode(command) for command in taken.commands),
        )
