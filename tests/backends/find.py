"""Which backend there is to own on this machine: a container engine's, else one from Maven and one from npm."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.backends.base import Backend, Unavailable
from tests.backends.clickhouse import ClickHouseServer
from tests.backends.containers import contained_clickhouse, contained_kafka
from tests.backends.kafka import KafkaBroker

_KAFKA: Sequence[Callable[[Path], Backend]] = (contained_kafka, KafkaBroker)
_CLICKHOUSE: Sequence[Callable[[Path], Backend]] = (contained_clickhouse, ClickHouseServer)


@contextmanager
def running_kafka(folder: Path) -> Iterator[Backend]:
    """A broker of one's own, started; it is gone when the block ends. Raises Unavailable with every reason."""
    with _running(_KAFKA, folder) as backend:
        yield backend


@contextmanager
def running_clickhouse(folder: Path) -> Iterator[Backend]:
    """A ClickHouse of one's own, started; it is gone when the block ends. Raises Unavailable with every reason."""
    with _running(_CLICKHOUSE, folder) as backend:
        yield backend


@contextmanager
def _running(ways: Sequence[Callable[[Path], Backend]], folder: Path) -> Iterator[Backend]:
    backend = _first_that_starts(ways, folder)
    try:
        yield backend
    finally:
        backend.discard()


def _first_that_starts(ways: Sequence[Callable[[Path], Backend]], folder: Path) -> Backend:
    reasons: list[str] = []
    for way in ways:
        try:
            backend = way(folder)
            try:
                backend.start()
            except BaseException:
                backend.discard()
                raise
        except Unavailable as reason:
            reasons.append(str(reason))
        else:
            return backend
    raise Unavailable("; ".join(reasons))
