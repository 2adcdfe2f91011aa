"""adapt: the Faust agent that turns what platforms say in their own words into evidence in ours."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import faust
from faust.types import AgentT, EventT, StreamT

from streams.adapters import adapt_bytes
from streams.agents.guard import guarded
from streams.agents.quarantine import Place, Quarantine
from streams.codec.avro import AvroCodec
from streams.codec.errors import Malformed
from streams.codec.headers import headers_for
from streams.codec.records import from_plain, kind_of, to_plain
from streams.core.evidence import Evidence
from streams.core.ids import DEFAULT_TENANT
from streams.settings import Settings
from streams.telemetry.meter import Meter
from streams.telemetry.vocabulary import ADAPTED
from streams.topics import RAW_SOURCES, UNCORRELATED, by_record, raw
from streams.transport.producer import Deliverer


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of a raw topic, as it was read."""

    place: Place
    key: bytes | None
    value: bytes | None


def record_of(event: EventT[Any]) -> Record:
    """Take a Faust event apart."""
    message = event.message
    place = Place(topic=message.topic, partition=message.partition, offset=message.offset)
    return Record(place=place, key=message.key, value=message.value)


class Adapting:
    """One raw record in; evidence, uncorrelated evidence and quarantined parts out."""

    def __init__(
        self, settings: Settings, codec: AvroCodec, deliverer: Deliverer, quarantine: Quarantine, meter: Meter
    ) -> None:
        """Prepare; nothing is sent yet."""
        self._settings = settings
        self._codec = codec
        self._deliverer = deliverer
        self._quarantine = quarantine
        self._meter = meter
        self.sources = {settings.topic(raw(source).name): source for source in RAW_SOURCES}

    def take(self, record: Record) -> None:
        """Adapt one record and hand over what came of it.

        Raises:
            DeliveryFailed: an output cannot be delivered.
        """
        source = self.sources[record.place.topic]
        self._meter.add(ADAPTED, 1, source)
        adapted = adapt_bytes(source, record.value or b"", DEFAULT_TENANT)
        for evidence in adapted.evidence:
            self._publish(record, evidence)
        for undecided in adapted.undecided:
            key = undecided.actor_id.encode("utf-8", "surrogatepass")
            self._deliverer.send(self._settings.topic(UNCORRELATED.name), key, self._codec.encode(undecided))
        for failure in adapted.failures:
            self._quarantine.put(record.place, record.key, failure.original, stage="adapt", reason=failure.reason)

    def _publish(self, record: Record, evidence: Evidence) -> None:
        kind = kind_of(evidence)
        try:
            from_plain(kind, to_plain(evidence))
        except Malformed as malformed:
            self._quarantine.put(record.place, record.key, record.value, stage="adapt", reason=malformed.reason)
            return
        key = evidence.decision_id.encode("utf-8", "surrogatepass")
        topic = self._settings.topic(by_record(kind).name)
        self._deliverer.send(topic, key, self._codec.encode(evidence), headers_for(evidence))


def attach(app: faust.App, adapting: Adapting) -> AgentT[Any]:
    """Connect adapting to the raw topics."""
    inputs = app.topic(*adapting.sources, key_serializer="raw", value_serializer="raw", internal=False)

    @app.agent(inputs, name="adapt", concurrency=1)
    async def adapt(stream: StreamT[bytes]) -> AsyncIterator[None]:
        async for event in stream.events():
            with guarded("adapt"):
                if event.message.tp in app.consumer.assignment():
                    adapting.take(record_of(event))
            yield

    return adapt
