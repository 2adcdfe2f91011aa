"""SQL: one statement to ClickHouse, its rows as a table for people or as JSON lines for programs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

import orjson
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError
from rich.table import Table
from rich.text import Text
from urllib3.exceptions import HTTPError

from streams.ledger.client import connected
from streams.ledger.errors import EXCEPTION, Refused, Unavailable, explained
from streams.ops.errors import Misconfigured, NotFine, NotThere
from streams.ops.story_view import clean
from streams.settings import Settings

ROWS_MAX = 1_000_000
"""Rows held for one answer: an analyst's question, not an export of the store."""

SAID_MAX = 600
"""Characters of what ClickHouse says about a statement."""

EXPECTED = re.compile(r" Expected(?: one of)?: .*?(?= \([A-Z_]+\)$|$)")
"""The list of everything that could have stood in place of a syntax error; it hides the error."""

CELL_MAX = 400
"""Characters of one cell of a table on a screen; JSON has all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The rows of one statement; a statement that returns none has no columns."""

    columns: tuple[str, ...] = ()
    rows: tuple[Sequence[Any], ...] = ()

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    @property
    def plain(self) -> list[dict[str, Any]]:
        """The rows as JSON objects."""
        return [dict(zip(self.columns, map(_plain, row), strict=True)) for row in self.rows]

    def json_lines(self) -> Iterator[bytes]:
        """Write each row as one JSON object (without the newline)."""
        return (orjson.dumps(row) for row in self.plain)

    def table(self, limit: int = ROWS_MAX) -> Table | None:
        """Lay out the first rows for a screen; None when there is nothing to show."""
        if not self.columns:
            return None
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
        for place, column in enumerate(self.columns):
            number = bool(self.rows) and isinstance(self.rows[0][place], int | float)
            table.add_column(Text(clean(column)), justify="right" if number else "left", overflow="fold")
        for row in self.rows[:limit]:
            table.add_row(*(Text(_cell(value)) for value in row))
        return table


def given(params: Sequence[str]) -> dict[str, str]:
    """Read `name=value` pairs.

    Raises:
        Misconfigured: one of them is none.
    """
    values: dict[str, str] = {}
    for pair in params:
        name, equals, value = pair.partition("=")
        if not equals or not name.isidentifier():
            raise Misconfigured(f"--param must be NAME=VALUE, not {pair!r}; the query says {{NAME:String}}.")
        values[name] = value
    return values


def ask(statement: str, settings: Settings, *, params: Mapping[str, Any] | None = None, ours: bool = True) -> Answer:
    """Put one statement to ClickHouse. `params`: values for `{name:Type}`, bound by the server.

    `ours`: the statement is one of Clawback's, so that a table which it does not find was never made.

    Raises:
        NotThere: ClickHouse does not answer, or refuses the account.
        NotFine: it does not take the statement; the message is what it says.
    """
    if not statement.strip():
        raise Misconfigured("the statement is empty.")
    try:
        with connected(settings, with_database=_has_database(statement)) as client:
            return _asked(client, statement, dict(params or {}), settings, ours=ours)
    except (Unavailable, Refused) as error:
        raise NotThere(f"{error} {'' if isinstance(error, Refused) else _WHAT_TO_DO}".strip()) from error


def _asked(client: Client, statement: str, params: dict[str, Any], settings: Settings, *, ours: bool) -> Answer:
    try:
        context = client.create_query_context(query=statement, parameters=params)
        if context.is_command or context.is_insert:
            client.command(statement, parameters=params)
            return Answer()
        rows: list[Sequence[Any]] = []
        with client.query_row_block_stream(context=context) as blocks:
            columns = tuple(blocks.source.column_names)
            for block in blocks:
                rows += block
                if len(rows) > ROWS_MAX:
                    raise NotFine(f"the answer has more than {ROWS_MAX} rows; add a LIMIT.")
        return Answer(columns=columns, rows=tuple(rows))
    except (ClickHouseError, HTTPError, OSError) as error:
        said = _says(error)
        meaning = explained(error, settings.clickhouse_shown)
        if meaning is not None and (ours or not said):
            raise meaning from error
        raise NotFine(f"ClickHouse does not take this: {said or error}") from error


_WHAT_TO_DO = "Is it running, and is CLAWBACK_CLICKHOUSE right?"


def _says(error: Exception) -> str:
    """Cut out what ClickHouse itself says, on one line, without what our client had added to the statement."""
    found = EXCEPTION.search(str(error))
    if found is None:
        return ""
    said = " ".join(found.group(1).replace(" FORMAT Native", "").split())
    return EXPECTED.sub("", said)[:SAID_MAX]


def _has_database(statement: str) -> bool:
    """A statement that makes the database must not be asked within it."""
    return not statement.lstrip().upper().startswith("CREATE DATABASE")


def _cell(value: Any) -> str:
    """Write one value for a screen."""
    if value is None:
        return "-"
    if isinstance(value, datetime | date | Enum):
        text = str(_plain(value))
    elif isinstance(value, list | tuple):
        text = ", ".join(_cell(item) for item in value)
    elif isinstance(value, Mapping):
        text = orjson.dumps(_plain(value)).decode()
    else:
        text = str(value)
    text = clean(text)
    return text if len(text) <= CELL_MAX else f"{text[: CELL_MAX - 1]}…"


def _plain(value: Any) -> Any:
    """Turn one value into what JSON has. Times are UTC: ISO 8601 to the millisecond, with Z."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            written = value.replace(tzinfo=None).isoformat(timespec="milliseconds" if value.microsecond else "seconds")
            return f"{written}Z"
        case bytes():
            return value.decode("utf-8", "replace")
        case Mapping():
            return {str(name): _plain(inner) for name, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(inner) for inner in value]
        case _:
            return str(value)
