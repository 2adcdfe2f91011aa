"""However inserts, answers, servers and ledgers fail, every row is there once: the protocol, on a model of ClickHouse.

The model has the habits that were seen in the real one: a repeated token is dropped without a word, a crash may keep
the token of rows that it lost, an insert into several partitions may be half there, an answer may get lost. The
integration tests run the same writer on the real one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.ledger.batch import Batch, Gathering, Part, Range
from streams.ledger.errors import Unavailable
from streams.ledger.outage import Outage
from streams.ledger.progress import Claim, Known, Progress
from streams.ledger.resume import Log, start
from streams.ledger.rows import Row
from streams.ledger.stopwatch import Stopwatch
from streams.ledger.store import Store
from streams.ledger.tables import EVIDENCE, FINDINGS, VERDICTS, Table
from streams.ledger.writer import Writer
from streams.settings import Settings
from streams.telemetry.meter import Meter
from streams.telemetry.vocabulary import LEDGER as METRICS

PART: Part = ("verdicts.v1", 0)
RECORDS = 12
FINDINGS_OF_EACH = 2


class Fault(Enum):
    """What can happen to one insert."""

    NONE = "it is taken and acknowledged"
    REFUSED = "it is not taken, and we are told"
    ANSWER_LOST = "it is taken, and we are not told"
    CRASH_BEFORE = "the server crashes before it has done anything"
    CRASH_AFTER = "the server crashes when it has done everything, before it answers"
    CRASH_HALF = "the server crashes when half of the rows are there"
    CRASH_TOKEN_ONLY = "the server crashes, and keeps the token and not the rows"
    CRASH_UNNOTICED = "the same, and the client library repeats the insert by itself and gets a good answer"
    LEDGER_DIES_BEFORE = "the ledger is killed before it inserts"
    LEDGER_DIES_AFTER = "the ledger is killed after it has inserted"


CRASHES = {f for f in Fault if f.name.startswith("CRASH")}


class LedgerDied(BaseException):
    """The process is gone."""


class Model(Store):
    """ClickHouse, as far as the ledger can tell."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        super().__init__(Settings())
        self.faults = iter(faults)
        self.tables: dict[str, list[Row]] = {}
        self.tokens: set[tuple[str, str]] = set()
        self.now_s = 0.0
        self.booted_s = -1_000.0

    def insert(self, table: Table, rows: Any, *, token: str, query_id: str) -> None:
        self.now_s += 0.01
        fault = next(self.faults, Fault.NONE)
        if fault is Fault.LEDGER_DIES_BEFORE:
            raise LedgerDied
        known = (table.name, token) in self.tokens
        there = self.tables.setdefault(table.name, [])
        if not known and fault not in {Fault.REFUSED, Fault.CRASH_BEFORE}:
            if fault is Fault.CRASH_HALF:
                there += rows[: len(rows) // 2]
            else:
                self.tokens.add((table.name, token))
                if fault not in {Fault.CRASH_TOKEN_ONLY, Fault.CRASH_UNNOTICED}:
                    there += rows
        if fault in CRASHES:
            self.booted_s = self.now_s
        if fault is Fault.LEDGER_DIES_AFTER:
            raise LedgerDied
        if fault not in {Fault.NONE, Fault.CRASH_UNNOTICED}:
            raise Unavailable(fault.value)

    def present(self, table: Table, within: Range) -> set[tuple[int, str]]:
        identity, offset = table.place(table.identity), table.place("ledger_offset")
        found = {(row[offset], row[identity]) for row in self.tables.get(table.name, [])}
        return {each for each in found if within.first <= each[0] <= within.last}

    def uptime_s(self) -> int:
        return int(self.now_s - self.booted_s)


class Watch(Stopwatch):
    """A stopwatch on the model's time."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.started_s = model.now_s

    def elapsed_s(self) -> float:
        return self.model.now_s - self.started_s


class Kept(Progress):
    """Progress in memory; a ledger that dies leaves it behind."""

    def __init__(self, model: Model) -> None:
        super().__init__(model, sink="s", writer="w")
        self.state = Known()
        self.claimed_by_another = False

    def taken(self, claims: Mapping[Part, Claim]) -> dict[Part, str]:
        return dict.fromkeys(claims, "another") if self.claimed_by_another else {}

    def intend(self, batch: Batch, claims: Mapping[Part, Claim]) -> None:
        (each,) = batch.ranges
        self.state = Known(done=self.state.done, begun=max(each.last, self.state.begun or 0))

    def done(self, batch: Batch, claims: Mapping[Part, Claim]) -> None:
        (each,) = batch.ranges
        self.state = Known(done=each.last, begun=self.state.begun)


class Patient:
    """A holder that waits without waiting; time passes for the server meanwhile."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.held: dict[Part, Claim] = {PART: Claim(1)}
        self.breaths = 0

    def claims(self) -> Mapping[Part, Claim]:
        return self.held

    def breathe(self, seconds: float) -> None:
        self.breaths += 1
        self.model.now_s += seconds

    def fenced(self, parts: Mapping[Part, str]) -> None:
        for part in parts:
            del self.held[part]


def _row(table: Table, offset: int, identity: str) -> Row:
    values: list[Any] = [None] * len(table.all_columns)
    values[table.place(table.identity)] = identity
    values[table.place("ledger_offset")] = offset
    return tuple(values)


def _rows(offset: int) -> list[tuple[Table, Row]]:
    found = [(FINDINGS, _row(FINDINGS, offset, f"f{offset}-{n}")) for n in range(FINDINGS_OF_EACH)]
    return [(VERDICTS, _row(VERDICTS, offset, f"v{offset}")), *found]


def _batch(first: int, last: int) -> Batch:
    gathering = Gathering(rows_max=1_000, wait_s=1)
    for offset in range(first, last + 1):
        gathering.add(PART, offset, _rows(offset), size=1, now=0)
    return gathering.take()


def _writer(model: Model, kept: Kept) -> Writer:
    meter = Meter(METRICS)
    return Writer(model, kept, Outage(lambda: 0.0, meter), query_prefix="q:", meter=meter, watch=lambda: Watch(model))


def _live(model: Model, kept: Kept, sizes: Iterable[int]) -> None:
    """One life of a ledger: from where it has to go on, in batches of whatever size, until all is written."""
    writer = _writer(model, kept)
    begin = start(PART, kept.state, Log(low=0, high=RECORDS))
    offset, cuts = begin.offset, iter(sizes)
    while offset < RECORDS:
        batch = _batch(offset, min(offset + next(cuts, RECORDS) - 1, RECORDS - 1))
        doubtful = frozenset(each.part for each in batch.ranges if each.first <= begin.doubt_until)
        assert writer.write(batch, doubtful, Patient(model)) == batch
        offset = batch.ranges[-1].last + 1


@given(
    st.lists(st.sampled_from(Fault), max_size=20),
    st.lists(st.lists(st.integers(1, RECORDS), max_size=4), min_size=21, max_size=21),
)
def test_every_row_is_there_once_whatever_fails(faults: list[Fault], lives: list[list[int]]) -> None:
    model = Model(faults)
    kept = Kept(model)
    for sizes in lives:
        try:
            _live(model, kept, sizes)
        except LedgerDied:
            continue
        break
    verdicts = Counter(row[VERDICTS.place("verdict_id")] for row in model.tables["verdicts"])
    findings = Counter(row[FINDINGS.place("finding_id")] for row in model.tables["findings"])
    assert verdicts == Counter(f"v{n}" for n in range(RECORDS))
    assert findings == Counter(f"f{n}-{i}" for n in range(RECORDS) for i in range(FINDINGS_OF_EACH))


@pytest.mark.parametrize("fault", [f for f in Fault if not f.name.startswith("LEDGER")])
@pytest.mark.parametrize("insert", range(2))
def test_one_fault_neither_loses_nor_doubles(fault: Fault, insert: int) -> None:
    model = Model([Fault.NONE] * insert + [fault])
    _live(model, Kept(model), [RECORDS])
    assert len(model.tables["verdicts"]) == RECORDS
    assert len(model.tables["findings"]) == RECORDS * FINDINGS_OF_EACH


def test_what_was_taken_without_an_answer_is_repeated_under_its_token_and_not_read_back() -> None:
    class Unread(Model):
        def present(self, table: Table, within: Range) -> set[tuple[int, str]]:
            raise AssertionError("there was no restart, so there was nothing to doubt")

    model = Unread([Fault.ANSWER_LOST, Fault.REFUSED, Fault.ANSWER_LOST])
    _live(model, Kept(model), [RECORDS])
    assert len(model.tables["verdicts"]) == RECORDS


def test_a_partition_that_another_has_claimed_is_left_alone() -> None:
    model = Model([])
    kept, holder = Kept(model), Patient(model)
    kept.claimed_by_another = True
    writer = _writer(model, kept)
    assert writer.write(_batch(0, 3), (), holder) == Batch(())
    assert model.tables == {}
    assert kept.state == Known()
    assert PART not in holder.held


def test_a_partition_that_is_lost_while_waiting_is_dropped_and_the_rest_is_read_back() -> None:
    other: Part = ("ai.prompts.v1", 1)

    class Losing(Patient):
        def breathe(self, seconds: float) -> None:
            super().breathe(seconds)
            self.held.pop(other, None)

    class Checked(Kept):
        def intend(self, batch: Batch, claims: Mapping[Part, Claim]) -> None:
            assert claims.keys() == batch.parts

        done = intend

    model = Model([Fault.ANSWER_LOST])
    holder = Losing(model)
    holder.held[other] = Claim(1)
    gathering = Gathering(rows_max=1_000, wait_s=1)
    gathering.add(other, 5, [(EVIDENCE, _row(EVIDENCE, 5, "e5"))], size=1, now=0)
    for offset in range(3):
        gathering.add(PART, offset, _rows(offset), size=1, now=0)
    written = _writer(model, Checked(model)).write(gathering.take(), (), holder)
    assert written.parts == {PART}
    assert len(model.tables["verdicts"]) == 3
    assert len(model.tables["evidence"]) == 1, "it was under way when the partition went; its new owner reads it back"
