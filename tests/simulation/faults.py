"""Faults: what goes wrong in a world, as one value."""

from dataclasses import dataclass

from tests.altered import replace

LATENESS_MS = 10_000
"""How far behind another a fact may honestly arrive; what these worlds' watermarks wait for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Chances between 0 and 1, and times in ms.

    `duplicate`: a record is published again. `delay_ms`: how long a record may take to reach its topic; `early_ms`: how
    far its clock may run ahead. Together they stay below the lateness, so that nothing is truly late. `aside`: a poll
    leaves a topic unread, so that topics run apart. `fall`: the worker dies, at each place where it can. `down_ms`: how
    long it then stays away. `replaced`: another worker gets the partition, and the former one does not know
    and, `stalled`, does nothing for a while. `missed_tick`: the timer does not fire; `overlooked`: it looks at a few of
    those that are due and leaves the rest. `meanwhile`: more is read while a transaction is under way. `uncommitted`:
    offsets stay where they are for now. `late`: a record comes, up to `late_ms` later, when nobody waits for it any
    more. `pace_ms`: how much time may pass between two looks at the log.
    """

    duplicate: float = 0.0
    delay_ms: int = 0
    early_ms: int = 0
    aside: float = 0.0
    fall: float = 0.0
    down_ms: int = 0
    missed_tick: float = 0.0
    overlooked: float = 0.0
    replaced: float = 0.0
    stalled: float = 0.0
    meanwhile: float = 0.0
    uncommitted: float = 0.0
    late: float = 0.0
    late_ms: int = 0
    pace_ms: int = 0

    def __post_init__(self) -> None:
        """Refuse faults that would make everything late."""
        assert self.delay_ms + self.early_ms < LATENESS_MS


CALM = Faults()

UNKIND = Faults(
    duplicate=0.3,
    delay_ms=8_000,
    early_ms=1_000,
    aside=0.4,
    fall=0.04,
    down_ms=90_000,
    missed_tick=0.5,
    overlooked=0.3,
    replaced=0.03,
    stalled=0.6,
    meanwhile=0.4,
    uncommitted=0.5,
    pace_ms=9_000,
)
"""Everything but truth that comes too late: whatever happens, exactly the same must be said."""

HOSTILE = replace(UNKIND, late=0.2, late_ms=300_000)
"""Truth that comes too late as well: more may be said on the way, and the end must be the same."""
