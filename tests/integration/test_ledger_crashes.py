"""Whatever is killed, stopped or taken away while the ledger writes: no row is lost, and none is there twice."""

from __future__ import annotations

import re
import signal
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from streams.crash import VARIABLE
from streams.ledger.writer import POINTS
from streams.ops import migrate
from streams.settings import Settings
from tests.backends.base import Backend
from tests.integration.ledger_kit import TABLE_NAMES, VIEWS, Ledgered, crowd, expected_rows
from tests.integration.processes import Running, until

pytestmark = [pytest.mark.integration, pytest.mark.chaos]

KILLED = -9

POLL_MS = 4_000


@pytest.fixture
def ledgered(kafka_bootstrap: str, topic_prefix: str, clickhouse_url: str, database: str) -> Ledgered:
    settings = Settings(
        kafka=kafka_bootstrap, clickhouse=f"{clickhouse_url}/{database}", topic_prefix=topic_prefix,
        app=f"{topic_prefix}app", partitions=2, ledger_wait_ms=100, session_ms=2_000,
    )  # fmt: skip
    return Ledgered(settings).prepare()


def _exactly(decisions: int) -> dict[str, int]:
    expected = expected_rows(crowd(decisions))
    return {name: expected[name] for name in TABLE_NAMES}


@pytest.mark.slow
def test_a_ledger_killed_at_any_point_of_a_batch_goes_on_without_loss_or_doubles(
    ledgered: Ledgered, clickhouse_url: str, tmp_path: Path
) -> None:
    """All points at once, each with a database of its own, to be done in the time of one."""
    base = ledgered.settings
    towns = {
        point: ledgered.other(app=f"{base.app}-{point}", clickhouse=f"{base.clickhouse}_{point.replace('-', '_')}")
        for point in POINTS
    }
    ledgered.publish(*crowd(60))
    with ExitStack() as ending:
        for town in towns.values():
            migrate.up(town.settings)
            town.never_merge()
            ending.callback(ledgered.tell, f"DROP DATABASE {town.settings.clickhouse.rpartition('/')[2]}")
        dying = {
            point: ending.enter_context(
                Running(tmp_path / f"{point}.log", {**town.environment, VARIABLE: point}, "ledger").start()
            )
            for point, town in towns.items()
        }
        assert {point: process.wait() for point, process in dying.items()} == dict.fromkeys(POINTS, KILLED)
        left = {point: (town.physical(), town.done()) for point, town in towns.items()}
        for point, town in towns.items():
            ending.enter_context(Running(tmp_path / f"{point}-again.log", town.environment, "ledger").start())
        for town in towns.values():
            town.until_done()
        assert {point: town.physical() for point, town in towns.items()} == dict.fromkeys(POINTS, _exactly(60))
    _died_where_they_should(left)
    said = {point: (tmp_path / f"{point}-again.log").read_text() for point in POINTS}
    assert {point for point in POINTS if "Read back" in said[point]} == {
        "after-intent", "after-some-inserts", "after-inserts",
    }  # fmt: skip


def _died_where_they_should(left: dict[str, tuple[dict[str, int], dict[tuple[str, int], int]]]) -> None:
    """What each left behind: rows in so many tables, and what it had said is done."""
    filled = {point: sum(count > 0 for count in rows.values()) for point, (rows, _) in left.items()}
    assert {point for point, tables in filled.items() if tables == 0} == {"after-intent"}
    assert filled["after-some-inserts"] == 1
    assert {point for point, (_, done) in left.items() if done} == {"after-done", "after-commit"}


@pytest.fixture
def own(kafka_bootstrap: str, topic_prefix: str, own_clickhouse: Backend) -> Ledgered:
    settings = Settings(
        kafka=kafka_bootstrap, clickhouse=f"{own_clickhouse.address}/clawback", topic_prefix=topic_prefix,
        app=f"{topic_prefix}app", partitions=2, ledger_wait_ms=50, ledger_rows=60, session_ms=2_000,
    )  # fmt: skip
    return Ledgered(settings).prepare().never_merge()


def _written(town: Ledgered) -> int:
    return sum(town.counts(["evidence"]).values())


@pytest.mark.slow
def test_a_clickhouse_killed_under_load_costs_no_row(own: Ledgered, own_clickhouse: Backend, tmp_path: Path) -> None:
    own.publish(*crowd(400))
    with Running(tmp_path / "ledger.log", own.environment, "ledger").start() as ledger:
        for share in (100, 500):
            until(lambda share=share: _written(own) > share, f"{share} rows", every_s=0.01)  # type: ignore[misc]
            own_clickhouse.kill()
            time.sleep(0.3)
            own_clickhouse.start()
        own.until_done()
        assert own.physical() == _exactly(400)
        assert ledger.runs
        assert ledger.stop() == 0
    assert ledger.said.count("nothing is lost") == ledger.said.count("ClickHouse takes rows again") >= 1


@pytest.mark.slow
def test_a_stopped_clickhouse_makes_the_ledger_wait_say_so_once_and_catch_up(
    own: Ledgered, own_clickhouse: Backend, tmp_path: Path
) -> None:
    """Longer than the group lets a member go without polling: one that only slept would have been put out of it."""
    environment = {**own.environment, "CLAWBACK_KAFKA_OPTIONS": f"max.poll.interval.ms={POLL_MS}"}
    with Running(tmp_path / "ledger.log", environment, "ledger").start("Reading") as ledger:
        own.publish(*crowd(20))
        own.until_done()
        own_clickhouse.kill()
        own.publish(*crowd(60)[80:])
        until(lambda: "The ledger waits" in ledger.said, "the ledger waits")
        time.sleep(1.5 * POLL_MS / 1_000)
        assert ledger.runs
        own_clickhouse.start()
        own.until_done()
        assert own.physical() == _exactly(60)
        assert ledger.stop() == 0
    assert len(re.findall("The ledger waits", ledger.said)) == len(re.findall("takes rows again", ledger.said)) == 1
    assert ledger.said.count("Reading") == 1, "it lost its partitions"
    assert len(ledger.said.splitlines()) < 15


def test_a_clickhouse_that_is_away_while_more_and_more_comes_costs_no_row(
    own: Ledgered, own_clickhouse: Backend, tmp_path: Path
) -> None:
    """More comes while it is away than one batch holds: the next one is gathered to its bound and no further."""
    records = crowd(300)
    with Running(tmp_path / "ledger.log", own.environment, "ledger").start("Reading") as ledger:
        own.publish(*records[:400])
        until(lambda: _written(own) > 100, "it writes", every_s=0.01)
        own_clickhouse.stop()
        own.publish(*records[400:800])
        until(lambda: "The ledger waits" in ledger.said, "the ledger waits")
        own.publish(*records[800:])
        assert ledger.runs
        own_clickhouse.start()
        own.until_done()
        assert own.physical() == _exactly(300)
        assert ledger.stop() == 0
    assert ledger.said.count("The ledger waits") == ledger.said.count("takes rows again") == 1


def test_a_ledger_started_before_clickhouse_waits_for_it(
    own: Ledgered, own_clickhouse: Backend, tmp_path: Path
) -> None:
    own.publish(*crowd(5))
    own_clickhouse.stop()
    with Running(tmp_path / "ledger.log", own.environment, "ledger").start("The ledger waits") as ledger:
        own_clickhouse.start()
        own.until_done()
        assert ledger.stop() == 0
    assert own.physical() == _exactly(5)


@pytest.mark.slow
def test_ledgers_share_the_partitions_and_take_over_from_one_that_leaves_or_dies(
    ledgered: Ledgered, tmp_path: Path
) -> None:
    town = ledgered.other(ledger_rows=40, ledger_wait_ms=50).never_merge()
    decisions = crowd(300)
    town.publish(*decisions[:400])

    def writers() -> set[str]:
        found = town.ask("SELECT DISTINCT writer FROM sink_progress FINAL WHERE state = 'done'")
        return {row[0] for row in found}

    with (
        Running(tmp_path / "first.log", town.environment, "ledger").start() as first,
        Running(tmp_path / "second.log", town.environment, "ledger").start() as second,
        Running(tmp_path / "third.log", town.environment, "ledger").start() as third,
    ):
        for each in (first, second, third):
            until(lambda each=each: "Reading" in each.said, "it has partitions")  # type: ignore[misc]
        town.publish(*decisions[400:800])
        until(lambda: len(writers()) >= 2, "more than one writes")
        assert first.stop() == 0
        second.kill()
        town.publish(*decisions[800:])
        town.until_done()
        assert third.stop() == 0
    assert town.counts(VIEWS)["prompts"] == 300
    assert town.physical() == _exactly(300)


@pytest.mark.slow
def test_a_ledger_that_slept_through_the_loss_of_its_partitions_does_no_harm(
    ledgered: Ledgered, tmp_path: Path
) -> None:
    """It is stopped in the middle of its work (SIGSTOP), another one takes over, and then it wakes up and goes on."""
    town = ledgered.other(ledger_rows=20, ledger_wait_ms=20)
    decisions = crowd(100)
    with (
        Running(tmp_path / "sleeper.log", town.environment, "ledger").start("Reading") as sleeper,
        Running(tmp_path / "heir.log", town.environment, "ledger").start() as heir,
    ):
        until(lambda: "Reading" in heir.said, "both have partitions")
        town.publish(*decisions[:200])
        until(lambda: _written(town) > 20, "they write", every_s=0.01)
        sleeper.signal(signal.SIGSTOP)
        town.publish(*decisions[200:])
        town.until_done()
        sleeper.signal(signal.SIGCONT)
        until(lambda: sleeper.said.count("Reading") > 1, "it is let in again")
        town.publish(*crowd(110)[400:])
        town.until_done()
        assert sleeper.stop() == 0
        assert heir.stop() == 0
    assert town.counts(["prompts", "changes", "verdict_latest", "issued_commands"]) == dict.fromkeys(
        ["prompts", "changes", "verdict_latest", "issued_commands"], 110
    )
    town.optimize()
    assert town.physical() == _exactly(110)
