"""Post: the one way in which facts of a storm get published, which notes what was said and when it was visible."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

from confluent_kafka import KafkaException, Producer

from streams.codec.avro import AvroCodec
from streams.codec.records import kind_of
from streams.core.evidence import Evidence
from streams.settings import Settings
from streams.topics import by_record
from streams.transport.producer import Deliverer

ANSWER_S = 30.0
MARGIN_MS = 250
"""A fact that was visible only this shortly before it would have been late may have been late for the worker."""


class Post:
    """Publishes facts at once and waits until they are acknowledged; whoever takes the broker away asks for quiet."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._deliverer = Deliverer(settings)
        self._codec = AvroCodec()
        self._lock = Lock()
        self._transactional: Producer | None = None
        self.published: dict[Evidence, int] = {}
        """Each distinct fact, and our clock (ms) when it was known to be visible for the first time."""
        self.copies = 0
        self.taken_back = 0
        self.silent_ms = 0
        """How long there was quiet, all in all: the load's own time stands still meanwhile."""

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Let nothing be published during a block."""
        with self._lock:
            began = clock()
            try:
                yield
            finally:
                self.silent_ms += clock() - began

    def send(self, make: Callable[[], Iterable[Evidence]]) -> Sequence[Evidence]:
        """Publish facts, which are made only when their turn has come; give them back."""
        with self._lock:
            facts = tuple(make())
            self._deliver(facts)
            return facts

    def send_together(self, make: Callable[[], Iterable[Evidence]]) -> Sequence[Evidence]:
        """Publish facts in one transaction."""
        with self._lock:
            facts = tuple(make())
            try:
                self._produce(facts).commit_transaction(ANSWER_S)
                self._note(facts)
            except KafkaException:
                self._start_over()
                self._deliver(facts)
            return facts

    def take_back(self, facts: Iterable[Evidence]) -> None:
        """Publish facts in a transaction that is aborted: they were never said."""
        with self._lock:
            try:
                producer = self._produce(facts)
                producer.flush(ANSWER_S)
                producer.abort_transaction(ANSWER_S)
                self.taken_back += 1
            except KafkaException:
                self._start_over()

    def late(self, lateness_ms: int) -> frozenset[str]:
        """Name the decisions of which a fact may have come too late, because the machine or the broker was slow."""
        return frozenset(
            str(fact.decision_id)
            for fact, visible_at in self.published.items()
            if visible_at - fact.occurred_at > lateness_ms - MARGIN_MS
        )

    def _deliver(self, facts: Sequence[Evidence]) -> None:
        for fact in facts:
            topic, key, value = self._parts(fact)
            self._deliverer.send(topic, key, value)
        self._deliverer.flush()
        self._note(facts)

    def _start_over(self) -> None:
        """Have what was begun aborted before anything else is said: what is behind an open transaction is not heard."""
        options: dict[str, Any] = {
            "transactional.id": f"{self._settings.app}-platform", "partitioner": "murmur2_random", "linger.ms": 2,
        }  # fmt: skip
        self._transactional = Producer(self._settings.kafka_client(**options))
        self._transactional.init_transactions(ANSWER_S)

    def _produce(self, facts: Iterable[Evidence]) -> Producer:
        if self._transactional is None:
            self._start_over()
        producer = self._transactional
        assert producer is not None
        producer.begin_transaction()
        for fact in facts:
            topic, key, value = self._parts(fact)
            producer.produce(topic, value, key)
        return producer

    def _parts(self, fact: Evidence) -> tuple[str, bytes, bytes]:
        topic = self._settings.topic(by_record(kind_of(fact)).name)
        return topic, fact.decision_id.encode(), self._codec.encode(fact)

    def _note(self, facts: Iterable[Evidence]) -> None:
        now = clock()
        for fact in facts:
            self.copies += fact in self.published
            self.published.setdefault(fact, now)


def clock() -> int:
    """The clock, which is also the workers': ms since 1970, UTC."""
    return time.time_ns() // 1_000_000
