"""Transactions on a real broker: all of it or nothing, and only from the owner of the partition."""

from collections.abc import Iterator
from random import Random

import pytest

from streams.settings import Settings
from streams.transport.producer import DeliveryFailed
from streams.transport.reading import read_all
from streams.transport.transactions import QUEUE_MESSAGES_MAX, Fenced, Message, Transactions
from tests.backends.topics import create_topic, delete_topics

pytestmark = pytest.mark.integration

SAID, REMEMBERED = "said", "remembered"


@pytest.fixture
def settings(kafka_bootstrap: str, topic_prefix: str) -> Iterator[Settings]:
    made = Settings(kafka=kafka_bootstrap, app=topic_prefix, topic_prefix=topic_prefix)
    create_topic(kafka_bootstrap, made.topic(SAID))
    create_topic(kafka_bootstrap, made.topic(REMEMBERED), config={"max.message.bytes": "1000"})
    yield made
    delete_topics(kafka_bootstrap, topic_prefix)


def owner(settings: Settings) -> Transactions:
    voice = Transactions(settings, f"{settings.app}-decide-0")
    voice.take_over()
    return voice


def both(settings: Settings, value: bytes) -> list[Message]:
    return [Message(settings.topic(topic), b"key", value, (), 0) for topic in (SAID, REMEMBERED)]


def seen(settings: Settings, topic: str) -> list[bytes | None]:
    return [message.value() for message in read_all(settings, "test", [(settings.topic(topic), 0)])]


def test_what_is_said_and_what_is_remembered_are_there_together(settings: Settings) -> None:
    owner(settings).commit(both(settings, b"one"))
    assert seen(settings, SAID) == seen(settings, REMEMBERED) == [b"one"]


def test_who_was_replaced_can_say_nothing_any_more(settings: Settings) -> None:
    former = owner(settings)
    former.commit(both(settings, b"before"))
    present = owner(settings)
    with pytest.raises(Fenced, match="another process has taken over"):
        former.commit(both(settings, b"too late"))
    present.commit(both(settings, b"after"))
    assert seen(settings, SAID) == seen(settings, REMEMBERED) == [b"before", b"after"]


def test_when_one_message_is_refused_nothing_of_its_transaction_is_seen(settings: Settings) -> None:
    voice = owner(settings)
    messages = [
        *both(settings, b"half"),
        Message(settings.topic(REMEMBERED), b"key", Random(1).randbytes(5_000), (), 0),
    ]
    with pytest.raises(DeliveryFailed, match="does not take the message"):
        voice.commit(messages)
    assert seen(settings, SAID) == seen(settings, REMEMBERED) == []


def test_more_than_the_queue_holds_is_one_transaction_all_the_same(settings: Settings) -> None:
    many = QUEUE_MESSAGES_MAX + 1_000
    owner(settings).commit([Message(settings.topic(SAID), b"key", b"x", (), 0)] * many)
    assert len(seen(settings, SAID)) == many
