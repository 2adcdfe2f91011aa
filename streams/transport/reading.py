"""Reading a topic from its beginning to its present end, outside any consumer group."""

import logging
from collections.abc import Iterator
from time import monotonic
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition

from streams.settings import Settings

POLL_S = 0.2
SILENCE_S_MAX = 60.0
"""A broker that says nothing for this long while there is something to read is taken to be away."""


log = logging.getLogger(__name__)


class ReadFailed(Exception):
    """The topic could not be read to its end."""


def reader(settings: Settings, name: str) -> Consumer:
    """Open a consumer that belongs to no group and commits nothing; `name` says in the broker's log who it is."""
    return Consumer(
        settings.kafka_client(
            **{
                "group.id": f"{settings.app}-{name}-reader",
                "client.id": f"{settings.app}-{name}",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "enable.partition.eof": True,
                "isolation.level": "read_committed",
                "fetch.wait.max.ms": 50,
                "fetch.queue.backoff.ms": 20,
            }
        ),
        logger=log,
    )


def read_to_end(consumer: Consumer, partitions: list[tuple[str, int]]) -> Iterator[Message]:
    """Yield every message of some partitions, from the beginning to where each ends now. Leaves them assigned.

    Raises:
        ReadFailed: the broker does not answer, or refuses.
    """
    left = set(partitions)
    consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for topic, number in partitions])
    heard = monotonic()
    while left:
        message = consumer.poll(POLL_S)
        if message is None:
            if monotonic() - heard > SILENCE_S_MAX:
                raise ReadFailed(f"no answer for {SILENCE_S_MAX:.0f} s while reading {min(left)[0]}")
            continue
        heard = monotonic()
        error: Any = message.error()
        if error is None:
            yield message
        elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - it has no public name
            left.discard((str(message.topic()), int(message.partition() or 0)))
        elif not error.retriable():
            raise ReadFailed(f"cannot read {message.topic()}: {error.str()}")


def read_all(settings: Settings, name: str, partitions: list[tuple[str, int]]) -> Iterator[Message]:
    """Read some partitions once, from beginning to end.

    Raises:
        ReadFailed: the broker does not answer, or refuses.
    """
    consumer = reader(settings, name)
    try:
        yield from read_to_end(consumer, partitions)
    except KafkaException as error:
        raise ReadFailed(error.args[0].str()) from error
    finally:
        consumer.close()
