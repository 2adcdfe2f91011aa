"""Silence: which inputs have nothing left to say, as the broker itself tells; the only ground to claim an absence."""

import logging
from collections.abc import Iterable, Mapping
from time import monotonic

from faust.types import TP

from streams.agents.decider import Decider
from streams.transport.driver import Consumer

QUIET_S = 60.0
"""A broker that does not answer is worth one line a minute."""

log = logging.getLogger(__name__)


class Silence:
    """Asks where partitions end, and compares with what has been folded in."""

    def __init__(self, decider: Decider) -> None:
        """Begin with nothing known."""
        self._decider = decider
        self._read_until: dict[TP, int] = {}
        self._complained = -QUIET_S

    def forget(self) -> None:
        """Forget what was known: after a rebalance, records are read again."""
        self._read_until.clear()

    async def read_to_end(self, consumer: Consumer, tps: Iterable[TP]) -> frozenset[TP] | None:
        """Find the partitions of which everything that could be read when we asked has been folded in.

        None when the broker does not answer: not knowing is not the same as nothing being left, and event time must
        stand still until it does.
        """
        wanted = list(tps)
        try:
            ends = await consumer.ends(wanted)
            return frozenset([tp for tp in wanted if await self._is_read(consumer, tp, ends)])
        except Exception as error:
            if monotonic() - self._complained >= QUIET_S:
                self._complained = monotonic()
                log.warning("the broker does not say where its topics end (%r); nothing is judged until it does", error)
            return None

    async def _is_read(self, consumer: Consumer, tp: TP, ends: Mapping[TP, int]) -> bool:
        end = ends[tp]
        if self._read_until.get(tp) == end:
            return True
        heard = self._decider.offset_heard(tp.partition, tp.topic)
        read = heard is not None and heard + 1 >= end
        if not read:
            # Markers of transactions take up offsets that nobody is shown: the position steps over them.
            next_offset, fetched = await consumer.next_offset(tp), consumer.newest_fetched(tp)
            folded = fetched is None or (heard is not None and heard >= fetched)
            read = folded and next_offset is not None and next_offset >= end
        if read:
            self._read_until[tp] = end
        return read
