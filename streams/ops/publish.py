"""Publish: recorded events to the topics where they belong, counted only when the cluster has acknowledged them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from streams.codec.cloudevents import Tick
from streams.codec.errors import RegistryError
from streams.core.time import Millis
from streams.ops.errors import NotThere
from streams.ops.lines import BadLine
from streams.ops.parcels import Packing, Parcel, Read, opened, parcels, redated, span_of
from streams.settings import Settings
from streams.transport.admin import KafkaUnavailable, check_topics
from streams.transport.producer import Deliverer, DeliveryFailed

FLUSH_EVERY = 5_000
"""Events between two flushes: a failure is noticed soon, and the count on the screen is of events delivered."""

Progress = Callable[[int], None]


def nobody(_count: int) -> None:
    """Keep progress to ourselves."""


@dataclass(slots=True, kw_only=True)
class Published:
    """What was delivered to which topic (as called on this cluster), ticks passed over, and the lines not sent."""

    delivered: Counter[str] = field(default_factory=Counter)
    ticks: int = 0
    bad: list[BadLine] = field(default_factory=list)

    def sendable(self, packed: Iterable[Parcel | Tick | BadLine]) -> Iterator[Parcel]:
        """Let the parcels through, and note the rest."""
        for item in packed:
            if isinstance(item, Parcel):
                yield item
            elif isinstance(item, Tick):
                self.ticks += 1
            else:
                self.bad.append(item)

    @property
    def plain(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "delivered": dict(sorted(self.delivered.items())),
            "total": self.delivered.total(),
            "ticks_passed_over": self.ticks,
            "bad_lines": [{"place": bad.place, "reason": bad.reason} for bad in self.bad],
        }


def publish(
    files: tuple[str, ...],
    settings: Settings,
    *,
    now: Millis,
    redate: bool = False,
    check: bool = False,
    progress: Progress = nobody,
) -> Published:
    """Send the events of files. Of a bad line nothing is sent; the others are. `check`: look only, send nothing.

    `now`: the clock (ms since 1970, UTC): the newest event gets this time when redated, and none may be far after it.
    `progress` is told how many were delivered so far.

    Raises:
        Misconfigured: a file is missing or cannot be read.
        NotThere: Kafka (or a schema registry, where one is set) does not answer, lacks our topics, or took no event.
    """
    read: Iterable[Read] = opened(files)
    if redate:
        kept = list(read)
        read = redated(kept, span_of(kept, now))
    done = Published()
    packed = done.sendable(parcels(read, Packing(settings), now))
    try:
        if check:
            done.delivered.update(parcel.topic for parcel in packed)
        else:
            require_topics(settings)
            deliver(packed, settings, done.delivered, progress)
    except RegistryError as error:
        raise NotThere(str(error)) from error
    return done


def hushed(settings: Settings) -> Settings:
    """Let the Kafka library say nothing by itself: what goes wrong is told in a sentence of ours."""
    options = ",".join(filter(None, (settings.kafka_options, "log_level=0")))
    return replace(settings, kafka_options=options)


def require_topics(settings: Settings) -> None:
    """Make sure that the cluster is there and has our topics, before anything is sent.

    Raises:
        NotThere: it is not, or it has not.
    """
    try:
        problems = check_topics(hushed(settings)).problems
    except KafkaUnavailable as unavailable:
        raise NotThere(str(unavailable)) from unavailable
    if problems:
        raise NotThere(f"Kafka at {settings.kafka} is not ready for this: {'; '.join(problems)}.")


def deliver(packed: Iterable[Parcel], settings: Settings, delivered: Counter[str], progress: Progress = nobody) -> None:
    """Send parcels in order, and count those that the cluster has acknowledged.

    Raises:
        NotThere: the cluster did not take them.
    """
    waiting: Counter[str] = Counter()
    try:
        deliverer = Deliverer(hushed(settings))
        for parcel in packed:
            deliverer.send(parcel.topic, parcel.key, parcel.value, parcel.headers)
            waiting[parcel.topic] += 1
            if waiting.total() >= FLUSH_EVERY:
                _settle(deliverer, waiting, delivered, progress)
        _settle(deliverer, waiting, delivered, progress)
    except DeliveryFailed as failed:
        count = delivered.total()
        raise NotThere(f"after {count} events Kafka at {settings.kafka} stopped taking them: {failed}.") from failed


def _settle(deliverer: Deliverer, waiting: Counter[str], delivered: Counter[str], progress: Progress) -> None:
    deliverer.flush()
    delivered.update(waiting)
    waiting.clear()
    progress(delivered.total())
