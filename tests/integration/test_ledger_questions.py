"""What analysts ask of the ledger's tables and views, and what they are told."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from streams.codec.records import Record
from streams.core.evidence import Approval, Change
from streams.core.ids import DecisionId, EventId
from streams.core.parties import Approver, Kind
from streams.core.time import MINUTE_MS, Millis
from streams.ledger.rows import Position, rows_of
from streams.ledger.store import Store
from streams.ops import migrate
from streams.resources import resource
from streams.settings import Settings
from tests.altered import replace
from tests.integration.ledger_kit import VIEWS, Ledgered, crowd, examples

pytestmark = pytest.mark.integration

STORY = "req-48213"
"""The decision that most examples tell: a bot grants Domain Admin on another bot's word, and consent comes late."""

PARAMETERS: dict[str, Any] = {
    "tenant": "default", "hours": 1_000_000, "days": 40_000, "older_than_minutes": 0, "decision_id": STORY,
    "words": "CONTROLLERS domain", "subject": "svc-ci",
}  # fmt: skip


def _agreed(name: str, by: Kind, after_ms: int) -> list[Record]:
    """A change by an AI, and somebody's consent to it, so long after."""
    change = next(r for r in examples() if isinstance(r, Change) and r.decision_id == STORY and not r.command_id)
    approval = next(r for r in examples() if isinstance(r, Approval) and r.decision_id == STORY)
    fact: dict[str, Any] = {"decision_id": DecisionId(name)}
    return [
        replace(change, **fact, event_id=EventId(f"{name}-change")),
        replace(
            approval, **fact, event_id=EventId(f"{name}-approval"), approver=Approver(id="vera", kind=by),
            decided_at=Millis(change.executed_at + after_ms),
        ),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def told(clickhouse_url: str) -> Iterator[Ledgered]:
    """A database in which a few stories are told."""
    settings = Settings(clickhouse=f"{clickhouse_url}/test_{uuid.uuid4().hex[:10]}")
    migrate.up(settings)
    store, town = Store(settings), Ledgered(settings)
    records = [
        *examples(), *crowd(5), *_agreed("before", Kind.HUMAN, -MINUTE_MS), *_agreed("after", Kind.HUMAN, MINUTE_MS),
        *_agreed("by-a-bot", Kind.AI_AGENT, -MINUTE_MS),
    ]  # fmt: skip
    for offset, record in enumerate(records):
        for table, row in rows_of(record, Position("stories", 0, offset)):
            store.insert(table, [row], token=uuid.uuid4().hex, query_id=uuid.uuid4().hex)
    yield town
    town.tell(f"DROP DATABASE {settings.clickhouse.rpartition('/')[2]} SYNC")
    store.close()


def _query(name: str) -> str:
    return (resource("queries") / f"{name}.sql").read_text(encoding="utf-8").rstrip().removesuffix(";")


def _answer(told: Ledgered, name: str, **parameters: Any) -> Sequence[Sequence[Any]]:
    return told.ask(_query(name), **(PARAMETERS | parameters))


def _column(rows: Sequence[Sequence[Any]], place: int) -> list[Any]:
    return [row[place] for row in rows]


def test_every_question_says_what_it_asks_and_runs(told: Ledgered) -> None:
    files = sorted(resource("queries").iterdir())
    assert len(files) >= 6
    for file in files:
        first, *_ = file.read_text(encoding="utf-8").splitlines()
        assert re.fullmatch(r"-- [A-Z].*\.", first), file
        assert set(re.findall(r"\{(\w+):\w+\}", _query(file.stem))) <= PARAMETERS.keys()
        found = [row for tenant in ("default", "crowd") for row in _answer(told, file.stem, tenant=tenant)]
        assert found, f"{file.stem} finds nothing in the stories"


def test_the_chain_of_a_decision_tells_its_story_in_order(told: Ledgered) -> None:
    rows = _answer(told, "chain_of_a_decision")
    assert _column(rows, 0) == list(range(1, len(rows) + 1))
    assert _column(rows, 1) == sorted(_column(rows, 1))
    assert _column(rows, 2) == [
        "context", "prompt", "approval", "change", "verdict 1", "command", "command", "change", "outcome",
        "verdict 2", "command",
    ]  # fmt: skip
    told_so = " ".join(_column(rows, 8))
    assert "helpdesk-bot (ai_agent) granted Domain Admin (privileged) for svc-ci: succeeded." in told_so
    assert "approval-bot (ai_agent) approved grant of Domain Admin for svc-ci." in told_so
    assert "Verdict 1: violated." in told_so
    assert "Ordered the suspension of agent approval-bot" in told_so
    assert "Verdict 2: upheld." in told_so


def test_a_violation_says_who_did_what_to_whom_and_why_that_was_wrong(told: Ledgered) -> None:
    rows = _answer(told, "violations_of_the_last_day", tenant="crowd")
    assert len(rows) == 10, "two findings on each of five decisions"
    assert {row[6] for row in rows} == {"high", "critical"}
    assert _column(rows, 6) == sorted(_column(rows, 6), key=["critical", "high"].index)
    assert all("Granted Domain Admin to svc-ci" in row[8] for row in rows)
    assert all(row[1] and row[4] == "svc-ci" for row in rows)
    assert _answer(told, "violations_of_the_last_day", tenant="nobody") == []


def test_a_superseded_violation_is_not_held_against_anybody_any_more(told: Ledgered) -> None:
    assert told.ask(f"SELECT count() FROM findings WHERE decision_id = '{STORY}'") == [(4,)]
    assert told.ask(f"SELECT count() FROM violations WHERE decision_id = '{STORY}'") == [(0,)]


def test_a_command_is_open_until_somebody_reports_success(told: Ledgered) -> None:
    rows = _answer(told, "revocations_not_confirmed")
    every = told.ask(f"SELECT command_id, status FROM issued_commands WHERE decision_id = '{STORY}' ORDER BY 1")
    confirmed = {command for command, status in every if status == "succeeded"}
    assert len(confirmed) == 1
    assert {row[12] for row in rows} == {command for command, _ in every} - confirmed
    assert _answer(told, "revocations_not_confirmed", older_than_minutes=10**9) == []


def test_consent_counts_for_an_ai_only_from_a_person_and_before_the_change(told: Ledgered) -> None:
    decisions = set(_column(_answer(told, "ai_changes_without_human_approval"), 10))
    assert decisions == {STORY, "after", "by-a-bot"}


def test_verdicts_that_changed_their_mind_show_every_judgement(told: Ledgered) -> None:
    ((decision, judgements, first, last, versions, *_),) = _answer(told, "verdicts_that_changed_their_mind")
    assert (decision, judgements, first, last, versions) == (STORY, ["violated", "upheld"], "violated", "upheld", 2)


def test_words_are_found_whatever_their_order_and_case_by_the_index(told: Ledgered) -> None:
    assert _column(_answer(told, "prompts_with_words"), 4) == [STORY]
    assert _answer(told, "prompts_with_words", words="domain unheard-of") == []
    plan = told.ask(f"EXPLAIN indexes = 1 {_query('prompts_with_words')}", **PARAMETERS)
    assert "by_word" in " ".join(row[0] for row in plan)


def test_an_end_that_is_not_set_is_null_and_one_in_the_year_9999_is_the_last_day_there_is(told: Ledgered) -> None:
    assert None in _column(told.ask("SELECT valid_until FROM approvals"), 0)
    change = next(r for r in examples() if isinstance(r, Change))
    store = Store(told.settings)
    never = replace(change, tenant=type(change.tenant)("never"), grant_expires_at=Millis(253_402_300_799_999))
    for table, row in rows_of(never, Position("stories", 1, 0)):
        store.insert(table, [row], token="never", query_id=uuid.uuid4().hex)
    store.close()
    ((shown,),) = told.ask("SELECT grant_expires_at FROM changes WHERE tenant = 'never'")
    assert shown.replace(tzinfo=UTC) == datetime(2300, 1, 1, tzinfo=UTC) - timedelta(milliseconds=1)


def test_asking_for_one_decision_reaches_the_primary_key_of_every_table_underneath(told: Ledgered) -> None:
    for view in (view for view in VIEWS if view not in {"agent_registry", "quarantined"}):
        one = f"SELECT * FROM {view} WHERE tenant = 'default' AND decision_id = '{STORY}'"
        ((plan,),) = told.ask(f"EXPLAIN json = 1, indexes = 1 {one}")
        reads = list(_reads(json.loads(plan)))
        assert reads, view
        for node in reads:
            keys = {key for index in node["Indexes"] if index["Type"] == "PrimaryKey" for key in index.get("Keys", [])}
            assert {"tenant", "decision_id"} <= keys, f"{view}: {node['Description']}"


def _reads(plan: Any) -> Iterator[dict[str, Any]]:
    if isinstance(plan, list):
        for each in plan:
            yield from _reads(each)
    if isinstance(plan, dict):
        if plan.get("Node Type") == "ReadFromMergeTree":
            yield plan
        for each in plan.values():
            yield from _reads(each)
