"""Form: typed reading of a YAML tree that collects every problem with its line instead of stopping at the first."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from streams.core.time import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Millis, span
from streams.policy.cel import Condition, ConditionInvalid, condition
from streams.policy.errors import Problem
from streams.policy.meant import meant
from streams.policy.yaml import Entry, Items, Node, Table, Text

Choice = TypeVar("Choice", bound=StrEnum)

UNITS = {"ms": 1, "s": SECOND_MS, "m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS}
DURATION = re.compile(r"(\d{1,12})(ms|s|m|h|d)")
WHOLE = re.compile(r"-?\d{1,9}")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
WORD = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

WORD_MAX = 64
"""Characters of an id: it is a column in every verdict and a word in every sentence about it."""

TEXT_MAX = 256
"""Characters of any other text: a version, a role, an owner, a glob."""


class Form:
    """One mapping of the file. Every reader takes a key, gives a value, and records what is wrong with it.

    A reader that has recorded a problem gives its default, so that reading goes on; whoever holds problems in the end
    must not use the values.
    """

    def __init__(self, table: Table, what: str, problems: list[Problem]) -> None:
        self.table = table
        self.what = what
        self._problems = problems

    @property
    def line(self) -> int:
        """Line at which the mapping begins."""
        return self.table.line

    def refuse(self, line: int, reason: str) -> None:
        """Record a problem."""
        self._problems.append(Problem(line, reason))

    def allow(self, known: Mapping[str, str | None]) -> None:
        """Refuse keys that are not known, and those that are known but have a reason against them."""
        for key, entry in self.table.entries.items():
            if key not in known:
                kept = [word for word, against in known.items() if against is None]
                self.refuse(entry.line, f"unknown key `{key[:WORD_MAX]}` in {self.what}{meant(key, kept)}")
            elif known[key] is not None:
                self.refuse(entry.line, f"`{key}` {known[key]}")

    def has(self, key: str) -> bool:
        """Say whether a key is there."""
        return key in self.table.entries

    def line_of(self, key: str) -> int:
        """Line of a key, or of the mapping when it lacks the key."""
        entry = self.table.entries.get(key)
        return entry.line if entry is not None else self.line

    def text(self, key: str, *, default: str | None = None) -> str:
        """Read a text of one line. Required unless there is a default."""
        entry = self._entry(key, required=default is None)
        return default or "" if entry is None else self._text(entry.node, f"`{key}`")

    def word(self, key: str) -> str:
        """Read a required id: small letters, digits and single hyphens."""
        word = self.text(key)
        if word and (not WORD.fullmatch(word) or len(word) > WORD_MAX):
            wanted = f"small letters, digits and single hyphens, at most {WORD_MAX}"
            self.refuse(self.line_of(key), f"`{key}` is {word!r}; write {wanted}, like `joiner-access`")
        return word

    def texts(self, key: str, *, most: int, required: bool = False) -> tuple[str, ...]:
        """Read a list of different texts, sorted: their order means nothing."""
        entry = self._entry(key, required=required)
        if entry is None:
            return ()
        if not isinstance(entry.node, Items):
            self.refuse(entry.line, f"`{key}` must be a list, like `[first, second]`, not {_kind(entry.node)}")
            return ()
        if required and not entry.node.items:
            self.refuse(entry.line, f"`{key}` is empty; name at least one")
        if len(entry.node.items) > most:
            self.refuse(entry.line, f"`{key}` has {len(entry.node.items)} elements; at most {most} are allowed")
            return ()
        seen: set[str] = set()
        for node in entry.node.items:
            text = self._text(node, f"an element of `{key}`")
            if text in seen:
                self.refuse(node.line, f"{text!r} is in `{key}` twice")
            seen.add(text)
        return tuple(sorted(seen))

    def choice(self, key: str, kind: type[Choice], default: Choice) -> Choice:
        """Read one of the values of an enumeration."""
        entry = self._entry(key)
        if entry is None:
            return default
        choices = [value.value for value in kind]
        said = self._text(entry.node, f"`{key}`")
        if said and said not in choices:
            self.refuse(entry.line, f"`{key}` cannot be {said!r}{meant(said, choices)}")
        return kind(said) if said in choices else default

    def flag(self, key: str, *, default: bool) -> bool:
        """Read `true` or `false`."""
        entry = self._entry(key)
        if entry is None:
            return default
        if not isinstance(entry.node, Text) or not entry.node.plain or entry.node.value not in {"true", "false"}:
            self.refuse(entry.line, f"`{key}` must be `true` or `false`, not {_shown(entry.node)}")
            return default
        return entry.node.value == "true"

    def whole(self, key: str, *, default: int, least: int, most: int) -> int:
        """Read a whole number within bounds."""
        entry = self._entry(key)
        if entry is None:
            return default
        node = entry.node
        if not isinstance(node, Text) or not node.plain or not WHOLE.fullmatch(node.value):
            self.refuse(entry.line, f"`{key}` must be a whole number, not {_shown(node)}")
        elif not least <= int(node.value) <= most:
            self.refuse(entry.line, f"`{key}` is {node.value}; it must be between {least} and {most}")
        else:
            return int(node.value)
        return default

    def duration(self, key: str, *, default: int, least: int, most: int) -> int:
        """Read a duration like `250ms`, `30s`, `5m`, `8h` or `7d` within bounds (all ms)."""
        entry = self._entry(key)
        if entry is None:
            return default
        found = DURATION.fullmatch(entry.node.value) if isinstance(entry.node, Text) else None
        if found is None:
            said = _shown(entry.node)
            self.refuse(entry.line, f"`{key}` must be a duration like 250ms, 30s, 5m, 8h or 7d, not {said}")
            return default
        ms = int(found[1]) * UNITS[found[2]]
        if not least <= ms <= most:
            self.refuse(entry.line, f"`{key}` is {found[0]}; it must be between {span(least)} and {span(most)}")
            return default
        return ms

    def day_end(self, key: str) -> Millis:
        """Read a required date, and give the first moment after that day (ms since 1970, UTC)."""
        entry = self._entry(key, required=True)
        if entry is None:
            return Millis(0)
        said = entry.node.value if isinstance(entry.node, Text) else ""
        try:
            day = date.fromisoformat(said if DATE.fullmatch(said) else "")
            after = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
        except (ValueError, OverflowError):
            self.refuse(entry.line, f"`{key}` must be a date like 2026-12-01, not {_shown(entry.node)}")
            return Millis(0)
        return Millis(int(after.timestamp()) * SECOND_MS)

    def condition(self, key: str, of: str) -> Condition | None:
        """Read a required condition; None when it was refused. `of`: whose it is."""
        entry = self._entry(key, required=True)
        if entry is None:
            return None
        if not isinstance(entry.node, Text):
            self.refuse(entry.line, f"`{key}` must be a condition in quotes, not {_kind(entry.node)}")
            return None
        try:
            return condition(entry.node.value, of)
        except ConditionInvalid as invalid:
            for fault in invalid.faults:
                self.refuse(entry.node.line_at(fault.offset), f"`{key}`: {fault.reason}")
            return None

    def form(self, key: str) -> "Form | None":
        """Open a mapping under a key; None when it is not there or no mapping."""
        entry = self._entry(key)
        if entry is None:
            return None
        if not isinstance(entry.node, Table):
            hint = "; write `{}` for its defaults, or remove the key" if _is_empty(entry.node) else ""
            self.refuse(entry.line, f"`{key}` must be a mapping, not {_kind(entry.node)}{hint}")
            return None
        return Form(entry.node, f"`{key}`", self._problems)

    def forms(self, key: str, most: int) -> Iterator["Form"]:
        """Open every mapping of an optional list."""
        entry = self._entry(key)
        if entry is None:
            return
        if not isinstance(entry.node, Items):
            self.refuse(entry.line, f"`{key}` must be a list of mappings, not {_kind(entry.node)}")
            return
        if len(entry.node.items) > most:
            self.refuse(entry.line, f"`{key}` has {len(entry.node.items)} elements; at most {most} are allowed")
            return
        for node in entry.node.items:
            if isinstance(node, Table):
                yield Form(node, f"an element of `{key}`", self._problems)
            else:
                self.refuse(node.line, f"an element of `{key}` must be a mapping, not {_kind(node)}")

    def _entry(self, key: str, *, required: bool = False) -> Entry | None:
        entry = self.table.entries.get(key)
        if entry is None and required:
            self.refuse(self.line, f"{self.what} lacks `{key}`")
        return entry

    def _text(self, node: Node, what: str) -> str:
        if not isinstance(node, Text) or _is_empty(node):
            self.refuse(node.line, f"{what} must be a text, not {_kind(node)}")
            return ""
        if len(node.value) > TEXT_MAX or not node.value.isprintable() or not node.value.strip():
            self.refuse(node.line, f"{what} must be one line of at most {TEXT_MAX} printable characters")
            return ""
        return node.value


def _is_empty(node: Node) -> bool:
    return isinstance(node, Text) and node.plain and node.value in {"", "~", "null"}


def _kind(node: Node) -> str:
    if _is_empty(node):
        return "nothing"
    return "a list" if isinstance(node, Items) else "a mapping" if isinstance(node, Table) else "a text"


def _shown(node: Node) -> str:
    if not isinstance(node, Text) or _is_empty(node):
        return _kind(node)
    return f"{node.value[:40]!r}" if node.plain else f"the text {node.value[:40]!r}"
