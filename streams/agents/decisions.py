"""Decisions: the open decisions of one partition as bytes, when each wants to be looked at, and how far time has come.

Pure: no I/O and no clock. What changed since it was last asked is `dirty`, for the changelog.
"""

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import json

from streams.agents.wheel import Wheel
from streams.codec.state import WAKE, decode_state, encode_judged, encode_state, grace_of, outdated, wake_of, with_fact
from streams.core.command import Command
from streams.core.evidence import Evidence
from streams.core.ids import DecisionId, TenantId
from streams.core.law import Law
from streams.core.requirement import Timing
from streams.core.step import State, Step, next_wake, opened, step
from streams.core.time import NEVER, Millis
from streams.core.verdict import Verdict
from streams.core.watermark import Watermark

Key = bytes
"""A decision as the changelog names it: JSON of tenant and decision id, so that no two can be mistaken."""

Output = Verdict | Command


def key_of(tenant: TenantId, decision_id: DecisionId) -> Key:
    """Name a decision."""
    return _json((tenant, decision_id))


_json = json.Encoder().encode
"""Not orjson's: what that gives keeps a buffer of 1 KiB for as long as it lives, and keys live long."""


def named_by(key: Key) -> tuple[TenantId, DecisionId]:
    """Tell the decision of a key."""
    tenant, decision_id = json.decode(key)
    return TenantId(tenant), DecisionId(decision_id)


class Said(NamedTuple):
    """What was said on one decision, in order, and the decision it is about."""

    key: Key
    outputs: tuple[Output, ...]


class Decisions:
    """What one worker knows of one partition.

    `dirty`: the decisions whose state is not what the changelog has, in the order in which that came to be. `bytes`:
    what the open decisions take, keys not counted.
    """

    def __init__(self, topics: tuple[str, ...], lateness_ms: int) -> None:
        """Begin with nothing open and nothing heard."""
        self.watermark = Watermark.over(topics, lateness_ms)
        self.dirty: dict[Key, None] = {}
        self.bytes = 0
        self._packed: dict[Key, bytes] = {}
        self._wheel = Wheel(self._wake_of)

    def __len__(self) -> int:
        """Count the open decisions."""
        return len(self._packed)

    def __contains__(self, key: Key) -> bool:
        """Say whether a decision is open."""
        return key in self._packed

    def packed(self, key: Key) -> bytes | None:
        """Give the state of a decision as the changelog is to have it; None: it is closed."""
        return self._packed.get(key)

    def restore(self, stored: Mapping[Key, bytes], law: Law) -> tuple[Said, ...]:
        """Take up what the changelog has. Gives what has to be said at once, which only states of old forms can have.

        Raises:
            StateUnreadable: the changelog holds something that this version of the product cannot take up.
        """
        said: list[Said] = []
        grace_ms = law.policy.timing.grace_ms
        for key, packed in stored.items():
            old = outdated(packed)
            if old is not None:
                state, judge_until = old
                said.append(self._put(key, step(state, (), judge_until, law), law.policy.timing))
            elif grace_of(packed) != grace_ms:
                state = decode_state(*named_by(key), packed)
                wake_at = next_wake(state, NEVER, law)
                self._hold(key, encode_state(state, wake_at or NEVER, law.policy.timing))
            else:
                self._hold(key, packed)
        return tuple(each for each in said if each.outputs)

    def hear(self, key: Key, fact: Evidence, law: Law) -> Said | None:
        """Add a fact, heard at the watermark as it is now. Gives what was due before it, which is rare."""
        known, timing = self._packed.get(key), law.policy.timing
        packed = with_fact(known, fact, self.watermark.at, timing)
        if packed is known and packed is not None:
            return None
        if packed is None:
            return self._put(key, step(self._state(key), (fact,), self.watermark.at, law), timing)
        self.dirty[key] = None
        self._packed[key] = packed
        if known is None:
            self.bytes += len(packed)
            self._wheel.add(wake_of(packed), key)
        else:
            self.bytes += len(packed) - len(known)
            if packed[WAKE] != known[WAKE]:
                self._wheel.add(wake_of(packed), key)
        return None

    def judge(self, limit: int, law: Law) -> tuple[Said, ...]:
        """Look at what the watermark has reached, at most `limit` decisions. Fewer than `limit`: these are all."""
        if self.watermark.at == NEVER:
            return ()
        return tuple(self._judged(key, law) for key in self._wheel.due(self.watermark.at, limit))

    def _judged(self, key: Key, law: Law) -> Said:
        timing, packed = law.policy.timing, self._packed[key]
        taken = step(decode_state(*named_by(key), packed), (), self.watermark.at, law)
        if taken.state is None or taken.wake_at is None:
            return self._put(key, taken, timing)
        self._hold(key, encode_judged(taken.state, taken.wake_at, timing, packed))
        self.dirty[key] = None
        return Said(key, (*taken.verdicts, *taken.commands))

    def _wake_of(self, key: Key) -> Millis | None:
        packed = self._packed.get(key)
        return wake_of(packed) if packed is not None else None

    def _state(self, key: Key) -> State:
        packed = self._packed.get(key)
        return decode_state(*named_by(key), packed) if packed is not None else opened(*named_by(key))

    def _put(self, key: Key, taken: Step, timing: Timing) -> Said:
        self.dirty[key] = None
        if taken.state is None or taken.wake_at is None:
            self.bytes -= len(self._packed.pop(key, b""))
        else:
            self._hold(key, encode_state(taken.state, taken.wake_at, timing))
        return Said(key, (*taken.verdicts, *taken.commands))

    def _hold(self, key: Key, packed: bytes) -> None:
        before = self._packed.get(key, b"")
        self._packed[key] = packed
        self.bytes += len(packed) - len(before)
        wake_at = wake_of(packed)
        if not before or wake_of(before) != wake_at:
            self._wheel.add(wake_at, key)
