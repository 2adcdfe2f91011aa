"""Tokens: a condition without its white space and comments, so that two ways of writing it have one digest."""

import re

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
