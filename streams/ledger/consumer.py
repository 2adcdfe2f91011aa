"""Consumer: the ledger's member of its group. Which partitions are ours, and what comes next in them."""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient

from streams.ledger.batch import Part
from streams.ledger.errors import OptionsRefused
from streams.ledger.resume import Log
from streams.settings import Settings

log = logging.getLogger(__name__)

KAFKA_S = 10.0
"""How long Kafka may take to answer a question about a partition."""

FETCH_BYTES_MAX = 16 << 20
"""What the client may have fetched ahead, of all partitions together: more than one batch is of no use."""

REPEAT_S = 60.0
"""How often the same trouble is told again."""


class GroupConsumer:
    """A consumer that says which partitions came and went, and hands out each record of a partition once, in order.

    A partition that has come is paused until `begin` says where to go on. `clock`: seconds, monotonic. `let_go`: called
    with partitions that are about to go; nobody else gets them before it returns.
    """

    def __init__(
        self,
        settings: Settings,
        topics: Sequence[str],
        *,
        group: str,
        clock: Callable[[], float],
        let_go: Callable[[Collection[Part]], None],
    ) -> None:
        """Join the group, as far as that can be done without waiting.

        Raises:
            OptionsRefused: the client does not take the user's options.
        """
        self._clock = clock
        self._let_go = let_go
        self._told: dict[str, float] = {}
        self._settings = settings
        self._admin: AdminClient | None = None
        self._next: dict[Part, int] = {}
        self._ends: dict[Part, int] = {}
        self.waiting: set[Part] = set()
        try:
            self._consumer = Consumer(_options(settings, group) | {"error_cb": self._on_trouble})
        except KafkaException as error:
            raise OptionsRefused(f"CLAWBACK_KAFKA_OPTIONS do not fit: {error.args[0].str()}.") from error
        self._consumer.subscribe(
            list(topics), on_assign=self._on_assign, on_revoke=self._on_gone, on_lost=self._on_gone
        )

    def close(self) -> None:
        """Leave the group."""
        self._consumer.close()

    @property
    def member(self) -> str:
        """Our id in the group; empty before it is known."""
        return str(self._consumer.memberid() or "")

    @property
    def reading(self) -> Collection[Part]:
        """The partitions that are being read."""
        return self._next.keys()

    def poll(self, timeout_s: float, most: int = 1_000) -> Iterator[tuple[Part, Message]]:
        """Give the next records, and let the group do its work: partitions may come and go meanwhile.

        Nothing is given twice and nothing of a partition that is not being read.
        """
        for message in self._consumer.consume(most, timeout_s):
            if (error := message.error()) is not None:
                if error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - it has no public name
                    self._ends[cast("Part", (message.topic(), message.partition()))] = cast("int", message.offset())
                else:
                    self._complain(message, error)
                continue
            part, offset = cast("Part", (message.topic(), message.partition())), cast("int", message.offset())
            due = self._next.get(part)
            if due is not None and offset >= due:
                self._next[part] = offset + 1
                yield part, message

    def begin(self, part: Part, offset: int) -> bool:
        """Read a partition that has come, from an offset on. False: it is gone again.

        Raises:
            KafkaException: the broker does not answer.
        """
        if part not in self.waiting:
            return False
        self._consumer.seek(TopicPartition(*part, offset))
        self._consumer.resume([TopicPartition(*part)])
        self._next[part] = offset
        self.waiting.discard(part)
        return True

    def put_back(self, parts: Iterable[Part]) -> None:
        """Stop reading partitions that are still assigned to us; `begin` starts them again."""
        for part in parts:
            if self._next.pop(part, None) is not None:
                self._consumer.pause([TopicPartition(*part)])
                self.waiting.add(part)

    def hold(self) -> None:
        """Stop the flow of all partitions; records that are under way may still come."""
        self._consumer.pause([TopicPartition(*part) for part in self._next])

    def flow(self) -> None:
        """Let all partitions flow again that are being read."""
        self._consumer.resume([TopicPartition(*part) for part in self._next])

    def log_of(self, part: Part, topic_id: str) -> Log:
        """Ask Kafka what it has of a partition.

        Raises:
            KafkaException: the broker does not answer.
        """
        asked = TopicPartition(*part)
        low, high = self._consumer.get_watermark_offsets(asked, timeout=KAFKA_S)
        (committed,) = self._consumer.committed([asked], timeout=KAFKA_S)
        offset = committed.offset if committed.offset >= 0 else None
        return Log(low=low, high=high, committed=offset, topic_id=topic_id)

    def topic_ids(self, topics: Collection[str]) -> dict[str, str]:
        """Ask Kafka for its own ids of topics; empty where the broker does not say."""
        if self._admin is None:
            self._admin = AdminClient(self._settings.kafka_client())
        ids = dict.fromkeys(topics, "")
        asked = self._admin.describe_topics(TopicCollection(sorted(topics)), request_timeout=KAFKA_S)
        for name, answer in asked.items():
            try:
                ids[name] = str(answer.result(KAFKA_S).topic_id)
            except (KafkaException, TimeoutError) as error:
                self.tell(
                    "topic ids", "Kafka does not tell the id of %s (%s): one made anew may go unseen.", name, error
                )
        return ids

    def commit(self, offsets: Mapping[Part, int]) -> None:
        """Tell the group what to read next. Only for those who watch: where to go on is known to ClickHouse."""
        told = [TopicPartition(*part, offset) for part, offset in offsets.items()]
        try:
            self._consumer.commit(offsets=told, asynchronous=False)
        except KafkaException as error:
            self.tell(
                "commit", "Kafka did not take the offsets (%s). They are safe in ClickHouse.", error.args[0].str()
            )

    def behind(self) -> int:
        """Count the records that are known to be there and not read yet; what ends a transaction is none."""
        total = 0
        for part, due in self._next.items():
            _, high = self._consumer.get_watermark_offsets(TopicPartition(*part), cached=True)
            if self._ends.get(part, -1) < high:
                total += max(0, high - due)
        return total

    def tell(self, what: str, text: str, *args: Any) -> None:
        """Log a trouble, the same one once a minute."""
        now = self._clock()
        if now - self._told.get(what, -REPEAT_S) >= REPEAT_S:
            self._told[what] = now
            log.warning(text, *args)

    def _on_assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        # an offset of our own, so that nobody looks for a committed one; `begin` replaces it
        consumer.incremental_assign([TopicPartition(p.topic, p.partition, OFFSET_BEGINNING) for p in partitions])
        consumer.pause(partitions)
        self.waiting |= {(p.topic, p.partition) for p in partitions}

    def _on_gone(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        gone = frozenset((partition.topic, partition.partition) for partition in partitions)
        for part in gone:
            self._next.pop(part, None)
        self.waiting -= gone
        self._let_go(gone)
        consumer.incremental_unassign(partitions)

    def _complain(self, message: Message, error: KafkaError) -> None:
        topic, partition = message.topic(), message.partition()
        if error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
            self.tell(f"missing {error.str()}", "%s. Run `clawback topics`.", error.str())
        elif error.code() in {KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE}:  # noqa: SLF001 - its public name
            self.tell(
                f"offset {topic} {partition}", "%s of %s is not where we left it: %s.", partition, topic, error.str()
            )
            if topic is not None and partition is not None:
                self.put_back([(topic, partition)])
        else:
            self.tell(error.name(), "Kafka: %s.", error.str())

    def _on_trouble(self, error: KafkaError) -> None:
        self.tell(
            error.name(), "Kafka at %s: %s. The ledger goes on when it is back.", self._settings.kafka, error.str()
        )


def _options(settings: Settings, group: str) -> dict[str, Any]:
    """Configure the client: what the protocol depends on is ours, the rest only unless the user says otherwise."""
    ours = {
        "group.id": group,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        # where to begin is decided by what is in ClickHouse; to be anywhere else would be an error
        "auto.offset.reset": "error",
        # a member that joins or leaves stops only the partitions that move
        "partition.assignment.strategy": "cooperative-sticky",
        "isolation.level": "read_committed",
        # only the client knows whether what is left at the end is a record or a marker
        "enable.partition.eof": True,
    }
    usual = {
        "client.id": group,
        "session.timeout.ms": settings.session_ms,
        "heartbeat.interval.ms": max(100, settings.session_ms // 10),
        # topics and partitions that are made while we run are found within this time
        "topic.metadata.refresh.interval.ms": 10_000,
        "queued.max.messages.kbytes": FETCH_BYTES_MAX >> 10,
        # what was fetched ahead is used up within a second, for which the client would wait once it has enough
        "fetch.queue.backoff.ms": 10,
    }
    return usual | settings.kafka_client(**ours)
