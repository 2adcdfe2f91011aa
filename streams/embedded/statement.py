"""A request to ClickHouse as text: where an INSERT's data begin, and which FORMAT is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

# Quoted names and strings and comments are swallowed whole, so that a word inside them is never taken for a keyword.
# \w stops at bytes beyond ASCII, which a keyword has none of.
_TOKEN = re.compile(
    rb"`(?:[^`\\]|\\.|``)*`|'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"|--[^\n]*|/\*.*?\*/|(\w+)", re.DOTALL
)
_REST_OF_LINE = re.compile(rb"[ \t\r]*\n?")
_LONGEST_HEAD = 1 << 20  # a statement before its data is never this long; the data may be, and are not searched


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement; `data` is what follows the FORMAT of an INSERT, otherwise None."""

    sql: bytes
    format: str | None = None
    data: bytes | None = None


def parse(text: bytes) -> Statement:
    """Split a request into statement and data as ClickHouse itself does."""
    words = _words(text[:_LONGEST_HEAD])
    if words and words[0][0] == b"INSERT":
        return _parse_insert(text, words)
    return Statement(sql=text, format=_trailing_format(text, words))


def _parse_insert(text: bytes, words: list[tuple[bytes, int, int]]) -> Statement:
    for (word, start, _), (name, name_start, name_end) in pairwise(words):
        if word in {b"VALUES", b"SELECT", b"WITH"}:
            break
        if word == b"FORMAT":
            rest = _REST_OF_LINE.match(text, name_end)
            assert rest is not None  # it matches nothing as well
            written_name = text[name_start : name_start + len(name)].decode()
            return Statement(sql=text[:start], format=written_name, data=text[rest.end() :])
    return Statement(sql=text)


def _trailing_format(text: bytes, words: list[tuple[bytes, int, int]]) -> str | None:
    if len(words) < 2 or words[-2][0] != b"FORMAT":  # the word and the name
        return None
    _, start, end = words[-1]
    return text[start:end].decode() if not text[end:].strip(b"; \t\r\n") else None


def _words(text: bytes) -> list[tuple[bytes, int, int]]:
    """Every bare word in capitals, with where it starts and ends."""
    return [(m.group(1).upper(), m.start(1), m.end(1)) for m in _TOKEN.finditer(text) if m.group(1)]
