"""One stack per directory; commands find it by themselves, and never instead of an address that somebody gave."""

import stat
from pathlib import Path

import pytest

from streams.ops.errors import NotFine
from streams.ops.running import Claim, Running, find, settings_here

HERE = Running(
    pid=1, kafka="127.0.0.1:29092", clickhouse="http://u:secret@127.0.0.1:28123/c", topic_prefix="x.", logs="l"
)


def test_a_running_stack_is_found_and_said_so(tmp_path: Path) -> None:
    said: list[str] = []
    claim = Claim.on(tmp_path)
    claim.say(HERE)
    settings = settings_here(said.append, {"CLAWBACK_STATE_DIR": str(tmp_path)})
    assert (settings.kafka, settings.clickhouse, settings.topic_prefix) == (HERE.kafka, HERE.clickhouse, "x.")
    assert len(said) == 1
    assert "secret" not in said[0]
    claim.release()


def test_an_address_that_was_given_wins_over_a_running_stack(tmp_path: Path) -> None:
    claim = Claim.on(tmp_path)
    claim.say(HERE)
    given = {"CLAWBACK_STATE_DIR": str(tmp_path), "CLAWBACK_KAFKA": "broker:9092"}
    assert settings_here(pytest.fail, given).kafka == "broker:9092"
    claim.release()


def test_a_stack_that_has_stopped_or_crashed_is_not_found(tmp_path: Path) -> None:
    claim = Claim.on(tmp_path)
    claim.say(HERE)
    assert find(tmp_path) == HERE
    claim._lock.close()  # what a crash does: the file stays, the lock goes
    assert (tmp_path / "up.json").exists()
    assert find(tmp_path) is None
    assert settings_here(pytest.fail, {"CLAWBACK_STATE_DIR": str(tmp_path)}).kafka == "127.0.0.1:9092"


def test_a_second_stack_in_the_same_directory_is_refused_with_where_the_first_is(tmp_path: Path) -> None:
    claim = Claim.on(tmp_path)
    claim.say(HERE)
    with pytest.raises(NotFine, match=r"a stack runs already in .* \(process 1, Kafka 127\.0\.0\.1:29092\)"):
        Claim.on(tmp_path)
    claim.release()
    Claim.on(tmp_path).release()


def test_the_addresses_are_for_the_owner_alone(tmp_path: Path) -> None:
    claim = Claim.on(tmp_path)
    claim.say(HERE)
    assert stat.S_IMODE((tmp_path / "up.json").stat().st_mode) == 0o600
    claim.release()
    assert not (tmp_path / "up.json").exists()


def test_a_file_that_is_damaged_is_as_good_as_none(tmp_path: Path) -> None:
    claim = Claim.on(tmp_path)
    (tmp_path / "up.json").write_text('{"pid": 1')
    assert find(tmp_path) is None
    (tmp_path / "up.json").write_text('{"pid": 1}')
    assert find(tmp_path) is None
    claim.release()
