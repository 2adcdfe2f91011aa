"""Delivery: which batches were handed out, which of them are done, and up to where that is safe to commit."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from faust.types import TP, ConsumerMessage

from streams.transport.bounds import Bounds


class Delivery:
    """One batch on its way: where its partition goes on after it, and what it weighs."""

    __slots__ = ("done", "next_offset", "records", "tp", "weight")

    def __init__(self, tp: TP, next_offset: int, records: int, weight: int) -> None:
        """Begin as handed out and not done. `weight` is in bytes."""
        self.tp = tp
        self.next_offset = next_offset
        self.records = records
        self.weight = weight
        self.done = False


class Deliveries:
    """What is handed out, first in first out for each partition; used by the event loop of the worker alone.

    The counters are read by the fetching thread as well: whoever reads them there may see too much outstanding, never
    too little, since only the loop that asks for records adds to them.
    """

    def __init__(self, bounds: Bounds, on_room: Callable[[], None]) -> None:
        """Begin with nothing handed out. `on_room` is called after each acknowledgement."""
        self._bounds = bounds
        self._on_room = on_room
        self._waiting: dict[TP, deque[Delivery]] = {}
        self._safe: dict[TP, int] = {}
        self.unacked_records = 0
        self.unacked_bytes = 0

    def hand_out(self, tp: TP, next_offset: int, records: int, weight: int) -> Delivery:
        """Note a batch, in the order in which batches are given to agents."""
        delivery = Delivery(tp, next_offset, records, weight)
        self._waiting.setdefault(tp, deque()).append(delivery)
        self.unacked_records += records
        self.unacked_bytes += weight
        return delivery

    def step_over(self, tp: TP, next_offset: int) -> None:
        """Note that a partition goes on further ahead without anything to show: markers, aborted transactions."""
        waiting = self._waiting.get(tp)
        if waiting:
            waiting[-1].next_offset = next_offset
        else:
            self._safe[tp] = max(next_offset, self._safe.get(tp, 0))

    def finish(self, delivery: Delivery) -> None:
        """Note that a batch is done; one that was forgotten meanwhile moves nothing."""
        if delivery.done:
            return
        delivery.done = True
        waiting = self._waiting.get(delivery.tp)
        if waiting is None or delivery not in waiting:
            return
        self.unacked_records -= delivery.records
        self.unacked_bytes -= delivery.weight
        while waiting and waiting[0].done:
            self._safe[delivery.tp] = max(waiting.popleft().next_offset, self._safe.get(delivery.tp, 0))
        self._on_room()

    def committable(self, tp: TP) -> int | None:
        """Take the offset up to which everything is done, if it moved since the last time."""
        return self._safe.pop(tp, None)

    def moved(self) -> Iterator[TP]:
        """List the partitions of which `committable` has something to say."""
        return iter(tuple(self._safe))

    def forget(self, tps: Iterable[TP]) -> None:
        """Drop what is known of partitions; whatever was not committed will be read again by whoever has them next."""
        for tp in tuple(tps):
            self._safe.pop(tp, None)
            for delivery in self._waiting.pop(tp, ()):
                if not delivery.done:
                    self.unacked_records -= delivery.records
                    self.unacked_bytes -= delivery.weight
        self._on_room()

    def forget_all(self) -> None:
        """Drop everything."""
        self.forget({*self._waiting, *self._safe})

    def has_room(self, tp: TP, *, more_records: int = 0, more_bytes: int = 0) -> bool:
        """Say whether a full batch of a partition may be handed out on top of what is, and of so much more."""
        if len(self._waiting.get(tp, ())) >= self._bounds.batches_ahead:
            return False
        records, weight = self.unacked_records + more_records, self.unacked_bytes + more_bytes
        bounds = self._bounds
        return not records or (
            records + bounds.batch_records <= bounds.unacked_records
            and weight + bounds.batch_bytes <= bounds.unacked_bytes
        )


class BatchMessage(ConsumerMessage):
    """The Faust message that carries a batch; whoever acknowledges it, by whatever path, finishes its delivery.

    Faust's compiled stream iterator sets `acked` itself instead of calling `ack`, hence a property.
    """

    __slots__ = ("_acked", "_finish")

    def __init__(self, finish: Callable[[], None], *args: Any, **kwargs: Any) -> None:
        """Make a message as Faust does; `finish` is called when it is acknowledged."""
        self._acked = False
        self._finish = finish
        super().__init__(*args, **kwargs)

    @property
    def acked(self) -> bool:
        """Whether every agent that saw it is done with it."""
        return self._acked

    @acked.setter
    def acked(self, value: bool) -> None:
        if value and not self._acked:
            self._acked = True
            self._finish()
