"""Fixed policy: the same requirement for every change, or one by operation; what a story or a test needs, no file."""

from dataclasses import dataclass

from streams.core.evidence import Change
from streams.core.ids import digest
from streams.core.requirement import DEFAULT_TIMING, Mode, Requirement, Timing


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedPolicy:
    """A policy as a value. `by_operation`: pairs (operation, requirement); everything else falls under `otherwise`."""

    otherwise: Requirement
    by_operation: tuple[tuple[str, Requirement], ...] = ()
    mode: Mode = Mode.ENFORCE
    timing: Timing = DEFAULT_TIMING
    protected: tuple[str, ...] = ()
    version: str = "fixed"

    @property
    def digest(self) -> str:
        """Content digest of all that is fixed here."""
        return digest("pol", repr(self))

    def requirement(self, change: Change, *, ai: bool) -> Requirement:  # noqa: ARG002 - the protocol passes it
        """Find what is asked of a change."""
        return dict(self.by_operation).get(change.operation, self.otherwise)

    def is_protected(self, subject_id: str) -> bool:
        """Say whether a subject is on the list."""
        return subject_id in self.protected
