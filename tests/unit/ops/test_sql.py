"""Rows become tables for people and JSON for programs; parameters are bound, never pasted."""

import io
from datetime import UTC, date, datetime
from ipaddress import ip_address
from uuid import UUID

import orjson
import pytest
from rich.console import Console

from streams.ops.errors import Misconfigured, NotThere
from streams.ops.sql import CELL_MAX, Answer, ask, given
from streams.settings import Settings

ROWS = Answer(
    columns=("at", "day", "who", "codes", "n", "nothing", "more"),
    rows=(
        (
            datetime(2026, 11, 2, 10, 4, 5, 120_000, tzinfo=UTC), date(2026, 11, 2), "bot\x1b[31m", ["A", "B"], 3, None,
            {"id": UUID(int=1), "ip": ip_address("203.0.113.1"), "raw": b"\xff"},
        ),
    ),
)  # fmt: skip


def test_rows_become_json_with_times_in_utc() -> None:
    (line,) = ROWS.json_lines()
    assert orjson.loads(line) == {
        "at": "2026-11-02T10:04:05.120Z", "day": "2026-11-02", "who": "bot\x1b[31m", "codes": ["A", "B"], "n": 3,
        "nothing": None, "more": {"id": str(UUID(int=1)), "ip": "203.0.113.1", "raw": "\ufffd"},
    }  # fmt: skip


def test_rows_become_a_table_in_which_nothing_moves_the_cursor() -> None:
    screen = io.StringIO()
    Console(file=screen, width=200).print(ROWS.table())
    header, row = screen.getvalue().splitlines()
    assert header.split() == list(ROWS.columns)
    assert "\x1b" not in row
    assert "A, B" in row
    assert "2026-11-02T10:04:05.120Z" in row


def test_a_table_shows_no_more_rows_than_asked_for_and_no_endless_cell() -> None:
    screen = io.StringIO()
    answer = Answer(columns=("x",), rows=(("a" * 10_000,), ("b",), ("c",)))
    Console(file=screen, width=CELL_MAX + 10).print(answer.table(2))
    assert screen.getvalue().count("a") == CELL_MAX - 1
    assert "c" not in screen.getvalue()


def test_a_statement_without_rows_shows_nothing() -> None:
    assert Answer().table() is None
    assert list(Answer().json_lines()) == []


def test_parameters_are_names_and_values() -> None:
    assert given(("d=svc-ci", "note=a=b", "empty=")) == {"d": "svc-ci", "note": "a=b", "empty": ""}
    for wrong in ("d", "=x", "a b=c", "d'=1"):
        with pytest.raises(Misconfigured, match="NAME=VALUE"):
            given((wrong,))


def test_a_clickhouse_that_is_not_there_is_named_without_its_password() -> None:
    away = Settings(clickhouse="http://analyst:hunter2@127.0.0.1:9/clawback")
    with pytest.raises(NotThere, match=r"http://analyst@127\.0\.0\.1:9/clawback does not answer") as raised:
        ask("SELECT 1", away)
    assert "hunter2" not in str(raised.value)


def test_an_empty_statement_is_refused_before_anybody_is_asked() -> None:
    with pytest.raises(Misconfigured, match="empty"):
        ask(" \n", Settings())
