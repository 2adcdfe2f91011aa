"""Is a decision's state the same after it was stored, and never taken up when it cannot be understood."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.codec.state import (
    VERSION,
    Memory,
    StateUnreadable,
    decode_state,
    encode_state,
    grace_of,
    outdated,
    wake_of,
)
from streams.core.chain import Chain
from streams.core.ids import DEFAULT_TENANT, DecisionId, VerdictId
from streams.core.law import Law
from streams.core.requirement import DEFAULT_TIMING
from streams.core.step import Said, State, opened, step
from streams.core.time import DAY_MS, EVER, NEVER, Millis
from streams.testkit.telling import Heard
from tests.altered import fields_of, replace
from tests.cast import DECISION, NOON
from tests.strategies import tellings
from tests.unit.codec.generated import STATES

EMPTY = opened(DEFAULT_TENANT, DecisionId("req-48213"))
STORED = Path(__file__).parents[2] / "golden/state"


def packed(state: State, wake_at: int = NOON) -> bytes:
    return encode_state(state, Millis(wake_at), DEFAULT_TIMING)


def unpacked(data: bytes, of: State = EMPTY) -> State:
    return decode_state(of.chain.tenant, of.chain.decision_id, data)


@given(STATES)
def test_a_state_is_exactly_what_it_was(state: State) -> None:
    assert unpacked(packed(state), state) == state


@given(STATES, st.integers(NEVER, EVER))
def test_the_same_state_is_always_the_same_bytes(state: State, wake_at: int) -> None:
    assert packed(unpacked(packed(state, wake_at), state), wake_at) == packed(state, wake_at)
    assert wake_of(packed(state, wake_at)) == wake_at
    assert grace_of(packed(state, wake_at)) == DEFAULT_TIMING.grace_ms


@given(tellings())
def test_a_decision_that_is_stored_after_every_step_says_the_same(telling: tuple[tuple[Heard, ...], Law]) -> None:
    heard, law = telling
    kept = opened(DEFAULT_TENANT, DECISION)
    for batch in (*heard, Heard(watermark=Millis(NOON + 30 * DAY_MS))):
        plainly = step(kept, batch.evidence, batch.watermark, law)
        assert step(unpacked(packed(kept), kept), batch.evidence, batch.watermark, law) == plainly
        kept = plainly.state or opened(DEFAULT_TENANT, DECISION)


def test_every_field_of_the_state_is_stored() -> None:
    beside = {"chain", "tenant", "decision_id", "links", "judged_until"}
    derived = {"prompts", "contexts", "approvals", "changes", "outcomes", "dated_changes"}
    assert {*fields_of(Memory), *beside, *derived} == {*fields_of(State), *fields_of(Chain)}


def test_state_of_another_version_is_refused_with_what_to_do() -> None:
    with pytest.raises(StateUnreadable, match=r"is of version 3; this version of clawback reads 1 and 2\. Run the ver"):
        unpacked(bytes((VERSION + 1,)) + packed(EMPTY)[1:])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x02", "is damaged: error"),
        (packed(EMPTY)[:-1], "is damaged: DecodeError"),
        (packed(EMPTY) + b"\x01", "is damaged: DecodeError"),
        (packed(EMPTY)[:3] + b"\x01" + packed(EMPTY)[4:], "is damaged: DecodeError"),
        (packed(EMPTY).replace(b"\x94\xc0", b"\x94\x01"), "is damaged: ValidationError"),
    ],
)
def test_state_that_is_damaged_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(StateUnreadable) as refused:
        unpacked(data)
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"\x01", "is damaged: JSONDecodeError"),
        (b"\x01{}", "is damaged: KeyError: 'tenant'"),
        (b"\x01[]", "is damaged: TypeError"),
        (
            (STORED / "judged.v1").read_bytes().replace(b'"change_id"', b'"chnage_id"'),
            "holds a record that is not in order: change",
        ),
        (
            (STORED / "judged.v1").read_bytes().replace(b'[["prompt"', b'[["prmopt"'),
            "is damaged: KeyError: 'prmopt'",
        ),
    ],
)
def test_state_of_the_first_form_that_is_damaged_is_refused_as_well(data: bytes, reason: str) -> None:
    with pytest.raises(StateUnreadable) as refused:
        outdated(data)
    assert reason in str(refused.value)


def test_what_was_said_is_not_forgotten() -> None:
    said = Said(verdict_id=VerdictId("vrd_1"), version=3, content="says_1")
    assert unpacked(packed(replace(EMPTY, said=said))).said == said
