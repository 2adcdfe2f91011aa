"""The compiled reader: Python source made once from a released schema, that reads what is in order without a detour.

A generic reader asks the schema at every field what comes next. The source made here has that answered. For
`DeclaredContext`, of a text that must not be empty and one that may be, it is:

    n = SHORT[data[i]]
    if n:
        j = i + n
        v1 = data[i + 1 : j].decode()
    else:
        j = i + LOW[data[i]] + t1[data[i + 1]]
        v1 = data[i + 2 : j].decode()
    i = j
    n = SHORT_OR_EMPTY[data[i]]
    ...
    v3 = t2(context_id=v1, digest=v2)

It says nothing about what is not in order: it ends with one of UNUSUAL, and `AvroCodec` takes the long way, which
alone complains. So it may refuse what is good (and rare), but never read what the long way would refuse or read
otherwise. A slice beyond the end is short and not an error; the place behind it is checked by the next byte, or by the
end. docs/decisions/0009-a-compiled-reader.md has the reasons.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from keyword import iskeyword
from typing import Any

from streams.codec import shortcuts
from streams.codec.bounds import EARLIEST_EVENT, ID_CHARS_MAX, LATEST_END, LATEST_EVENT
from streams.codec.weight import NAMED_CHARS_MAX

UNUSUAL = (LookupError, UnicodeDecodeError, struct.error)
"""How a compiled reader ends where something is not as it almost always is."""

BYTES_MAX = NAMED_CHARS_MAX
"""Longer values take the long way: within so many bytes no list can name too much (see streams.codec.weight), and every
length has at most two bytes."""

ReadValue = Callable[[bytes], Any]


class Uncompilable(Exception):
    """A schema with something in it that no source is made for."""


def compiled(schema: Mapping[str, Any], begin: int) -> ReadValue | None:
    """Make the reader of a released schema, for values of at most BYTES_MAX bytes whose body begins at `begin`.

    It ends with one of UNUSUAL wherever the long way has to decide. None: the schema has something that is only read
    the long way.
    """
    try:
        source = Source(schema)
        body = [f"i = {begin}", *source.lines, "if i != len(data):", "    raise LookupError", f"return {source.result}"]
    except Uncompilable:
        return None
    text = "\n    ".join(["def read(data):", *body])
    names = source.names
    # all of the text is from this file, but for names of fields of our own schemas, each checked to be an identifier
    exec(compile(text, f"<reader of {source.name}>", "exec"), names)  # noqa: S102
    read: ReadValue = names["read"]
    return read


class Source:
    """Source that reads one record from `data`, beginning at `i`, into the variable `result`.

    `names`: what the source refers to. `lines` are without the indentation of a function.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        """Write the source.

        Raises:
            Uncompilable: there is something in the schema that no source is made for.
        """
        self.name = identifier(schema["name"])
        self.names: dict[str, Any] = {name: getattr(shortcuts, name) for name in ("SHORT", "SHORT_OR_EMPTY", "LOW")}
        self.names |= {name: getattr(shortcuts, name) for name in ("SIX", "FLAG", "late_at", "count_at")}
        self.names |= {f"T{place}": table for place, table in enumerate(shortcuts.TIME)}
        self._variables = 0
        self._named: dict[str, Mapping[str, Any]] = {}
        self.result = self._variable()
        self.lines = list(self._read(schema, self.result))

    def _variable(self) -> str:
        self._variables += 1
        return f"v{self._variables}"

    def _refer(self, to: Any) -> str:
        """Name something that the source refers to."""
        name = f"t{len(self.names)}"
        self.names[name] = to
        return name

    def _read(
        self, schema: Any, into: str, *, most: int = ID_CHARS_MAX, empty: bool = False, nullable: bool = False
    ) -> Iterator[str]:
        """Read what the schema says into a variable.

        `most`, `empty`: bounds of a text. A time that is `nullable` is an end, which may be later than an event.
        """
        schema = self._named.get(schema, schema) if isinstance(schema, str) else schema
        match schema:
            case "string":
                yield from self._text(into, most, "SHORT_OR_EMPTY" if empty else "SHORT")
            case "boolean":
                yield from (f"{into} = FLAG[data[i]]", "i += 1")
            case "long":
                yield f"{into}, i = count_at(data, i)"
            case {"type": "long", "logicalType": "timestamp-millis"}:
                yield from self._time(into, LATEST_END if nullable else LATEST_EVENT)
            case {"type": "enum", "name": name, "symbols": symbols} if name in shortcuts.ENUMS:
                self._named[name] = schema
                words = self._refer(shortcuts.words(shortcuts.ENUMS[name], symbols))
                yield from (f"{into} = {words}[data[i]]", "i += 1")
            case {"type": "array", "items": items}:
                yield from self._array(items, into, most)
            case {"type": "record", "name": name, "fields": fields} if name in shortcuts.RECORDS:
                self._named[name] = schema
                yield from self._record(name, fields, into)
            case ["null", other]:
                yield from ("n = data[i]", "i += 1", "if n == 0:", f"    {into} = None", "elif n == 2:")
                yield from indented(self._read(other, into, nullable=True))
                yield from ("else:", "    raise LookupError")
            case _:
                raise Uncompilable

    def _text(self, into: str, most: int, sizes: str) -> Iterator[str]:
        high = self._refer(shortcuts.high(most))
        yield from (
            f"n = {sizes}[data[i]]",
            "if n:",
            "    j = i + n",
            f"    {into} = data[i + 1 : j].decode()",
            "else:",
        )
        yield from (
            f"    j = i + LOW[data[i]] + {high}[data[i + 1]]",
            f"    {into} = data[i + 2 : j].decode()",
            "i = j",
        )

    def _text_enum(self, into: str, enum: type[StrEnum]) -> Iterator[str]:
        words = self._refer(shortcuts.texts(enum))
        yield from ("j = i + SHORT[data[i]]", f"{into} = {words}[data[i + 1 : j]]", "i = j")

    def _time(self, into: str, latest: int) -> Iterator[str]:
        yield from ("a, b, c, d, e, f = SIX(data, i)", "if f < 128:")
        yield f"    {into} = T0[a] + T1[b] + T2[c] + T3[d] + T4[e] + T5[f]"
        yield from (f"    if {into} < {EARLIEST_EVENT:d}:", "        raise LookupError", "    i += 6")
        yield from ("else:", f"    {into}, i = late_at(data, i, {latest:d})")

    def _array(self, items: Any, into: str, most: int) -> Iterator[str]:
        """Read one block of at most 63 items and the zero that ends the array."""
        item, made = self._variable(), self._variable()
        yield from ("n = data[i]", "i += 1", "if n:", "    if n & 129:", "        raise LookupError")
        yield from (f"    {made} = []", "    for _ in range(n >> 1):")
        yield from indented(indented(self._read(items, item, most=most)))
        yield from (f"        {made}.append({item})", "    if data[i]:", "        raise LookupError", "    i += 1")
        yield from (f"    {into} = tuple({made})", "else:", f"    {into} = ()")

    def _record(self, name: str, fields: list[Mapping[str, Any]], into: str) -> Iterator[str]:
        values = {identifier(field["name"]): self._variable() for field in fields}
        for field, value in zip(fields, values.values(), strict=True):
            place = (name, field["name"])
            if field["type"] == "string" and place in shortcuts.TEXT_ENUMS:
                yield from self._text_enum(value, shortcuts.TEXT_ENUMS[place])
            else:
                most = shortcuts.LONGER.get(place, ID_CHARS_MAX)
                yield from self._read(field["type"], value, most=most, empty=field.get("default") == "")
        passed = ", ".join(f"{field}={value}" for field, value in values.items())
        yield f"{into} = {self._refer(shortcuts.RECORDS[name])}({passed})"


def identifier(name: str) -> str:
    """Let a name into the source, if it is one."""
    if not (name.isascii() and name.isidentifier()) or iskeyword(name):
        raise Uncompilable
    return name


def indented(lines: Iterator[str]) -> Iterator[str]:
    """Put lines a level deeper."""
    return (f"    {line}" for line in lines)
