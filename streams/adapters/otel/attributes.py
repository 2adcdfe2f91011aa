"""Attributes: values of OTLP/JSON as plain Python (opentelemetry-proto, `common.proto`: AnyValue, KeyValue)."""

from collections.abc import Mapping
from typing import Any

from streams.adapters.read import Node, json_in
from streams.codec.bounds import ID_CHARS_MAX

ATTRIBUTES_MAX = 1_024
"""Attributes of one span; instrumentation writes fewer than a hundred, and SDKs cut at 128 by default."""


def value_of(node: Node) -> Any:
    """Read one AnyValue: exactly one of its fields is set; whole numbers come as text.

    Raises:
        Unrecognised: it is none of the kinds of AnyValue.
    """
    plain = node.plain
    if "stringValue" in plain:
        value = plain["stringValue"]
        return value if isinstance(value, str) else node.refuse("stringValue", "must be text")
    if "intValue" in plain:
        value = plain["intValue"]
        if isinstance(value, str) and value.lstrip("-").isdigit() and value.isascii() and len(value) <= 20:
            return int(value)
        return value if type(value) is int else node.refuse("intValue", "must be a whole number")
    if "arrayValue" in plain:
        return [value_of(item) for item in node.node("arrayValue").nodes("values", ATTRIBUTES_MAX)]
    if "kvlistValue" in plain:
        return pairs(node.node("kvlistValue"), "values")
    return next((plain[name] for name in ("boolValue", "doubleValue", "bytesValue") if name in plain), None)


def pairs(node: Node, name: str) -> dict[str, Any]:
    """Read a list of KeyValue; the last of a key counts. An object, which some exporters write, is taken as it is.

    Raises:
        Unrecognised: it is neither, or a key or value is malformed.
    """
    given = node.plain.get(name)
    if isinstance(given, Mapping):
        return dict(given)
    found = node.nodes(name, ATTRIBUTES_MAX)
    return {pair.text("key", limit=None): value_of(pair.node("value")) for pair in found}


class Attributes:
    """The attributes of one span, read by name; `node` is the span, for the complaints."""

    __slots__ = ("node", "plain")

    def __init__(self, node: Node, plain: Mapping[str, Any]) -> None:
        """Begin to read."""
        self.node = node
        self.plain = plain

    def first(self, *names: str, limit: int | None = ID_CHARS_MAX) -> str | None:
        """Read the first of some attributes that is there, as text; None when none is, or it is empty.

        Raises:
            Unrecognised: it is no text, or longer than `limit`.
        """
        for name in names:
            value = self.plain.get(name)
            if value is None or value == "":
                continue
            if not isinstance(value, str):
                self.node.refuse(f"attribute {name}", "must be text")
            if limit is not None and len(value) > limit:
                self.node.refuse(f"attribute {name}", f"has {len(value)} characters; the bound is {limit}")
            return value
        return None

    def content(self, *names: str) -> Any:
        """Read the first of some attributes that is there: structured, or the JSON in its text, or the text itself."""
        for name in names:
            value = self.plain.get(name)
            if value is None or value == "":
                continue
            parsed = json_in(value) if isinstance(value, str) and value.lstrip()[:1] in ("[", "{", '"') else None
            return value if parsed is None else parsed
        return None
