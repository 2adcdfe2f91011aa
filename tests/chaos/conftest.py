"""A broker and a store for all storms of a session, which may take them away."""

from collections.abc import Iterator

import pytest

from tests.backends.base import Backend, Unavailable
from tests.backends.find import running_clickhouse, running_kafka
from tests.integration.conftest import _without


@pytest.fixture(scope="session")
def stormy_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    try:
        with running_kafka(tmp_path_factory.mktemp("stormy-kafka")) as broker:
            yield broker
    except Unavailable as reason:
        _without("Kafka of its own", str(reason))


@pytest.fixture(scope="session")
def stormy_clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    try:
        with running_clickhouse(tmp_path_factory.mktemp("stormy-clickhouse")) as store:
            yield store
    except Unavailable as reason:
        _without("ClickHouse of its own", str(reason))
