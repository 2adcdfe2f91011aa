"""Are the backends of the tests the real thing, and do they keep what they were given?"""

from __future__ import annotations

import os
from pathlib import Path

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient

from tests.backends.base import Backend, Unavailable
from tests.backends.clickhouse import ClickHouseServer
from tests.backends.topics import create_topic

pytestmark = pytest.mark.integration

_SECONDS = 20.0


def _produce(bootstrap: str, topic: str, values: list[bytes]) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "acks": "all"})
    for value in values:
        producer.produce(topic, value)
    assert producer.flush(_SECONDS) == 0


def _consume(bootstrap: str, topic: str, group: str, count: int, **settings: str) -> list[bytes | None]:
    """Read as a member of a group, commit, and leave."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            **{name.replace("_", "."): value for name, value in settings.items()},
        }
    )
    try:
        consumer.subscribe([topic])
        messages = consumer.consume(count, timeout=_SECONDS)
        assert [message.error() for message in messages if message.error()] == []
        consumer.commit(asynchronous=False)
        return [message.value() for message in messages]
    finally:
        consumer.close()


def test_what_is_produced_is_consumed_and_a_group_goes_on_where_it_was(kafka_bootstrap: str, topic_prefix: str) -> None:
    topic = create_topic(kafka_bootstrap, f"{topic_prefix}round-trip")
    _produce(kafka_bootstrap, topic, [b"one", b"two"])
    assert _consume(kafka_bootstrap, topic, f"{topic_prefix}group", 2) == [b"one", b"two"]
    _produce(kafka_bootstrap, topic, [b"three"])
    assert _consume(kafka_bootstrap, topic, f"{topic_prefix}group", 1) == [b"three"]


def test_records_of_an_aborted_transaction_stay_hidden(kafka_bootstrap: str, topic_prefix: str) -> None:
    topic = create_topic(kafka_bootstrap, f"{topic_prefix}transactions")
    producer = Producer({"bootstrap.servers": kafka_bootstrap, "transactional.id": f"{topic_prefix}producer"})
    producer.init_transactions(_SECONDS)
    producer.begin_transaction()
    producer.produce(topic, b"taken back")
    producer.flush(_SECONDS)
    producer.abort_transaction(_SECONDS)
    producer.begin_transaction()
    producer.produce(topic, b"kept")
    producer.commit_transaction(_SECONDS)
    assert _consume(kafka_bootstrap, topic, f"{topic_prefix}g1", 1, isolation_level="read_committed") == [b"kept"]
    seen = _consume(kafka_bootstrap, topic, f"{topic_prefix}g2", 2, isolation_level="read_uncommitted")
    assert seen == [b"taken back", b"kept"]


def test_a_topic_is_not_made_by_asking_for_it(kafka_bootstrap: str, topic_prefix: str) -> None:
    admin = AdminClient({"bootstrap.servers": kafka_bootstrap})
    name = f"{topic_prefix}unheard-of"
    assert admin.list_topics(name, timeout=_SECONDS).topics[name].error is not None
    assert name not in admin.list_topics(timeout=_SECONDS).topics


def test_kafka_keeps_records_and_offsets_over_a_restart_and_a_kill(own_kafka: Backend) -> None:
    topic = create_topic(own_kafka.address, "kept")
    _produce(own_kafka.address, topic, [b"one"])
    assert _consume(own_kafka.address, topic, "group", 1) == [b"one"]
    own_kafka.restart()
    _produce(own_kafka.address, topic, [b"two"])
    own_kafka.kill()
    own_kafka.start()
    assert _consume(own_kafka.address, topic, "group", 1) == [b"two"]
    assert _consume(own_kafka.address, topic, "another", 2) == [b"one", b"two"]


def _make_table(client: Client, database: str = "default") -> str:
    table = f"{database}.facts"
    client.command(f"CREATE TABLE {table} (id UInt64, what String) ENGINE = MergeTree ORDER BY id")
    return table


def test_clickhouse_gives_back_what_was_inserted(clickhouse_url: str, database: str) -> None:
    with clickhouse_connect.get_client(dsn=clickhouse_url) as client:
        table = _make_table(client, database)
        rows = [[number, f"fact {number}"] for number in range(1000)]
        client.insert(table, rows, column_names=["id", "what"], settings={"async_insert": 0})
        found = client.query(f"SELECT what FROM {table} WHERE id = {{id:UInt64}}", parameters={"id": 7})
        assert found.result_rows == [("fact 7",)]
        assert client.query(f"SELECT count() FROM {table}").result_rows == [(1000,)]


def test_clickhouse_keeps_rows_over_a_restart_and_a_kill(own_clickhouse: Backend) -> None:
    with clickhouse_connect.get_client(dsn=own_clickhouse.address) as client:
        table = _make_table(client)
        client.insert(table, [[1, "before the restart"]], settings={"async_insert": 0})
    own_clickhouse.restart()
    with clickhouse_connect.get_client(dsn=own_clickhouse.address) as client:
        client.insert(table, [[2, "before the kill"]], settings={"async_insert": 0})
    own_clickhouse.kill()
    own_clickhouse.start()
    with clickhouse_connect.get_client(dsn=own_clickhouse.address) as client:
        assert client.query(f"SELECT id FROM {table} ORDER BY id").result_rows == [(1,), (2,)]


def test_without_the_password_nothing_can_be_read(tmp_path: Path) -> None:
    try:
        server = ClickHouseServer(tmp_path, user="auditor")
    except Unavailable as reason:
        pytest.skip(str(reason))
    server.start()
    try:
        with clickhouse_connect.get_client(dsn=server.address) as client:
            table = _make_table(client)
            client.insert(table, [[1, "secret"]])
            assert client.query(f"SELECT what FROM {table}").result_rows == [("secret",)]
        for stranger in ("", "auditor:wrong@"):
            with pytest.raises(DatabaseError, match=r"ACCESS_DENIED|AUTHENTICATION_FAILED"):
                clickhouse_connect.get_client(dsn=f"http://{stranger}127.0.0.1:{server.port}").query(
                    f"SELECT what FROM {table}"
                )
    finally:
        server.discard()


def test_a_backend_is_gone_once_discarded(tmp_path: Path) -> None:
    try:
        server = ClickHouseServer(tmp_path)
    except Unavailable as reason:
        pytest.skip(str(reason))
    server.start()
    pid = server.pid
    assert pid is not None
    server.discard()
    assert server.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
