"""Meant: what somebody who mistyped a word may have meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def meant(word: str, known: Iterable[str]) -> str:
    """Suggest the closest known word, else name them all; begins with a semicolon, to end a sentence with."""
    words = list(known)
    close = get_close_matches(word, words, n=1) or get_close_matches(word.lower(), words, n=1)
    return f"; did you mean `{close[0]}`?" if close else f"; known are {', '.join(words)}"
