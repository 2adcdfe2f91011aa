"""What a worker remembers of a fact: no long text, and still enough to notice a contradiction."""

from streams.core.evidence import Prompt, essence
from streams.core.ids import DEFAULT_TENANT, DecisionId, EventId
from streams.core.law import Law
from streams.core.registry import Registry
from streams.core.step import opened, step
from streams.core.time import NEVER, Millis
from streams.policy.load import load
from tests.altered import replace

PROMPT = Prompt(
    tenant=DEFAULT_TENANT,
    decision_id=DecisionId("d"),
    event_id=EventId("e"),
    source="s",
    occurred_at=Millis(1_760_000_000_000),
    agent_id="bot",
    text="Give svc-ci what it needs. The password is hunter2.",
    rationale="",
)


def test_texts_are_remembered_as_digests_and_nothing_else_changes() -> None:
    remembered = essence(PROMPT)
    assert isinstance(remembered, Prompt)
    assert "hunter2" not in repr(remembered)
    assert replace(remembered, text=PROMPT.text) == PROMPT


def test_what_comes_again_by_another_way_is_no_contradiction() -> None:
    traced = replace(PROMPT, trace_id="4bf92f3577b34da6a3ce929d0e0e4736", span_id="00f067aa0ba902b7")
    assert essence(traced) == essence(PROMPT)


def test_two_contents_that_differ_only_in_their_text_are_still_a_contradiction() -> None:
    law, fresh = Law(load(None), Registry()), opened(PROMPT.tenant, PROMPT.decision_id)
    twice = step(fresh, [PROMPT, PROMPT], NEVER, law).state
    other = step(fresh, [PROMPT, replace(PROMPT, text="Something else.")], NEVER, law).state
    assert twice is not None
    assert other is not None
    assert twice.chain.conflicts == ()
    assert other.chain.conflicts == (PROMPT.event_id,)
