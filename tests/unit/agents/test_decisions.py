"""The open decisions of a partition: who wakes when, and what is forgotten."""

from streams.agents.decisions import Decisions
from streams.core.ids import DEFAULT_TENANT, DecisionId
from streams.core.step import State, opened
from streams.core.time import NEVER, Millis

TOPICS = ("changes", "approvals")
LATENESS_MS = 100


def decisions_with(*wakes: tuple[str, int]) -> Decisions:
    decisions = Decisions(TOPICS, LATENESS_MS)
    for name, wake_at in wakes:
        put(decisions, name, wake_at)
    return decisions


def put(decisions: Decisions, name: str, wake_at: int | None) -> None:
    key = (DEFAULT_TENANT, DecisionId(name))
    state: State | None = opened(*key) if wake_at is not None else None
    decisions.put(key, state, Millis(wake_at) if wake_at is not None else None)


def pass_time(decisions: Decisions, at: int) -> None:
    for topic in TOPICS:
        decisions.watermark = decisions.watermark.idle(topic, Millis(at + LATENESS_MS))


def names(decisions: Decisions, limit: int = 10) -> list[str]:
    return [name for _, name in decisions.due(limit)]


def test_nothing_is_due_before_every_input_was_heard() -> None:
    decisions = decisions_with(("a", 10))
    decisions.watermark = decisions.watermark.idle("changes", Millis(10_000))
    assert decisions.watermark.at == NEVER
    assert names(decisions) == []


def test_due_decisions_come_earliest_first_and_only_up_to_the_watermark() -> None:
    decisions = decisions_with(("late", 30), ("early", 10), ("middle", 20))
    pass_time(decisions, 20)
    assert names(decisions) == ["early", "middle"]


def test_a_decision_that_moved_its_wake_up_is_woken_once_at_the_new_time() -> None:
    decisions = decisions_with(("a", 10))
    put(decisions, "a", 50)
    pass_time(decisions, 20)
    assert names(decisions) == []
    pass_time(decisions, 50)
    assert names(decisions) == ["a"]
    assert names(decisions) == []


def test_a_closed_decision_is_forgotten_and_never_woken() -> None:
    decisions = decisions_with(("a", 10))
    put(decisions, "a", None)
    pass_time(decisions, 20)
    assert names(decisions) == []
    assert len(decisions) == 0
    assert decisions.next_wake is None


def test_a_burst_of_deadlines_is_taken_in_bounded_portions() -> None:
    decisions = decisions_with(*((str(i), i) for i in range(10)))
    pass_time(decisions, 100)
    assert len(names(decisions, limit=4)) == 4
    assert len(names(decisions, limit=40)) == 6
