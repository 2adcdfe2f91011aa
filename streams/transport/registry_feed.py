"""Registry feed: the topic of agents, read to its end before anything is judged, and followed from then on."""

import logging
import threading
from collections.abc import Callable

from confluent_kafka import Consumer, KafkaError, Message

from streams.codec.avro import AvroCodec
from streams.codec.errors import Malformed
from streams.core.registry import Agent, Registry
from streams.settings import Settings
from streams.topics import AGENTS
from streams.transport.admin import partitions_of
from streams.transport.reading import POLL_S, read_to_end, reader

log = logging.getLogger(__name__)

OnMalformed = Callable[[Message, Malformed], None]


class RegistryFeed:
    """The registry as this worker knows it now; replaced as a whole, never changed in place."""

    def __init__(
        self, settings: Settings, codec: AvroCodec, on_malformed: OnMalformed, on_lost: Callable[[str], None]
    ) -> None:
        """Prepare the feed. `on_lost` is called when it can no longer be followed: judging on would be a lie."""
        self._settings = settings
        self._codec = codec
        self._on_malformed = on_malformed
        self._on_lost = on_lost
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.registry = Registry()

    def start(self) -> None:
        """Read everything that is there, then follow in a thread of its own.

        Raises:
            ReadFailed: the topic cannot be read.
        """
        topic = self._settings.topic(AGENTS.name)
        count = partitions_of(self._settings).get(topic, 0)
        consumer = reader(self._settings, "registry")
        agents = [self._agent(m) for m in read_to_end(consumer, [(topic, number) for number in range(count)])]
        self.registry = Registry().with_agents(agent for agent in agents if agent is not None)
        log.info("registry: %d agents known", len(self.registry.versions))
        self._thread = threading.Thread(target=self._follow, args=(consumer,), name="registry", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop following."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _follow(self, consumer: Consumer) -> None:
        try:
            while not self._stop.is_set():
                message = consumer.poll(POLL_S)
                if message is None:
                    continue
                error = message.error()
                if error is not None:
                    if error.code() != KafkaError._PARTITION_EOF and not error.retriable():  # noqa: SLF001
                        self._on_lost(error.str())
                        return
                    continue
                agent = self._agent(message)
                if agent is not None:
                    self.registry = self.registry.with_agents([agent])
                    log.info("registry: agent %s is %s", agent.agent_id, agent.status)
        except Exception as lost:
            log.exception("registry: lost")
            self._on_lost(str(lost))
        finally:
            consumer.close()

    def _agent(self, message: Message) -> Agent | None:
        value = message.value()
        if value is None:
            return None
        try:
            record = self._codec.decode(value, AGENTS.record)
        except Malformed as malformed:
            self._on_malformed(message, malformed)
            return None
        assert isinstance(record, Agent)
        return record
