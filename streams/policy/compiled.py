"""CompiledPolicy: a policy as a pure value that says what is asked of a change, and has a digest of what it means."""

import re
from bisect import bisect_right
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from fnmatch import translate
from typing import TYPE_CHECKING

from streams.core.evidence import Change
from streams.core.ids import Content, digest
from streams.core.requirement import Mode, Policy, Requirement, Timing
from streams.core.time import Millis
from streams.policy.cel import Condition, Ladder, Sight

ANSWERS_MAX = 1_024
"""Answers kept at a time. Changes differ in whom they are about; what a policy looks at is nearly always the same."""

ENTITLEMENTS_MAX = 16
"""A change with more entitlements is asked about anew each time, so that what is kept stays small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationClass:
    """A class of operations: which changes fall into it, and what it asks of them."""

    condition: Condition
    requirement: Requirement

    @property
    def id(self) -> str:
        """The name of the class, as it stands in verdicts and in the registry of agents."""
        return self.requirement.operation_class


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """An exception: somebody answers for it, and it ends. `ends_at`: the first ms at which it is over (UTC)."""

    id: str
    owner: str
    ends_at: Millis
    condition: Condition
    waives: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledPolicy:
    """One policy, ready to be asked. Satisfies `streams.core.requirement.Policy`; same change, same answer, always.

    `protected`: globs (fnmatch, case-sensitive) of subjects and agents that no command may name.
    """

    version: str
    mode: Mode
    timing: Timing
    classes: tuple[OperationClass, ...]
    otherwise: Requirement
    exceptions: tuple[Exemption, ...] = ()
    protected: tuple[str, ...] = ()
    digest: str = field(init=False)
    _ladder: Ladder = field(init=False, repr=False, compare=False)
    _sight: Sight = field(init=False, repr=False, compare=False)
    _ends: tuple[Millis, ...] = field(init=False, repr=False, compare=False)
    _answers: dict[Hashable, Requirement] = field(init=False, repr=False, compare=False)
    _spared: re.Pattern[str] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        conditions = tuple(c.condition for c in self.classes)
        sights = (*(c.sight for c in conditions), *(e.condition.sight for e in self.exceptions))
        globs = "|".join(f"(?:{translate(glob)})" for glob in self.protected)
        object.__setattr__(self, "digest", digest("pol", *_meaning(self)))
        object.__setattr__(self, "_ladder", Ladder.of(conditions))
        object.__setattr__(self, "_sight", Sight.joint(sights))
        object.__setattr__(self, "_ends", tuple(sorted(e.ends_at for e in self.exceptions)))
        object.__setattr__(self, "_answers", {})
        object.__setattr__(self, "_spared", re.compile(globs) if globs else None)

    def requirement(self, change: Change, *, ai: bool) -> Requirement:
        """Find the first class whose condition holds, and what exceptions waive for this change.

        Raises:
            PolicyError: a condition could not be evaluated; the message names its class or exception.
        """
        if len(change.entitlements) > ENTITLEMENTS_MAX:
            return self._asked(change, ai=ai)
        # Nothing else has a part in the answer: what the conditions see, and how many of the exceptions have ended.
        key = self._sight.look(change, ai=ai), bisect_right(self._ends, change.executed_at)
        known = self._answers.get(key)
        if known is None:
            known = self._asked(change, ai=ai)
            if len(self._answers) >= ANSWERS_MAX:
                self._answers.clear()
            self._answers[key] = known
        return known

    def _asked(self, change: Change, *, ai: bool) -> Requirement:
        activation = self._sight.bind(change, ai=ai)
        found = self._ladder.first(activation)
        requirement = self.otherwise if found is None else self.classes[found].requirement
        waived = {
            code
            for exception in self.exceptions
            if change.executed_at < exception.ends_at and exception.condition.holds(activation)
            for code in exception.waives
        }
        return replace(requirement, waived=tuple(sorted(waived))) if waived else requirement

    def is_protected(self, subject_id: str) -> bool:
        """Say whether a subject must never be acted upon without a person."""
        return self._spared is not None and self._spared.match(subject_id) is not None


def _meaning(policy: CompiledPolicy) -> tuple[Content, ...]:
    """List everything that a policy says, in an order that does not depend on how it was written down.

    The order of the classes has a meaning, that of exceptions and globs has none. The version counts as meaning, so
    that one digest never stands beside two versions.
    """
    timing = policy.timing
    return (
        policy.version,
        policy.mode.value,
        (timing.grace_ms, timing.skew_ms, timing.horizon_ms),
        [(c.condition.meaning, _demands(c.requirement)) for c in policy.classes],
        _demands(policy.otherwise),
        [(e.id, e.owner, e.ends_at, e.condition.meaning, e.waives) for e in policy.exceptions],
        policy.protected,
    )


def _demands(requirement: Requirement) -> Content:
    asked = requirement.approvals
    return (
        requirement.operation_class,
        requirement.authority.value,
        None
        if asked is None
        else (asked.count, asked.roles, asked.human, asked.independent, asked.assurance.value, asked.valid_for_ms),
        requirement.expiry_required,
        requirement.prompt_required,
        requirement.on_violation.value,
    )


if TYPE_CHECKING:

    def _satisfies(policy: CompiledPolicy) -> Policy:
        return policy
