"""Names: what a name alone tells about the power of what it names, and how a long text is cut."""

import re
from itertools import pairwise

POWERFUL = frozenset(
    {"admin", "admins", "administrator", "administrators", "root", "superuser", "poweruser", "breakglass", "owner"}
)
"""Words in the names of groups, roles and permission sets that give power over others' access."""

PAIRS = frozenset({"superuser", "poweruser", "breakglass", "superadmin"})
"""The same written in two words: `PowerUserAccess`, `break-glass`."""


def sounds_privileged(name: str) -> bool:
    """Guess from a name whether it gives power over others' access; in doubt it does.

    `Domain Admins`, `SQLADMIN`, `PowerUserAccess` do; `Badminton` does not.
    """
    words = [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]
    joined = {first + second for first, second in pairwise(words)}
    return any(word in POWERFUL or word.endswith(("admin", "admins")) for word in words) or not PAIRS.isdisjoint(joined)


def cut(text: str, limit: int) -> str:
    """Cut a text to at most `limit` characters, with a mark that says how long it was."""
    if len(text) <= limit:
        return text
    mark = f" […cut, {len(text)} characters in all]"
    return text[: limit - len(mark)] + mark
