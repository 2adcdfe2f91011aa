"""The largest state that publishers can provoke still fits the topic that keeps it."""

import pytest

from streams.codec.avro import AvroCodec
from streams.codec.bounds import ID_CHARS_MAX, ITEMS_MAX, TEXT_CHARS_MAX
from streams.codec.errors import Malformed
from streams.codec.records import from_plain, to_plain
from streams.codec.state import encode_state
from streams.codec.weight import NAMED_CHARS_MAX, STATE_BYTES_MAX
from streams.core.chain import CHAIN_LINKS_MAX
from streams.core.evidence import Change, Prompt, ToolCall
from streams.core.ids import DEFAULT_TENANT, DecisionId, EventId
from streams.core.law import Law
from streams.core.parties import Entitlement
from streams.core.registry import Registry
from streams.core.requirement import DEFAULT_TIMING
from streams.core.step import opened, step
from streams.core.time import NEVER, Millis
from streams.policy.load import load
from tests.altered import replace

WIDEST = "\U0001f511"
"""Four bytes in UTF-8."""

DECISION = DecisionId(WIDEST * ID_CHARS_MAX)


def heavy(number: int) -> Prompt:
    """A prompt with as much of everything as the bounds allow, in the widest characters there are."""
    each = NAMED_CHARS_MAX // ITEMS_MAX
    return Prompt(
        tenant=DEFAULT_TENANT,
        decision_id=DECISION,
        event_id=EventId(f"{number:03d}".ljust(ID_CHARS_MAX, WIDEST)),
        source=WIDEST * ID_CHARS_MAX,
        occurred_at=Millis(1_760_000_000_000 + number),
        agent_id=WIDEST * ID_CHARS_MAX,
        agent_version=WIDEST * ID_CHARS_MAX,
        model=WIDEST * ID_CHARS_MAX,
        session_id=WIDEST * ID_CHARS_MAX,
        on_behalf_of=WIDEST * ID_CHARS_MAX,
        text=WIDEST * TEXT_CHARS_MAX,
        rationale=WIDEST * TEXT_CHARS_MAX,
        tool_calls=(ToolCall(name=WIDEST * each),) * ITEMS_MAX,
    )


def test_the_heaviest_chain_fits_the_changelog() -> None:
    codec = AvroCodec()
    facts = [heavy(number) for number in range(CHAIN_LINKS_MAX)]
    assert codec.decode(codec.encode(facts[0]), "prompt") == facts[0]
    state = step(opened(DEFAULT_TENANT, DECISION), facts, NEVER, Law(load(None), Registry())).state
    assert state is not None
    assert len(state.chain.links) == CHAIN_LINKS_MAX
    assert len(encode_state(state, NEVER, DEFAULT_TIMING)) < STATE_BYTES_MAX * 0.95


def test_a_fact_that_names_too_much_is_refused_on_every_way_in() -> None:
    prompt = heavy(1)
    too_much = replace(prompt, tool_calls=(*prompt.tool_calls[1:], ToolCall(name=WIDEST * ID_CHARS_MAX)))
    with pytest.raises(Malformed, match="The lists of this prompt have 8320 characters"):
        from_plain("prompt", to_plain(too_much))
    with pytest.raises(Malformed, match="Split what is several changes"):
        AvroCodec().decode(AvroCodec().encode(too_much))


def test_sixty_four_entitlements_by_their_arns_are_not_too_much(change: Change) -> None:
    arn = "arn:aws:iam::123456789012:policy/service-role/AWSQuickSightSecretsManagerWriteAccess-extended-{:02d}"
    many = tuple(Entitlement(id=arn.format(n), application="aws", environment="prod") for n in range(ITEMS_MAX))
    assert from_plain("change", to_plain(replace(change, entitlements=many)))


@pytest.fixture
def change() -> Change:
    from tests.integration.facts import change as example

    return example("d", 1_760_000_000_000)
