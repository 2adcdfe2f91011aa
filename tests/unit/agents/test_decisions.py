"""The open decisions of a partition, held as bytes, say what the plain step says of the same facts."""

from dataclasses import replace as replace_dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.agents.decisions import Decisions, Output, key_of, named_by
from streams.codec.state import StateUnreadable, decode_state
from streams.core.chain import CHAIN_LINKS_MAX
from streams.core.evidence import Evidence
from streams.core.ids import DEFAULT_TENANT, DecisionId, EventId, TenantId
from streams.core.law import Law
from streams.core.step import State, opened, step
from streams.core.time import NEVER, Millis
from streams.core.verdict import Verdict
from streams.testkit.telling import Heard
from tests.altered import replace
from tests.cast import AGREED, ASKED, DECISION, GRANTED, NOON
from tests.strategies import tellings
from tests.unit.core.test_step import DUE, LAW

TOPICS = ("changes", "approvals")
KEY = key_of(DEFAULT_TENANT, DECISION)
FOREVER = Millis(NOON + 3 * LAW.policy.timing.horizon_ms)
STORED = Path(__file__).parents[2] / "golden/state"
SAID_BEFORE = "vrd_ddaeeb856651b10dcdfd543c1e1499ed"
"""What the version that wrote the stored states said, or was about to say, on them."""


def fresh(watermark: Millis = NEVER) -> Decisions:
    decisions = Decisions(TOPICS, 0)
    pass_time(decisions, watermark)
    return decisions


def pass_time(decisions: Decisions, watermark: Millis) -> None:
    decisions.watermark = replace_dataclass(decisions.watermark, at=max(watermark, decisions.watermark.at))


def hear(decisions: Decisions, *facts: Evidence, law: Law = LAW) -> list[Output]:
    said = [decisions.hear(KEY, fact, law) for fact in facts]
    return [output for each in said if each is not None for output in each.outputs]


def judge(decisions: Decisions, law: Law = LAW) -> list[Output]:
    return [output for said in decisions.judge(100, law) for output in said.outputs]


def state_of(decisions: Decisions) -> State:
    packed = decisions.packed(KEY)
    return decode_state(DEFAULT_TENANT, DECISION, packed) if packed is not None else opened(DEFAULT_TENANT, DECISION)


@given(tellings(), st.booleans(), st.booleans())
def test_what_is_held_as_bytes_says_what_the_plain_step_says(
    telling: tuple[tuple[Heard, ...], Law], ticks: bool, restarts: bool
) -> None:
    heard, law = telling
    decisions, plain, expected, told = fresh(), opened(DEFAULT_TENANT, DECISION), [], []
    for hearing in (*heard, Heard(watermark=Millis(NOON + 30 * 86_400_000))):
        pass_time(decisions, hearing.watermark)
        if ticks:
            told += judge(decisions, law)
        for fact in hearing.evidence:
            taken = step(plain, (fact,), hearing.watermark, law)
            expected += [*taken.verdicts, *taken.commands]
            plain = taken.state or opened(DEFAULT_TENANT, DECISION)
            told += hear(decisions, fact, law=law)
        if restarts:
            decisions = again(decisions, law)
    taken = step(plain, (), decisions.watermark.at, law)
    expected += [*taken.verdicts, *taken.commands]
    told += judge(decisions, law)
    assert told == expected
    assert state_of(decisions).chain == (taken.state or opened(DEFAULT_TENANT, DECISION)).chain


def again(decisions: Decisions, law: Law) -> Decisions:
    """A worker that starts with what the other one had, and has heard as much."""
    packed = decisions.packed(KEY)
    restored = Decisions(TOPICS, 0)
    assert restored.restore({KEY: packed} if packed is not None else {}, law) == ()
    restored.watermark = decisions.watermark
    return restored


def test_what_was_heard_twice_is_not_kept_twice() -> None:
    decisions = fresh()
    hear(decisions, ASKED, GRANTED)
    before, decisions.dirty = decisions.packed(KEY), {}
    hear(decisions, ASKED, GRANTED)
    assert decisions.packed(KEY) is before
    assert not decisions.dirty


def test_a_flood_of_the_same_in_other_words_is_bounded() -> None:
    decisions = fresh()
    for number in range(3 * CHAIN_LINKS_MAX):
        hear(decisions, replace(ASKED, occurred_at=Millis(NOON - number)))
    assert len(state_of(decisions).chain.links) == CHAIN_LINKS_MAX
    assert state_of(decisions).chain.overflow_from is not None


def test_nothing_is_due_before_every_input_was_heard() -> None:
    decisions = fresh()
    hear(decisions, GRANTED)
    decisions.watermark = decisions.watermark.idle("changes", FOREVER)
    assert decisions.watermark.at == NEVER
    assert judge(decisions) == []


def test_what_was_due_is_judged_before_anything_new_is_heard() -> None:
    decisions = fresh()
    hear(decisions, ASKED, GRANTED)
    pass_time(decisions, DUE)
    assert [type(output).__name__ for output in hear(decisions, AGREED)] == ["Verdict", "Command"]


def test_a_closed_decision_is_forgotten_and_its_tombstone_wanted() -> None:
    decisions = fresh()
    hear(decisions, ASKED)
    decisions.dirty = {}
    pass_time(decisions, FOREVER)
    assert judge(decisions) == []
    assert len(decisions) == decisions.bytes == 0
    assert list(decisions.dirty) == [KEY]
    assert decisions.packed(KEY) is None


def test_bytes_are_those_of_the_states_that_are_held() -> None:
    decisions = fresh()
    hear(decisions, ASKED, AGREED, GRANTED)
    pass_time(decisions, DUE)
    judge(decisions)
    assert decisions.bytes == len(decisions.packed(KEY) or b"")


def test_wake_ups_survive_a_restart_also_under_another_grace() -> None:
    decisions = fresh()
    hear(decisions, ASKED, GRANTED)
    timing = LAW.policy.timing
    longer = replace(LAW, policy=replace(LAW.policy, timing=replace(timing, grace_ms=timing.grace_ms * 2)))
    for law, due in ((LAW, DUE), (longer, Millis(DUE + timing.grace_ms))):
        restored = again(decisions, law)
        pass_time(restored, Millis(due - 1))
        assert judge(restored, law) == []
        pass_time(restored, due)
        assert len(judge(restored, law)) == 2


def test_a_decision_of_five_facts_takes_less_than_two_kibibytes() -> None:
    decisions = fresh()
    more = (replace(ASKED, event_id=EventId(f"more-{n}"), text="why " * 500, rationale="so " * 500) for n in (1, 2))
    hear(decisions, ASKED, *more, AGREED, GRANTED)
    assert decisions.bytes < 2_048


@pytest.mark.parametrize(
    ("one", "other"), [(("a", 'b","c'), ('a","b', "c")), (("a", "b"), ("ab", "")), (("a", "b"), ("b", "a"))]
)
def test_two_decisions_are_never_mistaken_for_each_other(one: tuple[str, str], other: tuple[str, str]) -> None:
    keys = [key_of(TenantId(tenant), DecisionId(decision)) for tenant, decision in (one, other)]
    assert keys[0] != keys[1]
    assert [named_by(key) for key in keys] == [one, other]


def test_state_of_the_first_form_is_taken_up_and_is_never_said_twice() -> None:
    decisions = fresh()
    assert decisions.restore({KEY: (STORED / "judged.v1").read_bytes()}, LAW) == ()
    pass_time(decisions, Millis(DUE + 1))
    assert judge(decisions) == []
    hear(decisions, AGREED)
    pass_time(decisions, Millis(DUE + 30 * 60_000))
    (verdict,) = judge(decisions)
    assert isinstance(verdict, Verdict)
    assert (verdict.version, verdict.supersedes) == (2, SAID_BEFORE)


def test_what_the_first_form_promised_to_say_is_said_at_once() -> None:
    decisions = fresh()
    (said,) = decisions.restore({KEY: (STORED / "promised.v1").read_bytes()}, LAW)
    assert [output.verdict_id for output in said.outputs] == [SAID_BEFORE] * 2
    assert list(decisions.dirty) == [KEY]


def test_state_that_cannot_be_taken_up_is_refused() -> None:
    with pytest.raises(StateUnreadable, match="is of version 9"):
        fresh().restore({KEY: b"\x09whatever"}, LAW)
