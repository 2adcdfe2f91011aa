"""Transactions: what one partition says and remembers, delivered as a whole or not at all, and by its owner only.

One transactional producer per owned partition (Kafka's KIP-98): whoever begins under the same transactional id fences
whoever used it before, also a process that was paused so long that the group gave its partitions away.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic
from typing import Any, NamedTuple

from confluent_kafka import KafkaError, KafkaException, Producer

from streams.codec.weight import STATE_BYTES_MAX
from streams.crash import crash_point
from streams.settings import Settings
from streams.transport.producer import DELIVERY_MS, DeliveryFailed, Headers, note_error

QUEUE_MESSAGES_MAX = 20_000
"""Messages that may wait for the broker; there is one queue for each partition."""

QUEUE_KBYTES_MAX = 65_536

TRANSACTION_MS = 60_000
"""How long a transaction may stay open before the broker aborts it, and readers of committed records go on."""

CALL_S = 30.0
"""How long one call may take before it is asked for again."""

FENCED = frozenset({KafkaError._FENCED, KafkaError.PRODUCER_FENCED, KafkaError.INVALID_PRODUCER_EPOCH})  # noqa: SLF001

PASSING = frozenset({KafkaError._MSG_TIMED_OUT, KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT}) | FENCED  # noqa: SLF001
"""What a message says of itself when the trouble was not with the message."""

log = logging.getLogger(__name__)


class Fenced(DeliveryFailed):
    """Another process has taken over; nothing more can be said from here."""


class Message(NamedTuple):
    """One message of a transaction. `partition` None: where its key belongs."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    partition: int | None = None


class Transactions:
    """The voice of one partition. Not for several threads at once; every call may block for as long as DELIVERY_MS."""

    def __init__(self, settings: Settings, name: str) -> None:
        """Prepare; nobody is asked yet. `name`: the transactional id, the same for every owner of the partition."""
        self._name = name
        self._refused: str | None = None
        self._producer = Producer(
            settings.kafka_client(
                **{
                    "transactional.id": name,
                    "transaction.timeout.ms": TRANSACTION_MS,
                    "log_level": 2,  # connections that fail come through error_cb as well
                    "linger.ms": 5,
                    "compression.type": "lz4",
                    "partitioner": "murmur2_random",
                    "queue.buffering.max.messages": QUEUE_MESSAGES_MAX,
                    "queue.buffering.max.kbytes": QUEUE_KBYTES_MAX,
                    "message.max.bytes": STATE_BYTES_MAX,
                    "delivery.report.only.error": True,
                    "error_cb": note_error,
                }
            ),
            logger=log,
        )

    def take_over(self) -> None:
        """Fence whoever spoke for this partition before; what he had begun is aborted when this returns.

        Raises:
            DeliveryFailed: Kafka does not answer, or does not allow it.
        """
        until = monotonic() + DELIVERY_MS / 1000
        while True:
            try:
                self._producer.init_transactions(CALL_S)
            except KafkaException as refused:
                self._give_up_unless(refused.args[0].retriable(), refused, until)
            else:
                return

    def commit(self, messages: Sequence[Message]) -> None:
        """Deliver all of these messages in one transaction.

        Raises:
            DeliveryFailed: they could not be delivered; none of them is seen by who reads what is committed.
            Fenced: another process speaks for this partition now.
        """
        until = monotonic() + DELIVERY_MS / 1000
        while True:
            try:
                self._producer.begin_transaction()
                for message in messages:
                    self._produce(message)
                crash_point("decide-produced")
                self._commit(until)
            except KafkaException as refused:
                error = refused.args[0]
                self._give_up_unless(error.txn_requires_abort() or error.retriable(), refused, until)
                self._abort(until)
                if self._refused is not None:
                    raise DeliveryFailed(self._refused) from refused
            else:
                return

    def close(self) -> None:
        """Let go of the connection. What was not committed is lost, as it should be."""
        with suppress(KafkaException):
            self._producer.purge()

    def _produce(self, message: Message) -> None:
        target: dict[str, Any] = {} if message.partition is None else {"partition": message.partition}
        headers: Any = list(message.headers) or None
        while True:
            try:
                self._producer.produce(
                    message.topic, message.value, message.key, headers=headers, on_delivery=self._undelivered, **target
                )
            except BufferError:
                self._producer.flush(CALL_S)
            except KafkaException as refused:
                why = f"{message.topic} does not take the message: {refused.args[0].str()}"
                raise DeliveryFailed(why) from refused
            else:
                return

    def _undelivered(self, error: KafkaError | None, message: Any) -> None:
        """Note what would be refused again: a message that is too large, or that we may not write."""
        if error is not None and not error.retriable() and error.code() not in PASSING:
            self._refused = f"{message.topic()} does not take the message: {error.str()}"

    def _commit(self, until: float) -> None:
        while True:
            try:
                self._producer.commit_transaction(CALL_S)
            except KafkaException as refused:
                if refused.args[0].txn_requires_abort() or not refused.args[0].retriable():
                    raise
                self._give_up_unless(True, refused, until)  # noqa: FBT003 - only the time is in question
            else:
                return

    def _abort(self, until: float) -> None:
        while True:
            try:
                self._producer.abort_transaction(CALL_S)
            except KafkaException as refused:
                self._give_up_unless(refused.args[0].retriable(), refused, until)
            else:
                return

    def _give_up_unless(self, again: bool, refused: KafkaException, until: float) -> None:  # noqa: FBT001
        """Say that it is over, unless it is worth another try and there is time for one."""
        error = refused.args[0]
        if error.code() in FENCED:
            raise Fenced(f"another process has taken over {self._name}") from refused
        if not again or error.fatal() or monotonic() >= until:
            raise DeliveryFailed(f"{self._name}: {error.str()}") from refused
        log.warning("%s: %s; trying again", self._name, error.str())
