"""`python -m tests.bench`: runs the benchmark, tells its progress on stderr, and ends with one line of JSON."""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

from streams.embedded.child import ChildFailed
from tests.backends.base import Unavailable
from tests.bench.plan import LONG, QUICK
from tests.bench.program import PEERS_PYTHON, ROOT, Ended
from tests.bench.run import PARTS, run
from tests.bench.telling import tell

RESULTS = ROOT / ".clawback" / "bench"
"""Where the figures of the last quick and the last long run are kept."""


def main() -> int:
    """Run. Returns the exit code: 2 when something is missing that a person must install."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small loads, one round: within five minutes")
    parser.add_argument("--only", default="", metavar="PART,...", help=f"some of: {', '.join(PARTS)}")
    asked = parser.parse_args()
    parts = tuple(part for part in asked.only.split(",") if part) or tuple(PARTS)
    if unknown := set(parts) - set(PARTS):
        parser.error(f"there is no part called {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    if not PEERS_PYTHON.exists():
        tell("the peers are not installed: `make bench` installs them into .venv-bench")
        return 2
    signal.signal(signal.SIGTERM, _interrupted)
    plan = QUICK if asked.quick else LONG
    try:
        with tempfile.TemporaryDirectory(prefix="clawback-bench-") as folder:
            results = run(plan, parts, Path(folder))
    except KeyboardInterrupt:
        tell("interrupted; everything that was started has ended")
        return 130
    except Unavailable as missing:
        tell(f"{missing}. The benchmark needs Apache Kafka: Java 17 or later, and Maven, which fetches it.")
        return 2
    except (ChildFailed, Ended) as failed:
        tell(str(failed))
        return 1
    RESULTS.mkdir(parents=True, exist_ok=True)
    kept = RESULTS / f"{plan.name}.json"
    kept.write_text(json.dumps(results, indent=1) + "\n")
    if plan is LONG and set(parts) == set(PARTS):
        subprocess.run([PEERS_PYTHON, "-m", "tests.bench.report", kept], cwd=ROOT, check=True)
        tell("docs/performance.md and its plot are written anew")
    sys.stdout.write(json.dumps(results) + "\n")
    return 0


def _interrupted(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
