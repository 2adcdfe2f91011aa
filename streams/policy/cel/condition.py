"""Condition: one CEL expression over a change, compiled and checked once, evaluated without surprises."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cel_expr_python import cel

from streams.core.requirement import PolicyError
from streams.policy.cel import checks, complaints, tree
from streams.policy.cel.probes import PROBES
from streams.policy.cel.sight import ENVIRONMENT, Activation, Sight, sight_of
from streams.policy.cel.tokens import calls_has, tokens

CONDITION_MAX = 4_096
"""Characters of one condition: nobody reads a longer one aloud."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a condition, and where in its text."""

    offset: int
    reason: str


class ConditionInvalid(ValueError):
    """A condition was refused; `faults` says why, all of it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(fault.reason for fault in self.faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition that compiled, and whose it is.

    `sight`: what it looks at. `meaning`: its tokens, the same however it is laid out.
    """

    of: str
    text: str
    sight: Sight
    meaning: tuple[str, ...]
    expression: cel.Expression = field(repr=False, compare=False)

    def holds(self, activation: Activation) -> bool:
        """Evaluate.

        Raises:
            PolicyError: the engine could not say; what it returns then is a text, which Python would take for true.
        """
        answer = evaluate(self.expression, activation)
        if not isinstance(answer, bool):
            raise PolicyError(f"{self.of}: `{' '.join(self.text.split())}` cannot be evaluated: {answer}")
        return answer


def evaluate(expression: cel.Expression, activation: Activation) -> object:
    """Evaluate to a bool or an int; anything else, an error above all, comes back as a text that says what it is.

    The engine reports an error as a value of type ERROR, or (a budget used up, a text that is not Unicode) by raising.
    """
    try:
        value = expression.eval(activation)
        plain = value.value()
        if isinstance(plain, bool | int):
            return plain
        return str(plain) if value.type() == cel.Type.ERROR else f"a value of type {value.type().name()}"
    except Exception as error:  # native code: whatever it raises, the condition did not hold
        return str(error)


def condition(text: str, of: str) -> Condition:
    """Compile a condition and check it. `of`: whose it is, for messages: `class joiner-access`.

    Raises:
        ConditionInvalid: it is not CEL, names what does not exist, can never be what it says, is not boolean, or fails
            on an ordinary change.
    """
    expression, root = _compiled(text)
    faults = dict.fromkeys((*checks.faults(root), *_patterns(root), *_boolean(root)))
    if faults:
        raise ConditionInvalid(Fault(*fault) for fault in faults)
    sight = sight_of(root)
    for change, ai, what in PROBES:
        answer = evaluate(expression, sight.bind(change, ai=ai))
        if not isinstance(answer, bool):
            raise ConditionInvalid([Fault(0, f"fails on a change {what} ({answer}); guard against that")])
    return Condition(of=of, text=text, sight=sight, meaning=tokens(text), expression=expression)


def _compiled(text: str) -> tuple[cel.Expression, tree.Expression]:
    if not text.strip():
        raise ConditionInvalid([Fault(0, "empty; write `true` for every change")])
    if len(text) > CONDITION_MAX:
        raise ConditionInvalid([Fault(0, f"longer than {CONDITION_MAX} characters")])
    for offset, reason in _unfit(text):
        raise ConditionInvalid([Fault(offset, reason)])
    try:
        expression = ENVIRONMENT.compile(text)
    except Exception as error:  # it raises RuntimeError for everything it refuses
        raise ConditionInvalid(Fault(*fault) for fault in complaints.read(str(error), text)) from None
    return expression, tree.read(expression.serialize())


def _unfit(text: str) -> Iterable[tuple[int, str]]:
    """Find what the engine must not be asked: it would fail in its own way, or take it for something else."""
    for offset, character in enumerate(text):
        if not (character.isprintable() or character in "\n\t"):
            yield offset, f"the character U+{ord(character):04X} has no place in a condition"
    has = calls_has(text)
    if has is not None:  # the engine takes `has(change.break_glass)` for the value of the field
        yield has, "`has()` asks nothing here: every field is always there, empty where it is not known"


def _boolean(root: tree.Expression) -> Iterable[tuple[int, str]]:
    kind = checks.type_of(root)
    if kind != "bool":
        yield 0, f"a condition must be true or false; this is {kind}"


def _patterns(root: tree.Expression) -> Iterable[tuple[int, str]]:
    """Try every regular expression that is written out, by the engine's own dialect (RE2)."""
    for node in root.walk():
        if node.what == "call" and node.name == "matches" and node.parts[-1].what == "const":
            pattern = node.parts[-1]
            tried = Activation(ENVIRONMENT.Activation({"change.operation": pattern.name}))
            said = evaluate(ENVIRONMENT.compile("''.matches(change.operation)"), tried)
            if not isinstance(said, bool):
                yield pattern.offset, str(said).removeprefix("INVALID_ARGUMENT: ")
