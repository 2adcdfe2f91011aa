"""Rows: what ClickHouse holds after a storm, against the rows that the topics must have become."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

from streams.ledger.client import connected
from streams.ledger.rows import rows_of
from streams.ledger.tables import CURRENT_VERDICTS, LEDGER, TABLES, Table
from streams.settings import Settings
from tests.chaos.heard import Heard

Row = tuple[Any, ...]


def wrong_rows(settings: Settings, heard: Heard) -> Iterator[str]:
    """Say what is wrong with the rows, a sentence each; nothing when they are one to one with what was heard."""
    wanted: dict[Table, set[Row]] = {table: set() for table in TABLES}
    for messages in heard.by_topic.values():
        for message in messages:
            for table, row in rows_of(message.record, message.place):
                wanted[table].add(tuple(map(_plain, row)))
    with connected(settings) as client:
        for table in TABLES:
            columns = ", ".join(f"`{column}`" for column in table.all_columns)
            told = f"SELECT {columns} FROM {table.name}"
            physical = [tuple(map(_plain, row)) for row in client.query(told).result_rows]
            final = [tuple(map(_plain, row)) for row in client.query(f"{told} FINAL").result_rows]
            yield from _wrong_physically(table, physical, wanted[table])
            yield from _wrong_in_the_end(table, final, wanted[table])


def _wrong_physically(table: Table, physical: list[Row], wanted: set[Row]) -> Iterator[str]:
    """No row is written twice, and each says what the record at its place says."""
    for row, count in Counter(physical).items():
        if count > 1:
            yield f"{table.name}: {count} times {row}"
        if row not in wanted:
            yield f"{table.name}: a row of no record: {row}"


def _wrong_in_the_end(table: Table, final: list[Row], wanted: set[Row]) -> Iterator[str]:
    """What an analyst sees has one row for each thing that was said, with the whole of its content."""
    expected = {row[: -len(LEDGER)] for row in wanted}
    if table is CURRENT_VERDICTS:
        version, latest = table.place("version"), dict[Row, Row]()
        for row in expected:
            latest[row[:2]] = max(row, latest.get(row[:2], row), key=lambda row: row[version])
        expected = set(latest.values())
    found = Counter(row[: -len(LEDGER)] for row in final)
    for row in expected - found.keys():
        yield f"{table.name}: no row {row}"
    for row, count in found.items():
        if row not in expected:
            yield f"{table.name}: a row that nobody asked for: {row}"
        elif count > 1:
            yield f"{table.name}: {count} rows where one must be: {row}"


def _plain(value: Any) -> Any:
    """Bring values of Python and of ClickHouse's client to one form that can be compared."""
    match value:
        case dt.datetime():
            return round(value.timestamp() * 1_000)
        case bytes():
            return value.decode(errors="replace")
        case list() | tuple():
            return tuple(map(_plain, value))
        case dict():
            return tuple(sorted((str(k), _plain(v)) for k, v in value.items()))
        case _:
            return value
