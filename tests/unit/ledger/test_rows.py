"""What each record becomes in ClickHouse."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.codec.quarantined import Quarantined
from streams.codec.records import FORMS, to_plain
from streams.core.evidence import Change, Prompt
from streams.core.time import Millis
from streams.core.verdict import Verdict
from streams.ledger.rows import LATEST, SPREAD, Position, rows_of, unreadable
from streams.ledger.tables import CURRENT_VERDICTS, FINDINGS, QUARANTINE, TABLES, VERDICTS
from tests.altered import replace
from tests.unit.ledger.examples import GOLDEN, name_of, paths, position_of, record_of, rows_text

HERE = Position("ai.prompts.v1", 2, 7)


@pytest.mark.parametrize("path", paths(), ids=name_of)
def test_an_example_becomes_the_rows_of_its_golden_file(path: Path) -> None:
    golden = GOLDEN / f"{name_of(path)}.json"
    assert golden.exists(), "run `python -m tests.unit.ledger.examples` and review what it writes"
    assert rows_text(path) == golden.read_text(encoding="utf-8")


def test_every_golden_file_has_its_example() -> None:
    assert {p.name for p in GOLDEN.glob("*.json")} == {f"{name_of(p)}.json" for p in paths()}


def test_every_kind_of_record_has_its_rows() -> None:
    assert {form.record for form in FORMS} == set(SPREAD)


@pytest.mark.parametrize("path", paths(), ids=name_of)
def test_a_row_fits_its_table_and_says_where_it_comes_from(path: Path) -> None:
    position = position_of(path)
    rows = list(rows_of(record_of(path), position))
    assert rows
    for table, row in rows:
        assert table in TABLES
        assert len(row) == len(table.all_columns)
        assert row[-3:] == (position.topic, position.partition, position.offset)


@pytest.mark.parametrize("path", paths(), ids=name_of)
def test_what_is_kept_of_a_record_is_all_of_it(path: Path) -> None:
    record = record_of(path)
    for table, row in rows_of(record, HERE):
        if "attrs" in table.columns:
            assert json.loads(row[table.place("attrs")]) == to_plain(record)
        if "digest" in table.columns:
            assert row[table.place("digest")] == sha256(row[table.place("attrs")]).hexdigest()


def _verdict_with_findings() -> Verdict:
    return next(r for r in map(record_of, paths()) if isinstance(r, Verdict) and r.findings)


def _prompt() -> Prompt:
    return next(r for r in map(record_of, paths()) if isinstance(r, Prompt))


def test_a_verdict_has_one_row_a_finding_and_is_kept_as_history_and_as_what_holds() -> None:
    verdict = _verdict_with_findings()
    tables = [table for table, _ in rows_of(verdict, HERE)]
    assert tables.count(VERDICTS) == tables.count(CURRENT_VERDICTS) == 1
    assert tables.count(FINDINGS) == len(verdict.findings)


def test_the_severity_of_a_verdict_is_that_of_its_worst_finding() -> None:
    verdict = _verdict_with_findings()
    ((_, row), *_) = rows_of(verdict, HERE)
    assert row[VERDICTS.place("severity")] == "critical"
    ((_, row), *_) = rows_of(replace(verdict, findings=()), HERE)
    assert row[VERDICTS.place("severity")] == "none"


def test_two_bodies_under_one_event_id_are_two_rows() -> None:
    prompt = _prompt()
    digests = {
        row[table.place("digest")]
        for record in (prompt, replace(prompt, text=prompt.text + "!"))
        for table, row in rows_of(record, HERE)
    }
    assert len(digests) == 2


def test_the_digest_of_a_record_does_not_depend_on_where_it_lies() -> None:
    prompt = _prompt()
    rows = [row for there in (HERE, Position("another", 0, 0)) for _, row in rows_of(prompt, there)]
    assert rows[0][:-3] == rows[1][:-3]


def test_an_ai_that_acts_is_named_as_agent_and_a_person_is_not() -> None:
    change = next(r for r in map(record_of, paths()) if isinstance(r, Change) and r.actor.kind.value == "ai_agent")
    ((table, row),) = rows_of(change, HERE)
    assert row[table.place("agent")] == change.actor.id
    person = replace(change, actor=replace(change.actor, kind=type(change.actor.kind)("human")))
    ((table, row),) = rows_of(person, HERE)
    assert row[table.place("agent")] == ""


def test_what_the_ledger_cannot_read_is_kept_whole_with_the_reason() -> None:
    value = bytes(range(256)) * 4_000
    table, row = unreadable(HERE, key=b"\xff", value=value, reason="no Avro", published_at=1_795_000_000_000)
    kept = dict(zip(table.all_columns, row, strict=True))
    assert table is QUARANTINE
    assert kept["value"] == value
    assert kept["original_size"] == len(value)
    assert kept["sha256"] == sha256(value).hexdigest()
    assert (kept["key"], kept["reason"], kept["stage"]) == (b"\xff", "no Avro", "ledger")
    assert (kept["topic"], kept["partition"], kept["offset"]) == (HERE.topic, HERE.partition, HERE.offset)


def test_no_value_at_all_is_kept_as_well() -> None:
    table, row = unreadable(HERE, key=None, value=None, reason="The value is empty.", published_at=0)
    kept = dict(zip(table.all_columns, row, strict=True))
    assert (kept["key"], kept["value"], kept["original_size"]) == (b"", b"", 0)


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_time_that_a_client_made_up_stays_inside_what_clickhouse_can_hold(at: int) -> None:
    table, row = unreadable(HERE, key=None, value=b"x", reason="r", published_at=at)
    kept = row[table.place("quarantined_at")]
    assert 946_684_800_000 <= kept <= LATEST
    assert kept == at or not 946_684_800_000 <= at <= LATEST


def test_a_verdict_as_of_the_year_9999_is_kept_and_its_own_time_stays_in_attrs() -> None:
    never = Millis(253_402_300_799_999)
    ((table, row), *_) = rows_of(replace(_verdict_with_findings(), judged_at=never), HERE)
    assert row[table.place("judged_at")] == LATEST
    assert json.loads(row[table.place("attrs")])["judged_at"] == never


def test_what_another_stage_quarantined_keeps_its_own_place_beside_that_in_the_quarantine() -> None:
    record = next(r for r in map(record_of, paths()) if isinstance(r, Quarantined))
    ((table, row),) = rows_of(record, HERE)
    kept = dict(zip(table.all_columns, row, strict=True))
    assert (kept["topic"], kept["partition"], kept["offset"]) == (record.topic, record.partition, record.offset)
    assert (kept["ledger_topic"], kept["ledger_partition"], kept["ledger_offset"]) == (HERE.topic, 2, 7)
