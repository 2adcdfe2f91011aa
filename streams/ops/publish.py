"""Publish: recorded events to the topics where they belong, framed as the platforms' own publishers frame them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from streams.codec.avro import AvroCodec
from streams.codec.cloudevents import Tick
from streams.codec.errors import Malformed
from streams.codec.headers import headers_for
from streams.codec.records import kind_of
from streams.core.evidence import Evidence
from streams.core.registry import Agent
from streams.core.time import Millis
from streams.ops.entries import Raw, envelope, understand
from streams.ops.errors import NotThere
from streams.ops.lines import BadLine, Line, read_lines
from streams.ops.redate import shifted, span_to
from streams.settings import Settings
from streams.topics import by_record, raw
from streams.transport.admin import KafkaUnavailable, check_topics
from streams.transport.producer import Deliverer, DeliveryFailed

FLUSH_EVERY = 5_000
"""Events between two flushes: a failure is noticed soon, and the count on the screen is of events delivered."""

Progress = Callable[[int], None]


def nobody(_count: int) -> None:
    """Keep progress to ourselves."""


@dataclass(slots=True, kw_only=True)
class Published:
    """What was delivered to which topic (on this cluster), ticks that were passed over, and the lines not sent."""

    delivered: Counter[str] = field(default_factory=Counter)
    ticks: int = 0
    bad: list[BadLine] = field(default_factory=list)

    @property
    def total(self) -> int:
        """All events delivered."""
        return self.delivered.total()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One event as it is sent: everything that a producer needs."""

    topic: str
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


class Packing:
    """Turns entries into parcels, with the names and ids of one installation."""

    def __init__(self, settings: Settings) -> None:
        """Prepare the codec; nobody is asked anything."""
        self._settings = settings
        self._codec = AvroCodec()

    def parcel(self, entry: Evidence | Agent | Raw) -> Parcel:
        """Address and frame one entry.

        Raises:
            Malformed: the record cannot be written in its schema.
        """
        if isinstance(entry, Raw):
            topic = self._settings.topic(raw(entry.source).name)
            return Parcel(topic=topic, key=None, value=orjson.dumps(entry.original))
        key = entry.agent_id if isinstance(entry, Agent) else entry.decision_id
        return Parcel(
            topic=self._settings.topic(by_record(kind_of(entry)).name),
            key=key.encode("utf-8", "surrogatepass"),
            value=self._codec.encode(entry),
            headers=tuple(headers_for(entry)),
        )


def events(files: tuple[str, ...], redate_to: Millis | None) -> Iterator[tuple[Line, Mapping[str, Any] | BadLine]]:
    """Read the events of files, all of them moved by the same span when they are to be redated.

    Raises:
        Misconfigured: a file is missing or cannot be read.
    """
    read = ((line, _opened(line)) for line in read_lines(files))
    if redate_to is None:
        yield from read
        return
    kept = list(read)
    by_ms = span_to(redate_to, (event for _, event in kept if not isinstance(event, BadLine)))
    for line, event in kept:
        yield line, event if isinstance(event, BadLine) else shifted(event, by_ms)


def parcels(
    read: Iterable[tuple[Line, Mapping[str, Any] | BadLine]], packing: Packing, done: Published, now: Millis | None
) -> Iterator[Parcel]:
    """Pack what can be sent; note in `done` what cannot, and why."""
    for line, event in read:
        if isinstance(event, BadLine):
            done.bad.append(event)
            continue
        try:
            entry = understand(event, now=now)
            if isinstance(entry, Tick):
                done.ticks += 1
                continue
            parcel = packing.parcel(entry)
        except Malformed as malformed:
            done.bad.append(BadLine(place=line.place, reason=malformed.reason))
            continue
        yield parcel


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
        NotThere: Kafka does not answer, does not have the topics, or did not take an event.
    """
    done = Published()
    packed = parcels(events(files, now if redate else None), Packing(settings), done, now)
    if check:
        done.delivered.update(parcel.topic for parcel in packed)
        return done
    require_topics(settings)
    deliver(packed, settings, done.delivered, progress)
    return done


def deliver(packed: Iterable[Parcel], settings: Settings, delivered: Counter[str], progress: Progress) -> None:
    """Send parcels in order, and count those that the cluster has acknowledged.

    Raises:
        NotThere: the cluster did not take them.
    """
    waiting: Counter[str] = Counter()
    try:
        deliverer = Deliverer(settings)
        for parcel in packed:
            deliverer.send(parcel.topic, parcel.key, parcel.value, parcel.headers)
            waiting[parcel.topic] += 1
            if waiting.total() >= FLUSH_EVERY:
                _settle(deliverer, waiting, delivered, progress)
        _settle(deliverer, waiting, delivered, progress)
    except DeliveryFailed as failed:
        raise NotThere(
            f"after {delivered.total()} events Kafka at {settings.kafka} stopped taking them: {failed}"
        ) from failed


def require_topics(settings: Settings) -> None:
    """Make sure that the cluster is there and has our topics, before anything is sent.

    Raises:
        NotThere: it is not, or it has not.
    """
    try:
        problems = check_topics(settings).problems
    except KafkaUnavailable as unavailable:
        raise NotThere(str(unavailable)) from unavailable
    if problems:
        raise NotThere(f"Kafka at {settings.kafka} is not ready for this: {'; '.join(problems)}.")


def _settle(deliverer: Deliverer, waiting: Counter[str], delivered: Counter[str], progress: Progress) -> None:
    deliverer.flush()
    delivered.update(waiting)
    waiting.clear()
    progress(delivered.total())


def _opened(line: Line) -> Mapping[str, Any] | BadLine:
    try:
        return envelope(line)
    except Malformed as malformed:
        return BadLine(place=line.place, reason=malformed.reason)


def report(done: Published) -> dict[str, Any]:
    """Write what was delivered for programs."""
    return {
        "delivered": dict(sorted(done.delivered.items())),
        "total": done.total,
        "ticks_passed_over": done.ticks,
        "bad_lines": [{"place": bad.place, "reason": bad.reason} for bad in done.bad],
    }
