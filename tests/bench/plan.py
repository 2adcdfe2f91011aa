"""Plan: how much of everything a run measures. A quick one fits into five minutes; a long one is for the record."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Sizes of one run.

    `decisions`: of the load that everybody handles, about five records each. `rounds`: how often everybody does;
    medians count. `within_s`: after which a rival is cut off. `partitions`: of every topic, where nothing else is said.
    `open_decisions`: at how many open decisions our speed, recovery and memory are looked at; `probe_decisions`: of the
    load that is handled beside them. `shared_by`: pairs of workers and partitions. `live_s`: how long the live load
    lasts; `live_rate_max`: records a second that the generator can make beside everything else. `ledger_decisions`: of
    the load that the ledger writes.
    """

    name: str
    decisions: int
    rounds: int
    within_s: float
    partitions: int
    open_decisions: tuple[int, ...]
    probe_decisions: int
    shared_by: tuple[tuple[int, int], ...]
    live_s: float
    live_rate_max: int
    ledger_decisions: int


QUICK = Plan(
    name="quick", decisions=10_000, rounds=1, within_s=60, partitions=4, open_decisions=(1_000, 10_000),
    probe_decisions=5_000, shared_by=((2, 4),), live_s=12, live_rate_max=5_000, ledger_decisions=20_000,
)  # fmt: skip
LONG = Plan(
    name="long", decisions=60_000, rounds=3, within_s=900, partitions=4, open_decisions=(10_000, 100_000, 1_000_000),
    probe_decisions=40_000, shared_by=((1, 1), (1, 4), (2, 4), (1, 16), (2, 16)), live_s=60, live_rate_max=5_000,
    ledger_decisions=60_000,
)  # fmt: skip
