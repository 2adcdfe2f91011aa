"""Identifiers, and the one way to derive an identifier from content."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any, NewType

TenantId = NewType("TenantId", str)
DecisionId = NewType("DecisionId", str)
EventId = NewType("EventId", str)
ChangeId = NewType("ChangeId", str)
VerdictId = NewType("VerdictId", str)
FindingId = NewType("FindingId", str)
CommandId = NewType("CommandId", str)

DEFAULT_TENANT = TenantId("default")

DIGEST_BYTES = 16
"""128 bits: two different contents share an id with negligible probability, and the id still fits a log line."""

MANY = 64
"""From so many on it pays to see whether all are texts of one size, as ids are."""

Content = str | int | bool | None | Iterable["Content"]


def digest(prefix: str, *parts: Content) -> str:
    """Derive an id from content: `prefix` + "_" + 32 hex digits of a length-prefixed BLAKE2b (RFC 7693).

    Every part is framed by its kind and length, so ("ab", "c") and ("a", "bc") never meet.
    """
    framed = _framed(parts).encode("utf-8", "surrogatepass")
    hasher = blake2b(framed, digest_size=DIGEST_BYTES, person=prefix.encode()[:16])
    return f"{prefix}_{hasher.hexdigest()}"


def _framed(parts: Sequence[Content]) -> str:
    """Frame each part; nearly all are texts of which the number of bytes in UTF-8 is that of the characters."""
    return "".join([f"s{len(p)}:{p}" if type(p) is str and p.isascii() else _frame(p) for p in parts])


def _frame(part: Content) -> str:
    if part is None:
        return "n;"
    if isinstance(part, str):
        return f"s{len(part.encode('utf-8', 'surrogatepass'))}:" + part
    if isinstance(part, bool):
        return "b1;" if part else "b0;"
    if isinstance(part, int):
        return f"i{part};"
    inner = tuple(part)
    if not inner:
        return "l0:"
    framed = _alike(inner) if len(inner) >= MANY else None
    return f"l{len(inner)}:{framed or _framed(inner)}"


def _alike(parts: tuple[Any, ...]) -> str | None:
    """Frame many texts of one size in one call; None where they are something else."""
    if set(map(type, parts)) != {str} or len(sizes := set(map(len, parts))) != 1:
        return None
    frame = f"s{sizes.pop()}:"
    framed = frame + frame.join(parts)
    return framed if framed.isascii() else None
