"""Cluster: the topics of one load, and the questions that a measurement asks of Kafka."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from confluent_kafka import Consumer, Message, TopicPartition

from streams.codec.avro import AvroCodec
from streams.core.verdict import Verdict
from streams.policy.load import DEFAULT
from streams.settings import Settings
from streams.topics import INPUTS, VERDICTS, Topic
from streams.transport.admin import changelog_topic, ensure_topics

ASK_S = 20.0
Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Topics with a prefix of their own. `app` names group and changelog, so that each life begins with nothing."""

    settings: Settings

    @classmethod
    def create(cls, kafka: str, folder: Path, name: str, *, partitions: int, policy: Path) -> "Cluster":
        """Make the topics."""
        made = cls(
            Settings(
                kafka=kafka,
                topic_prefix=f"{name}.",
                app=f"{name}-0",
                partitions=partitions,
                policy=str(policy),
                state_dir=str(folder / f"state-{name}"),
            )
        )
        made.ensure()
        return made

    def reborn(self, life: str, **different: int | str) -> "Cluster":
        """Give the same topics to a worker that knows nothing yet: another group, another changelog."""
        name = self.settings.topic_prefix.rstrip(".")
        made = Cluster(replace(self.settings, app=f"{name}-{life}", **different))  # type: ignore[arg-type]
        made.ensure()
        return made

    def watched(self, port: int) -> "Cluster":
        """Give the same topics to a worker that shows its metrics on a port of loopback."""
        return Cluster(replace(self.settings, metrics_port=port))

    def ensure(self) -> None:
        """Make the topics that are missing.

        Raises:
            RuntimeError: they cannot be made.
        """
        report = ensure_topics(self.settings)
        if report.problems:
            raise RuntimeError("; ".join(report.problems))

    @property
    def environment(self) -> Mapping[str, str]:
        """The settings as a process finds them."""
        known = self.settings
        return {
            "CLAWBACK_KAFKA": known.kafka,
            "CLAWBACK_CLICKHOUSE": known.clickhouse,
            "CLAWBACK_APP": known.app,
            "CLAWBACK_TOPIC_PREFIX": known.topic_prefix,
            "CLAWBACK_PARTITIONS": str(known.partitions),
            "CLAWBACK_POLICY": known.policy,
            "CLAWBACK_STATE_DIR": known.state_dir,
            "CLAWBACK_LATENESS_MS": str(known.lateness_ms),
            "CLAWBACK_TICK_MS": str(known.tick_ms),
            "CLAWBACK_METRICS_PORT": str(known.metrics_port),
        }

    @property
    def group(self) -> str:
        """The consumer group of the worker."""
        return f"{self.settings.app}-worker"

    def places(self, *topics: Topic) -> list[Place]:
        """List the partitions of topics, by the names they have here."""
        names = [self.settings.topic(topic.name) for topic in topics]
        return [(name, number) for name in names for number in range(self.settings.partitions)]

    @property
    def changelog(self) -> list[Place]:
        """The partitions of the changelog."""
        return self.places(changelog_topic(self.settings))

    def ends(self, places: list[Place]) -> dict[Place, int]:
        """Ask where partitions end now."""
        with Watcher(self.settings) as watcher:
            return watcher.ends(places)

    def verdicts(self, since: Mapping[Place, int]) -> Iterator[Verdict]:
        """Read the verdicts that were said since some offsets, in the order of each partition."""
        codec = AvroCodec()
        for message in read(self.settings, since):
            verdict = codec.decode(message.value(), VERDICTS.record)
            assert isinstance(verdict, Verdict)
            yield verdict


class Watcher:
    """Somebody who asks Kafka how far a group is, without being part of anything."""

    def __init__(self, settings: Settings, group: str = "bench-watcher") -> None:
        """Prepare to ask about a group."""
        self._consumer = Consumer(
            settings.kafka_client(**{"group.id": group, "enable.auto.commit": False, "log_level": 0})
        )

    def ends(self, places: list[Place]) -> dict[Place, int]:
        """Ask where partitions end (the last stable offset)."""
        return {p: self._consumer.get_watermark_offsets(TopicPartition(*p), timeout=ASK_S)[1] for p in places}

    def behind(self, ends: Mapping[Place, int]) -> int:
        """Count the records up to some ends that the group has not committed."""
        asked = self._consumer.committed([TopicPartition(*place) for place in ends], timeout=ASK_S)
        return sum(max(0, ends[p.topic, p.partition] - max(p.offset, 0)) for p in asked)

    def __enter__(self) -> Self:
        """Ask for the time of a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave."""
        self._consumer.close()


def read(settings: Settings, since: Mapping[Place, int]) -> Iterator[Message]:
    """Read what is committed in some partitions from given offsets to where they end now."""
    consumer = Consumer(
        settings.kafka_client(
            **{
                "group.id": "bench-reader",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "isolation.level": "read_committed",
                "fetch.queue.backoff.ms": 5,
                "log_level": 0,
            }
        )
    )
    try:
        consumer.assign([TopicPartition(*place, offset) for place, offset in since.items()])
        left = set(since)
        while left:
            for message in consumer.consume(5_000, 0.2):
                if message.error() is None:
                    yield message
                else:
                    left.discard((str(message.topic()), int(message.partition() or 0)))
    finally:
        consumer.close()


def inputs(cluster: Cluster) -> list[Place]:
    """List the partitions that are joined."""
    return cluster.places(*INPUTS)


def enforcing(folder: Path, grace: str = "") -> Path:
    """Write the default policy with commands switched on, and perhaps another grace."""
    text = DEFAULT.read_text().replace("\nmode: observe", "\nmode: enforce")
    if grace:
        text = text.replace("grace: 60s ", f"grace: {grace} ")
    path = folder / f"policy{grace}.yaml"
    path.write_text(text)
    return path
