"""Quarantine: a record that is not understood is kept with its reason and its bytes, and the work goes on."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from streams.codec.avro import AvroCodec
from streams.codec.quarantined import Quarantined
from streams.core.time import Millis
from streams.settings import Settings
from streams.telemetry.labels import Stage
from streams.telemetry.meter import Meter
from streams.telemetry.vocabulary import QUARANTINED
from streams.topics import QUARANTINE
from streams.transport.producer import Deliverer

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a record was read: topic, partition, offset."""

    topic: str
    partition: int
    offset: int


class Quarantine:
    """The way into `quarantine.v1`."""

    def __init__(
        self, settings: Settings, codec: AvroCodec, deliverer: Deliverer, now: Callable[[], Millis], meter: Meter
    ) -> None:
        """Prepare; nothing is sent yet."""
        self._topic = settings.topic(QUARANTINE.name)
        self._codec = codec
        self._deliverer = deliverer
        self._now = now
        self._meter = meter
        self.count = 0

    def put(self, place: Place, key: bytes | None, value: bytes | None, *, stage: str, reason: str) -> None:
        """Keep a record with the reason for which it was not understood.

        Raises:
            DeliveryFailed: an earlier message was lost, or the queue stayed full.
        """
        record = Quarantined.of(
            topic=place.topic,
            partition=place.partition,
            offset=place.offset,
            key=key,
            value=value or b"",
            stage=stage,
            reason=reason,
            at=self._now(),
        )
        name = f"{place.topic}-{place.partition}-{place.offset}".encode()
        self._deliverer.send(self._topic, name, self._codec.encode(record))
        self.count += 1
        self._meter.add(QUARANTINED, 1, Stage(stage))
        log.warning("%s: %s[%d]@%d quarantined: %s", stage, place.topic, place.partition, place.offset, reason)
