"""The README's programs, run as they stand there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from streams.topics import CHANGES, OUTCOMES
from tests.backends.base import Backend
from tests.integration.cluster import cluster_on
from tests.integration.processes import Running, until

pytestmark = pytest.mark.integration

README = Path(__file__).parents[2] / "README.md"
PROGRAMS = re.findall(r"```python\n(.*?)```", README.read_text(), flags=re.DOTALL)
POLICIES = re.findall(r"```yaml\n(.*?)```", README.read_text(), flags=re.DOTALL)


def test_the_policy_of_the_readme_is_accepted() -> None:
    from streams.policy.load import parse

    assert [parse(text, "README.md").version for text in POLICIES] == ["2026-11-01"]


def test_what_the_readme_publishes_is_judged_and_its_responder_reports(own_kafka: Backend, tmp_path: Path) -> None:
    cluster = cluster_on(own_kafka.address, tmp_path)
    publish, respond = (text.replace("127.0.0.1:9092", own_kafka.address) for text in PROGRAMS)
    subprocess.run([sys.executable, "-c", publish], check=True, timeout=60)
    assert [change.decision_id for change in cluster.records(CHANGES.name)] == ["dec-7001"]
    program = tmp_path / "respond.py"
    program.write_text(respond)
    with (
        Running(tmp_path / "worker.log", cluster.environment, "worker").start("clawback worker ready"),
        subprocess.Popen([sys.executable, str(program)]) as responder,
    ):
        try:
            until(lambda: bool(cluster.records(OUTCOMES.name)), "the responder's report", every_s=0.5)
        finally:
            responder.kill()
    assert {outcome.decision_id for outcome in cluster.records(OUTCOMES.name)} == {"dec-7001"}
