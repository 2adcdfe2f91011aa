"""The state of a decision as bytes: what a worker holds in memory, and, unchanged, what its changelog holds.

    head     version, flags, number of facts, wake_at, judged_until, grace, size of memory   (big-endian, 28 bytes)
    memory   what was said and ordered                                                       (MessagePack)
    facts    one after the other: the fact, and since when it counts                         (MessagePack)

A fact is added at the end without a look at the others: most facts only wait for the change that they explain. What
came twice, and the order, are settled when the state is read (`Chain.with_links` makes the same chain of any order).
"""

import struct

from msgspec import DecodeError
from msgspec.msgpack import Decoder, Encoder
from msgspec.structs import replace

from streams.codec.errors import Malformed
from streams.codec.state_v1 import VERSION as VERSION_1
from streams.codec.state_v1 import decode_v1
from streams.core.chain import CHAIN_LINKS_MAX, Chain, Link
from streams.core.command import Issued
from streams.core.evidence import Change, Evidence, essence
from streams.core.ids import DecisionId, TenantId
from streams.core.requirement import Timing
from streams.core.step import Said, State, counted_from, due_at
from streams.core.time import EVER, NEVER, Millis
from streams.core.value import Value

VERSION = 2
"""Counts up when the form changes in a way that defaults at the end of a record cannot bridge."""

HEAD = struct.Struct(">BBHqqII")

WAKE = slice(4, 12)
"""Where the head has the wake-up: as long as these bytes are the same, it is."""

AWAKE = 1
"""Flag: something has been judged already, so that whatever comes now may change what is said."""

ARRAY_OF_TWO = b"\x92"
ARRAY_32 = b"\xdd"
UINT_64 = b"\xcf"
"""First bytes of MessagePack's forms."""


class StateUnreadable(ValueError):
    """Stored state that this version of the product cannot take up; going on without it would forget evidence."""


class Memory(Value, frozen=True, kw_only=True):
    """What is remembered of a decision besides its facts."""

    said: Said | None = None
    issued: tuple[Issued, ...] = ()
    overflow_from: Millis | None = None
    beyond_horizon: bool = False


_pack = Encoder().encode
_MEMORY: Decoder[Memory] = Decoder(Memory)
_LINKS: Decoder[list[Link]] = Decoder(list[Link])
NOTHING_SAID = _pack(Memory())
BEYOND_HORIZON = _pack(Memory(beyond_horizon=True))


def wake_of(packed: bytes) -> Millis:
    """Tell the watermark at which a decision wants to be looked at, or an earlier one."""
    return Millis(int.from_bytes(packed[WAKE], "big", signed=True))


def with_fact(packed: bytes | None, fact: Evidence, watermark: Millis, timing: Timing) -> bytes | None:
    """Add a fact that was heard at a watermark; `packed` None opens the decision.

    The same bytes come back when the fact was known. None: this cannot be done without a look at the rest, because
    something is due first, or the chain may be full; take the way over `decode_state` and `step` then.
    """
    added, occurred_at = _pack(_bare(essence(fact))), fact.occurred_at
    if packed is None:
        flags, count, judged_until, passed = 0, 0, NEVER, watermark
        rest = BEYOND_HORIZON if occurred_at <= watermark - timing.horizon_ms else NOTHING_SAID
        size, wake = len(rest), EVER
    else:
        _, flags, count, wake, judged_until, _, size = HEAD.unpack_from(packed)
        if wake <= watermark or count >= CHAIN_LINKS_MAX:
            return None
        # Its id is quicker to look for than the fact. No text can look like a fact: a time in it is no UTF-8.
        if fact.event_id.encode("utf-8", "surrogatepass") in packed and added in packed:
            return packed
        rest = packed[HEAD.size :]
        passed = max(watermark, judged_until)
    counts_from = counted_from(fact, passed)
    if packed is None:
        wake = Millis(counts_from + timing.horizon_ms)
    if type(fact) is Change:
        wake = min(wake, due_at(fact, counts_from, timing.grace_ms))
    if flags & AWAKE:
        wake = min(wake, Millis(counts_from + timing.grace_ms))
    head = HEAD.pack(VERSION, flags, count + 1, wake, judged_until, timing.grace_ms, size)
    return b"".join((head, rest, ARRAY_OF_TWO, added, UINT_64, counts_from.to_bytes(8, "big")))


def encode_state(state: State, wake_at: Millis, timing: Timing) -> bytes:
    """Write all that is remembered of a decision; `decode_state` gives exactly it back."""
    links = state.chain.links
    facts = (_pack(Link(evidence=_bare(link.evidence), counts_from=link.counts_from)) for link in links)
    return b"".join((*_head(state, len(links), wake_at, timing), *facts))


def encode_judged(state: State, wake_at: Millis, timing: Timing, packed: bytes) -> bytes:
    """Write a state that was read from `packed` and has been judged since, but has heard nothing."""
    _, _, count, _, _, _, size = HEAD.unpack_from(packed)
    if count != len(state.chain.links):  # something in there came twice, or is too much
        return encode_state(state, wake_at, timing)
    return b"".join((*_head(state, count, wake_at, timing), packed[HEAD.size + size :]))


def _head(state: State, count: int, wake_at: Millis, timing: Timing) -> tuple[bytes, bytes]:
    """Write what stands before the facts: head and memory."""
    chain = state.chain
    memory = _pack(
        Memory(
            said=state.said,
            issued=state.issued,
            overflow_from=chain.overflow_from,
            beyond_horizon=state.beyond_horizon,
        )
    )
    due = (due_at(change, counts_from, timing.grace_ms) for change, counts_from in chain.dated_changes)
    awake = chain.overflow_from is not None or any(at <= state.judged_until for at in due)
    flags = AWAKE if awake else 0
    return HEAD.pack(VERSION, flags, count, wake_at, state.judged_until, timing.grace_ms, len(memory)), memory


def _bare(fact: Evidence) -> Evidence:
    """Leave out what is the same in every fact of a decision: whose it is stands in the key."""
    return replace(fact, tenant=NOBODY, decision_id=NOTHING)


def _whole(link: Link, tenant: TenantId, decision_id: DecisionId) -> Link:
    return Link(evidence=replace(link.evidence, tenant=tenant, decision_id=decision_id), counts_from=link.counts_from)


NOBODY, NOTHING = TenantId(""), DecisionId("")


def decode_state(tenant: TenantId, decision_id: DecisionId, packed: bytes) -> State:
    """Read what `encode_state` wrote and `with_fact` added to.

    Raises:
        StateUnreadable: it is of another version of the product, or damaged.
    """
    try:
        version, _, count, _, judged_until, _, size = HEAD.unpack_from(packed)
        if version != VERSION:
            raise StateUnreadable(_of_another(version))
        memory = _MEMORY.decode(packed[HEAD.size : HEAD.size + size])
        links = _LINKS.decode(b"".join((ARRAY_32, count.to_bytes(4, "big"), packed[HEAD.size + size :])))
        whole = [_whole(link, tenant, decision_id) for link in links]
        chain = Chain(tenant, decision_id, (), memory.overflow_from).with_links(whole)
    except (struct.error, DecodeError, ValueError) as error:
        if isinstance(error, StateUnreadable):
            raise
        raise StateUnreadable(f"The stored state is damaged: {type(error).__name__}: {error}.") from None
    return State(
        chain=chain,
        judged_until=Millis(judged_until),
        said=memory.said,
        issued=memory.issued,
        beyond_horizon=memory.beyond_horizon,
    )


def grace_of(packed: bytes) -> int:
    """Tell for which grace (ms) the wake-up of this state was reckoned; under another policy it is another."""
    return int.from_bytes(packed[20:24], "big")


def outdated(stored: bytes) -> tuple[State, Millis] | None:
    """Read a state of an earlier form, and the watermark up to which to judge it first; None: it is of ours.

    Raises:
        StateUnreadable: nobody knows this form, or it is damaged.
    """
    if not stored:
        raise StateUnreadable("The stored state is empty.")
    if stored[0] == VERSION:
        return None
    if stored[0] != VERSION_1:
        raise StateUnreadable(_of_another(stored[0]))
    try:
        return decode_v1(stored)
    except Malformed as error:
        raise StateUnreadable(f"The stored state holds a record that is not in order: {error.reason}") from None
    except (KeyError, TypeError, ValueError) as error:
        raise StateUnreadable(f"The stored state is damaged: {type(error).__name__}: {error}.") from None


def _of_another(version: int) -> str:
    return (
        f"The stored state is of version {version}; this version of clawback reads {VERSION_1} and {VERSION}. "
        "Run the version that wrote it, or a newer one."
    )
