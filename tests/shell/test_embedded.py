"""Do the embedded ClickHouse and the embedded broker do what the product asks of a real one?"""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from streams.embedded.broker import CONSUMER_SETTINGS, EmbeddedBroker
from streams.embedded.child import ChildFailed, accepts_connections, free_port
from streams.embedded.clickhouse import EmbeddedClickHouse
from streams.embedded.statement import Statement, parse
from streams.embedded.unpack import TooLargeError, unpack

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_COLUMNS = ["id", "what", "at", "tags", "note"]
_TABLE = """
    CREATE TABLE {name} (id UInt64, what LowCardinality(String), at DateTime64(3, 'UTC'), tags Array(String),
                         note Nullable(String))
    ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 100
"""
_AT = datetime(2026, 11, 1, 12, 30, tzinfo=UTC)
_SECONDS = 20.0


@pytest.mark.parametrize(
    ("text", "sql", "fmt", "data"),
    [
        (b"INSERT INTO t (`a`) FORMAT Native\n\x01;FORMAT x\n", b"INSERT INTO t (`a`) ", "Native", b"\x01;FORMAT x\n"),
        (b"insert into t format CSV\n1\n\n", b"insert into t ", "CSV", b"1\n\n"),
        (b"INSERT INTO t FORMAT TSV", b"INSERT INTO t ", "TSV", b""),
        (
            b"INSERT INTO t (`my FORMAT x`) /* FORMAT y */ FORMAT CSV 1",
            b"INSERT INTO t (`my FORMAT x`) /* FORMAT y */ ",
            "CSV",
            b"1",
        ),
        (b"INSERT INTO t VALUES ('FORMAT CSV\n')", b"INSERT INTO t VALUES ('FORMAT CSV\n')", None, None),
        (b"INSERT INTO t SELECT 1 FORMAT Null", b"INSERT INTO t SELECT 1 FORMAT Null", None, None),
        (
            b"SELECT 'it''s' -- FORMAT a\n FORMAT Native ;\n",
            b"SELECT 'it''s' -- FORMAT a\n FORMAT Native ;\n",
            "Native",
            None,
        ),
        (b"SELECT format FROM t", b"SELECT format FROM t", None, None),
    ],
)
def test_a_request_is_split_as_clickhouse_does(text: bytes, sql: bytes, fmt: str | None, data: bytes | None) -> None:
    assert parse(text) == Statement(sql=sql, format=fmt, data=data)


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("zstd", zstd.compress)]
)
def test_a_packed_body_may_not_be_larger_than_the_limit(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    packed = pack(b"a" * 10_000)
    assert unpack(packed, encoding, 10_000) == b"a" * 10_000
    with pytest.raises(TooLargeError):
        unpack(packed, encoding, 9_999)
    for broken in (packed[:-6], b"nonsense"):
        with pytest.raises(ValueError, match=encoding):
            unpack(broken, encoding, 10_000)
    with pytest.raises(ValueError, match="unknown"):
        unpack(packed, "rot13", 10_000)


def _rows(count: int, start: int = 0) -> list[list[object]]:
    return [[number, f"it's {number % 7}", _AT, ["a", "b\n"], None] for number in range(start, start + count)]


def _count(client: Client, table: str) -> int:
    return int(client.query(f"SELECT count() FROM {table}").result_rows[0][0])


def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedClickHouse]:
    with EmbeddedClickHouse(tmp_path_factory.mktemp("store")) as running:
        yield running


@pytest.fixture
def client(store: EmbeddedClickHouse) -> Iterator[Client]:
    with clickhouse_connect.get_client(dsn=store.url) as connected:
        yield connected


@pytest.fixture
def table(client: Client, request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"t_{abs(hash(request.node.name))}"
    client.command(_TABLE.format(name=name))
    yield name
    client.command(f"DROP TABLE {name} SYNC")


@pytest.mark.parametrize("compress", [True, "lz4", "zstd", "gzip", False])
def test_rows_come_back_as_they_went_in(
    store: EmbeddedClickHouse, client: Client, table: str, compress: bool | str
) -> None:
    with clickhouse_connect.get_client(dsn=store.url, compress=compress) as writer:
        summary = writer.insert(table, _rows(10_000), column_names=_COLUMNS, settings={"async_insert": 0})
    assert summary.written_rows == 10_000
    found = client.query(f"SELECT * FROM {table} ORDER BY id LIMIT 2", settings={"max_threads": 1})
    assert list(found.column_names) == _COLUMNS
    assert [(row[0], row[1], row[3], row[4]) for row in found.result_rows] == [
        (0, "it's 0", ["a", "b\n"], None),
        (1, "it's 1", ["a", "b\n"], None),
    ]
    assert found.result_rows[0][2].replace(tzinfo=UTC) == _AT
    assert _count(client, table) == 10_000


def test_parameters_are_values_and_never_text_of_the_query(client: Client, table: str) -> None:
    client.insert(table, _rows(100), column_names=_COLUMNS)
    query = f"SELECT count() FROM {table} WHERE what = {{what:String}} AND id IN {{ids:Array(UInt64)}}"
    assert client.query(query, parameters={"what": "it's 1", "ids": [1, 8, 9]}).result_rows == [(2,)]
    hostile = "' OR 1=1 -- \\ \n\t `ü`"
    assert client.query("SELECT {it:String}", parameters={"it": hostile}).result_rows == [(hostile,)]
    long = "long " * 50_000
    assert client.query("SELECT {it:String}", parameters={"it": long}).result_rows == [(long,)]


def test_an_error_is_the_clients_own_exception_with_clickhouses_code(client: Client, table: str) -> None:
    cases = {
        "SELECT nonsense": 47,
        "SELECT FROM WHERE": 62,
        "SELECT * FROM no_such_table": 60,
        f"SELECT id FROM {table} SETTINGS no_such_setting = 1": 115,
    }
    for query, code in cases.items():
        with pytest.raises(DatabaseError) as caught:
            client.query(query)
        assert caught.value.code == code
    with pytest.raises(DatabaseError, match="CANNOT_"):
        client.raw_insert(table, ["id"], "no number\n", fmt="JSONEachRow")
    assert _count(client, table) == 0


def test_commands_say_what_they_gave(client: Client, table: str) -> None:
    assert client.ping()
    assert client.command("SELECT 1") == 1
    assert client.command(f"EXISTS TABLE {table}") == 1
    assert client.command(f"INSERT INTO {table} (id) VALUES (1), (2)") is not None
    assert client.command(f"INSERT INTO {table} (id) SELECT number FROM numbers(10, 5)") is not None
    assert client.raw_query(f"SELECT id FROM {table} ORDER BY id LIMIT 2", fmt="JSONEachRow") == b'{"id":1}\n{"id":2}\n'
    assert _count(client, table) == 7
    empty = client.query(f"SELECT id FROM {table} WHERE 0")
    assert empty.result_rows == []


def test_a_repeated_insert_with_the_same_token_is_one_insert(client: Client, table: str) -> None:
    settings = {"insert_deduplication_token": "offsets 0 to 99", "async_insert": 0}
    for _ in range(2):
        client.insert(table, _rows(100), column_names=_COLUMNS, settings=settings)
    client.insert(
        table, _rows(100, 100), column_names=_COLUMNS, settings=settings | {"insert_deduplication_token": "b"}
    )
    assert _count(client, table) == 200


def test_two_clients_work_at_once_and_in_their_own_databases(store: EmbeddedClickHouse, client: Client) -> None:
    for name in ("one", "two"):
        client.command(f"CREATE DATABASE {name}")

    def work(name: str) -> int:
        with clickhouse_connect.get_client(dsn=f"{store.url}/{name}") as own:
            own.command(_TABLE.format(name="facts"))
            for batch in range(10):
                own.insert("facts", _rows(1000, 1000 * batch), column_names=_COLUMNS)
                assert _count(own, "facts") == 1000 * (batch + 1)
            return _count(own, f"{name}.facts")

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(work, ("one", "two"))) == [10_000, 10_000]


def test_a_slow_query_holds_nobody_up(store: EmbeddedClickHouse, client: Client) -> None:
    def sleep() -> None:
        with clickhouse_connect.get_client(dsn=store.url) as other:
            other.query("SELECT sleep(2)")

    slow = threading.Thread(target=sleep)
    slow.start()
    started = time.monotonic()
    for _ in range(20):
        client.query("SELECT 1")
    assert slow.is_alive()
    assert time.monotonic() - started < 2
    slow.join(_SECONDS)


def test_nobody_gets_in_without_the_password(store: EmbeddedClickHouse) -> None:
    assert (store.path / "password").stat().st_mode & 0o077 == 0
    for account in ("", "default:wrong@"):
        with pytest.raises(DatabaseError) as caught:
            clickhouse_connect.get_client(dsn=f"http://{account}127.0.0.1:{store.port}")
        assert caught.value.code == 516


def test_a_restart_keeps_the_data_and_the_address(tmp_path: Path) -> None:
    store = EmbeddedClickHouse(tmp_path)
    for expected in (100, 200):
        with store, clickhouse_connect.get_client(dsn=store.url) as client:
            client.command(_TABLE.format(name="IF NOT EXISTS kept"))
            client.insert("kept", _rows(100, expected), column_names=_COLUMNS)
            assert _count(client, "kept") == expected


def test_a_second_server_for_the_same_folder_is_refused(store: EmbeddedClickHouse) -> None:
    with pytest.raises(ChildFailed, match="another ClickHouse uses"):
        EmbeddedClickHouse(store.path).start()
    with pytest.raises(ChildFailed, match=f"port {store.port} is in use"):
        EmbeddedClickHouse(store.path, store.port).start()


def test_stopping_leaves_no_process(tmp_path: Path) -> None:
    store, broker = EmbeddedClickHouse(tmp_path / "store"), EmbeddedBroker(tmp_path / "broker.log")
    with store, broker:
        pids = [store.pid, broker.pid]
    for pid in pids:
        assert pid is not None
        assert _gone(pid)
    assert not accepts_connections(store.port)
    assert not accepts_connections(broker.port)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's death")
def test_a_killed_parent_takes_its_servers_with_it(tmp_path: Path) -> None:
    program = f"""
import pathlib, time
from streams.embedded.broker import EmbeddedBroker
from streams.embedded.clickhouse import EmbeddedClickHouse
folder = pathlib.Path({str(tmp_path)!r})
broker, store = EmbeddedBroker(folder / "broker.log"), EmbeddedClickHouse(folder / "store")
broker.start(); store.start()
print(broker.pid, store.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + _SECONDS
    while not all(map(_gone, pids)):
        assert time.monotonic() < deadline, f"still there: {pids}"
        time.sleep(0.05)


def test_the_broker_brings_a_group_its_records_and_keeps_its_place(tmp_path: Path) -> None:
    with EmbeddedBroker(tmp_path / "broker.log") as broker:
        admin = AdminClient({"bootstrap.servers": broker.bootstrap})
        admin.create_topics([NewTopic("facts", 4, 1)])["facts"].result(_SECONDS)
        assert len(admin.list_topics("facts", timeout=_SECONDS).topics["facts"].partitions) == 4
        producer = Producer({"bootstrap.servers": broker.bootstrap, "acks": "all", "enable.idempotence": True})
        sent = [f"fact {number}".encode() for number in range(100)]
        for batch in (sent[:60], sent[60:]):
            for value in batch:
                producer.produce("facts", value, key=value)
            assert producer.flush(_SECONDS) == 0
            assert sorted(_consume(broker.bootstrap, len(batch))) == sorted(batch)


def _consume(bootstrap: str, count: int) -> list[bytes]:
    consumer = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": "group", "enable.auto.commit": False, **CONSUMER_SETTINGS}
    )
    try:
        consumer.subscribe(["facts"])
        messages = consumer.consume(count, timeout=_SECONDS)
        consumer.commit(asynchronous=False)
        return [value for message in messages if (value := message.value()) is not None]
    finally:
        consumer.close()


def test_a_broker_that_cannot_start_says_why(tmp_path: Path) -> None:
    port = free_port()
    with EmbeddedBroker(tmp_path / "first.log", port), pytest.raises(ChildFailed, match=f"port {port} is in use"):
        EmbeddedBroker(tmp_path / "second.log", port).start()
