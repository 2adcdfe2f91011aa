"""Tables for the compiled reader: what the first bytes of a length, a time or a word mean, where nothing is unusual.

Whatever is not in a table (negative, overlong, out of bounds) is a LookupError: the shortcut ends there, and the way
that looks at everything decides. Bounds are taken in bytes: what fits in bytes fits in characters.
"""

from collections.abc import Mapping
from enum import StrEnum
from struct import Struct
from typing import Any

from streams.codec.bounds import (
    DETAIL_CHARS_MAX,
    EXCERPT_CHARS_MAX,
    ID_CHARS_MAX,
    TEXT_CHARS_MAX,
    URI_CHARS_MAX,
)
from streams.codec.fields import members
from streams.core.command import Action, Command
from streams.core.evidence import (
    Approval,
    Change,
    Consent,
    Context,
    ContextKind,
    DeclaredContext,
    Outcome,
    PolicyDecision,
    Prompt,
    Result,
    Rollback,
    Scope,
    Status,
    ToolCall,
    Trust,
)
from streams.core.finding import Finding, Severity
from streams.core.parties import Actor, Approver, Assurance, Authority, Entitlement, Kind, Subject
from streams.core.requirement import Mode, Response
from streams.core.verdict import Judgement, Verdict

RECORDS: Mapping[str, type[Any]] = {
    record.__name__: record
    for record in (
        Prompt, ToolCall, DeclaredContext, Context, Approval, Approver, Scope, Change, Actor, Subject, Entitlement,
        Rollback, PolicyDecision, Outcome, Verdict, Finding,
    )
} | {"Revocation": Command}  # fmt: skip
"""The records of released schemas that are built directly, by name; their fields are the fields of the class."""

ENUMS: Mapping[str, type[StrEnum]] = {
    enum.__name__: enum
    for enum in (
        Authority, ContextKind, Trust, Kind, Consent, Assurance, Result, Status, Judgement, Severity, Mode,
    )
}  # fmt: skip
"""The enums of released schemas, by name."""

Field = tuple[str, str]

TEXT_ENUMS: Mapping[Field, type[StrEnum]] = {
    ("Verdict", "response"): Response,
    ("Finding", "response"): Response,
    ("Revocation", "action"): Action,
}
"""Fields with words of ours that travel as texts, for an Avro symbol cannot have a hyphen."""

LONGER: Mapping[Field, int] = {
    ("Prompt", "text"): TEXT_CHARS_MAX,
    ("Prompt", "rationale"): TEXT_CHARS_MAX,
    ("Context", "uri"): URI_CHARS_MAX,
    ("Context", "excerpt"): EXCERPT_CHARS_MAX,
    ("Rollback", "reference"): DETAIL_CHARS_MAX,
    ("Outcome", "detail"): DETAIL_CHARS_MAX,
    ("Finding", "message"): DETAIL_CHARS_MAX,
    ("Verdict", "reasons"): DETAIL_CHARS_MAX,
    ("Revocation", "rollback_reference"): DETAIL_CHARS_MAX,
    ("Revocation", "reason"): DETAIL_CHARS_MAX,
}
"""Texts that may be longer than an id; every other one is read here up to ID_CHARS_MAX."""

SHORT = tuple(1 + (byte >> 1) if 0 < byte < 128 and byte % 2 == 0 else 0 for byte in range(256))
"""Bytes of a text of 1 to 63 bytes together with its length, by its first byte; 0 where it is no such text."""

SHORT_OR_EMPTY = (1, *SHORT[1:])

LOW = {byte: 2 + ((byte - 128) >> 1) for byte in range(128, 256, 2)}
"""A length in two bytes: what the first contributes, together with the two bytes themselves."""


def high(most: int = ID_CHARS_MAX) -> dict[int, int]:
    """What the second of two bytes of a length contributes, as far as every text that begins so has at most `most`."""
    return {byte: byte << 6 for byte in range(1, 128) if (byte << 6) + 63 <= most}


SIX = Struct("6B").unpack_from

TIME = (
    {byte: (byte - 128) >> 1 for byte in range(128, 256, 2)},
    *({byte: (byte - 128) << (7 * place - 1) for byte in range(128, 256)} for place in range(1, 5)),
    {byte: byte << 34 for byte in range(1, 128)},
)
"""What each of the six bytes of a time between 1987 and 2039 contributes to its milliseconds."""

SEVEN = Struct("7B").unpack_from

FLAG = {0: False, 1: True}


def words(enum: type[StrEnum], symbols: list[str]) -> dict[int, StrEnum]:
    """The words of a schema's enum by their byte; one byte is enough for 63 words."""
    table = members(enum)
    return {2 * place: table[symbol] for place, symbol in enumerate(symbols[:63])}


def texts(enum: type[StrEnum]) -> dict[bytes, StrEnum]:
    """The words of an enum by their text."""
    return {member.value.encode(): member for member in enum}


def late_at(data: bytes, i: int, latest: int) -> tuple[int, int]:
    """Read a time between 2039 and `latest`, in seven bytes, all but the last >= 128; with the place behind it.

    Raises:
        LookupError: it is another.
        struct.error: it does not end.
    """
    a, b, c, d, e, f, g = SEVEN(data, i)
    tables = TIME
    value = tables[0][a] + tables[1][b] + tables[2][c] + tables[3][d] + tables[4][e] + (f - 128 << 34) + (g << 41)
    if not g or value > latest:
        raise LookupError
    return value, i + 7


def count_at(data: bytes, i: int) -> tuple[int, int]:
    """Read a whole number of 1 to 2**41 - 1 that begins at `i`; with the place behind it.

    Raises:
        LookupError: it is another, or does not end.
    """
    value = 0
    for place in range(6):
        byte = data[i + place]
        value |= (byte & 127) << (7 * place)
        if byte < 128:
            if value & 1 or not value:
                break
            return value >> 1, i + place + 1
    raise LookupError
