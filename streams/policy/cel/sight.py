"""Sight: what some conditions can see of a change. Two changes that look the same get the same answer."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, NewType, Self

from cel_expr_python import cel

from streams.core.evidence import Change
from streams.policy.cel.tree import ENTITLEMENT_TYPE, Expression
from streams.policy.cel.vocabulary import ENTITLEMENT, NAMES, Sort

ENTITLEMENTS = "change.entitlements"
EVERY_FIELD = frozenset(ENTITLEMENT)

PLAIN = {"bool", "int", "uint", "double", "string", "bytes", "null"}
"""Types of values in which no entitlement can be hidden."""

HARMLESS = {"size", "_[_]"}
"""What may be asked of the list itself without showing more of its elements than is then asked of these."""

TYPES = {
    Sort.TEXT: cel.Type.STRING,
    Sort.NUMBER: cel.Type.INT,
    Sort.FLAG: cel.Type.BOOL,
    Sort.END: cel.Type.DYN,  # the engine knows no type for a number that may be null
    Sort.ENTITLEMENTS: cel.Type.List(cel.Type.Map(cel.Type.STRING, cel.Type.DYN)),
}

ENVIRONMENT = cel.NewEnv(variables={name: TYPES[known.sort] for name, known in NAMES.items()})
"""Every field is declared under its full name, so that the engine itself refuses a name with a typo, and its type."""

Activation = NewType("Activation", object)
"""The names of one change bound to its values; good for any number of conditions."""


@dataclass(frozen=True, slots=True)
class Sight:
    """The names that are looked at, and the fields of each entitlement.

    The engine is given nothing else (`bind`), so whatever a condition does, its answer is a function of `look`.
    """

    names: frozenset[str]
    fields: frozenset[str]
    _texts: Callable[[Change], Hashable] = field(init=False, repr=False, compare=False)
    _held: Callable[[Any], Hashable] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        plain = sorted(self.names - {"ai", ENTITLEMENTS})
        object.__setattr__(self, "_texts", _getter(name.removeprefix("change.") for name in plain))
        object.__setattr__(self, "_held", _getter(sorted(self.fields)))

    @classmethod
    def joint(cls, sights: Iterable[Self]) -> Self:
        """See what any of some sights sees."""
        each = tuple(sights)
        return cls(frozenset().union(*(s.names for s in each)), frozenset().union(*(s.fields for s in each)))

    def look(self, change: Change, *, ai: bool) -> Hashable:
        """Give all that is seen of a change, as a key."""
        if ENTITLEMENTS not in self.names:
            return ai, self._texts(change)
        return ai, self._texts(change), tuple([self._held(entitlement) for entitlement in change.entitlements])

    def bind(self, change: Change, *, ai: bool) -> Activation:
        """Bind what is seen of a change, for the engine. Reading only that halves the cost."""
        bound = {name: NAMES[name].read(change, ai) for name in self.names}
        if ENTITLEMENTS in bound:
            bound[ENTITLEMENTS] = [{name: held[name] for name in self.fields} for held in bound[ENTITLEMENTS]]
        return Activation(ENVIRONMENT.Activation(bound))


def _getter(paths: Iterable[str]) -> Callable[[Any], Hashable]:
    """Read some attributes at once."""
    wanted = tuple(paths)
    return attrgetter(*wanted) if wanted else lambda _: None


def sight_of(root: Expression) -> Sight:
    """Find what an expression can see. Where that is not plain, it is taken to see every field of the entitlements."""
    names = frozenset(node.name for node in root.walk() if node.what == "ident" and node.name in NAMES)
    return Sight(names, _fields(root) if ENTITLEMENTS in names else frozenset())


def _fields(root: Expression) -> frozenset[str]:
    """Follow the list of entitlements from where it is named to the fields that are read of its elements."""
    seen: set[str] = set()
    for node in root.walk():
        if node.what == "ident" and node.name not in NAMES and node.type not in {*PLAIN, ENTITLEMENT_TYPE}:
            return EVERY_FIELD  # something local that may hold entitlements under another type
        for place, part in enumerate(node.parts):
            if part.type == ENTITLEMENT_TYPE:
                read = _read(node) if place == 0 else None
                if read not in ENTITLEMENT:
                    return EVERY_FIELD
                seen.add(read)
            elif (ENTITLEMENT_TYPE in part.type or part.name == ENTITLEMENTS) and not (place == 0 and _harmless(node)):
                return EVERY_FIELD
    return frozenset(seen)


def _harmless(node: Expression) -> bool:
    """Say whether a node, given the list of entitlements, shows no more than is then read of single elements."""
    return node.what == "loop" or (node.what == "call" and node.name in HARMLESS)


def _read(node: Expression) -> str | None:
    """Name the field that a node reads of its first part: `e.id`, or `e["id"]` with the name written out."""
    if node.what == "select":
        return node.name
    if node.what == "call" and node.name == "_[_]" and node.parts[-1].what == "const":
        return node.parts[-1].name
    return None
