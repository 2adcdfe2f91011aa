"""Whoever compares storms with calm must see what is missing, double, wrong or too much; no broker needed."""

from itertools import islice

import pytest

from streams.core.evidence import Evidence
from streams.ledger.rows import Position
from tests.altered import replace
from tests.chaos.calm import Calm, calm
from tests.chaos.heard import Message
from tests.chaos.judgement import _said
from tests.chaos.load import ORDERLY, Load
from tests.chaos.post import clock

HERE = Position("verdicts.v1", 0, 7)


@pytest.fixture(scope="module")
def facts() -> list[Evidence]:
    began = clock()
    return [draft.fact(began) for draft in islice(Load(7, ORDERLY).due(20_000), 200)]


@pytest.fixture(scope="module")
def expected(facts: list[Evidence]) -> Calm:
    return calm(facts)


def said(expected: Calm) -> dict[str, list[Message]]:
    return {name: [Message(HERE, 0, verdict)] for name, verdict in expected.verdicts.items()}


def test_calm_does_not_depend_on_order_or_repetition(facts: list[Evidence], expected: Calm) -> None:
    assert expected.verdicts
    assert expected.commands
    assert calm([*reversed(facts), *facts]) == expected


def test_the_same_seed_is_the_same_load() -> None:
    first, second = (list(islice(Load(3, ORDERLY).due(20_000), 100)) for _ in range(2))
    assert first == second
    assert first != list(islice(Load(4, ORDERLY).due(20_000), 100))


def test_nothing_differs_when_everything_is_said_once(expected: Calm) -> None:
    assert not list(_said("verdict", expected.verdicts, said(expected), frozenset()))


def test_what_is_missing_is_seen(expected: Calm) -> None:
    (name, verdict), *_ = expected.verdicts.items()
    found = {other: messages for other, messages in said(expected).items() if other != name}
    (difference,) = _said("verdict", expected.verdicts, found, frozenset())
    assert difference.decision == verdict.decision_id
    assert "never said" in difference.what


def test_what_is_said_twice_is_seen_even_when_some_of_its_facts_came_late(expected: Calm) -> None:
    (name, verdict), *_ = expected.verdicts.items()
    found = said(expected)
    found[name] = [*found[name], Message(Position("verdicts.v1", 0, 9), 0, verdict)]
    (difference,) = _said("verdict", expected.verdicts, found, frozenset({str(verdict.decision_id)}))
    assert "2 times: [0]@7, [0]@9" in difference.what


def test_another_content_under_the_same_id_is_seen(expected: Calm) -> None:
    (name, verdict), *_ = expected.verdicts.items()
    found = said(expected)
    found[name] = [Message(HERE, 0, replace(verdict, reasons=("a lie",)))]
    (difference,) = _said("verdict", expected.verdicts, found, frozenset())
    assert "a lie" in difference.what


def test_what_must_not_have_been_said_is_seen(expected: Calm) -> None:
    (_, verdict), *_ = expected.verdicts.items()
    found = {**said(expected), "vrd_other": [Message(HERE, 0, verdict)]}
    (difference,) = _said("verdict", expected.verdicts, found, frozenset())
    assert "must not" in difference.what
