"""Quarantined: what arrived and was not understood, with the reason and the original bytes."""

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from streams.codec.bounds import DETAIL_CHARS_MAX, KEY_BYTES_MAX, QUARANTINED_BYTES_MAX
from streams.codec.errors import Malformed
from streams.codec.fields import REQUIRED, Fields
from streams.core.time import Millis

QUARANTINED = frozenset({
    "topic", "partition", "offset", "key", "value", "original_size", "sha256", "stage", "reason", "quarantined_at",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """One record that a stage could not take.

    `value`: the original, or its first QUARANTINED_BYTES_MAX bytes; `original_size` (bytes) and `sha256` (hex) are of
    the whole of it. `quarantined_at`: ms since 1970, UTC, by the clock of the stage.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    original_size: int
    sha256: str
    stage: str
    reason: str
    quarantined_at: Millis

    @property
    def id(self) -> str:
        """The place of the original: the key of the record and its name towards others."""
        return f"{self.topic}/{self.partition}/{self.offset}"

    @classmethod
    def of(
        cls,
        *,
        topic: str,
        partition: int,
        offset: int,
        key: bytes | None,
        value: bytes | None,
        stage: str,
        reason: str,
        at: Millis,
    ) -> "Quarantined":
        """Set an original aside: size and digest of the whole, as many of its bytes as the bounds allow."""
        original = value or b""
        return cls(
            topic=topic,
            partition=partition,
            offset=offset,
            key=None if key is None else bytes(key[:KEY_BYTES_MAX]),
            value=bytes(original[:QUARANTINED_BYTES_MAX]),
            original_size=len(original),
            sha256=sha256(original).hexdigest(),
            stage=stage,
            # a reason may quote what is no Unicode; the quarantine takes it all the same
            reason=reason[:DETAIL_CHARS_MAX].encode("utf-8", "replace").decode(),
            quarantined_at=at,
        )


def to_plain(quarantined: Quarantined) -> dict[str, Any]:
    """Write a quarantined record; its bytes as base64 (RFC 4648, section 4)."""
    key = quarantined.key
    return {
        "topic": quarantined.topic,
        "partition": quarantined.partition,
        "offset": quarantined.offset,
        "key": None if key is None else b64encode(key).decode(),
        "value": b64encode(quarantined.value).decode(),
        "original_size": quarantined.original_size,
        "sha256": quarantined.sha256,
        "stage": quarantined.stage,
        "reason": quarantined.reason,
        "quarantined_at": quarantined.quarantined_at,
    }


def from_plain(plain: Any) -> Quarantined:
    """Read a quarantined record."""
    fields = Fields(plain, "quarantined", QUARANTINED)
    return Quarantined(
        topic=fields.id("topic"),
        partition=fields.count("partition"),
        offset=fields.count("offset"),
        key=_bytes(fields, "key", KEY_BYTES_MAX) if fields.has("key") else None,
        value=_bytes(fields, "value", QUARANTINED_BYTES_MAX),
        original_size=fields.count("original_size"),
        sha256=fields.id("sha256"),
        stage=fields.id("stage"),
        reason=fields.text("reason", DETAIL_CHARS_MAX, REQUIRED),
        quarantined_at=fields.instant("quarantined_at"),
    )


def _bytes(fields: Fields, name: str, limit: int) -> bytes:
    text = fields.text(name, limit * 4 // 3 + 4, REQUIRED)
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed(f"{fields.where}.{name} must be base64 (RFC 4648, section 4).") from None
