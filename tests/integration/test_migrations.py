"""Tables and views come and go in order, on a server and on the embedded ClickHouse, and mean what their names say."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from streams.embedded.clickhouse import EmbeddedClickHouse
from streams.ledger.client import connected
from streams.ledger.tables import TABLES
from streams.ops import migrate
from streams.ops.errors import Misconfigured, NotFine, NotThere
from streams.ops.migrate import State
from streams.resources import resource
from streams.settings import Settings
from tests.integration.ledger_kit import VIEWS

pytestmark = pytest.mark.integration

DOCUMENTED = Path(__file__).parents[2] / "docs" / "tables.md"
OBJECTS = {*VIEWS, *(table.name for table in TABLES), "sink_progress"}


@pytest.fixture(params=["server", "embedded"])
def empty(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A database that does not exist yet."""
    if request.param == "embedded":
        with EmbeddedClickHouse(tmp_path_factory.mktemp("embedded")) as embedded:
            yield Settings(clickhouse=f"{embedded.url}/clawback")
        return
    url, database = request.getfixturevalue("clickhouse_url"), request.getfixturevalue("database")
    yield Settings(clickhouse=f"{url}/{database}_fresh")
    with connected(Settings(clickhouse=f"{url}/{database}")) as client:
        client.command(f"DROP DATABASE IF EXISTS {database}_fresh SYNC")


@pytest.fixture
def server(clickhouse_url: str, database: str) -> Settings:
    return Settings(clickhouse=f"{clickhouse_url}/{database}")


def _ask(settings: Settings, statement: str) -> list[Any]:
    with connected(settings) as client:
        return list(client.query(statement).result_rows)


def _objects(settings: Settings) -> set[str]:
    return {row[0] for row in _ask(settings, "SELECT name FROM system.tables WHERE database = currentDatabase()")}


def _states(settings: Settings, folder: Path | None = None) -> list[State]:
    return [standing.state for standing in migrate.status(settings, folder)]


def _copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(resource("migrations"), tmp_path / "migrations"))


def test_what_goes_up_is_there_and_comes_down_again(empty: Settings) -> None:
    known = migrate.load()
    assert _states(empty) == [State.PENDING] * len(known)
    assert len(migrate.up(empty)) == len(known)
    assert _objects(empty) == OBJECTS | {"schema_migrations"}
    assert migrate.up(empty) == ()
    for name in OBJECTS:
        _ask(empty, f"SELECT * FROM {name} LIMIT 1")
    assert _states(empty) == [State.APPLIED] * len(known)
    assert [standing.version for standing in migrate.down(empty, steps=2)] == [known[-1].version, known[-2].version]
    assert _states(empty)[-3:] == [State.APPLIED, State.PENDING, State.PENDING]
    assert len(migrate.down(empty, steps=100)) == len(known) - 2
    assert _objects(empty) == {"schema_migrations"}
    assert len(migrate.up(empty)) == len(known)


def test_looking_at_the_status_makes_nothing(empty: Settings) -> None:
    migrate.status(empty)
    with pytest.raises(Exception, match="no such database"), connected(empty):
        pass


def test_a_file_that_was_applied_and_then_changed_is_refused(server: Settings, tmp_path: Path) -> None:
    migrate.up(server)
    folder = _copied(tmp_path)
    changed = folder / "0003_verdicts.up.sql"
    changed.write_text(changed.read_text().replace("judgement", "judgment"))
    assert _states(server, folder).count(State.CHANGED) == 1
    with pytest.raises(NotFine, match=r"0003 \(verdicts\) has changed since it was applied"):
        migrate.up(server, folder)


def test_a_database_of_a_newer_version_is_left_alone(server: Settings, tmp_path: Path) -> None:
    newer = _copied(tmp_path)
    (newer / "9999_later.up.sql").write_text("CREATE VIEW IF NOT EXISTS later AS SELECT 1;")
    (newer / "9999_later.down.sql").write_text("DROP VIEW IF EXISTS later;")
    migrate.up(server, newer)
    assert _states(server)[-1] is State.UNKNOWN
    with pytest.raises(NotFine, match="newer Clawback"):
        migrate.up(server)
    with pytest.raises(NotFine, match="another version"):
        migrate.down(server)
    assert "later" in _objects(server)


def test_a_file_that_failed_half_way_can_be_run_again(server: Settings, tmp_path: Path) -> None:
    up, down = tmp_path / "0001_pair.up.sql", tmp_path / "0001_pair.down.sql"
    down.write_text("DROP TABLE IF EXISTS second; DROP TABLE IF EXISTS first;")
    made = "CREATE TABLE IF NOT EXISTS {} (n UInt8 COMMENT 'a; b') ENGINE = MergeTree ORDER BY n;"
    up.write_text(
        made.format("first") + "\n-- what's next;\n" + made.format("second").replace("MergeTree", "MergeThree")
    )
    with pytest.raises(Misconfigured, match=r"0001 \(pair\): .*MergeThree"):
        migrate.up(server, tmp_path)
    assert "first" in _objects(server)
    assert _states(server, tmp_path) == [State.PENDING]
    up.write_text(made.format("first") + made.format("second"))
    assert len(migrate.up(server, tmp_path)) == 1
    assert {"first", "second"} <= _objects(server)


def test_four_who_migrate_at_once_come_to_the_same(empty: Settings) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: migrate.up(empty), range(4)))
    assert _objects(empty) == OBJECTS | {"schema_migrations"}
    assert set(_states(empty)) == {State.APPLIED}


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        (["0001_a.up.sql"], "no counterpart"),
        (["0001_a.up.sql", "0001_b.down.sql"], "given twice"),
        (["1_a.up.sql"], "is no migration"),
    ],
)
def test_a_folder_that_is_not_in_order_is_refused(tmp_path: Path, names: list[str], complaint: str) -> None:
    for name in names:
        (tmp_path / name).write_text("SELECT 1;")
    with pytest.raises(Misconfigured, match=complaint):
        migrate.load(tmp_path)


def test_a_clickhouse_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(NotThere, match=r"http://me@127\.0\.0\.1:1/x does not answer") as raised:
        migrate.up(Settings(clickhouse="http://me:secret@127.0.0.1:1/x"))
    assert "secret" not in str(raised.value)


def test_every_table_view_and_column_is_documented(server: Settings) -> None:
    migrate.up(server)
    text = DOCUMENTED.read_text(encoding="utf-8")
    sections = {part.partition("\n")[0].strip("` "): part for part in text.split("\n### ")[1:]}
    columns = _ask(server, "SELECT table, name FROM system.columns WHERE database = currentDatabase() ORDER BY 1, 2")
    assert sections.keys() == OBJECTS | {"schema_migrations"}
    assert not [f"{table}.{name}" for table, name in columns if f"`{name}`" not in sections[table]]
