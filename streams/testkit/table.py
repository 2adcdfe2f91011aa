"""Table: one table of a TOML file, read key by key; whatever is wrong in it is said with its place."""

from collections.abc import Mapping
from enum import StrEnum
from re import compile as pattern
from typing import Any, Self, TypeVar

from streams.core.time import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Millis

UNITS = {"d": DAY_MS, "h": HOUR_MS, "m": MINUTE_MS, "s": SECOND_MS, "ms": 1}
SPAN = pattern(r"([+-]?)((?:\d+(?:ms|d|h|m|s)\s*)+)")
AMOUNT = pattern(r"(\d+)(ms|d|h|m|s)")

Choice = TypeVar("Choice", bound=StrEnum)


class StoryInvalid(ValueError):
    """A story file does not say what a story must say; the message names the file and the place in it."""


class Table:
    """One table. Every getter takes its key out, so that `done` can name the keys that nobody understood."""

    def __init__(self, values: Mapping[str, Any], where: str, zero: Millis) -> None:
        """Read `values`, found at `where`; times are relative to `zero` (ms since 1970, UTC)."""
        self._values = dict(values)
        self._where = where
        self._zero = zero

    def fail(self, what: str) -> StoryInvalid:
        """Make the error that says what is wrong here."""
        return StoryInvalid(f"{self._where}: {what}")

    def done(self) -> None:
        """Say that everything was read.

        Raises:
            StoryInvalid: there is a key that means nothing here.
        """
        if self._values:
            raise self.fail(f"unknown key {min(self._values)!r}")

    def _take(self, key: str, kind: type, what: str) -> Any:
        value = self._values.pop(key, None)
        if value is not None and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
            raise self.fail(f"{key} must be {what}")
        return value

    def text(self, key: str, default: str = "") -> str:
        """Read a string."""
        value = self.maybe(key)
        return default if value is None else value

    def maybe(self, key: str) -> str | None:
        """Read a string that may be absent."""
        value: str | None = self._take(key, str, "a text")
        return value

    def needed(self, key: str) -> str:
        """Read a string that must be there."""
        value = self.maybe(key)
        if value is None:
            raise self.fail(f"{key} is missing")
        return value

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Read a list of strings."""
        values = self._take(key, list, "a list of texts")
        if values is None:
            return default
        if not all(isinstance(value, str) for value in values):
            raise self.fail(f"{key} must be a list of texts")
        return tuple(values)

    def number(self, key: str, default: int) -> int:
        """Read a whole number."""
        value = self._take(key, int, "a whole number")
        return default if value is None else int(value)

    def flag(self, key: str, *, default: bool) -> bool:
        """Read true or false."""
        value = self._take(key, bool, "true or false")
        return default if value is None else bool(value)

    def choice(self, key: str, default: Choice) -> Choice:
        """Read one of a closed set of words."""
        value = self.text(key, default.value)
        kind = type(default)
        if value not in set(kind):
            raise self.fail(f"{key} must be one of {', '.join(kind)}, not {value!r}")
        return kind(value)

    def span_ms(self, key: str) -> int | None:
        """Read a duration such as `8h`, `1m 30s` or `-1ms`; in ms, None when it is absent."""
        value = self.maybe(key)
        if value is None:
            return None
        matched = SPAN.fullmatch(value.strip())
        if matched is None:
            raise self.fail(f"{key} must be a duration such as '-30s' or '8h', not {value!r}")
        total = sum(int(count) * UNITS[unit] for count, unit in AMOUNT.findall(matched[2]))
        return -total if matched[1] == "-" else total

    def instant(self, key: str) -> Millis | None:
        """Read a time, given as its distance from the zero of the story; None when it is absent."""
        distance = self.span_ms(key)
        return None if distance is None else Millis(self._zero + distance)

    def table(self, key: str) -> "Table | None":
        """Read a table within this one."""
        values = self._take(key, dict, "a table")
        return None if values is None else self._inner(key, values)

    def tables(self, key: str) -> "tuple[Table, ...]":
        """Read an array of tables."""
        values = self._take(key, list, "an array of tables")
        if values is not None and not all(isinstance(value, dict) for value in values):
            raise self.fail(f"{key} must be an array of tables")
        return tuple(self._inner(f"{key} {number}", value) for number, value in enumerate(values or (), 1))

    def items(self) -> tuple[tuple[str, Any], ...]:
        """Take everything that is left, as it is."""
        left = tuple(self._values.items())
        self._values.clear()
        return left

    def overlaid(self, changes: Mapping[str, Any]) -> Self:
        """Give this table with some of its keys set to something else."""
        return type(self)({**self._values, **changes}, self._where, self._zero)

    def _inner(self, key: str, values: Mapping[str, Any]) -> "Table":
        return Table(values, f"{self._where}: {key}", self._zero)
