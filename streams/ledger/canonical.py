"""Canonical: a record as the bytes that are kept of it, the same for the same record wherever and whenever it is read.

They are JSON with the keys in order and no spaces, which is RFC 8785: a record holds texts, whole numbers and truth.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.json import Encoder
from msgspec.structs import asdict

from streams.codec.records import Record, to_plain
from streams.core.evidence import Approval, Change, Context, Outcome, Prompt

ENCODER = Encoder(order="sorted")
"""Not orjson: the bytes that come from it keep the room in which they were made, several times their own."""

COMPOUND: Mapping[type[Any], tuple[str, ...]] = {
    Prompt: ("tool_calls", "contexts"),
    Context: (),
    Approval: ("approver", "scope"),
    Change: ("actor", "subject", "entitlements", "rollback", "policy_decision"),
    Outcome: (),
}
"""Kinds whose plain form is just their fields, and the fields that are made of fields themselves: most of what comes,
and three times as fast as to have the codec write it out."""


def canonical(record: Record) -> bytes:
    """Write the plain form of a record as canonical JSON."""
    compound = COMPOUND.get(type(record))
    if compound is None:
        return ENCODER.encode(to_plain(record))
    plain = asdict(record)  # type: ignore[arg-type]  # all of COMPOUND are
    for name in compound:
        plain[name] = _fields(plain[name])
    return ENCODER.encode(plain)


def _fields(value: Any) -> Any:
    if isinstance(value, Struct):
        return asdict(value)
    return [asdict(each) for each in value] if value else value
