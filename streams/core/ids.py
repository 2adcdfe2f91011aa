"""Identifiers, and the one way to derive an identifier from content."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import NewType

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

Content = str | int | bool | None | Iterable["Content"]


def digest(prefix: str, *parts: Content) -> str:
    """Derive an id from content: `prefix` + "_" + 32 hex digits of a length-prefixed BLAKE2b (RFC 7693).

    Every part is framed by its kind and length, so ("ab", "c") and ("a", "bc") never meet.
    """
    hasher = blake2b(digest_size=DIGEST_BYTES, person=prefix.encode()[:16])
    for part in parts:
        hasher.update(_frame(part))
    return f"{prefix}_{hasher.hexdigest()}"


def _frame(part: Content) -> bytes:
    if part is None:
        return b"n;"
    if isinstance(part, bool):
        return b"b1;" if part else b"b0;"
    if isinstance(part, int):
        return f"i{part};".encode()
    if isinstance(part, str):
        raw = part.encode("utf-8", "surrogatepass")
        return b"s%d:%b" % (len(raw), raw)
    inner = [_frame(item) for item in part]
    return b"l%d:%b" % (len(inner), b"".join(inner))
