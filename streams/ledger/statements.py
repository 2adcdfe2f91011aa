"""Statements: one SQL text split at its semicolons, not at those inside quotes and comments."""

import re
from collections.abc import Iterator

PIECE = re.compile(
    r"""
      (?P<quoted> '(?:[^'\\]|\\.|'')*' | "(?:[^"\\]|\\.|"")*" | `(?:[^`\\]|\\.|``)*` )
    | (?P<heredoc> \$(?P<tag>\w*)\$ .*? \$(?P=tag)\$ )
    | (?P<comment> --[^\n]* | \#[ !][^\n]* | /\*.*?\*/ )
    | (?P<end> ; )
    | (?P<open> ['"`] | /\* )
    | (?P<text> [^'"`;$/#-]+ | . )
    """,
    re.VERBOSE | re.DOTALL,
)
"""The lexical elements of ClickHouse's SQL that can hide a semicolon, and the semicolon itself."""


class Unclosed(ValueError):
    """A quote or a comment that begins and does not end; the message has its line."""


def statements(text: str) -> Iterator[str]:
    """Give the statements of a text, without the semicolons; those that are only comments are left out.

    Raises:
        Unclosed: a quote or a comment does not end.
    """
    pieces: list[str] = []
    empty = True
    for piece in PIECE.finditer(text):
        if piece.lastgroup == "open" or piece["open"]:
            line = text.count("\n", 0, piece.start()) + 1
            raise Unclosed(f"line {line}: what begins with {piece.group()} does not end")
        if piece["end"]:
            if not empty:
                yield "".join(pieces).strip()
            pieces, empty = [], True
            continue
        pieces.append(piece.group())
        empty = empty and (piece["comment"] is not None or piece.group().isspace())
    if not empty:
        yield "".join(pieces).strip()
