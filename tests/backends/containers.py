"""The same two backends from a container engine, where one answers: pinned images, fixed ports, lasting data."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import docker  # type: ignore[import-untyped]
from docker.errors import DockerException  # type: ignore[import-untyped]
from testcontainers.core.container import DockerContainer

from streams.embedded.child import ChildFailed, free_port
from tests.backends.base import Unavailable
from tests.backends.clickhouse import clickhouse_answers
from tests.backends.kafka import SETTINGS, broker_answers

KAFKA_IMAGE = "apache/kafka:4.4.0"
CLICKHOUSE_IMAGE = "clickhouse/clickhouse-server:26.7"
_USUAL_SOCKET = "unix:///var/run/docker.sock"
_ENGINE_SECONDS = 5
_START_SECONDS = 120
_STOP_SECONDS = 30
_POLL_SECONDS = 0.2


class Contained:
    """A backend in a container; `start` makes the container at first and wakes the same one later."""

    def __init__(
        self,
        image: str,
        env: Mapping[str, str],
        *,
        inside: int,
        port: int,
        address: str,
        ready: Callable[[], bool],
    ) -> None:
        """Describe the container: `inside` is the port in it, `port` the one on this machine."""
        require_engine()
        self.address = address
        self._image = image
        self._ready = ready
        self._container = DockerContainer(image, env=dict(env)).with_bind_ports(inside, port)
        self._made = False

    def start(self) -> None:
        """Start the container and wait until what is in it answers."""
        try:
            if self._made:
                self._container.get_wrapped_container().start()
            else:
                self._container.start()
                self._made = True
        except DockerException as error:
            raise Unavailable(f"the container engine could not start {self._image}: {error}") from error
        deadline = time.monotonic() + _START_SECONDS
        while not self._ready():
            if time.monotonic() > deadline:
                raise ChildFailed(f"{self._image} did not answer within {_START_SECONDS} s")
            time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        """Let it end tidily."""
        self._container.get_wrapped_container().stop(timeout=_STOP_SECONDS)

    def kill(self) -> None:
        """End it at once (SIGKILL)."""
        self._container.get_wrapped_container().kill()

    def restart(self) -> None:
        """Stop it and start it again, with its data and at its port."""
        self.stop()
        self.start()

    def discard(self) -> None:
        """End it and remove its data."""
        if self._made:
            self._container.stop(force=True, delete_volume=True)


def require_engine() -> None:
    """Raise Unavailable when no container engine answers on this machine."""
    where = os.environ.get("DOCKER_HOST", _USUAL_SOCKET)
    if where.startswith("unix://") and not Path(where.removeprefix("unix://")).is_socket():
        raise Unavailable(f"no container engine at {where}")
    try:
        client = docker.from_env(timeout=_ENGINE_SECONDS)
        try:
            client.ping()
        finally:
            client.close()
    except (DockerException, OSError) as error:
        raise Unavailable(f"the container engine at {where} does not answer: {error}") from error


def contained_kafka(_folder: Path) -> Contained:
    """Apache Kafka's own image, with the same settings as the broker from Maven."""
    port = free_port()
    address = f"127.0.0.1:{port}"
    properties = {
        **SETTINGS,
        "listeners": "PLAINTEXT://:9092,CONTROLLER://:9093",
        "advertised.listeners": f"PLAINTEXT://{address}",
        "controller.quorum.voters": "1@localhost:9093",
    }
    env = {f"KAFKA_{name.upper().replace('.', '_')}": value for name, value in properties.items()}
    return Contained(KAFKA_IMAGE, env, inside=9092, port=port, address=address, ready=lambda: broker_answers(address))


def contained_clickhouse(_folder: Path) -> Contained:
    """ClickHouse's own image, with one account that may do everything."""
    port, password = free_port(), secrets.token_urlsafe(16)
    env = {
        "CLICKHOUSE_USER": "tests",
        "CLICKHOUSE_PASSWORD": password,
        "CLICKHOUSE_DEFAULT_ACCESS_MANAGEMENT": "1",
    }
    return Contained(
        CLICKHOUSE_IMAGE,
        env,
        inside=8123,
        port=port,
        address=f"http://tests:{password}@127.0.0.1:{port}",
        ready=lambda: clickhouse_answers(f"http://127.0.0.1:{port}"),
    )
