"""Where the ledger goes on with a partition, from what ClickHouse and Kafka say."""

from __future__ import annotations

import pytest

from streams.ledger.errors import TopicReplaced
from streams.ledger.progress import NOTHING, Known
from streams.ledger.resume import Log, Start, start

PART = ("identity.changes.v1", 3)


def test_a_partition_that_nobody_wrote_is_read_from_its_beginning() -> None:
    assert start(PART, NOTHING, Log(low=0, high=10)) == Start(offset=0)
    assert start(PART, NOTHING, Log(low=7, high=10)) == Start(offset=7)


def test_reading_goes_on_after_what_is_done() -> None:
    assert start(PART, Known(done=4, begun=4), Log(low=0, high=10, committed=5)).offset == 5


def test_nothing_is_in_doubt_after_a_tidy_end() -> None:
    found = start(PART, Known(done=4, begun=4), Log(low=0, high=10, committed=5))
    assert found.doubt_until < found.offset


def test_what_was_begun_and_not_finished_is_in_doubt_to_its_last_offset() -> None:
    assert start(PART, Known(done=4, begun=8), Log(low=0, high=10, committed=5)) == Start(offset=5, doubt_until=8)


def test_what_was_begun_first_of_all_is_in_doubt_too() -> None:
    assert start(PART, Known(begun=8), Log(low=0, high=10)) == Start(offset=0, doubt_until=8)


def test_a_commit_that_clickhouse_knows_nothing_of_does_not_make_us_skip() -> None:
    """The database was restored from a backup, or set up anew: what the group has committed is not there."""
    assert start(PART, NOTHING, Log(low=0, high=10, committed=9)) == Start(offset=0, doubt_until=8)
    assert start(PART, Known(done=4, begun=4), Log(low=0, high=10, committed=9)) == Start(offset=5, doubt_until=8)


def test_a_commit_that_lags_behind_does_not_make_us_repeat() -> None:
    assert start(PART, Known(done=8, begun=8), Log(low=0, high=10, committed=2)).offset == 9


def test_records_that_kafka_deleted_unread_are_named() -> None:
    assert start(PART, Known(done=4, begun=4), Log(low=7, high=10)) == Start(offset=7, doubt_until=4, lost=(5, 6))
    assert start(PART, NOTHING, Log(low=7, high=10)).lost is None


def test_a_topic_that_ends_before_what_is_done_was_replaced() -> None:
    with pytest.raises(TopicReplaced, match=r"DELETE FROM sink_progress WHERE topic = 'identity\.changes\.v1'"):
        start(PART, Known(done=10, begun=10), Log(low=0, high=10))
    assert start(PART, Known(done=9, begun=9), Log(low=0, high=10)).offset == 10


def test_a_topic_of_the_same_name_and_another_id_was_replaced_however_long_it_is() -> None:
    known = Known(done=4, begun=4, topic_id="first")
    with pytest.raises(TopicReplaced):
        start(PART, known, Log(low=0, high=100, topic_id="second"))
    assert start(PART, known, Log(low=0, high=100, topic_id="first")).offset == 5
    assert start(PART, known, Log(low=0, high=100, topic_id="")).offset == 5
