"""Watermark: the event time up to which we believe we have heard everything, over all inputs of one partition."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Self

from streams.core.time import NEVER, Millis


@dataclass(frozen=True, slots=True)
class Input:
    """One input topic of a partition: the largest event time seen, and until when it was known to be read to its end.

    `seen` and `idle_at`: ms since 1970, UTC. `idle_at` is the clock at the last moment at which nothing was left to
    read, or None while there is something left (or while nobody knows).
    """

    seen: Millis = NEVER
    idle_at: Millis | None = None

    @property
    def heard_until(self) -> Millis:
        """An input with nothing left to read has told us everything up to now; another, up to what it last said."""
        return self.seen if self.idle_at is None else self.idle_at


@dataclass(frozen=True, slots=True)
class Watermark:
    """The state of all inputs of one partition number. `at` never goes back."""

    inputs: Mapping[str, Input]
    lateness_ms: int
    at: Millis = field(default=NEVER)

    @classmethod
    def over(cls, topics: tuple[str, ...], lateness_ms: int) -> Self:
        """Begin with nothing heard from any of the topics."""
        return cls(MappingProxyType({topic: Input() for topic in topics}), lateness_ms)

    def heard(self, topic: str, occurred_at: Millis, now: Millis) -> Self:
        """Note an event. One that claims to come from the future tells us no more than the clock does."""
        known = self.inputs[topic]
        seen = max(known.seen, Millis(min(occurred_at, now)))
        return self._with(topic, Input(seen=seen, idle_at=None))

    def idle(self, topic: str, now: Millis) -> Self:
        """Note that everything in the topic has been read, as of `now`."""
        return self._with(topic, replace(self.inputs[topic], idle_at=now))

    def busy(self, topic: str) -> Self:
        """Note that the topic has more to read than was read."""
        return self._with(topic, replace(self.inputs[topic], idle_at=None))

    def _with(self, topic: str, value: Input) -> Self:
        inputs = MappingProxyType({**self.inputs, topic: value})
        heard = min(known.heard_until for known in inputs.values())
        return replace(self, inputs=inputs, at=max(self.at, Millis(heard - self.lateness_ms)))
