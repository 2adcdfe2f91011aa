"""Deliverer: what we publish, known to be delivered; nothing else may move until `flush` has returned."""

import asyncio
import logging
from collections.abc import Sequence
from time import monotonic
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from streams.codec.weight import STATE_BYTES_MAX
from streams.settings import Settings

Headers = Sequence[tuple[str, bytes]]

QUEUE_MESSAGES_MAX = 100_000
"""Messages that may wait for the broker before `send` waits as well."""

DELIVERY_MS = 120_000
"""How long a message may take; a broker that is away longer than this stops the worker, which then starts over."""

log = logging.getLogger(__name__)


class DeliveryFailed(Exception):
    """A message could not be delivered; nobody may act as if it had been."""


class Deliverer:
    """An idempotent producer with acknowledgement of all in-sync replicas, and the failures it met."""

    def __init__(self, settings: Settings, **options: Any) -> None:
        """Prepare the producer; nothing is sent and nobody is asked yet."""
        self._failed: str | None = None
        self._waiting = 0
        self._producer = Producer(
            settings.kafka_client(
                **{
                    "enable.idempotence": True,
                    "acks": "all",
                    "log_level": 2,  # connections that fail come through error_cb as well
                    "linger.ms": 2,
                    "compression.type": "lz4",
                    "partitioner": "murmur2_random",
                    "queue.buffering.max.messages": QUEUE_MESSAGES_MAX,
                    "message.timeout.ms": DELIVERY_MS,
                    "message.max.bytes": STATE_BYTES_MAX,
                    "error_cb": note_error,
                }
                | options
            ),
            logger=log,
        )

    def send(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Headers = (), partition: int | None = None
    ) -> None:
        """Hand over one message; it is delivered once `flush` has returned.

        Raises:
            DeliveryFailed: an earlier message was lost, or the queue stayed full.
        """
        self._check()
        target: dict[str, Any] = {} if partition is None else {"partition": partition}
        for last_try in (False, True):
            try:
                self._producer.produce(topic, value, key, headers=list(headers), on_delivery=self._delivered, **target)
            except BufferError as full:
                if last_try:
                    raise DeliveryFailed(f"the queue of {QUEUE_MESSAGES_MAX} messages stayed full: {full}") from full
                self._producer.flush(DELIVERY_MS / 1000)
            except KafkaException as refused:
                raise DeliveryFailed(f"{topic} does not take the message: {refused.args[0].str()}") from refused
            else:
                self._waiting += 1
                return

    @property
    def waiting(self) -> int:
        """Messages handed over and not yet known to be delivered."""
        return self._waiting

    def flush(self, timeout_s: float = DELIVERY_MS / 1000) -> None:
        """Wait until everything sent so far is delivered.

        Raises:
            DeliveryFailed: a message was refused, or not delivered in time.
        """
        left = self._producer.flush(timeout_s)
        self._check()
        if left:
            raise DeliveryFailed(f"{left} messages were not delivered within {timeout_s:.0f} s; is Kafka reachable?")

    async def flushed(self) -> None:
        """Wait as `flush` does, without holding up the event loop."""
        if self._waiting:
            self._producer.poll(0)
        if self._waiting:
            await asyncio.to_thread(self.flush)
        self._check()

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        self._waiting -= 1
        if error is not None and self._failed is None:
            self._failed = f"a message for {message.topic()} was not delivered: {error.str()}"

    def _check(self) -> None:
        if self._failed is not None:
            raise DeliveryFailed(self._failed)


def note_error(error: KafkaError) -> None:
    """Say what librdkafka says about the connection, the same at most once a minute; it keeps trying by itself."""
    text, now = error.str(), monotonic()
    if now - _said_at.get(text, -SAME_AGAIN_S) >= SAME_AGAIN_S:
        if len(_said_at) >= SAID_MAX:
            _said_at.clear()
        _said_at[text] = now
        log.warning("kafka: %s", text)


SAME_AGAIN_S = 60.0
SAID_MAX = 100
_said_at: dict[str, float] = {}
