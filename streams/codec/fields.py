"""Fields: one plain object being read, field by field, with a precise complaint about the first that is wrong."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from streams.codec.bounds import ID_CHARS_MAX, INTEGER_MAX, ITEMS_MAX, LATEST_END, LATEST_EVENT, NAME_CHARS_MAX
from streams.codec.errors import Malformed
from streams.codec.instants import checked, from_text
from streams.core.time import Millis

Choice = TypeVar("Choice", bound=StrEnum)

MISSING: Any = object()
"""Stands for a field that is not there."""

REQUIRED: Any = MISSING
"""The default of a field that has none."""

NAMES = {
    str: "text", int: "a whole number", bool: "true or false", float: "a number with a fraction", list: "a list",
    dict: "an object", type(None): "null", bytes: "bytes",
}  # fmt: skip


def members(choices: type[Choice]) -> dict[str, Choice]:
    """Table of an enum by value: a look-up in it costs a third of calling the enum."""
    return {choice.value: choice for choice in choices}


class Fields:
    """A plain object and its place in the record (`change.subject`), for the complaints."""

    __slots__ = ("plain", "where")

    def __init__(self, plain: Any, where: str, names: frozenset[str]) -> None:
        """Begin to read an object that may have no other fields than `names`.

        Raises:
            Malformed: it is no object, or has a field that nobody knows.
        """
        # asking an abstract class is slow, and a dict it almost always is
        if type(plain) is not dict and not isinstance(plain, Mapping):
            raise Malformed(f"{where} must be an object, not {NAMES.get(type(plain), type(plain).__name__)}.")
        if not plain.keys() <= names:
            raise Malformed(_unknown(plain, where, names))
        self.plain = plain
        self.where = where

    def has(self, name: str) -> bool:
        """Say whether a field is there and not null."""
        return self.plain.get(name) is not None

    def id(self, name: str, default: str = REQUIRED) -> str:
        """Read an id: text that is not empty."""
        value = self.plain.get(name, default)
        if type(value) is str and 0 < len(value) <= ID_CHARS_MAX:
            return value
        if value == "":
            raise Malformed(f"{self.where}.{name} must not be empty.")
        raise self._not_text(name, value, ID_CHARS_MAX)

    def text(self, name: str, limit: int = NAME_CHARS_MAX, default: str = "") -> str:
        """Read a text of at most `limit` characters, which may be empty."""
        value = self.plain.get(name, default)
        if type(value) is str and len(value) <= limit:
            return value
        raise self._not_text(name, value, limit)

    def optional(self, name: str, limit: int = NAME_CHARS_MAX) -> str | None:
        """Read a text that may be null."""
        value = self.plain.get(name)
        if value is None or (type(value) is str and len(value) <= limit):
            return value
        raise self._not_text(name, value, limit)

    def instant(self, name: str, latest: Millis = LATEST_EVENT) -> Millis:
        """Read an instant: milliseconds since 1970 (UTC), or RFC 3339 text."""
        value = self.plain.get(name, MISSING)
        if type(value) is str:
            value = from_text(value, f"{self.where}.{name}")
        if type(value) is not int:
            raise self._not("milliseconds since 1970 (UTC), or a time like 2026-11-23T10:04:05Z", name, value)
        return checked(value, f"{self.where}.{name}", latest)

    def optional_instant(self, name: str, latest: Millis = LATEST_END) -> Millis | None:
        """Read an instant that may be null; usually an end, which may be as late as the year 9999."""
        return None if self.plain.get(name) is None else self.instant(name, latest)

    def count(self, name: str, least: int = 0, most: int = INTEGER_MAX) -> int:
        """Read a whole number within bounds."""
        value = self.plain.get(name, MISSING)
        if type(value) is not int:
            raise self._not("a whole number", name, value)
        if not least <= value <= most:
            raise Malformed(f"{self.where}.{name} is {str(value)[:40]}; it must be between {least} and {most}.")
        return value

    def flag(self, name: str) -> bool:
        """Read true or false; false when it is not there."""
        value = self.plain.get(name, False)
        if value is True or value is False:
            return bool(value)
        raise self._not("true or false", name, value)

    def choice(self, name: str, table: Mapping[str, Choice], default: Choice = REQUIRED) -> Choice:
        """Read a word of one of our vocabularies."""
        value = self.plain.get(name, MISSING)
        if value is MISSING and default is not REQUIRED:
            return default
        if type(value) is not str:
            raise self._not(f"one of {', '.join(table)}", name, value)
        found = table.get(value)
        if found is None:
            raise Malformed(f"{self.where}.{name} is {value[:60]!r}; it must be one of {', '.join(table)}.")
        return found

    def items(self, name: str, limit: int = ITEMS_MAX) -> list[Any]:
        """Read a list of at most `limit` items; empty when it is not there."""
        value = self.plain.get(name, MISSING)
        if value is MISSING:
            return []
        if not isinstance(value, list):
            raise self._not("a list", name, value)
        if len(value) > limit:
            raise Malformed(f"{self.where}.{name} has {len(value)} items; the bound is {limit}.")
        return value

    def objects(self, name: str, names: frozenset[str], limit: int = ITEMS_MAX) -> Iterator["Fields"]:
        """Read a list of objects that may have no other fields than `names`."""
        items = self.items(name, limit)
        return (Fields(item, f"{self.where}.{name}[{i}]", names) for i, item in enumerate(items))

    def texts(self, name: str, limit: int = ITEMS_MAX, chars: int = ID_CHARS_MAX) -> tuple[str, ...]:
        """Read a list of texts that are not empty."""
        items = self.items(name, limit)
        for i, item in enumerate(items):
            if type(item) is not str or not 0 < len(item) <= chars:
                shown = "empty" if item == "" else NAMES.get(type(item), type(item).__name__)
                shown = f"{len(item)} characters long" if isinstance(item, str) and item else shown
                raise Malformed(f"{self.where}.{name}[{i}] must be a text of 1 to {chars} characters; it is {shown}.")
        return tuple(items)

    def inner(self, name: str, names: frozenset[str]) -> "Fields":
        """Read an object within this one."""
        if name not in self.plain:
            raise Malformed(f"{self.where}.{name} is missing.")
        return Fields(self.plain[name], f"{self.where}.{name}", names)

    def _not_text(self, name: str, value: Any, limit: int) -> Malformed:
        if isinstance(value, str):
            return Malformed(f"{self.where}.{name} has {len(value)} characters; the bound is {limit}.")
        return self._not("text", name, value)

    def _not(self, wanted: str, name: str, value: Any) -> Malformed:
        if value is MISSING:
            return Malformed(f"{self.where}.{name} is missing.")
        return Malformed(f"{self.where}.{name} must be {wanted}, not {NAMES.get(type(value), type(value).__name__)}.")


def _unknown(plain: Mapping[Any, Any], where: str, names: frozenset[str]) -> str:
    """Complain about fields that nobody knows; a typo gets its correction."""
    strange = sorted(str(name)[:60] for name in plain.keys() - names)
    meant = get_close_matches(strange[0].lower(), sorted(names), n=1)
    hint = f" Did you mean {meant[0]}?" if meant else f" It has: {', '.join(sorted(names))}."
    return f"{where} has no field {', '.join(strange[:5])}.{hint}"
