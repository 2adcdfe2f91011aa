"""Store: the few statements that the ledger needs of ClickHouse. Every failure is one of `streams.ledger.errors`."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from clickhouse_connect.datatypes.base import ClickHouseType
from clickhouse_connect.driver.client import Client

from streams.ledger.batch import Range
from streams.ledger.client import connect, translated
from streams.ledger.rows import Row
from streams.ledger.tables import Table
from streams.settings import Settings

Answer = TypeVar("Answer")

SYNCHRONOUS = {
    # an asynchronous insert is acknowledged before, or split otherwise than, we asked; on by default since 26.2
    "async_insert": 0,
    # a batch may hold events of any number of months; a bound here would stop the ledger for good
    "max_partitions_per_insert_block": 0,
}

OPTIONAL = {"insert_deduplicate": 1, "deduplicate_insert": "enable"}
"""Honour our tokens even where a profile says otherwise. The second exists since 26.2, and outweighs the first."""


class Store:
    """ClickHouse, as the ledger sees it. Connects at the first statement and again after a failure to connect."""

    def __init__(self, settings: Settings) -> None:
        """Remember where ClickHouse is; nothing is asked of it yet."""
        self._settings = settings
        self._client: Client | None = None
        self._insert_settings: dict[str, Any] = dict(SYNCHRONOUS)
        self._types: dict[str, Sequence[ClickHouseType]] = {}

    def close(self) -> None:
        """Let go of the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def rows(self, statement: str, parameters: dict[str, Any] | None = None) -> Sequence[Sequence[Any]]:
        """Ask a question.

        Raises:
            Unavailable: nobody answers, or not now.
            Refused: a person must act.
        """
        return self._ask(lambda client: client.query(statement, parameters=parameters).result_rows)

    def insert(self, table: Table, rows: Sequence[Row], *, token: str, query_id: str) -> None:
        """Insert rows as one block. Under a token that was seen before, ClickHouse keeps what it has and says nothing.

        Raises:
            Unavailable: not acknowledged: the rows may be there or not.
            Refused: a person must act.
        """
        self._insert(
            table.name,
            table.all_columns,
            list(zip(*rows, strict=True)),
            insert_deduplication_token=token,
            query_id=query_id,
        )

    def insert_plain(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Insert a few rows into a table that collapses by itself, under no token."""
        self._insert(table, columns, list(zip(*rows, strict=True)))

    def _insert(self, table: str, columns: Sequence[str], data: list[tuple[Any, ...]], **more: str) -> None:
        def insert(client: Client) -> None:
            if table not in self._types:
                self._types[table] = client.create_insert_context(table, columns).column_types
            # columns, and times as numbers: no object is made per value
            client.insert(
                table,
                data,
                column_names=columns,
                column_types=self._types[table],
                column_oriented=True,
                settings=self._insert_settings | more,
            )

        self._ask(insert)

    def present(self, table: Table, within: Range) -> set[tuple[int, str]]:
        """Read back which rows of a range are in a table: offset and identity of each, physically, not collapsed."""
        times = [row[table.place(table.time)] for row in within.rows[table]]
        found = self.rows(
            f"SELECT ledger_offset, toString({table.identity}) FROM {table.name} "  # noqa: S608 - names of our own table
            "WHERE ledger_topic = {topic:String} AND ledger_partition = {partition:UInt32} "
            "AND ledger_offset BETWEEN {first:UInt64} AND {last:UInt64} "
            f"AND {table.time} BETWEEN fromUnixTimestamp64Milli({{since:Int64}}, 'UTC') "
            "AND fromUnixTimestamp64Milli({until:Int64}, 'UTC')",
            {
                "topic": within.topic, "partition": within.partition, "first": within.first, "last": within.last,
                "since": min(times), "until": max(times),
            },
        )  # fmt: skip
        return {(offset, identity) for offset, identity in found}

    def uptime_s(self) -> int:
        """Ask for how many whole seconds the server has been running."""
        return int(self.rows("SELECT uptime()")[0][0])

    def running(self, prefix: str) -> frozenset[str]:
        """List the statements, by id, that are being executed and whose id begins so."""
        found = self.rows(
            "SELECT query_id FROM system.processes WHERE startsWith(query_id, {prefix:String})", {"prefix": prefix}
        )
        return frozenset(row[0] for row in found)

    def require(self, tables: Iterable[Table]) -> None:
        """Make sure that the tables are there with every column.

        Raises:
            Refused: they are not; `clawback migrate` was not run.
        """
        for table in tables:
            columns = ", ".join(f"`{column}`" for column in table.all_columns)
            self.rows(f"SELECT {columns} FROM {table.name} LIMIT 0")  # noqa: S608 - names of our own table

    def _ask(self, question: Callable[[Client], Answer]) -> Answer:
        with translated(self._settings):
            if self._client is None:
                self._client = connect(self._settings)
                known = self._client.server_settings
                self._insert_settings = SYNCHRONOUS | {k: v for k, v in OPTIONAL.items() if k in known}
            return question(self._client)
