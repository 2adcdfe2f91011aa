"""What an agent sees and what is committed is the same on Faust's own driver and, in batches, on ours."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from confluent_kafka import Producer

from tests.backends.topics import create_topic
from tests.integration.conformance.life import Place, Program

pytestmark = pytest.mark.integration

STOCK, OURS = "kafka", "clawback"


@dataclass(frozen=True, slots=True)
class Ground:
    """Two topics of two partitions, and a program on each driver."""

    kafka: str
    prefix: str
    topics: tuple[str, ...]
    programs: tuple[Program, Program]

    @property
    def places(self) -> list[Place]:
        return [(topic, number) for topic in self.topics for number in range(2)]

    @property
    def ours(self) -> Program:
        return self.programs[1]

    def publish(self, each: int, size: int = 40) -> None:
        """So many records more in every partition."""
        producer = Producer({"bootstrap.servers": self.kafka, "linger.ms": 5})
        for number in range(each):
            for topic, partition in self.places:
                producer.produce(topic, b"x" * size, b"key-%d" % number, partition=partition)
        assert producer.flush(30) == 0

    def all_of(self, each: int) -> set[tuple[Place, int]]:
        return {(place, offset) for place in self.places for offset in range(each)}


@pytest.fixture
def ground(kafka_bootstrap: str, topic_prefix: str, tmp_path: Path) -> Iterator[Ground]:
    topics = tuple(create_topic(kafka_bootstrap, f"{topic_prefix}{name}", partitions=2) for name in ("a", "b"))
    with ExitStack() as stack:
        stock, ours = (
            stack.enter_context(Program(driver, kafka_bootstrap, tmp_path, topic_prefix, topics))
            for driver in (STOCK, OURS)
        )
        yield Ground(kafka_bootstrap, topic_prefix, topics, (stock, ours))


def test_everything_is_seen_once_in_order_and_committed_across_a_stop_in_the_middle(ground: Ground) -> None:
    ground.publish(each=300)
    first = [program.live(work_ms=0.5) for program in ground.programs]
    for program in ground.programs:
        program.await_count(200)
    for life in first:
        life.stop()
    ground.publish(each=300)
    second = [program.live() for program in ground.programs]
    for program in ground.programs:
        program.await_seen(ground.all_of(600))
    for life in second:
        life.stop()
    for program in ground.programs:
        for place in ground.places:
            assert program.offsets(place) == list(range(600)), program.driver
        assert program.committed(ground.places) == dict.fromkeys(ground.places, 600), program.driver
