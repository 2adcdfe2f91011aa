"""Heard: everything that the topics of a storm hold for a reader who is shown only what was committed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from streams.codec.avro import AvroCodec
from streams.core.evidence import Evidence
from streams.ledger.rows import Position
from streams.settings import Settings
from streams.topics import INPUTS, LEDGERED, REVOCATIONS, VERDICTS
from streams.transport.reading import read_all


@dataclass(frozen=True, slots=True)
class Message:
    """One record where it lies. `at`: Kafka's time of it (ms since 1970, UTC)."""

    place: Position
    at: int
    record: Any

    def __str__(self) -> str:
        return f"{self.place.topic}[{self.place.partition}]@{self.place.offset} ({self.at}): {self.record}"


@dataclass(slots=True)
class Heard:
    """Messages by topic (its plain name), in the order of partition and offset."""

    by_topic: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))

    @property
    def facts(self) -> Sequence[Evidence]:
        """Every fact, as often as it was published."""
        return [message.record for topic in INPUTS for message in self.by_topic[topic.name]]

    @property
    def verdicts(self) -> Mapping[str, Sequence[Message]]:
        """Every delivery of every verdict, by id."""
        return self._by_id(VERDICTS.name, lambda verdict: verdict.verdict_id)

    @property
    def commands(self) -> Mapping[str, Sequence[Message]]:
        """Every delivery of every command, by id."""
        return self._by_id(REVOCATIONS.name, lambda command: command.command_id)

    def _by_id(self, topic: str, name: Any) -> Mapping[str, Sequence[Message]]:
        found: dict[str, list[Message]] = defaultdict(list)
        for message in self.by_topic[topic]:
            found[name(message.record)].append(message)
        return found

    def ends(self, topics: Sequence[str]) -> Mapping[tuple[str, int], int]:
        """The offset after the last record that anybody is shown; markers of transactions may lie behind it."""
        found: dict[tuple[str, int], int] = {}
        for topic in topics:
            for message in self.by_topic[topic]:
                place = message.place
                part = (place.topic, place.partition)
                found[part] = max(found.get(part, 0), place.offset + 1)
        return found

    def about(self, decision: str) -> list[Message]:
        """All messages about one decision, in the order of Kafka's time."""
        found = [
            message
            for messages in self.by_topic.values()
            for message in messages
            if getattr(message.record, "decision_id", None) == decision
        ]
        return sorted(found, key=lambda message: (message.at, message.place.topic, message.place.offset))


def listen(settings: Settings) -> Heard:
    """Read all topics with a schema of ours from their beginning to their end, as `read_committed`."""
    kinds = {settings.topic(topic.name): topic for topic in LEDGERED}
    parts = [(name, number) for name in kinds for number in range(settings.partitions)]
    heard, codec = Heard(), AvroCodec()
    for message in read_all(settings, "chaos", parts):
        topic = kinds[str(message.topic())]
        record = codec.decode(message.value() or b"", topic.record or "")
        place = Position(str(message.topic()), message.partition() or 0, message.offset() or 0)
        heard.by_topic[topic.name].append(Message(place, message.timestamp()[1], record))
    for messages in heard.by_topic.values():
        messages.sort(key=lambda message: (message.place.partition, message.place.offset))
    return heard
