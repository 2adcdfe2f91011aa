"""Tokens: a condition without its white space and comments, so that two ways of writing it have one digest."""

import re
from itertools import pairwise

TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*)
      | (?P<raw>[bB]?[rR][bB]?(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"[^"\n]*"|'[^'\n]*'))
      | (?P<quoted>[bB]?(?:\"{3}(?:\\.|[^\\])*?\"{3}|'{3}(?:\\.|[^\\])*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
      | (?P<number>\.?\d(?:[eE][+-]|[\w.])*)
      | (?P<word>\w+)
      | (?P<operator>&&|\|\||==|!=|<=|>=|.)""",
    re.VERBOSE | re.DOTALL,
)
"""The lexis of cel-spec, `doc/langdef.md`, section Syntax; what it does not know becomes a token of one character."""


def tokens(text: str) -> tuple[str, ...]:
    """Split a condition into its tokens, white space and comments left out."""
    return tuple(found[0] for found in TOKEN.finditer(text) if found.lastgroup != "skip")


def calls_has(text: str) -> int | None:
    """Find the offset of the first use of the macro `has()`."""
    found = [match for match in TOKEN.finditer(text) if match.lastgroup != "skip"]
    return next((one.start() for one, after in pairwise(found) if (one[0], after[0]) == ("has", "(")), None)
