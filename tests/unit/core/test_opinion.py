"""Opinions: what is kept from one instant to the next is what would be found anew, and is not looked for again."""

from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.case import Case
from streams.core.chain import Chain
from streams.core.evidence import Change, Evidence
from streams.core.finding import Claim, Rule, Severity
from streams.core.ids import ChangeId, EventId
from streams.core.law import Law
from streams.core.opinion import Opinions
from streams.core.parties import Assurance
from streams.core.registry import Registry
from streams.core.requirement import ApprovalsRequired, Requirement, Response
from streams.core.rules import RULES
from streams.core.time import DAY_MS, SECOND_MS, Millis
from streams.core.verdict import assess
from streams.testkit.policy import FixedPolicy
from streams.testkit.telling import Heard, tell
from tests.altered import replace
from tests.cast import AGREED, DECISION, GRANTED, NOON, TIMING
from tests.strategies import chains, folded, laws

ONE_APPROVAL = Requirement(operation_class="any", approvals=ApprovalsRequired(), on_violation=Response.REVOKE)


@dataclass(frozen=True, slots=True, kw_only=True)
class StricterWithAi(FixedPolicy):
    """A policy that asks more as soon as an AI turns out to have had a part."""

    def requirement(self, change: Change, *, ai: bool) -> Requirement:
        """Find what is asked of a change."""
        asked = FixedPolicy.requirement(self, change, ai=ai)
        stricter = ApprovalsRequired(count=2, assurance=Assurance.SIGNED)
        return replace(asked, operation_class="with-ai", approvals=stricter) if ai else asked


@st.composite
def growing(draw: st.DrawFn) -> tuple[Chain, ...]:
    """The same facts, heard one after the other in any order."""
    facts = draw(st.permutations(tuple(draw(chains()).evidence)))
    return tuple(folded(facts[:heard]) for heard in range(1, len(facts) + 1))


@given(growing(), laws(), st.booleans())
def test_what_is_kept_is_what_would_be_found_anew(views: tuple[Chain, ...], law: Law, stricter: bool) -> None:
    if stricter:
        law = Law(StricterWithAi(otherwise=law.policy.requirement(GRANTED, ai=True)), law.registry, law.rules)
    opinions = Opinions(law)
    for view in views:
        assert assess(view, view.changes, law, opinions) == assess(view, view.changes, law)


def numbered(n: int, at: Millis) -> tuple[Evidence, Evidence]:
    """Make an approval by somebody of their own, and a change a second after it."""
    approver = replace(AGREED.approver, id=f"person-{n}")
    approval = replace(AGREED, event_id=EventId(f"a{n}"), approver=approver, decided_at=at, occurred_at=at)
    after = Millis(at + SECOND_MS)
    return approval, replace(
        GRANTED, event_id=EventId(f"c{n}"), change_id=ChangeId(f"c{n}"), executed_at=after, occurred_at=after
    )


@pytest.mark.parametrize("approvals_first", [True, False])
def test_a_change_is_judged_once_as_long_as_nothing_that_bears_on_it_is_heard(approvals_first: bool) -> None:
    asked: list[str] = []

    def count(case: Case) -> Iterable[Claim]:
        asked.append(case.change.event_id)
        return ()

    counting = Rule(code="COUNTING", summary="counts", severity=Severity.LOW, responses=(), frameworks=(), check=count)
    pairs = [numbered(n, Millis(NOON + n * 30 * SECOND_MS)) for n in range(20)]
    approvals, changes = zip(*pairs, strict=True)
    if approvals_first:
        changes = tuple(
            replace(c, executed_at=c.executed_at + DAY_MS, occurred_at=c.occurred_at + DAY_MS) for c in changes
        )
    law = Law(FixedPolicy(otherwise=ONE_APPROVAL, timing=TIMING), Registry(), (*RULES, counting))
    told = tell([Heard((*approvals, *changes))], law, decision_id=DECISION)
    assert len(told.verdicts) == len(changes)
    assert sorted(asked) == sorted(change.event_id for change in changes)
