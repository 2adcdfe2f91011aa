"""The state of a decision as bytes for the changelog: a version byte, then JSON of plain forms."""

from collections.abc import Mapping
from typing import Any

import orjson

from streams.codec.errors import Malformed
from streams.codec.fields import members
from streams.codec.records import BY_KIND, BY_RECORD
from streams.core.chain import Chain, Link
from streams.core.command import Action, Issued
from streams.core.ids import CommandId, DecisionId, TenantId, VerdictId
from streams.core.step import Said, State
from streams.core.time import Millis

VERSION = 1
"""Counts up when the form below changes in a way that defaults cannot bridge."""

ACTIONS = members(Action)


class StateUnreadable(ValueError):
    """Stored state that this version of the product cannot take up; going on without it would forget evidence."""


def encode_state(state: State) -> bytes:
    """Write all that is remembered of a decision; `decode_state` gives exactly it back."""
    chain, said = state.chain, state.said
    plain = {
        "tenant": chain.tenant,
        "decision_id": chain.decision_id,
        "links": [_link_to_plain(link) for link in chain.links],
        "overflow_from": chain.overflow_from,
        "judged_until": state.judged_until,
        "promised_until": state.promised_until,
        "said": [said.verdict_id, said.version, said.content] if said is not None else None,
        "issued": [[each.command_id, str(each.action), each.target, each.ordinal] for each in state.issued],
        "beyond_horizon": state.beyond_horizon,
    }
    return bytes((VERSION,)) + orjson.dumps(plain)


def decode_state(data: bytes) -> State:
    """Read what `encode_state` wrote.

    Raises:
        StateUnreadable: it is of another version of the product, or damaged.
    """
    if not data:
        raise StateUnreadable("The stored state is empty.")
    if data[0] != VERSION:
        raise StateUnreadable(
            f"The stored state is of version {data[0]}; this version of clawback reads {VERSION}. "
            "Run the version that wrote it, or a newer one."
        )
    try:
        return _state(orjson.loads(data[1:]))
    except Malformed as error:
        raise StateUnreadable(f"The stored state holds a record that is not in order: {error.reason}") from None
    except (KeyError, TypeError, ValueError) as error:
        raise StateUnreadable(f"The stored state is damaged: {type(error).__name__}: {error}.") from None


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
        promised_until=Millis(plain["promised_until"]),
        said=_said(*plain["said"]) if plain["said"] is not None else None,
        issued=tuple(_issued(*each) for each in plain["issued"]),
        beyond_horizon=plain["beyond_horizon"],
    )


def _link_to_plain(link: Link) -> list[Any]:
    form = BY_RECORD[type(link.evidence)]
    return [form.kind, form.to_plain(link.evidence), link.counts_from]


def _link(kind: str, evidence: dict[str, Any], counts_from: int) -> Link:
    return Link(BY_KIND[kind].from_plain(evidence), Millis(counts_from))


def _said(verdict_id: str, version: int, content: str) -> Said:
    return Said(verdict_id=VerdictId(verdict_id), version=version, content=content)


def _issued(command_id: str, action: str, target: str, ordinal: int) -> Issued:
    return Issued(command_id=CommandId(command_id), action=ACTIONS[action], target=target, ordinal=ordinal)


def _instant(at: int | None) -> Millis | None:
    return Millis(at) if at is not None else None
