"""The compiled writer: Python source made once from a released schema, that writes a record without a detour.

The counterpart of streams.codec.shortcut, and made as that is. For `Scope`, of two texts that may be null, a list of
texts and more, it begins:

    o = [PREFIX]
    w1 = r.operation
    if w1 is None:
        hw1, w1 = ZERO, NONE
    else:
        w1 = w1.encode()
        hw1 = SOME[len(w1)]
    ...
    o += (hw1, w1, hw2, w2, SIZE[len(w3)],)
    for w4 in w3:
        w4 = w4.encode()
        o += (SIZE[len(w4)], w4,)
    o += (ZERO if w3 else NONE, ...

It takes what is in order: texts of at most TEXT_BYTES_MAX bytes, numbers that are not negative. Everything else ends
with one of UNUSUAL_TO_WRITE, and `AvroCodec` takes the long way, which alone complains. The bytes are the same.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from streams.codec import shortcuts
from streams.codec.shortcut import Uncompilable, identifier, indented

UNUSUAL_TO_WRITE = (LookupError, AttributeError, TypeError, ValueError)
"""How a compiled writer ends where something is not as it almost always is."""

TEXT_BYTES_MAX = 8_191
"""Bytes of a text whose length takes two bytes."""

WriteValue = Callable[[Any], bytes]


def compiled_writer(schema: Mapping[str, Any], prefix: bytes) -> WriteValue | None:
    """Make the writer of a released schema, which puts `prefix` in front; None: it is only written the long way."""
    try:
        source = Target(schema)
    except Uncompilable:
        return None
    text = "\n    ".join(["def write(r):", "o = [PREFIX]", *source.lines, "return b''.join(o)"])
    names = source.names | {"PREFIX": prefix}
    # all of the text is from this file, but for names of fields of our own schemas, each checked to be an identifier
    exec(compile(text, f"<writer of {source.name}>", "exec"), names)  # noqa: S102
    write: WriteValue = names["write"]
    return write


class Target:
    """Source that appends one record `r` to the list of bytes `o`. `names`: what the source refers to."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        """Write the source.

        Raises:
            Uncompilable: there is something in the schema that no source is made for.
        """
        self.name = identifier(schema["name"])
        self.names: dict[str, Any] = {"ZERO": b"\x00", "NONE": b"", "FLAG": {False: b"\x00", True: b"\x01"}}
        self.names |= {"SIZE": sizes(b""), "SOME": sizes(b"\x02"), "TWO": b"\x02", "number": number, "time": time}
        self._variables = 0
        self._named: dict[str, Mapping[str, Any]] = {}
        self._pending: list[str] = []
        self.lines = [*self._write(schema, "r"), *self._flushed()]

    def _variable(self) -> str:
        self._variables += 1
        return f"w{self._variables}"

    def _refer(self, to: Any) -> str:
        """Name something that the source refers to."""
        name = f"t{len(self.names)}"
        self.names[name] = to
        return name

    def _flushed(self) -> Iterator[str]:
        """Append what is ready to be appended: as much as possible at a time."""
        if self._pending:
            yield f"o += ({', '.join(self._pending)},)"
        self._pending = []

    def _write(self, schema: Any, value: str) -> Iterator[str]:
        """Write the value of an expression as the schema says."""
        schema = self._named.get(schema, schema) if isinstance(schema, str) else schema
        match schema:
            case "string":
                text = self._variable()
                yield f"{text} = {value}.encode()"
                self._pending += [f"SIZE[len({text})]", text]
            case "boolean":
                self._pending.append(f"FLAG[{value}]")
            case "long":
                self._pending.append(f"number({value})")
            case {"type": "long", "logicalType": "timestamp-millis"}:
                self._pending.append(f"time({value})")
            case {"type": "enum", "name": name, "symbols": symbols} if name in shortcuts.ENUMS:
                self._named[name] = schema
                self._pending.append(f"{self._refer(words(shortcuts.ENUMS[name], symbols))}[{value}]")
            case {"type": "array", "items": items}:
                yield from self._array(items, value)
            case {"type": "record", "name": name, "fields": fields} if name in shortcuts.RECORDS:
                self._named[name] = schema
                for field in fields:
                    yield from self._write(field["type"], f"{value}.{identifier(field['name'])}")
            case ["null", other]:
                yield from self._maybe(other, value)
            case _:
                raise Uncompilable

    def _maybe(self, other: Any, value: str) -> Iterator[str]:
        some = self._variable()
        if other == "string":
            yield from (f"{some} = {value}", f"if {some} is None:", f"    h{some}, {some} = ZERO, NONE", "else:")
            yield from (f"    {some} = {some}.encode()", f"    h{some} = SOME[len({some})]")
            self._pending += [f"h{some}", some]
            return
        yield from self._flushed()
        yield from (f"{some} = {value}", f"if {some} is None:", "    o.append(ZERO)", "else:")
        self._pending = ["TWO"]
        yield from indented(self._write(other, some))
        yield from indented(self._flushed())

    def _array(self, items: Any, value: str) -> Iterator[str]:
        """Write one block of all items, if there are any, and the zero that ends an array."""
        array, item = self._variable(), self._variable()
        yield f"{array} = {value}"
        self._pending.append(f"SIZE[len({array})]")
        yield from self._flushed()
        yield f"for {item} in {array}:"
        yield from indented(self._write(items, item))
        yield from indented(self._flushed())
        self._pending.append(f"ZERO if {array} else NONE")


@cache
def sizes(before: bytes) -> tuple[bytes, ...]:
    """A length by itself, with something in front: as Avro writes a number that is not negative."""
    return tuple(before + number(size) for size in range(TEXT_BYTES_MAX + 1))


def words(enum: type[StrEnum], symbols: list[str]) -> dict[StrEnum, bytes]:
    """The bytes of an enum's members."""
    return {member: bytes((place,)) for place, member in shortcuts.words(enum, symbols).items()}


def time(at: int) -> bytes:
    """Write a time: six bytes until 2039.

    Raises:
        ValueError: it is negative.
    """
    if not 1 << 34 <= at < 1 << 41:
        return number(at)
    return bytes(
        (
            at << 1 & 127 | 128,
            at >> 6 & 127 | 128,
            at >> 13 & 127 | 128,
            at >> 20 & 127 | 128,
            at >> 27 & 127 | 128,
            at >> 34,
        )
    )


def number(value: int) -> bytes:
    """Write a whole number as Avro's `long` (zigzag, seven bits a byte, least first).

    Raises:
        ValueError: it is negative, or more than `long` has.
    """
    if not 0 <= value < 1 << 63:
        raise ValueError
    rest = value << 1
    out = bytearray()
    while rest > 127:
        out.append(rest & 127 | 128)
        rest >>= 7
    out.append(rest)
    return bytes(out)
