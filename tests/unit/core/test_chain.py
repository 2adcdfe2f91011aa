"""Chain: what is kept, in what order, and since when it counts."""

import pytest

from streams.core.chain import CHAIN_LINKS_MAX, Chain
from streams.core.evidence import Result
from streams.core.ids import DEFAULT_TENANT, DecisionId, EventId
from streams.core.time import Millis
from tests.altered import replace
from tests.cast import AGREED, ASKED, DECISION, GRANTED, NOON
from tests.strategies import folded

EMPTY = Chain(DEFAULT_TENANT, DECISION)


def test_links_stand_in_the_order_of_their_time_and_then_of_their_id() -> None:
    same_time = replace(AGREED, event_id=EventId("zzz"))
    chain = folded([GRANTED, same_time, ASKED, AGREED])
    assert [fact.event_id for fact in chain.evidence] == ["approval", "prompt", "zzz", "change"]
    assert (chain.prompts, chain.approvals, chain.changes) == ((ASKED,), (AGREED, same_time), (GRANTED,))


def test_a_fact_about_another_decision_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="evidence change is about another decision: decision-2"):
        EMPTY.with_evidence(replace(GRANTED, decision_id=DecisionId("decision-2")), NOON)


def test_a_fact_that_is_heard_again_later_counts_since_it_was_heard_first() -> None:
    once = EMPTY.with_evidence(GRANTED, NOON)
    assert once.with_evidence(GRANTED, Millis(NOON + 1)) == once


def test_a_view_shows_only_what_counted_by_then() -> None:
    chain = EMPTY.with_evidence(GRANTED, NOON).with_evidence(AGREED, Millis(NOON + 5))
    assert chain.as_of(Millis(NOON - 1)).links == ()
    assert chain.as_of(Millis(NOON + 4)).changes == (GRANTED,)
    assert chain.as_of(Millis(NOON + 4)).approvals == ()
    assert chain.as_of(Millis(NOON + 5)) == chain
    assert chain.moments == {NOON, NOON + 5}


def test_two_contents_of_one_event_are_both_kept_and_known_as_a_contradiction() -> None:
    other = replace(GRANTED, result=Result.FAILED)
    for chain in (folded([GRANTED, other]), folded([other, GRANTED])):
        assert set(chain.changes) == {GRANTED, other}
        assert chain.conflicts == ("change",)
    assert folded([GRANTED, other]) == folded([other, GRANTED])


def test_a_contradiction_is_not_seen_before_it_was_heard() -> None:
    later = EMPTY.with_evidence(GRANTED, NOON).with_evidence(replace(GRANTED, source="x"), Millis(NOON + 9))
    assert later.as_of(Millis(NOON + 8)).conflicts == ()


def test_beyond_the_bound_the_earliest_are_kept_and_it_is_known_since_when() -> None:
    facts = [
        replace(ASKED, event_id=EventId(f"prompt-{n}"), occurred_at=Millis(NOON + n))
        for n in range(CHAIN_LINKS_MAX + 10)
    ]
    chain = folded(reversed(facts))
    assert tuple(chain.evidence) == tuple(facts[:CHAIN_LINKS_MAX])
    assert chain.overflow_from == NOON + CHAIN_LINKS_MAX
    assert chain.as_of(Millis(NOON + CHAIN_LINKS_MAX - 1)).overflow_from is None
    assert folded(facts) == chain


def test_a_chain_of_exactly_the_bound_is_whole() -> None:
    facts = [replace(ASKED, event_id=EventId(f"prompt-{n}")) for n in range(CHAIN_LINKS_MAX)]
    assert folded(facts).overflow_from is None
