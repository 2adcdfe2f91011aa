"""Apache Kafka's jars: fetched by Maven at the first use, and checked against the digests in git."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from tests.backends.base import Unavailable

KAFKA_HOME = Path(__file__).resolve().parents[2] / "infra" / "kafka"
LIB = KAFKA_HOME / "target" / "lib"
_DIGESTS = KAFKA_HOME / "jars.sha256"
_FETCH_SECONDS = 600  # about 45 MB; the slowest line worth waiting for


def java() -> str:
    """The Java to run Kafka with: JAVA_HOME's, else the one in PATH."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    if found is None:
        raise Unavailable(f"no java in {home + '/bin' if home else 'PATH'}: install Java 17 or later")
    return found


def fetch_jars() -> Path:
    """The folder with Kafka's jars, complete and as expected. Two processes may ask at once: one of them fetches."""
    LIB.parent.mkdir(parents=True, exist_ok=True)
    with (LIB.parent / "fetch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _missing_or_wrong():
            shutil.rmtree(LIB, ignore_errors=True)
            _run_maven()
            if wrong := _missing_or_wrong():
                raise Unavailable(f"in {LIB}, not as {_DIGESTS.name} says: {', '.join(wrong)}")
    return LIB


def _missing_or_wrong() -> list[str]:
    expected = {name: digest for digest, name in map(str.split, _DIGESTS.read_text().splitlines())}
    present = {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in LIB.glob("*.jar")}
    return sorted(name for name in expected.keys() | present.keys() if expected.get(name) != present.get(name))


def _run_maven() -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise Unavailable("no mvn in PATH: install Maven, which fetches Apache Kafka")
    command = [maven, "--quiet", "--batch-mode", "dependency:copy-dependencies"]
    try:
        done = subprocess.run(  # a fixed command
            command, cwd=KAFKA_HOME, capture_output=True, text=True, timeout=_FETCH_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"Maven did not bring Apache Kafka within {_FETCH_SECONDS} s") from None
    if done.returncode != 0:
        raise Unavailable(f"Maven could not bring Apache Kafka:\n{(done.stdout + done.stderr)[-2000:]}")
