"""THE table of storms: what is done, to whom, and how the platforms publish meanwhile."""

from dataclasses import dataclass, replace

from tests.chaos.load import ORDERLY, ROUGH, Roughness
from tests.chaos.troubles import (
    DECIDE_POINTS,
    LEDGER_POINTS,
    Trouble,
    come_and_go,
    crash_at,
    full_disk,
    kill_at_random,
    kill_broker,
    kill_clickhouse,
    sleep_at,
    sleep_at_random,
    wait,
)

A, B = "worker-a", "worker-b"
KEPT_MS = 10**9
"""Nothing is taken back while a broker may be killed: a transaction that its producer had aborted was once shown as
committed after the broker came back, to every reader. What is true then, nobody could say."""

STEADY, ROUGH_BUT_STEADY = replace(ORDERLY, taken_back_ms=KEPT_MS), replace(ROUGH, taken_back_ms=KEPT_MS)

ASLEEP = ("decide-folded", "decide-produced", "decide-said", "decide-fenced", "decide-restored")


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """One storm: its troubles come at the same time. `workers`: who runs from the beginning, beside one ledger."""

    name: str
    says: str
    troubles: tuple[Trouble, ...]
    rough: Roughness = ORDERLY
    workers: tuple[str, ...] = (A,)


STORMS: tuple[Storm, ...] = (
    Storm(name="calm", says="nothing is done at all", troubles=(wait(10),)),
    Storm(
        name="crash-points", says="worker and ledger die at each of their points",
        troubles=(crash_at("worker", A, DECIDE_POINTS, 2), crash_at("ledger", "ledger", LEDGER_POINTS, 2)),
    ),
    Storm(
        name="crash-points-shared", says="a worker dies at each of its points while another one is there",
        troubles=(crash_at("worker", A, DECIDE_POINTS),), workers=(A, B),
    ),
    Storm(
        name="kill-worker", says="the only worker is killed at random moments",
        troubles=(kill_at_random("worker", A, 12),),
    ),
    Storm(
        name="kill-all", says="two workers and the ledger are killed at random moments",
        troubles=(
            kill_at_random("worker", A, 8), kill_at_random("worker", B, 8), kill_at_random("ledger", "ledger", 8),
        ),
        workers=(A, B),
    ),
    Storm(name="kill-ledger", says="the ledger is killed at random moments",
          troubles=(kill_at_random("ledger", "ledger", 12),)),
    Storm(name="kill-kafka", says="the broker is killed and comes back", troubles=(kill_broker(3),), rough=STEADY),
    Storm(name="kill-kafka-shared", says="the same with two workers", troubles=(kill_broker(4),),
          workers=(A, B), rough=STEADY),
    Storm(name="kill-clickhouse", says="ClickHouse is killed and comes back", troubles=(kill_clickhouse(4),)),
    Storm(name="come-and-go", says="a second worker joins and leaves", troubles=(come_and_go(B, 6),)),
    Storm(
        name="zombie", says="a worker is paused beyond its session and goes on when another has its partitions",
        troubles=(sleep_at_random((A, B), 4),), workers=(A, B),
    ),
    Storm(
        name="zombie-points", says="the same, paused at each point",
        troubles=(sleep_at((A, B), ASLEEP),), workers=(A, B),
    ),
    Storm(name="full-disk", says="the disk of the state directory is full", troubles=(full_disk(B, 3),)),
    Storm(
        name="rough-input", says="most is said twice, out of order, between aborted transactions; a worker is killed",
        troubles=(kill_at_random("worker", A, 6),), rough=ROUGH,
    ),
    Storm(
        name="everything", says="all at once",
        troubles=(
            crash_at("worker", A, DECIDE_POINTS), kill_at_random("worker", B, 8),
            kill_at_random("ledger", "ledger", 6), kill_clickhouse(3), kill_broker(2),
        ),
        rough=ROUGH_BUT_STEADY, workers=(A, B),
    ),
)  # fmt: skip

SHORT: tuple[Storm, ...] = (
    Storm(
        name="short-points", says="worker and ledger die at each of their points",
        troubles=(crash_at("worker", A, DECIDE_POINTS), crash_at("ledger", "ledger", LEDGER_POINTS)),
    ),
    Storm(
        name="short-outages", says="a zombie, a killed broker and a killed ClickHouse",
        troubles=(
            sleep_at((A, B), ("decide-produced",)), kill_broker(1), kill_clickhouse(1),
        ),
        workers=(A, B), rough=ROUGH_BUT_STEADY,
    ),
)  # fmt: skip
"""What `make test` runs: under 90 s together on an idle machine."""


def storm_of(name: str) -> Storm:
    """Find a storm by its name.

    Raises:
        KeyError: there is none of that name; the message lists those that there are.
    """
    known = {storm.name: storm for storm in (*STORMS, *SHORT)}
    if name not in known:
        raise KeyError(f"no storm {name!r}; there are {', '.join(known)}")
    return known[name]
