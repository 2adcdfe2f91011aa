"""The suite that every rule of the catalogue passes, whatever it is about."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core import rules
from streams.core.case import Case
from streams.core.chain import CHAIN_LINKS_MAX, Chain
from streams.core.evidence import Change, Evidence, Result
from streams.core.finding import FINDING_TEXT_MAX, Claim, Rule
from streams.core.ids import ChangeId, EventId
from streams.core.law import Law
from streams.core.registry import Registry
from streams.core.requirement import ApprovalsRequired, Requirement
from streams.core.rules import RULES
from streams.core.time import Millis
from streams.core.verdict import assess
from tests.altered import replace
from tests.cast import AGREED, ASKED, GRANTED, NOON, TIMING
from tests.strategies import chains, contexts, folded, laws, outcomes

EACH = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def claims(rule: Rule, chain: Chain, law: Law) -> list[tuple[Case, Claim]]:
    """Ask one rule about every change of a chain."""
    cases = [
        Case.of(chain, change, law.policy.requirement(change, ai=True), law.registry, TIMING.skew_ms)
        for change in chain.changes
    ]
    return [(case, claim) for case in cases for claim in rule.check(case)]


@given(chains(), laws())
def test_each_cites_the_change_and_only_events_of_the_chain(chain: Chain, law: Law) -> None:
    for rule in RULES:
        for case, claim in claims(rule, chain, law):
            assert case.change.event_id in claim.cites, rule.code
            assert set(claim.cites) <= {fact.event_id for fact in chain.evidence}, rule.code


@given(chains(), laws())
def test_each_says_in_a_sentence_what_was_done_to_whom(chain: Chain, law: Law) -> None:
    for rule in RULES:
        for case, claim in claims(rule, chain, law):
            assert claim.message.startswith(case.deed)
            assert case.change.subject.id in claim.message
            assert re.fullmatch(r"[A-Z].*[^ ]\.", claim.message)
            assert "  " not in claim.message
            assert len(claim.message) <= FINDING_TEXT_MAX


@given(chains(), laws(), st.data())
def test_each_says_the_same_whenever_it_is_asked(chain: Chain, law: Law, data: st.DataObject) -> None:
    shuffled = folded(data.draw(st.permutations(tuple(chain.evidence))))
    for rule in RULES:
        assert claims(rule, chain, law) == claims(rule, shuffled, law)


@given(chains(), laws(), contexts(), outcomes())
def test_none_is_moved_by_what_does_not_concern_it(
    chain: Chain, law: Law, context: Evidence, outcome: Evidence
) -> None:
    beside = (replace(context, event_id=EventId("beside-1")), replace(outcome, event_id=EventId("beside-2")))
    wider = folded((*chain.evidence, *beside))
    for rule in RULES:
        assert [claim for _, claim in claims(rule, wider, law)] == [claim for _, claim in claims(rule, chain, law)]


@given(chains(), laws())
def test_none_speaks_of_a_change_that_failed(chain: Chain, law: Law) -> None:
    failed = folded(
        [replace(fact, result=Result.FAILED) if isinstance(fact, Change) else fact for fact in chain.evidence]
    )
    assert assess(failed, failed.changes, law).findings == ()


def largest() -> Chain:
    """Make a chain that is as long as a chain can be: grants, approvals and prompts by turns."""
    facts: list[Evidence] = []
    for n in range(CHAIN_LINKS_MAX + 44):
        event_id, at = EventId(f"event-{n:03}"), Millis(NOON + n)
        if n % 4 == 0:
            change_id = ChangeId(f"change-{n}")
            facts.append(replace(GRANTED, event_id=event_id, occurred_at=at, executed_at=at, change_id=change_id))
        else:
            facts.append(replace((AGREED, ASKED, AGREED)[n % 4 - 1], event_id=event_id, occurred_at=at))
    return folded(facts)


LARGEST = largest()


@EACH
@pytest.mark.timeout(20)
def test_it_comes_to_an_end_on_the_largest_chain(rule: Rule) -> None:
    asked = Requirement(
        operation_class="any",
        approvals=ApprovalsRequired(count=3, roles=("owner",)),
        expiry_required=True,
        prompt_required=True,
    )
    assert len(LARGEST.links) == CHAIN_LINKS_MAX
    for change in LARGEST.changes:
        case = Case.of(LARGEST, change, asked, Registry(), TIMING.skew_ms)
        assert len(list(rule.check(case))) <= CHAIN_LINKS_MAX


@EACH
def test_it_is_catalogued_under_the_name_of_its_file(rule: Rule) -> None:
    module = rule.check.__module__.rpartition(".")[2]
    assert module == rule.code.lower()
    assert rule.frameworks
    assert len(set(rule.frameworks)) == len(rule.frameworks)
    assert rule.responses
    assert rule.summary
    assert not rule.summary.endswith(".")


def test_every_file_of_the_catalogue_is_in_the_list() -> None:
    files = {path.stem.upper() for path in Path(rules.__path__[0]).glob("*.py")} - {"__INIT__"}
    codes = [rule.code for rule in RULES]
    assert set(codes) == files
    assert len(codes) == len(set(codes))
