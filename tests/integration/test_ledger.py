"""From Kafka to ClickHouse: what is on the topics is in the tables, once, however often it is read."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from streams.codec.records import Record
from streams.core.evidence import Prompt
from streams.core.ids import EventId
from streams.core.time import DAY_MS, Millis
from streams.embedded.clickhouse import EmbeddedClickHouse
from streams.ledger import loop
from streams.ledger.batch import Gathering, Part
from streams.ledger.client import connected
from streams.ledger.errors import Refused, TopicReplaced
from streams.ledger.outage import Outage
from streams.ledger.progress import Claim, Progress
from streams.ledger.rows import Position, rows_of
from streams.ledger.run import start_over
from streams.ledger.store import Store
from streams.ledger.tables import EVIDENCE, LEDGER, TABLES, Table
from streams.ledger.writer import Writer
from streams.ops import migrate
from streams.settings import Settings
from streams.telemetry.meter import Meter
from streams.telemetry.vocabulary import LEDGER as METRICS
from streams.topics import PROMPTS
from tests.altered import replace
from tests.backends.base import Unavailable as NoBackend
from tests.backends.clickhouse import ClickHouseServer
from tests.integration.ledger_kit import TABLE_NAMES, VIEWS, Ledgered, crowd, examples, expected_rows
from tests.integration.processes import until

pytestmark = pytest.mark.integration


@pytest.fixture
def ledgered(kafka_bootstrap: str, topic_prefix: str, clickhouse_url: str, database: str) -> Ledgered:
    settings = Settings(
        kafka=kafka_bootstrap, clickhouse=f"{clickhouse_url}/{database}", topic_prefix=topic_prefix,
        app=f"{topic_prefix}app", partitions=2, ledger_wait_ms=100, session_ms=2_000,
    )  # fmt: skip
    return Ledgered(settings).prepare()


def _found(ledgered: Ledgered, table: Table) -> list[tuple[Any, ...]]:
    """The rows of a table in the form in which they were given to it."""
    times = {table.time, "occurred_at", "registered_at", "quarantined_at"} & set(table.all_columns)
    columns = [f"toUnixTimestamp64Milli({c})" if c in times else f"`{c}`" for c in table.all_columns]
    with connected(ledgered.settings) as client:
        rows = client.query(
            f"SELECT {', '.join(columns)} FROM {table.name}", query_formats={"String": "bytes"}
        ).result_rows
    return sorted((tuple(map(_plain, row)) for row in rows), key=repr)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {_plain(k): _plain(v) for k, v in value.items()}
    return value.encode() if isinstance(value, str) else value


def _expected(records: list[Record], table: Table) -> list[tuple[Any, ...]]:
    """The rows that records become, but for where they lie."""
    here = Position("somewhere", 0, 0)
    rows = (row for record in records for into, row in rows_of(record, here) if into is table)
    return sorted((tuple(map(_plain, row[: -len(LEDGER)])) for row in rows), key=repr)


def test_every_example_reaches_its_tables_with_every_value(ledgered: Ledgered) -> None:
    records = examples()
    ledgered.publish(*records)
    ledgered.keep_all()
    assert ledgered.physical() == {name: expected_rows(records)[name] for name in TABLE_NAMES} | {
        "current_verdicts": ledgered.counts(["current_verdicts"])["current_verdicts"]
    }
    for table in TABLES:
        if table.name != "current_verdicts":  # of one decision only the newest stays
            found = [row[: -len(LEDGER)] for row in _found(ledgered, table)]
            assert found == _expected(records, table), table.name
    places = "SELECT ledger_topic, ledger_partition, ledger_offset FROM evidence"
    assert ledgered.ask(f"SELECT count(), uniqExact(*) FROM ({places})") == [(expected_rows(records)["evidence"],) * 2]
    assert {row[:2] for row in ledgered.ask(places)} <= ledgered.ends().keys()
    assert ledgered.ask("SELECT countIf(digest != lower(hex(SHA256(attrs)))) FROM evidence") == [(0,)]
    newest = ledgered.ask("SELECT decision_id, version FROM verdict_latest ORDER BY decision_id")
    assert newest == ledgered.ask(
        "SELECT decision_id, max(version) FROM verdicts GROUP BY decision_id ORDER BY decision_id"
    )


def test_the_ledger_writes_into_the_embedded_clickhouse_as_well(ledgered: Ledgered, tmp_path: Path) -> None:
    with EmbeddedClickHouse(tmp_path / "embedded") as embedded:
        small = ledgered.other(clickhouse=f"{embedded.url}/clawback", app=f"{ledgered.settings.app}-embedded").prepare()
        records = examples()
        small.publish(*records)
        small.keep_all()
        ledgered.keep_all()
        assert small.counts(VIEWS) == ledgered.counts(VIEWS)
        for table in TABLES:
            assert _found(small, table) == _found(ledgered, table), table.name
        kept, seen = small.physical(), small.counts(VIEWS)
        start_over(small.settings)
        assert small.done() == {}
        small.keep_all()
        # an older verdict had already given way to a newer one, and comes back until they meet again
        assert small.physical() | {"current_verdicts": 0} == kept | {"current_verdicts": 0}
        assert small.counts(VIEWS) == seen


def test_a_replay_of_everything_changes_no_count(ledgered: Ledgered) -> None:
    records = [*examples(), *crowd(40)]
    ledgered.publish(*records)
    ledgered.keep_all()
    seen, kept = ledgered.counts(VIEWS), ledgered.physical()
    ledgered.other(app=f"{ledgered.settings.app}-again").keep_all()
    assert ledgered.counts(VIEWS) == seen
    ledgered.publish(*records)
    ledgered.keep_all()
    assert ledgered.counts(VIEWS) == seen
    ledgered.optimize()
    assert ledgered.physical() == kept
    assert ledgered.counts(VIEWS) == seen


def test_a_ledger_that_forgot_its_progress_writes_what_is_missing_and_nothing_twice(ledgered: Ledgered) -> None:
    ledgered.never_merge().publish(*crowd(40))
    ledgered.keep_all()
    kept = ledgered.physical()
    ledgered.tell("DELETE FROM evidence WHERE decision_id < 'decision-000010'")
    ledgered.tell("DELETE FROM findings WHERE finding_id LIKE '%000020-1'")
    assert ledgered.physical() != kept
    ledgered.tell("TRUNCATE TABLE sink_progress")
    ledgered.keep_all()
    assert ledgered.physical() == kept


def test_one_event_with_two_contents_is_kept_twice_and_two_copies_of_one_are_not(ledgered: Ledgered) -> None:
    prompt = next(r for r in examples() if isinstance(r, Prompt))
    ledgered.publish(prompt, replace(prompt, text="Something else."), prompt)
    ledgered.keep_all()
    assert ledgered.ask("SELECT count(), uniqExact(digest), uniqExact(event_id) FROM prompts") == [(2, 2, 1)]


def test_events_of_more_than_a_hundred_months_fit_into_one_batch(ledgered: Ledgered) -> None:
    prompt = next(r for r in examples() if isinstance(r, Prompt))
    ledgered.publish(
        *(
            replace(prompt, event_id=EventId(f"e{n}"), occurred_at=Millis(946_684_800_000 + n * 31 * DAY_MS))
            for n in range(110)
        )
    )
    ledgered.other(ledger_wait_ms=1_000).keep_all()
    assert ledgered.ask("SELECT count(), uniqExact(toYYYYMM(occurred_at)) FROM evidence") == [(110, 110)]


def test_what_nobody_can_read_is_quarantined_with_its_bytes_and_the_rest_goes_on(ledgered: Ledgered) -> None:
    garbage = {
        "no frame": b"\xff\xfe",
        "unknown schema": b"\x00\x7f\xff\xff\xff.",
        "cut off": b"\x00\x00\x00\x00\x01\x02",
    }
    for key, value in garbage.items():
        ledgered.cluster.publish_bytes(PROMPTS.name, value, key=key.encode())
    ledgered.publish(*crowd(3))
    ledgered.keep_all()
    with connected(ledgered.settings) as client:
        found = client.query(
            "SELECT key, value, topic, stage, original_size, length(reason) > 20 FROM quarantine",
            query_formats={"String": "bytes"},
        ).result_rows
    topic = ledgered.settings.topic(PROMPTS.name).encode()
    assert sorted(map(tuple, found)) == sorted((k.encode(), v, topic, b"ledger", len(v), 1) for k, v in garbage.items())
    assert ledgered.counts(["prompts"]) == {"prompts": 3}


def test_a_bug_stops_the_ledger_before_anything_moves(ledgered: Ledgered, monkeypatch: pytest.MonkeyPatch) -> None:
    ledgered.publish(*crowd(3))

    def broken(*_: Any) -> Iterator[tuple[Table, tuple[Any, ...]]]:
        raise KeyError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr(loop, "rows_of", broken)
        with pytest.raises(KeyError, match="a bug"), ledgered.running():
            until(lambda: not ledgered.runs, "it stops")
    assert ledgered.done() == {}
    assert sum(ledgered.physical().values()) == 0
    ledgered.keep_all()
    assert ledgered.counts(["prompts", "changes"]) == {"prompts": 3, "changes": 3}


def _ends_with(ledgered: Ledgered, kind: type[Exception]) -> str:
    with pytest.raises(kind) as raised, ledgered.running():
        until(lambda: not ledgered.runs, "it gives up")
    return str(raised.value)


def test_a_topic_made_anew_is_an_error_that_says_what_to_do(ledgered: Ledgered) -> None:
    ledgered.publish(*crowd(5))
    ledgered.keep_all()
    topic = ledgered.settings.topic(PROMPTS.name)
    admin = AdminClient({"bootstrap.servers": ledgered.settings.kafka})
    admin.delete_topics([topic])[topic].result(20)
    until(lambda: topic not in admin.list_topics(timeout=20).topics, "the topic is gone")
    ledgered.cluster.create()
    ledgered.publish(*crowd(9, tenant="another"))  # longer than the first, so that offsets alone would not tell
    said = _ends_with(ledgered, TopicReplaced)
    assert topic in said
    remedy = said.split('clawback sql "')[1].split('"')[0]
    ledgered.tell(remedy)
    ledgered.keep_all()
    assert ledgered.ask("SELECT tenant, count() FROM prompts GROUP BY tenant ORDER BY tenant") == [
        ("another", 9),
        ("crowd", 5),
    ]


def test_records_that_kafka_deleted_unread_leave_a_note_in_the_quarantine(ledgered: Ledgered) -> None:
    ledgered.publish(*crowd(4), partition=0)
    ledgered.keep_all()
    ledgered.publish(*crowd(8, tenant="another"), partition=0)
    topic = ledgered.settings.topic(PROMPTS.name)
    admin = AdminClient({"bootstrap.servers": ledgered.settings.kafka})
    for deleted in admin.delete_records([TopicPartition(topic, 0, 7)]).values():
        deleted.result(20)
    ledgered.keep_all()
    note = ledgered.ask("SELECT topic, offset, reason FROM quarantined WHERE stage = 'ledger'")
    assert [(row[0], row[1]) for row in note] == [(topic, 4)]
    assert "offsets 4 to 6" in note[0][2]
    assert ledgered.counts(["prompts"]) == {"prompts": 4 + 5}


def test_two_writers_at_once_can_only_make_rows_that_collapse(ledgered: Ledgered) -> None:
    """Both hold the same records and neither sees the other's claim, as when a process wakes from a long sleep."""
    ledgered.publish(*crowd(10))
    twin = ledgered.other(app=f"{ledgered.settings.app}-twin")
    with ledgered.running(), twin.running():
        ledgered.until_done()
        twin.until_done()
    expected = expected_rows(crowd(10))
    assert ledgered.counts(["prompts", "changes", "verdict_history", "issued_commands"]) == dict.fromkeys(
        ["prompts", "changes", "verdict_history", "issued_commands"], 10
    )
    assert ledgered.ask("SELECT count() FROM findings FINAL") == [(expected["findings"],)]
    ledgered.optimize()
    assert ledgered.physical() == {name: expected[name] for name in TABLE_NAMES}


@pytest.fixture
def guarded_server(tmp_path: Path) -> Iterator[ClickHouseServer]:
    try:
        server = ClickHouseServer(tmp_path, user="auditor")
    except NoBackend as reason:
        pytest.skip(str(reason))
    server.start()
    yield server
    server.discard()


def test_a_clickhouse_with_a_password_takes_the_right_one_and_refuses_others_in_words(
    ledgered: Ledgered, guarded_server: ClickHouseServer
) -> None:
    place = f"127.0.0.1:{guarded_server.port}/clawback"
    secret = f"wrong{uuid.uuid4().hex}"
    right = ledgered.other(
        clickhouse=f"http://auditor:{guarded_server.password}@{place}", app=f"{ledgered.settings.app}-p"
    )
    said = _ends_with(ledgered.other(clickhouse=f"http://auditor:{secret}@{place}"), Refused)
    assert "refuses the user or the password" in said
    assert secret not in said
    assert "Run `clawback migrate`" in _ends_with(right, Refused), "there is no database yet"
    migrate.up(right.settings)
    right.publish(*crowd(2))
    right.keep_all()
    assert right.counts(["prompts"]) == {"prompts": 2}


def test_a_database_that_was_not_migrated_is_refused_with_the_command_to_run(ledgered: Ledgered) -> None:
    migrate.down(ledgered.settings, steps=100)
    assert "Run `clawback migrate`" in _ends_with(ledgered, Refused)


def test_a_writer_whose_partition_was_claimed_by_another_writes_nothing(ledgered: Ledgered) -> None:
    part: Part = ("somewhere", 0)
    records = crowd(1)
    with closing(Store(ledgered.settings)) as store:
        first, second = (Progress(store, sink="s", writer=name) for name in ("first", "second"))
        first.claim({part: Claim(1)})
        second.claim({part: Claim(first.known([part])[part].epoch + 1)})
        assert first.taken({part: Claim(1)}) == {part: "second"}
        assert second.taken({part: Claim(2)}) == {}
        gathering = Gathering(rows_max=100, wait_s=1)
        for offset, record in enumerate(records):
            gathering.add(part, offset, rows_of(record, Position(*part, offset)), size=1, now=0)
        batch = gathering.take()
        for progress, claim, written in ((first, Claim(1), 0), (second, Claim(2), 1)):
            meter = Meter(METRICS)
            writer = Writer(store, progress, Outage(lambda: 0.0, meter), query_prefix="q:", meter=meter)
            assert len(writer.write(batch, (), _Holds({part: claim})).ranges) == written
            assert ledgered.counts(["prompts"]) == {"prompts": written}


class _Holds:
    """A holder of partitions that never has to wait."""

    def __init__(self, claims: dict[Part, Claim]) -> None:
        self._claims = claims

    def claims(self) -> dict[Part, Claim]:
        return self._claims

    def breathe(self, seconds: float) -> None:
        raise AssertionError("there was nothing to wait for")

    def fenced(self, parts: Mapping[Part, str]) -> None:
        assert set(parts.values()) == {"second"}
        self._claims = {part: claim for part, claim in self._claims.items() if part not in parts}


def test_a_batch_becomes_one_part_a_month_and_its_token_is_remembered(ledgered: Ledgered) -> None:
    """More than the client sends in one piece (2 MB): were it several blocks, it could be there by half."""
    prompt = next(r for r in examples() if isinstance(r, Prompt))
    texts = (replace(prompt, event_id=EventId(f"e{n}"), text=f"{n} " * 400) for n in range(5_000))
    rows = [row for n, record in enumerate(texts) for _, row in rows_of(record, Position("t", 0, n))]
    with closing(Store(ledgered.settings)) as store:
        for attempt in ("first", "second"):
            store.insert(EVIDENCE, rows, token="evidence:t:0:0-4999", query_id=f"{uuid.uuid4().hex}-{attempt}")
        blocks = ledgered.ask(
            "SELECT max(max_block_number) FROM system.parts WHERE database = currentDatabase() AND table = 'evidence'"
        )
        assert blocks == [(1,)]
        assert ledgered.counts(["evidence"]) == {"evidence": 5_000}
        store.insert(EVIDENCE, rows, token="another", query_id=uuid.uuid4().hex)
        assert ledgered.counts(["evidence"]) == {"evidence": 10_000}
