"""The first form of stored state, which is still read: a version byte, then JSON of plain forms."""

from collections.abc import Mapping
from typing import Any

import orjson
from msgspec.structs import replace

from streams.codec.fields import members
from streams.codec.records import BY_KIND
from streams.core.chain import Chain, Link
from streams.core.command import Action, Issued
from streams.core.ids import CommandId, DecisionId, TenantId, VerdictId
from streams.core.step import Said, State
from streams.core.time import Millis

VERSION = 1

ACTIONS = members(Action)


def decode_v1(data: bytes) -> tuple[State, Millis]:
    """Read a state, and the watermark up to which it has to be judged before it hears anything new.

    Whoever wrote this form noted that watermark before speaking, for speaking and saving were two things then.

    Raises:
        Malformed, KeyError, TypeError, ValueError: it is damaged.
    """
    plain = orjson.loads(data[1:])
    return _state(plain), Millis(plain["promised_until"])


def _state(plain: Mapping[str, Any]) -> State:
    chain = Chain(
        tenant=TenantId(plain["tenant"]),
        decision_id=DecisionId(plain["decision_id"]),
        links=tuple(_link(*link) for link in plain["links"]),
        overflow_from=_instant(plain["overflow_from"]),
    )
    return State(
        chain=chain,
        judged_until=Millis(plain["judged_until"]),
        said=_said(*plain["said"]) if plain["said"] is not None else None,
        issued=tuple(_issued(*each) for each in plain["issued"]),
        beyond_horizon=plain["beyond_horizon"],
    )


def _link(kind: str, evidence: dict[str, Any], counts_from: int) -> Link:
    # Texts are digests already; trace and span were remembered then, and are not now (`evidence.essence`).
    fact = replace(BY_KIND[kind].from_plain(evidence), trace_id=None, span_id=None)
    return Link(evidence=fact, counts_from=Millis(counts_from))


def _said(verdict_id: str, version: int, content: str) -> Said:
    return Said(verdict_id=VerdictId(verdict_id), version=version, content=content)


def _issued(command_id: str, action: str, target: str, ordinal: int) -> Issued:
    return Issued(command_id=CommandId(command_id), action=ACTIONS[action], target=target, ordinal=ordinal)


def _instant(at: int | None) -> Millis | None:
    return Millis(at) if at is not None else None
