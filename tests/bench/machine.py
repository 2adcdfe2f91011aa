"""Machine: where a run was made, and with which versions."""

import json
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from tests.bench.contenders import RIVALS
from tests.bench.program import PEERS_PYTHON, ROOT


def machine() -> dict[str, str]:
    """Name processor, memory, system and Python."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} CPUs seen",
        "memory": f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def versions() -> dict[str, str]:
    """Name the versions of everything that was compared, as installed."""
    ours = {"clawback": f"{version('clawback')} ({_commit()})", "confluent-kafka": version("confluent-kafka")}
    ours |= {name: version(name) for each in RIVALS if not each.peer for name in each.packages}
    peers = sorted({name for each in RIVALS if each.peer for name in each.packages})
    question = (
        "import json, sys; from importlib.metadata import version as v; print(json.dumps([v(n) for n in sys.argv[1:]]))"
    )
    said = subprocess.run([PEERS_PYTHON, "-c", question, *peers], capture_output=True, text=True, check=True)
    theirs = dict(zip(peers, json.loads(said.stdout), strict=True))
    jars = (ROOT / "infra" / "kafka" / "target" / "lib").glob("kafka_2.13-*.jar")
    return {
        **ours,
        **{name if name not in ours else f"{name} (of the peers)": theirs[name] for name in peers},
        "Apache Kafka": next((jar.stem.rpartition("-")[2] for jar in jars), "unknown"),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _commit() -> str:
    said = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return said.stdout.strip() or "no git"
