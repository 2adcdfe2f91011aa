"""What a chain is: a bounded set of facts about one decision, whatever comes in whatever order however often."""

from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.chain import CHAIN_LINKS_MAX
from streams.core.evidence import Evidence
from streams.core.finding import FINDING_TEXT_MAX
from streams.core.ids import DEFAULT_TENANT, ChangeId, DecisionId, EventId, TenantId
from streams.core.law import Law
from streams.core.opinion import REASON_TEXT_MAX
from streams.core.time import NEVER
from streams.core.verdict import Judgement, assess
from streams.testkit.telling import Heard, tell
from tests.altered import replace
from tests.cast import ASKED, DECISION, REGISTERED
from tests.strategies import changes, facts, folded, hearings, laws, recent

LIMITS = st.sampled_from((3, CHAIN_LINKS_MAX))
"""Chains of three facts overflow in every other example; the real bound is tried in tests/unit/core."""

REGISTERED_ELSEWHERE = tuple(replace(agent, tenant=TenantId("elsewhere")) for agent in REGISTERED)
STRANGE_AGENTS = tuple(replace(agent, agent_id=f"strange-{agent.agent_id}") for agent in REGISTERED)


@given(facts(), st.data(), LIMITS, laws())
def test_same_evidence_any_order_same_chain(
    evidence: tuple[Evidence, ...], data: st.DataObject, limit: int, law: Law
) -> None:
    shuffled = tuple(data.draw(st.permutations(evidence)))
    cut = data.draw(st.integers(0, len(shuffled)))
    with patch("streams.core.chain.CHAIN_LINKS_MAX", limit):
        assert folded(shuffled) == folded(evidence)
        heard = tell([Heard(evidence, NEVER)], law, decision_id=DECISION)
        heard_otherwise = tell([Heard(shuffled[:cut]), Heard(shuffled[cut:])], law, decision_id=DECISION)
    assert heard_otherwise.verdicts == heard.verdicts
    assert heard_otherwise.commands == heard.commands


@given(hearings(), laws(), st.data(), LIMITS)
def test_duplicates_change_nothing(heard: tuple[Heard, ...], law: Law, data: st.DataObject, limit: int) -> None:
    repeated: list[Heard] = []
    known: list[Evidence] = []
    for hearing in recent(heard):
        known += hearing.evidence
        again = tuple(data.draw(st.lists(st.sampled_from(known), max_size=2)))
        repeated += [hearing, Heard(again, hearing.watermark)]
    with patch("streams.core.chain.CHAIN_LINKS_MAX", limit):
        once = tell(recent(heard), law, decision_id=DECISION)
        often = tell(repeated, law, decision_id=DECISION)
    assert often.verdicts == once.verdicts
    assert often.commands == once.commands


@given(facts(), laws(), st.booleans())
def test_strangers_evidence_changes_nothing(evidence: tuple[Evidence, ...], law: Law, same_decision: bool) -> None:
    chain = folded(evidence)
    stranger = replace(
        evidence[0],
        event_id=EventId("strange"),
        tenant=TenantId("elsewhere") if same_decision else DEFAULT_TENANT,
        decision_id=DECISION if same_decision else DecisionId("decision-2"),
    )
    with pytest.raises(ValueError, match="about another decision"):
        chain.with_evidence(stranger, stranger.occurred_at)
    elsewhere = Law(law.policy, law.registry.with_agents((*REGISTERED_ELSEWHERE, *STRANGE_AGENTS)))
    assert assess(chain, chain.changes, elsewhere) == assess(chain, chain.changes, law)


@given(facts(), changes(), laws())
def test_a_contradiction_hides_nothing(evidence: tuple[Evidence, ...], other: Evidence, law: Law) -> None:
    chain = folded(evidence)
    contradicted = replace(chain.changes[0], change_id=ChangeId("another"))
    for contradiction in (contradicted, replace(ASKED, event_id=chain.changes[0].event_id)):
        doubtful = folded((*evidence, contradiction))
        before, after = (assess(c, c.changes, law) for c in (chain, doubtful))
        assert after.judgement is not Judgement.UPHELD
        # A prompt that is there twice is still a prompt: what it explains is explained.
        kept = {(f.change_id, f.code) for f in before.findings if f.code != "UNEXPLAINED_ACTION"}
        assert kept <= {(f.change_id, f.code) for f in after.findings}


@given(facts(), laws(), st.integers(1, 4))
def test_bounds_are_part_of_the_type(evidence: tuple[Evidence, ...], law: Law, limit: int) -> None:
    with patch("streams.core.chain.CHAIN_LINKS_MAX", limit):
        told = tell([Heard(evidence)], law, decision_id=DECISION)
    assert len(told.chain.links) <= limit
    if len(set(evidence)) > limit:
        assert told.chain.overflow_from is not None
        assert told.verdicts, "what was too much must be said"
        assert told.verdicts[-1].judgement is not Judgement.UPHELD
        assert any("more than" in reason for reason in told.verdicts[-1].reasons)
    for verdict in told.verdicts:
        assert all(len(reason) <= REASON_TEXT_MAX for reason in verdict.reasons)
        assert all(len(finding.message) <= FINDING_TEXT_MAX for finding in verdict.findings)
