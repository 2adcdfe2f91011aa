"""A Kafka cluster as one test sees it: its own topics, a way to publish, and everything that came out."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, Message, Producer, TopicPartition

from streams.codec.avro import AvroCodec
from streams.codec.records import kind_of
from streams.settings import Settings
from streams.topics import AGENTS, TOPICS, by_record
from streams.transport.admin import changelog_topic, ensure_topics, partitions_of
from streams.transport.partitioner import partition_of
from streams.transport.producer import Deliverer
from streams.transport.reading import read_all
from tests.integration import facts

ANSWER_S = 20


def cluster_on(kafka: str, folder: Path, **different: Any) -> "Cluster":
    """Topics and settings for tests that want verdicts within seconds, under the policy of `facts`."""
    policy = folder / "policy.yaml"
    policy.write_text(facts.POLICY)
    quick: dict[str, Any] = {
        "partitions": 2,
        "lateness_ms": 1_000,
        "commit_ms": 100,
        "tick_ms": 100,
        "session_ms": 6_000,
        "policy": str(policy),
        "state_dir": str(folder / "state"),
    }
    made = Cluster(Settings(kafka=kafka, **(quick | different)))
    made.create()
    return made


@dataclass(frozen=True, slots=True)
class Cluster:
    """The topics of one test."""

    settings: Settings

    @property
    def environment(self) -> Mapping[str, str]:
        """The settings as a process finds them."""
        return {
            "CLAWBACK_KAFKA": self.settings.kafka,
            "CLAWBACK_CLICKHOUSE": self.settings.clickhouse,
            "CLAWBACK_APP": self.settings.app,
            "CLAWBACK_TOPIC_PREFIX": self.settings.topic_prefix,
            "CLAWBACK_PARTITIONS": str(self.settings.partitions),
            "CLAWBACK_LATENESS_MS": str(self.settings.lateness_ms),
            "CLAWBACK_COMMIT_MS": str(self.settings.commit_ms),
            "CLAWBACK_TICK_MS": str(self.settings.tick_ms),
            "CLAWBACK_SESSION_MS": str(self.settings.session_ms),
            "CLAWBACK_POLICY": self.settings.policy,
            "CLAWBACK_STATE_DIR": self.settings.state_dir,
        }

    def create(self) -> None:
        report = ensure_topics(self.settings)
        assert not report.problems, report.problems

    def publish(self, *records: Any, partition: int | None = None) -> None:
        """Publish records as a well-behaved platform does, or on a partition that the test names."""
        deliverer, codec = Deliverer(self.settings), AvroCodec()
        for record in records:
            kind = kind_of(record)
            key = record.agent_id if kind == AGENTS.record else record.decision_id
            topic = self.settings.topic(by_record(kind).name)
            deliverer.send(topic, key.encode(), codec.encode(record), partition=partition)
        deliverer.flush()

    def publish_at_once(self, *records: Any) -> None:
        """Publish records so that all of them become visible in the same moment (one transaction)."""
        name = f"{self.settings.app}-{uuid.uuid4().hex[:8]}"
        options = {"transactional.id": name, "partitioner": "murmur2_random"}
        producer, codec = Producer(self.settings.kafka_client(**options)), AvroCodec()
        producer.init_transactions(ANSWER_S)
        producer.begin_transaction()
        for record in records:
            topic = self.settings.topic(by_record(kind_of(record)).name)
            producer.produce(topic, codec.encode(record), record.decision_id.encode())
        producer.commit_transaction(ANSWER_S)

    def publish_bytes(self, topic: str, value: bytes, key: bytes = b"k", partition: int | None = None) -> None:
        deliverer = Deliverer(self.settings)
        deliverer.send(self.settings.topic(topic), key, value, partition=partition)
        deliverer.flush()

    def messages(self, topic: str) -> list[Message]:
        name = self.settings.topic(topic)
        count = partitions_of(self.settings)[name]
        return list(read_all(self.settings, "test", [(name, number) for number in range(count)]))

    def records(self, topic: str) -> list[Any]:
        """Everything that a topic of ours holds now, decoded, in the order of (partition, offset)."""
        kind = next(t.record for t in TOPICS if t.name == topic)
        codec = AvroCodec()
        return [codec.decode(message.value() or b"", kind) for message in self.messages(topic)]

    def committed(self, group: str, topics: Iterable[str]) -> dict[tuple[str, int], tuple[int, int]]:
        """Where a group stands: per (topic, partition) the offset it has committed (-1: none) and where it ends."""
        consumer = Consumer(self.settings.kafka_client(**{"group.id": group, "isolation.level": "read_committed"}))
        try:
            names = [self.settings.topic(topic) for topic in topics]
            places = [TopicPartition(name, number) for name in names for number in range(self.settings.partitions)]
            return {
                (place.topic, place.partition): (
                    max(place.offset, -1),
                    consumer.get_watermark_offsets(place, timeout=ANSWER_S)[1],
                )
                for place in consumer.committed(places, timeout=ANSWER_S)
            }
        finally:
            consumer.close()

    def lag(self, group: str, topics: Iterable[str]) -> int:
        """How many messages of some topics a group has not committed yet; markers of transactions are none."""
        names = {self.settings.topic(topic): topic for topic in topics}
        stands = self.committed(group, names.values())
        behind = {topic for (topic, _), (offset, end) in stands.items() if max(offset, 0) < end}
        return sum(
            (message.offset() or 0) >= stands[topic, message.partition() or 0][0]
            for topic in behind
            for message in self.messages(names[topic])
        )

    def home_of(self, decision_id: str) -> int:
        return partition_of(decision_id.encode(), self.settings.partitions)

    @property
    def changelog(self) -> str:
        return changelog_topic(self.settings).name
