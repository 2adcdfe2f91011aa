"""Requirement: what a policy asks of a change, as plain values. The policy file itself is read elsewhere."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from streams.core.evidence import Change
from streams.core.parties import Assurance, Authority
from streams.core.time import DAY_MS, MINUTE_MS, SECOND_MS


class Response(StrEnum):
    """What a violation leads to, mildest first. `revoke` and `suspend-agent` become commands, the others do not."""

    OBSERVE = "observe"
    ALERT = "alert"
    HOLD = "hold"
    REVOKE = "revoke"
    SUSPEND_AGENT = "suspend-agent"

    @property
    def rank(self) -> int:
        """Place in the order from mild to severe."""
        return RANKS[self]


RANKS = {response: rank for rank, response in enumerate(Response)}


class Mode(StrEnum):
    """Whether commands leave at all: `observe` says what would be done, `enforce` does it."""

    OBSERVE = "observe"
    ENFORCE = "enforce"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalsRequired:
    """How many people must have agreed, of which roles, how surely identified, and for how long that is good."""

    count: int = 1
    roles: tuple[str, ...] = ()
    human: bool = True
    independent: bool = True
    assurance: Assurance = Assurance.NONE
    valid_for_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What the policy asks of one change: the operation class it fell into, and what that class demands."""

    operation_class: str
    authority: Authority = Authority.EXECUTE
    approvals: ApprovalsRequired | None = None
    expiry_required: bool = False
    prompt_required: bool = False
    on_violation: Response = Response.OBSERVE
    waived: tuple[str, ...] = ()
    """Codes of findings that an exception of the policy waives for this change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long to wait, and how exact clocks are taken to be (all ms).

    `grace_ms`: how long after a change its missing evidence may still arrive. `skew_ms`: how far two honest clocks may
    differ. `horizon_ms`: how long after its last evidence a decision stays open.
    """

    grace_ms: int = 60 * SECOND_MS
    skew_ms: int = 5 * SECOND_MS
    horizon_ms: int = 30 * DAY_MS


DEFAULT_TIMING = Timing()

GRACE_MS_MAX = 60 * MINUTE_MS
"""A revocation that waits longer than this for evidence comes too late to matter."""


class Policy(Protocol):
    """What the core needs of a policy. `digest` changes whenever the meaning of the policy can have changed."""

    @property
    def version(self) -> str:
        """The policy's own name for its edition."""

    @property
    def digest(self) -> str:
        """Content digest of the policy."""

    @property
    def mode(self) -> Mode:
        """Whether commands leave."""

    @property
    def timing(self) -> Timing:
        """Grace, skew and horizon."""

    def requirement(self, change: Change, *, ai: bool) -> Requirement:
        """Find what is asked of a change. `ai`: whether an AI had a part in it.

        Raises:
            PolicyError: a condition could not be evaluated on this change; the verdict is then never `upheld`.
        """

    def is_protected(self, subject_id: str) -> bool:
        """Say whether a subject must never be acted upon without a person."""


class PolicyError(Exception):
    """A condition of the policy could not be evaluated."""
