"""A batch is written beside the reading, and a partition that is given up is left alone from that moment on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from streams.ledger.batch import Batch, Gathering, Part
from streams.ledger.errors import Stopping, Unavailable
from streams.ledger.hand import Hand
from streams.ledger.progress import Claim
from streams.ledger.tables import EVIDENCE, VERDICTS, Table
from tests.unit.ledger.test_writer import Kept, Model, _row, _writer

ONE: Part = ("verdicts.v1", 0)
TWO: Part = ("ai.prompts.v1", 1)
CLAIMS = {ONE: Claim(1), TWO: Claim(1)}
LONG_S = 20.0
"""Longer than anything here takes; never waited for where all is well."""


class Slow(Model):
    """A ClickHouse whose inserts wait for a sign. `away`: it refuses them instead."""

    def __init__(self) -> None:
        super().__init__([])
        self.asked = threading.Event()
        self.may = threading.Event()
        self.away = False
        self.wrong: Exception | None = None

    def insert(self, table: Table, rows: Any, *, token: str, query_id: str) -> None:
        self.asked.set()
        if self.wrong is not None:
            raise self.wrong
        if self.away:
            raise Unavailable("away")
        assert self.may.wait(LONG_S)
        super().insert(table, rows, token=token, query_id=query_id)


class Noted(Kept):
    """Progress of any number of partitions."""

    def intend(self, batch: Batch, claims: Any) -> None:
        """Nothing here goes on from it."""

    done = intend


@pytest.fixture
def store() -> Slow:
    return Slow()


@pytest.fixture
def hand(store: Slow) -> Iterator[Hand]:
    made = Hand(_writer(store, Noted(store)))
    yield made
    store.may.set()
    made.close()


def _batch() -> Batch:
    gathering = Gathering(rows_max=100, wait_s=1)
    gathering.add(ONE, 0, [(VERDICTS, _row(VERDICTS, 0, "v"))], size=1, now=0)
    gathering.add(TWO, 0, [(EVIDENCE, _row(EVIDENCE, 0, "e"))], size=1, now=0)
    return gathering.take()


def test_a_batch_is_written_while_its_reader_does_something_else(hand: Hand, store: Slow) -> None:
    hand.begin(_batch(), (), CLAIMS)
    assert store.asked.wait(LONG_S)
    assert hand.finished() is None
    assert not hand.wait(0)
    store.may.set()
    assert hand.wait(LONG_S)
    assert hand.busy, "the reader has not taken note of it yet"
    assert hand.finished() == (_batch(), {})
    assert not hand.busy


def test_a_partition_goes_only_when_the_try_that_writes_it_is_over(hand: Hand, store: Slow) -> None:
    hand.begin(_batch(), (), CLAIMS)
    assert store.asked.wait(LONG_S)
    gone = threading.Event()

    def let_go() -> None:
        hand.let_go({TWO})
        assert all(store.tables.values()), "it went while something was still to be inserted"
        gone.set()

    going = threading.Thread(target=let_go)
    going.start()
    assert not gone.wait(0.05)
    store.may.set()
    going.join(LONG_S)
    assert gone.is_set()
    assert store.tables.keys() == {"evidence", "verdicts"}


def test_a_partition_that_goes_between_two_tries_is_not_written_any_more(hand: Hand, store: Slow) -> None:
    store.away = True
    hand.begin(_batch(), (), CLAIMS)
    assert store.asked.wait(LONG_S)
    hand.let_go({TWO})
    store.away = False
    store.may.set()
    assert hand.wait(LONG_S)
    finished = hand.finished()
    assert finished is not None
    assert finished[0].parts == {ONE}
    assert store.tables.keys() == {"verdicts"}


def test_a_batch_that_cannot_be_written_does_not_keep_a_ledger_from_ending(hand: Hand, store: Slow) -> None:
    store.away = True
    hand.begin(_batch(), (), CLAIMS)
    assert store.asked.wait(LONG_S)
    hand.close()
    with pytest.raises(Stopping):
        hand.finished()


def test_a_bug_in_the_writing_is_raised_where_the_batch_came_from(hand: Hand, store: Slow) -> None:
    store.wrong = KeyError("a bug")
    hand.begin(_batch(), (), CLAIMS)
    assert hand.wait(LONG_S)
    with pytest.raises(KeyError, match="a bug"):
        hand.finished()
