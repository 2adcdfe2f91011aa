"""One Apache Kafka broker on loopback, also its own controller: what tests run against without containers."""

from __future__ import annotations

import base64
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from streams.embedded.child import Child, ChildFailed, accepts_connections, free_port
from tests.backends.base import Unavailable
from tests.backends.jars import KAFKA_HOME, fetch_jars, java

_START_SECONDS = 90  # takes about 4 s on two idle cores
_STOP_SECONDS = 30
_FORMAT_SECONDS = 60
# A broker that is quick to start, and that lets tests see a dead consumer replaced within seconds.
SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    # A killed broker is let back in once its session has run out: 9 s by default.
    "broker.session.timeout.ms": "2500",
    "broker.heartbeat.interval.ms": "500",
    "auto.create.topics.enable": "false",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "500",
    "group.consumer.min.session.timeout.ms": "500",
    "group.consumer.min.heartbeat.interval.ms": "100",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
    "log.cleaner.dedupe.buffer.size": "8388608",
    "log.initial.task.delay.ms": "1000",
    "num.network.threads": "2",
    "num.io.threads": "2",
    "background.threads": "2",
}


class KafkaBroker:
    """A broker with its data in one folder. `settings` add to the broker's properties or replace them."""

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        heap: str = "512m",
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Prepare a broker; `start` runs it. Raises Unavailable where Java or Maven is missing."""
        self._java = java()
        self._lib = fetch_jars()
        self._folder = folder
        self._port = port or free_port()
        self._heap = heap
        self._properties = {
            **SETTINGS,
            **_addresses(self._port, free_port()),
            "log.dirs": str(folder / "data"),
            **(settings or {}),
        }
        self._child = Child("Apache Kafka", self._command("kafka.Kafka"), log=folder / "kafka.log", port=self._port)

    @property
    def address(self) -> str:
        """What clients call bootstrap.servers."""
        return f"127.0.0.1:{self._port}"

    @property
    def pid(self) -> int | None:
        """The broker's process id, or None when it does not run."""
        return self._child.pid

    def start(self) -> None:
        """Start the broker, on new storage or on what it left, and wait until it answers a client."""
        self._format()
        self._child.start(self._answers, _START_SECONDS)

    def stop(self) -> None:
        """Let the broker end tidily."""
        self._child.stop(_STOP_SECONDS)

    def kill(self) -> None:
        """End the broker at once (SIGKILL)."""
        self._child.kill()

    def restart(self) -> None:
        """Stop the broker and start it again on the same data and ports."""
        self.stop()
        self.start()

    def discard(self) -> None:
        """End the broker for good; whoever made its folder removes it."""
        self.kill()

    def _command(self, main_class: str) -> list[str]:
        # The serial collector and the first compiler only: a test broker starts in half the time.
        quick = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"]
        log4j = f"-Dlog4j2.configurationFile={KAFKA_HOME / 'log4j2.properties'}"
        options = [f"-Xmx{self._heap}", *quick, log4j, "-cp", f"{self._lib}/*"]
        return [self._java, *options, main_class, str(self._folder / "server.properties")]

    def _format(self) -> None:
        properties = self._folder / "server.properties"
        self._folder.mkdir(parents=True, exist_ok=True)
        properties.write_text("".join(f"{name}={value}\n" for name, value in sorted(self._properties.items())))
        if (self._folder / "data" / "meta.properties").exists():
            return
        command = [
            *self._command("kafka.tools.StorageTool")[:-1],
            "format",
            "-t",
            _cluster_id(),
            "-c",
            str(properties),
        ]
        try:
            done = subprocess.run(  # a fixed command
                command, capture_output=True, text=True, timeout=_FORMAT_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise ChildFailed(f"Kafka's storage was not formatted within {_FORMAT_SECONDS} s") from None
        if "UnsupportedClassVersionError" in done.stderr:
            raise Unavailable(f"{self._java} is too old for this Kafka: install Java 17 or later")
        if done.returncode != 0:
            raise ChildFailed(f"Kafka's storage could not be formatted:\n{(done.stdout + done.stderr)[-2000:]}")

    def _answers(self) -> bool:
        return accepts_connections(self._port) and broker_answers(self.address)


def broker_answers(bootstrap: str, *, timeout: float = 2) -> bool:
    """Whether a client gets a broker's name from there within the time."""
    client = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    try:
        return bool(client.list_topics(timeout=timeout).brokers)
    except KafkaException:
        return False


def _addresses(port: int, controller_port: int) -> dict[str, str]:
    return {
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
    }


def _cluster_id() -> str:
    """A new cluster id in Kafka's form, with no leading dash that the tool would take for an option."""
    return "c" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
