"""Read: one object of somebody else's JSON, with a precise complaint about the first field that is wrong."""

from collections.abc import Mapping
from typing import Any, NoReturn

from orjson import JSONDecodeError, loads

from streams.adapters.base import Unrecognised
from streams.codec.bounds import ID_CHARS_MAX, ITEMS_MAX

DEPTH_MAX = 64
"""Levels of nesting: real events have fewer than twenty, and Python's own stack must never be the limit."""

WORDS = {
    str: "text", int: "a number", float: "a number", bool: "true or false", list: "a list", dict: "an object",
    type(None): "null",
}  # fmt: skip


def is_too_deep(plain: Any) -> bool:
    """Say whether a JSON value has more than DEPTH_MAX levels; level by level, so that no depth can hurt."""
    level = [plain]
    for _ in range(DEPTH_MAX + 1):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, Mapping):
                inner.extend(v for v in value.values() if isinstance(v, Mapping | list))
            elif isinstance(value, list):
                inner.extend(v for v in value if isinstance(v, Mapping | list))
        if not inner:
            return False
        level = inner
    return True


def json_in(text: str) -> Any:
    """Read the JSON that a platform put into a text; None when it is none (or is `null`, which says as little)."""
    try:
        plain = loads(text)
    except JSONDecodeError:
        return None
    return None if is_too_deep(plain) else plain


class Node:
    """An object of an event and its place in it (`actor.id`).

    Fields that nobody reads are nobody's business: platforms add some every month. Null, and an empty text where an
    object or a list belongs, count as absent, for that is how platforms write it.
    """

    __slots__ = ("plain", "source", "where")

    def __init__(self, source: str, plain: Any, where: str = "") -> None:
        """Begin to read an object.

        Raises:
            Unrecognised: it is no object.
        """
        self.source = source
        self.where = where
        if not isinstance(plain, Mapping):
            raise Unrecognised(source, f"{where or 'the event'} must be an object, not {_word(plain)}")
        self.plain = plain

    def refuse(self, name: str, what: str) -> NoReturn:
        """Complain about a field.

        Raises:
            Unrecognised: always.
        """
        raise Unrecognised(self.source, f"{self._path(name)} {what}")

    def optional(self, name: str, limit: int | None = ID_CHARS_MAX) -> str | None:
        """Read a text of at most `limit` characters (None: of any length); None when absent or empty."""
        value = self.plain.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self.refuse(name, f"must be text, not {_word(value)}")
        if limit is not None and len(value) > limit:
            self.refuse(name, f"has {len(value)} characters; the bound is {limit}")
        return value or None

    def text(self, name: str, limit: int | None = ID_CHARS_MAX) -> str:
        """Read a text that must be there."""
        value = self.optional(name, limit)
        if value is None:
            self.refuse(name, "is missing")
        return value

    def flag(self, name: str) -> bool:
        """Read true or false, also as the text that some platforms write; false when absent."""
        value = self.plain.get(name)
        said = value.lower() if isinstance(value, str) else value
        if said is None or isinstance(said, bool):
            return bool(said)
        return (
            said == "true"
            if said in ("true", "false")
            else self.refuse(name, f"must be true or false, not {_word(value)}")
        )

    def node(self, name: str) -> "Node":
        """Read an object; an empty one when absent."""
        value = self.plain.get(name)
        return Node(self.source, {} if value is None or value == "" else value, self._path(name))

    def items(self, name: str, limit: int = ITEMS_MAX) -> list[Any]:
        """Read a list of at most `limit` items; empty when absent."""
        value = self.plain.get(name)
        if value is None or value == "":
            return []
        if not isinstance(value, list):
            self.refuse(name, f"must be a list, not {_word(value)}")
        if len(value) > limit:
            self.refuse(name, f"has {len(value)} items; the bound is {limit}")
        return value

    def nodes(self, name: str, limit: int = ITEMS_MAX) -> tuple["Node", ...]:
        """Read a list of objects; empty when absent."""
        path = self._path(name)
        return tuple(Node(self.source, item, f"{path}[{i}]") for i, item in enumerate(self.items(name, limit)))

    def _path(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name


def _word(value: Any) -> str:
    return WORDS.get(type(value), type(value).__name__)
