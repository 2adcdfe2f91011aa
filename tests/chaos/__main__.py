"""The long suite: storm after storm until enough has been killed; `--storm NAME --seed N` repeats one."""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from tests.backends.find import running_clickhouse, running_kafka
from tests.chaos.judgement import Outcome
from tests.chaos.keeper import Broken
from tests.chaos.run import run_storm
from tests.chaos.storms import STORMS, storm_of

KILLS = 200


def main(argv: Sequence[str] | None = None) -> int:
    """Run storms and print a table; the exit code says whether all was as in calm."""
    asked = arguments(argv)
    storms = [storm_of(name) for name in asked.storm] or list(STORMS)
    outcomes, broken, began = [], 0, time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="clawback-chaos-") as folder,
        running_kafka(Path(folder) / "kafka") as kafka,
        running_clickhouse(Path(folder) / "clickhouse") as clickhouse,
    ):
        for seed in count(asked.seed):
            for storm in storms:
                say(f"{storm.name}, seed {seed}: {storm.says}")
                try:
                    outcome = run_storm(storm, seed, kafka, clickhouse, tell=say if asked.verbose else lambda _: None)
                except Broken as error:
                    broken += 1
                    say("\n".join((str(error), *getattr(error, "__notes__", ()))))
                    kafka.restart()
                    clickhouse.restart()
                    continue
                outcomes.append(outcome)
                say(outcome.report or row(outcome))
            if asked.storm or sum(sum(outcome.kills.values()) for outcome in outcomes) >= asked.kills or broken > 3:
                break
    return conclude(outcomes, broken, time.monotonic() - began)


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first seed [1]")
    parser.add_argument("--storm", action="append", default=[], help="only this storm, once (may be given again)")
    parser.add_argument("--kills", type=int, default=KILLS, help=f"go on with the next seed until so many [{KILLS}]")
    parser.add_argument("--verbose", action="store_true", help="say everything that is done, with its time")
    return parser.parse_args(argv)


def conclude(outcomes: Sequence[Outcome], broken: int, seconds: float) -> int:
    """Print the table and the line of JSON."""
    print(f"\n{'storm':20} {'seed':>4} {'kills':>6} {'decisions':>9} {'facts':>6} {'verdicts':>8} "
          f"{'commands':>8} {'apart':>6} {'differences':>11} {'s':>5}")  # fmt: skip
    for outcome in outcomes:
        print(row(outcome))
    kills: Counter[str] = sum((Counter(outcome.kills) for outcome in outcomes), Counter())
    totals = {
        "storms": len(outcomes), "broken": broken, "kills": kills.total(), "kills_of": dict(sorted(kills.items())),
        **{name: sum(getattr(outcome, name) for outcome in outcomes)
           for name in ("decisions", "facts", "verdicts", "commands", "apart")},
        "differences": sum(len(outcome.differences) for outcome in outcomes),
        "seeds": sorted({outcome.seed for outcome in outcomes}), "seconds": round(seconds),
    }  # fmt: skip
    print(json.dumps(totals))
    return 0 if totals["differences"] == 0 and not broken and outcomes else 1


def row(outcome: Outcome) -> str:
    return (
        f"{outcome.storm:20} {outcome.seed:4} {sum(outcome.kills.values()):6} {outcome.decisions:9} {outcome.facts:6} "
        f"{outcome.verdicts:8} {outcome.commands:8} {outcome.apart:6} {len(outcome.differences):11} "
        f"{outcome.seconds:5.0f}"
    )


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
