"""Migrate: brings ClickHouse's tables and views to what this version of Clawback expects, one numbered file at a time.

A file `0007_name.up.sql` makes one object with IF NOT EXISTS, `0007_name.down.sql` takes it back. A file that failed
half way can therefore be run again, and two who migrate at the same time do the same thing twice, which is harmless.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from clickhouse_connect.driver.binding import quote_identifier
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from streams.ledger.client import connected, database, translated
from streams.ledger.errors import Refused, Unavailable, explained, first_line
from streams.ledger.statements import Unclosed, statements
from streams.ops.errors import Misconfigured, NotFine, NotThere
from streams.resources import resource
from streams.settings import Settings

FILE = re.compile(r"(?P<version>\d{4})_(?P<name>\w+)\.(?P<way>up|down)\.sql")

RECORD = """
CREATE TABLE IF NOT EXISTS schema_migrations
(
    version  UInt32,
    name     String,
    checksum String COMMENT 'SHA-256 of the file that was run, in hex',
    applied  Bool COMMENT 'false: taken back',
    at       DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = ReplacingMergeTree(at)
ORDER BY version
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
"""


class State(StrEnum):
    """Where one migration stands in a database."""

    APPLIED = "applied"
    PENDING = "pending"
    CHANGED = "changed"
    """Applied, and the file is not the one that was run."""
    UNKNOWN = "unknown"
    """Applied by another version of Clawback, which has a file that we lack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One numbered step. `checksum`: SHA-256 (hex) of the file that goes up."""

    version: int
    name: str
    up: str
    down: str
    checksum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One line of `status`."""

    version: int
    name: str
    state: State


def status(settings: Settings, folder: Path | None = None) -> tuple[Standing, ...]:
    """Compare the files with what was applied, in the order of their numbers. Changes nothing in the database.

    Raises:
        NotThere: ClickHouse does not answer, or refuses the account.
        Misconfigured: the folder is not in order.
    """
    with _opened(settings, make=False) as client:
        return _standings(load(folder), _applied(client) if client is not None else {})


def up(settings: Settings, folder: Path | None = None) -> tuple[Standing, ...]:
    """Make the database if need be, and apply what is pending. Returns what was applied now.

    Raises:
        NotThere: ClickHouse does not answer, or refuses the account.
        NotFine: a file that was applied has changed since, or the database is ahead of this version; nothing was done.
        Misconfigured: the folder is not in order, or ClickHouse does not take a statement.
    """
    migrations = load(folder)
    with _opened(settings, make=True) as client:
        assert client is not None
        client.command(RECORD)
        standings = _standings(migrations, _applied(client))
        _refuse(standings, settings)
        pending = {s.version for s in standings if s.state is State.PENDING}
        for migration in migrations:
            if migration.version in pending:
                _run(client, migration, migration.up, applied=True)
        return tuple(
            Standing(version=s.version, name=s.name, state=State.APPLIED) for s in standings if s.version in pending
        )


def down(settings: Settings, folder: Path | None = None, *, steps: int = 1) -> tuple[Standing, ...]:
    """Take back the last `steps` migrations that were applied, newest first, with the rows in them. Returns those.

    Raises:
        NotThere: ClickHouse does not answer, or refuses the account.
        NotFine: one of them is of another version of Clawback; nothing was done.
        Misconfigured: the folder is not in order, or ClickHouse does not take a statement.
    """
    migrations = {m.version: m for m in load(folder)}
    with _opened(settings, make=False) as client:
        if client is None:
            return ()
        standings = _standings(tuple(migrations.values()), _applied(client))
        last = [s for s in reversed(standings) if s.state is not State.PENDING][:steps]
        if strange := [s for s in last if s.state is State.UNKNOWN]:
            raise NotFine(
                f"Migration {strange[0].version:04d} is of another version of Clawback; use that to take it back."
            )
        for standing in last:
            migration = migrations[standing.version]
            _run(client, migration, migration.down, applied=False)
        return tuple(Standing(version=s.version, name=s.name, state=State.PENDING) for s in last)


def load(folder: Path | None = None) -> tuple[Migration, ...]:
    """Read the migrations of a folder (None: ours), in the order of their numbers.

    Raises:
        Misconfigured: a file is named otherwise, a number is given twice, a way is missing or a quote does not end.
    """
    folder = folder or resource("migrations")
    files: dict[int, dict[str, Path]] = {}
    for path in sorted(folder.iterdir()):
        named = FILE.fullmatch(path.name)
        if named is None:
            raise Misconfigured(f"{path} is no migration; those are called 0001_name.up.sql and 0001_name.down.sql.")
        ways = files.setdefault(int(named["version"]), {})
        if named["way"] in ways or any(FILE.fullmatch(p.name)["name"] != named["name"] for p in ways.values()):  # type: ignore[index]
            raise Misconfigured(f"{path}: the number {named['version']} is given twice.")
        ways[named["way"]] = path
    return tuple(_migration(version, ways) for version, ways in sorted(files.items()))


def _migration(version: int, ways: dict[str, Path]) -> Migration:
    if len(ways) < 2:
        (path,) = ways.values()
        raise Misconfigured(f"{path} has no counterpart; every migration can be taken back.")
    texts = {way: path.read_text(encoding="utf-8") for way, path in ways.items()}
    for way, path in ways.items():
        try:
            tuple(statements(texts[way]))
        except Unclosed as error:
            raise Misconfigured(f"{path}: {error}") from None
    named = FILE.fullmatch(ways["up"].name)
    assert named is not None
    checksum = sha256(texts["up"].encode()).hexdigest()
    return Migration(version=version, name=named["name"], up=texts["up"], down=texts["down"], checksum=checksum)


def _standings(migrations: tuple[Migration, ...], applied: dict[int, tuple[str, str]]) -> tuple[Standing, ...]:
    ours = {m.version: m for m in migrations}
    found: list[Standing] = []
    for version in sorted(ours.keys() | applied.keys()):
        if version not in ours:
            state = State.UNKNOWN
        elif version not in applied:
            state = State.PENDING
        else:
            state = State.APPLIED if applied[version][1] == ours[version].checksum else State.CHANGED
        name = ours[version].name if version in ours else applied[version][0]
        found.append(Standing(version=version, name=name, state=state))
    return tuple(found)


def _refuse(standings: tuple[Standing, ...], settings: Settings) -> None:
    for standing in standings:
        what = f"Migration {standing.version:04d} ({standing.name})"
        if standing.state is State.CHANGED:
            raise NotFine(
                f"{what} has changed since it was applied to {settings.clickhouse_shown}. What was applied stays as it "
                "is: put the file back, and write a new migration for what should be different."
            )
        if standing.state is State.UNKNOWN:
            raise NotFine(f"{what} was applied by a newer Clawback than this one; use that, or take it back with that.")


def _applied(client: Client) -> dict[int, tuple[str, str]]:
    exists = client.query("EXISTS TABLE schema_migrations").result_rows[0][0]
    if not exists:
        return {}
    found = client.query("SELECT version, name, checksum FROM schema_migrations FINAL WHERE applied")
    return {version: (name, checksum) for version, name, checksum in found.result_rows}


def _run(client: Client, migration: Migration, text: str, *, applied: bool) -> None:
    for statement in statements(text):
        try:
            client.command(statement)
        except DatabaseError as error:
            if explained(error, "") is not None:
                raise
            message = f"Migration {migration.version:04d} ({migration.name}): {first_line(error)}."
            raise Misconfigured(f"{message} Clawback needs ClickHouse 26.2 or newer.") from error
    client.command(
        "INSERT INTO schema_migrations (version, name, checksum, applied) SETTINGS async_insert = 0 "
        "VALUES ({version:UInt32}, {name:String}, {checksum:String}, {applied:Bool})",
        parameters={
            "version": migration.version, "name": migration.name, "checksum": migration.checksum, "applied": applied,
        },
    )  # fmt: skip


@contextmanager
def _opened(settings: Settings, *, make: bool) -> Iterator[Client | None]:
    """Connect to the database; None where there is none and none is to be made."""
    name = database(settings)
    try:
        with connected(settings, with_database=False) as client, translated(settings):
            if make:
                client.command(f"CREATE DATABASE IF NOT EXISTS {quote_identifier(name)}")
            elif not client.query(
                "SELECT 1 FROM system.databases WHERE name = {name:String}", {"name": name}
            ).row_count:
                yield None
                return
        with connected(settings) as client, translated(settings):
            yield client
    except (Unavailable, Refused) as error:
        raise NotThere(str(error)) from error
