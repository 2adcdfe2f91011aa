"""Decisions: the open decisions of one partition, when each wants to be looked at, and how far event time has come."""

import heapq
from collections.abc import Iterator

from streams.core.ids import DecisionId, TenantId
from streams.core.step import State, opened
from streams.core.time import NEVER, Millis
from streams.core.watermark import Watermark

Key = tuple[TenantId, DecisionId]


class Decisions:
    """What one worker knows of one partition. `heard`: per input topic, the newest offset that was folded in."""

    def __init__(self, topics: tuple[str, ...], lateness_ms: int) -> None:
        """Begin with nothing open and nothing heard."""
        self.watermark = Watermark.over(topics, lateness_ms)
        self.heard: dict[str, int] = {}
        self._states: dict[Key, State] = {}
        self._wakes: dict[Key, Millis] = {}
        self._heap: list[tuple[Millis, Key]] = []

    def __len__(self) -> int:
        """Count the open decisions."""
        return len(self._states)

    def of(self, key: Key) -> State:
        """Look up a decision, or open it."""
        return self._states.get(key) or opened(*key)

    def put(self, key: Key, state: State | None, wake_at: Millis | None) -> None:
        """Remember a decision and when to look at it again; None forgets it."""
        if state is None or wake_at is None:
            self._states.pop(key, None)
            self._wakes.pop(key, None)
            return
        self._states[key] = state
        if self._wakes.get(key) != wake_at:
            self._wakes[key] = wake_at
            heapq.heappush(self._heap, (wake_at, key))

    @property
    def next_wake(self) -> Millis | None:
        """Tell the earliest watermark at which some decision wants to be looked at."""
        while self._heap and self._wakes.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def due(self, limit: int) -> Iterator[Key]:
        """Take out the decisions that the watermark has reached, earliest first, at most `limit` of them."""
        for _ in range(limit):
            wake_at = self.next_wake
            if wake_at is None or wake_at > self.watermark.at or self.watermark.at == NEVER:
                return
            _, key = heapq.heappop(self._heap)
            del self._wakes[key]
            yield key
