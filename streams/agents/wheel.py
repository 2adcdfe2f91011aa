"""Wheel: what wants to be looked at when; a million entries cost as little to add and to find as ten.

A hashed timing wheel without end (Varghese and Lauck, 1987): keys lie unsorted in slots of some milliseconds, and a
heap holds only the slots.
"""

import heapq
from collections.abc import Callable

from streams.core.time import Millis

SLOT_BITS = 6
"""A slot is 64 ms: as much as is due together anyway."""


class Wheel:
    """Keys by the event time at which they want to be looked at.

    `wake_of` tells the time that a key wants now, None when it wants none any more: an entry whose key has changed its
    mind is stale, and is dropped when its slot comes up.
    """

    def __init__(self, wake_of: Callable[[bytes], Millis | None]) -> None:
        """Begin with nothing."""
        self._wake_of = wake_of
        self._slots: dict[int, list[bytes]] = {}
        self._order: list[int] = []
        self._ready: list[bytes] = []

    def add(self, at: Millis, key: bytes) -> None:
        """Note that a key wants to be looked at when the watermark reaches `at` (ms since 1970, UTC)."""
        number = at >> SLOT_BITS
        slot = self._slots.get(number)
        if slot is None:
            self._slots[number] = [key]
            heapq.heappush(self._order, number)
        else:
            slot.append(key)

    def due(self, watermark: Millis, limit: int) -> list[bytes]:
        """Take out at most `limit` of the keys that the watermark has reached; fewer than that: these are all."""
        while len(self._ready) < limit and self._order and self._order[0] << SLOT_BITS <= watermark:
            number = heapq.heappop(self._order)
            waiting: list[bytes] = []
            for key in self._slots.pop(number):
                at = self._wake_of(key)
                if at is not None and at >> SLOT_BITS == number:
                    (self._ready if at <= watermark else waiting).append(key)
            if waiting:
                self._slots[number] = waiting
                heapq.heappush(self._order, number)
                break
        taken = self._ready[:limit]
        del self._ready[:limit]
        return taken
