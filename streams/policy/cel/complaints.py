"""Complaints: what the engine says of a condition that it cannot compile, in words that say what to mend."""

import re
from collections.abc import Iterator

from streams.policy.cel.vocabulary import NAMES
from streams.policy.meant import meant

PLACED = re.compile(
    r"^(?:INVALID_ARGUMENT: )?ERROR: <input>:(\d+):(\d+): (.*?)(?: \[INVALID_ARGUMENT\])?$", re.MULTILINE
)
UNDECLARED = re.compile(r"undeclared reference to '(.+?)'")
OVERLOAD = re.compile(r"found no matching overload for '(.+?)' applied to '(.+)'")
REASON_MAX = 200
"""Characters of the engine's own words: it may quote the whole condition."""

FUNCTIONS = (
    "contains", "endsWith", "startsWith", "matches", "size", "exists", "exists_one", "all", "filter", "map",
    "int", "string", "bool", "double", "duration", "timestamp", "type", "dyn",
)  # fmt: skip

SLIPS = (
    (re.compile(r"(?<![=!<>])=(?![=>])"), "`=` is no operator; write `==` to compare"),
    (re.compile(r"===|!=="), "`===` is no operator; write `==` to compare"),
    (re.compile(r"<>"), "`<>` is no operator; write `!=`"),
    (re.compile(r"=>"), "`=>` is no operator; write `>=`"),
    (re.compile(r"=<"), "`=<` is no operator; write `<=`"),
    (re.compile(r"\band\b|(?<!&)&(?!&)", re.IGNORECASE), "write `&&` for and"),
    (re.compile(r"\bor\b|(?<!\|)\|(?!\|)", re.IGNORECASE), "write `||` for or"),
    (re.compile(r"\bnot\b", re.IGNORECASE), "write `!` for not"),
)
"""Operators of other languages, and what CEL calls them. Looked for only in text that is no CEL, outside quotes."""

QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'")


def read(error: str, text: str) -> Iterator[tuple[int, str]]:
    """Find faults as (offset in the condition, reason) in the engine's message."""
    placed = [(_offset(text, int(line), int(column)), said) for line, column, said in PLACED.findall(error)]
    if any(said.startswith("Syntax error") for _, said in placed):
        offset, said = placed[0]
        yield offset, _slip(text) or f"not CEL: {_short(said.removeprefix('Syntax error: '))}"
        return
    unknown = [(offset, found[1]) for offset, said in placed if (found := UNDECLARED.match(said))]
    calls = [(offset, name) for offset, name in unknown if text[offset : offset + 1] == "(" and "." not in name]
    if calls:  # what such a call binds is unknown only because the call is
        yield from ((offset, f"unknown function `{name}`{meant(name, FUNCTIONS)}") for offset, name in calls)
        return
    yield from ((offset, _unknown(name)) for offset, name in unknown)
    for offset, said in placed:
        if not UNDECLARED.match(said) and "*error*" not in said:
            yield offset, _overload(said)
    if not placed:
        yield 0, _unplaced(error)


def _offset(text: str, line: int, column: int) -> int:
    lines = text.split("\n")
    return sum(len(before) + 1 for before in lines[: line - 1]) + column - 1


def _slip(text: str) -> str:
    bare = QUOTED.sub('""', text)
    return "; ".join(hint for pattern, hint in SLIPS if pattern.search(bare))


def _unknown(name: str) -> str:
    if name == "change":
        return (
            "`change` is not a value by itself; name one of its fields, like `change.operation` (all are always there)"
        )
    return f"unknown name `{name}`{meant(name, NAMES)}"


def _overload(said: str) -> str:
    found = OVERLOAD.match(said)
    if found is None:
        return _short(said)
    operator = "in" if found[1] == "@in" else found[1].strip("_")
    return f"`{operator}` cannot take {found[2]}"


def _unplaced(error: str) -> str:
    if "recursion limit" in error:
        return "nested too deeply (more than 32 levels); split the condition"
    return _short(error)


def _short(said: str) -> str:
    said = said.partition(", expecting {")[0].partition(" expecting {")[0]
    return said if len(said) <= REASON_MAX else said[: REASON_MAX - 1] + "…"
