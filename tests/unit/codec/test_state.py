"""Is a decision's state the same after it was stored, and never taken up when it cannot be understood."""

import dataclasses
import json

import pytest
from hypothesis import given

from streams.codec.state import VERSION, StateUnreadable, decode_state, encode_state
from streams.core.chain import Chain
from streams.core.ids import DEFAULT_TENANT, DecisionId, VerdictId
from streams.core.law import Law
from streams.core.step import Said, State, opened, step
from streams.core.time import DAY_MS, Millis
from streams.testkit.telling import Heard
from tests.cast import DECISION, NOON
from tests.strategies import tellings
from tests.unit.codec.generated import STATES

EMPTY = opened(DEFAULT_TENANT, DecisionId("req-48213"))


@given(STATES)
def test_a_state_is_exactly_what_it_was(state: State) -> None:
    assert decode_state(encode_state(state)) == state


@given(STATES)
def test_the_same_state_is_always_the_same_bytes(state: State) -> None:
    assert encode_state(decode_state(encode_state(state))) == encode_state(state)


@given(tellings())
def test_a_decision_that_is_stored_after_every_step_says_the_same(telling: tuple[tuple[Heard, ...], Law]) -> None:
    heard, law = telling
    kept = opened(DEFAULT_TENANT, DECISION)
    for batch in (*heard, Heard(watermark=Millis(NOON + 30 * DAY_MS))):
        plainly = step(kept, batch.evidence, batch.watermark, law)
        assert step(decode_state(encode_state(kept)), batch.evidence, batch.watermark, law) == plainly
        kept = plainly.state or opened(DEFAULT_TENANT, DECISION)


def test_every_field_of_the_state_is_stored() -> None:
    stored = json.loads(encode_state(EMPTY)[1:])
    fields = {f.name for kind in (State, Chain) for f in dataclasses.fields(kind) if f.init} - {"chain"}
    assert stored.keys() == fields


def test_state_of_another_version_is_refused_with_what_to_do() -> None:
    with pytest.raises(StateUnreadable, match=r"is of version 2; this version of clawback reads 1\. Run the version"):
        decode_state(bytes((VERSION + 1,)) + encode_state(EMPTY)[1:])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"\x01", "is damaged: JSONDecodeError"),
        (b"\x01{}", "is damaged: KeyError: 'tenant'"),
        (b"\x01[]", "is damaged: TypeError"),
        (b"\x01" + encode_state(EMPTY)[1:-1], "is damaged: JSONDecodeError"),
        (
            encode_state(EMPTY).replace(b'"links":[]', b'"links":[["change",{},1]]'),
            "holds a record that is not in order: change.event_id is missing.",
        ),
        (encode_state(EMPTY).replace(b'"links":[]', b'"links":[["chnage",{},1]]'), "is damaged: KeyError: 'chnage'"),
    ],
)
def test_state_that_is_damaged_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(StateUnreadable) as refused:
        decode_state(data)
    assert reason in str(refused.value)


def test_what_was_said_is_not_forgotten() -> None:
    said = Said(verdict_id=VerdictId("vrd_1"), version=3, content="says_1")
    assert decode_state(encode_state(dataclasses.replace(EMPTY, said=said))).said == said
