"""Tree: the engine's checked expression as plain nodes, read from its serialized form (cel.expr.CheckedExpr).

The message is that of cel-spec, `proto/cel/expr/checked.proto` and `syntax.proto`; only what the checks look at is
read, by a few lines of the protobuf wire format, so that no protobuf runtime has to be installed.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

Message = dict[int, list[int | bytes]]
"""The fields of a message by number, each with its values in the order in which they came."""

PRIMITIVES = {1: "bool", 2: "int", 3: "uint", 4: "double", 5: "string", 6: "bytes"}
"""`Type.PrimitiveType` by number."""

CONSTANTS = {1: "null", 2: "bool", 3: "int", 4: "uint", 5: "double", 6: "string", 7: "bytes"}
"""The members of `Constant.constant_kind` by field number."""

ENTITLEMENT_TYPE = "map(string, dyn)"
"""How an element of `change.entitlements` is declared; nothing else that a condition can name is declared so."""


class UnknownShape(Exception):
    """The engine wrote something that is no CheckedExpr."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """One node. `what`: ident, select, call, const, list, loop or other.

    `name`: of the ident, field or function; text of a const.
    `type`: as the engine inferred it (`dyn`: it does not know). `offset`: in the condition's text. The first part of a
    loop is what it runs over.
    """

    what: str
    name: str
    type: str
    offset: int
    parts: tuple["Expression", ...] = ()

    def walk(self) -> Iterator["Expression"]:
        """Yield this node and everything under it."""
        yield self
        for part in self.parts:
            yield from part.walk()


def read(serialized: bytes) -> Expression:
    """Read what the engine's `Expression.serialize()` wrote.

    Raises:
        UnknownShape: it is not such a message; the engine is another version than the one this was written for.
    """
    checked = _message(_bytes(_message(serialized), 2))
    types = {_int(pair, 1): _type(_message(_bytes(pair, 2))) for pair in _messages(checked, 3)}
    positions = {_int(pair, 1): _int(pair, 2) for pair in _messages(_message(_bytes(checked, 5)), 4)}
    return _expression(_message(_bytes(checked, 4)), types, positions)


def _expression(expr: Message, types: dict[int, str], positions: dict[int, int]) -> Expression:
    number = _int(expr, 2)
    what, name, parts = "other", "", list[Message]()
    kind = "dyn"
    if 3 in expr:
        constant = _message(_bytes(expr, 3))
        which = next(iter(constant), 1)
        kind = CONSTANTS.get(which, "dyn")
        what, name = "const", _text(constant, which) if kind == "string" else ""
    elif 4 in expr:
        what, name = "ident", _text(_message(_bytes(expr, 4)), 1)
    elif 5 in expr:
        select = _message(_bytes(expr, 5))
        what, name, parts = "select", _text(select, 2), _messages(select, 1)
    elif 6 in expr:
        call = _message(_bytes(expr, 6))
        what, name, parts = "call", _text(call, 2), [*_messages(call, 1), *_messages(call, 3)]
    elif 7 in expr:
        what, parts = "list", _messages(_message(_bytes(expr, 7)), 1)
    elif 8 in expr:
        entries = _messages(_message(_bytes(expr, 8)), 2)
        parts = [part for entry in entries for part in (*_messages(entry, 3), *_messages(entry, 4))]
    elif 9 in expr:
        loop = _message(_bytes(expr, 9))
        what, parts = "loop", [part for member in (2, 4, 5, 6, 7) for part in _messages(loop, member)]
    return Expression(
        what=what,
        name=name,
        type=types.get(number, kind),
        offset=positions.get(number, 0),
        parts=tuple(_expression(part, types, positions) for part in parts),
    )


def _type(declared: Message) -> str:
    if 2 in declared:
        return "null"
    if 3 in declared:
        return PRIMITIVES.get(_int(declared, 3), "dyn")
    if 6 in declared:
        return f"list({_type(_message(_bytes(_message(_bytes(declared, 6)), 1)))})"
    if 7 in declared:
        pair = _message(_bytes(declared, 7))
        return f"map({_type(_message(_bytes(pair, 1)))}, {_type(_message(_bytes(pair, 2)))})"
    return "dyn"


def _message(raw: bytes) -> Message:
    """Split a message into fields (protobuf wire format: varint, 64-bit, length-delimited, 32-bit)."""
    fields: Message = defaultdict(list)
    at = 0
    while at < len(raw):
        tag, at = _varint(raw, at)
        match tag & 7:
            case 0:
                value, at = _varint(raw, at)
                fields[tag >> 3].append(value)
            case 2:
                size, at = _varint(raw, at)
                fields[tag >> 3].append(raw[at : at + size])
                at += size
            case 1 | 5 as width:
                at += 8 if width == 1 else 4
                fields[tag >> 3].append(0)
            case other:
                raise UnknownShape(f"wire type {other} at byte {at}")
    return dict(fields)


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(raw):
            raise UnknownShape("the message ends in the middle of a number")
        byte = raw[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _bytes(message: Message, number: int) -> bytes:
    values = message.get(number, [b""])
    if not isinstance(values[-1], bytes):
        raise UnknownShape(f"field {number} is not bytes")
    return values[-1]


def _messages(message: Message, number: int) -> list[Message]:
    return [_message(value) for value in message.get(number, []) if isinstance(value, bytes)]


def _text(message: Message, number: int) -> str:
    return _bytes(message, number).decode()


def _int(message: Message, number: int) -> int:
    value = message.get(number, [0])[-1]
    if not isinstance(value, int):
        raise UnknownShape(f"field {number} is not a number")
    return value
