"""Silence: which inputs have nothing left to say, as the broker itself tells; the only ground to claim an absence."""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from time import monotonic

from faust.types import TP

from streams.agents.decider import Decider
from streams.telemetry.meter import Meter
from streams.telemetry.vocabulary import BEHIND
from streams.transport.driver import Consumer

QUIET_S = 60.0
"""A broker that does not answer is worth one line a minute."""

log = logging.getLogger(__name__)


class Silence:
    """Asks where partitions end, and compares with what has been folded in."""

    def __init__(self, decider: Decider, meter: Meter) -> None:
        """Begin with nothing known. `meter`: is told how much there is left, whenever the broker was asked."""
        self._decider = decider
        self._meter = meter
        self._read_until: dict[TP, int] = {}
        self._complained = -QUIET_S

    def forget(self) -> None:
        """Forget what was known: after a rebalance, records are read again, and perhaps by somebody else."""
        self._read_until.clear()
        self._meter.keep(BEHIND, ())

    async def read_to_end(self, consumer: Consumer, tps: Iterable[TP]) -> frozenset[TP] | None:
        """Find the partitions of which everything that could be read when we asked has been folded in.

        None when the broker does not answer: not knowing is not the same as nothing being left, and event time must
        stand still until it does.
        """
        wanted = list(tps)
        try:
            ends = await consumer.ends(wanted)
            left = {tp: await self._left(consumer, tp, ends[tp]) for tp in wanted}
        except Exception as error:
            if monotonic() - self._complained >= QUIET_S:
                self._complained = monotonic()
                log.warning("the broker does not say where its topics end (%r); nothing is judged until it does", error)
            return None
        self._measure(left)
        return frozenset(tp for tp, records in left.items() if not records)

    async def _left(self, consumer: Consumer, tp: TP, end: int) -> int:
        """Count the offsets before `end` that are not folded in; 0 only when surely nothing that can be read is."""
        if self._read_until.get(tp) == end:
            return 0
        heard = self._decider.offset_heard(tp.partition, tp.topic)
        begin = None if heard is None else heard + 1
        if begin is None or begin < end:
            if _waits(consumer, tp, heard):
                return max(end - (begin or 0), 1)
            # Markers of transactions take up offsets that nobody is shown: the position steps over them. What was
            # handed out has to be asked for again, for the position may have moved over it meanwhile.
            next_offset = await consumer.next_offset(tp)
            if next_offset is None or next_offset < end or _waits(consumer, tp, heard):
                return max(end - ((next_offset or 0) if begin is None else begin), 1)
        self._read_until[tp] = end
        return 0

    def _measure(self, left: Mapping[TP, int]) -> None:
        behind: Counter[int] = Counter()
        for tp, records in left.items():
            behind[tp.partition] += records
        for partition, records in behind.items():
            self._meter.set(BEHIND, records, partition)
        self._meter.keep(BEHIND, behind)


def _waits(consumer: Consumer, tp: TP, heard: int | None) -> bool:
    """Say whether records were handed out that are not folded in."""
    fetched = consumer.newest_fetched(tp)
    return fetched is not None and (heard is None or heard < fetched)
