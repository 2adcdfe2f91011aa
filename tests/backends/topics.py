"""Topics for tests: made before use, because no broker here makes them by itself, and removed afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

_SECONDS = 20.0


def create_topic(bootstrap: str, name: str, *, partitions: int = 1, config: Mapping[str, str] | None = None) -> str:
    """Make a topic, wait until the broker has it, and give its name back."""
    topic = NewTopic(name, num_partitions=partitions, replication_factor=1, config=dict(config or {}))
    admin = _admin(bootstrap)  # it must live until the answer is there
    made: Future[None] = admin.create_topics([topic], operation_timeout=_SECONDS)[name]
    made.result(_SECONDS)
    return name


def delete_topics(bootstrap: str, prefix: str) -> None:
    """Remove every topic whose name begins so, as far as the broker lets us."""
    admin = _admin(bootstrap)
    with suppress(KafkaException, TimeoutError):
        names = [name for name in admin.list_topics(timeout=_SECONDS).topics if name.startswith(prefix)]
        if names:
            for removed in admin.delete_topics(names, operation_timeout=_SECONDS).values():
                removed.result(_SECONDS)


def _admin(bootstrap: str) -> AdminClient:
    return AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
