"""Parcels: lines of files as messages, addressed and framed as the platforms' own publishers would."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
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
from streams.ops.lines import BadLine, Line, read_lines
from streams.ops.redate import shifted, span_to
from streams.settings import Settings
from streams.topics import by_record, raw

Read = tuple[Line, Mapping[str, Any] | BadLine]
"""A line, and the event on it or why there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One message: everything that a producer needs. `topic`: as it is called on this cluster."""

    topic: str
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


class Packing:
    """Turns entries into parcels, with the names and schema ids of one installation."""

    def __init__(self, settings: Settings) -> None:
        """Prepare the codec.

        Raises:
            RegistryError: a schema registry is set, and does not answer.
        """
        self._settings = settings
        self._codec = AvroCodec(settings.schema_registry_url, topic_prefix=settings.topic_prefix)

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


def opened(files: tuple[str, ...]) -> Iterator[Read]:
    """Read the events of files, line by line.

    Raises:
        Misconfigured: a file is missing or cannot be read.
    """
    for line in read_lines(files):
        try:
            yield line, envelope(line)
        except Malformed as malformed:
            yield line, BadLine(place=line.place, reason=malformed.reason)


def redated(read: Iterable[Read], by_ms: int) -> Iterator[Read]:
    """Move all times by one span (ms)."""
    return ((line, event if isinstance(event, BadLine) else shifted(event, by_ms)) for line, event in read)


def span_of(read: Iterable[Read], now: Millis) -> int:
    """Say by how many ms events must move for the newest of them to be now."""
    return span_to(now, (event for _, event in read if not isinstance(event, BadLine)))


def parcels(read: Iterable[Read], packing: Packing, now: Millis | None) -> Iterator[Parcel | Tick | BadLine]:
    """Pack what can be sent. `now` (ms since 1970, UTC): refuse what claims to come from the future."""
    for line, event in read:
        if isinstance(event, BadLine):
            yield event
            continue
        try:
            entry = understand(event, now=now)
            yield entry if isinstance(entry, Tick) else packing.parcel(entry)
        except Malformed as malformed:
            yield BadLine(place=line.place, reason=malformed.reason)
