"""Checks: what the engine's own type check lets pass, and what would then quietly never match."""

from collections.abc import Iterator

from streams.policy.cel.tree import ENTITLEMENT_TYPE, Expression
from streams.policy.cel.vocabulary import ENTITLEMENT, NAMES, Sort
from streams.policy.meant import meant

KNOWN = {"bool", "int", "uint", "double", "string", "bytes", "null"}
"""Types of which it is certain that a value of one never equals a value of another (numbers excepted)."""

NUMBERS = {"int", "uint", "double"}
EQUALITY = {"_==_": "==", "_!=_": "!="}
LOGIC = {"_&&_": "&&", "_||_": "||", "!_": "!"}
OPERANDS = 2
"""Operands of a comparison."""


def faults(root: Expression) -> Iterator[tuple[int, str]]:
    """Find faults as (offset in the condition, reason)."""
    for node in root.walk():
        yield from _unknown_field(node)
        yield from _never_equal(node)
        yield from _never_one_of(node)
        yield from _not_a_choice(node)
        yield from _not_a_truth(node)


def _field(node: Expression) -> str | None:
    """Name the field of an entitlement that a node reads, as `e.id` or `e["id"]`."""
    if node.what == "select" and node.parts[0].type == ENTITLEMENT_TYPE:
        return node.name
    if node.what == "call" and node.name == "_[_]" and node.parts[0].type == ENTITLEMENT_TYPE:
        return node.parts[1].name
    return None


def type_of(node: Expression) -> str:
    """Type a node, also where the engine sees only `dyn` and we know the field."""
    field = _field(node)
    if field in ENTITLEMENT:
        return ENTITLEMENT[field].value
    if node.what == "ident" and node.name in NAMES:
        return NAMES[node.name].sort.value
    return node.type


def _unknown_field(node: Expression) -> Iterator[tuple[int, str]]:
    field = _field(node)
    if field is not None and field not in ENTITLEMENT:
        yield node.offset, f"an entitlement has no field `{field}`{meant(field, ENTITLEMENT)}"


def _never_equal(node: Expression) -> Iterator[tuple[int, str]]:
    if node.what != "call" or node.name not in EQUALITY or len(node.parts) != OPERANDS:
        return
    left, right = (type_of(part) for part in node.parts)
    if not (_alike(left, right) or _alike(right, left)):
        yield node.offset, f"`{EQUALITY[node.name]}` compares {left} with {right}; they are never equal"


def _alike(one: str, other: str) -> bool:
    """Say whether a value of one type can equal a value of the other, as far as is known."""
    if one == Sort.END.value:
        return other in {*NUMBERS, "null", one} or other not in KNOWN
    return one == other or one not in KNOWN or (one in NUMBERS and other in NUMBERS)


def _never_one_of(node: Expression) -> Iterator[tuple[int, str]]:
    if node.what != "call" or node.name != "@in" or len(node.parts) != OPERANDS:
        return
    element, listed = type_of(node.parts[0]), type_of(node.parts[1])
    inner = listed.removeprefix("list(").removesuffix(")")
    if listed.startswith("list(") and not (_alike(element, inner) or _alike(inner, element)):
        yield node.offset, f"`in` looks for {element} in a list of {inner}; it is never there"


def _not_a_choice(node: Expression) -> Iterator[tuple[int, str]]:
    """Refuse a comparison of a closed field with a text that it can never be."""
    if node.what != "call" or node.name not in {*EQUALITY, "@in"}:
        return
    named = [part for part in node.parts if part.what == "ident" and part.name in NAMES and NAMES[part.name].choices]
    if not named:
        return
    field, choices = named[0].name, NAMES[named[0].name].choices
    for part in node.parts:
        for said in part.parts if part.what == "list" else (part,):
            if said.what == "const" and said.type == "string" and said.name not in choices:
                yield said.offset, f'`{field}` is never "{said.name}"{meant(said.name, choices)}'


def _not_a_truth(node: Expression) -> Iterator[tuple[int, str]]:
    if node.what != "call" or node.name not in {*LOGIC, "_?_:_"}:
        return
    for part in node.parts[:1] if node.name == "_?_:_" else node.parts:
        if type_of(part) in KNOWN - {"bool"}:
            yield part.offset, f"{type_of(part)} stands where true or false is needed"
