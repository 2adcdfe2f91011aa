"""Ladder: many conditions in order, of which the first that holds is wanted, asked in as few calls as possible."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

from cel_expr_python import cel

from streams.policy.cel.condition import Condition, evaluate
from streams.policy.cel.sight import ENVIRONMENT, Activation

RUNG_MAX = 16
"""Conditions in one expression: each adds a level of nesting, of which the engine allows 32."""

NONE_HOLDS = -1


@dataclass(frozen=True, slots=True)
class Rung:
    """Some neighbouring conditions, and one expression that gives the index of the first that holds.

    `expression` None: a single condition that is itself as deep as the engine allows.
    """

    conditions: tuple[Condition, ...]
    expression: cel.Expression | None = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Ladder:
    """Conditions in order. A call into the engine costs more than most conditions, so they are asked in groups."""

    rungs: tuple[Rung, ...]

    @classmethod
    def of(cls, conditions: tuple[Condition, ...]) -> Self:
        """Build a ladder."""
        groups = (conditions[at : at + RUNG_MAX] for at in range(0, len(conditions), RUNG_MAX))
        return cls(tuple(rung for group in groups for rung in _rungs(group)))

    def first(self, activation: Activation) -> int | None:
        """Find the index of the first condition that holds, None if none does.

        Raises:
            PolicyError: a condition before the first that holds could not be evaluated.
        """
        passed = 0
        for rung in self.rungs:
            found = evaluate(rung.expression, activation) if rung.expression is not None else None
            if not isinstance(found, int):  # asked one by one, each has the engine's whole budget, and an error a name
                found = next((i for i, c in enumerate(rung.conditions) if c.holds(activation)), NONE_HOLDS)
            if found != NONE_HOLDS:
                return passed + found
            passed += len(rung.conditions)
        return None


def _rungs(conditions: tuple[Condition, ...]) -> Iterator[Rung]:
    """Join conditions to `(a) ? 0 : (b) ? 1 : -1`, or their halves if that is nested too deeply.

    Each condition compiled by itself, so it cannot reach out of its parentheses; the line end closes a comment.
    """
    steps = [f"({condition.text}\n) ? {index} : " for index, condition in enumerate(conditions)]
    try:
        yield Rung(conditions, ENVIRONMENT.compile("".join(steps) + str(NONE_HOLDS)))
    except Exception:  # the engine raises RuntimeError for everything; what is left here is the depth
        if len(conditions) == 1:
            yield Rung(conditions, None)
        else:
            yield from _rungs(conditions[: len(conditions) // 2])
            yield from _rungs(conditions[len(conditions) // 2 :])
