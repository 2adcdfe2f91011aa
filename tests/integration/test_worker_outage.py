"""The worker when its broker goes away: it waits or ends loudly, and nothing it had heard is lost."""

import time
from pathlib import Path

import pytest

from streams.core.verdict import Judgement
from streams.topics import INPUTS, VERDICTS
from tests.backends.base import Backend
from tests.integration import facts
from tests.integration.cluster import cluster_on
from tests.integration.processes import Running, until

pytestmark = pytest.mark.integration

READY = "clawback worker ready"


def test_a_broker_that_comes_back_finds_a_worker_that_goes_on(own_kafka: Backend, tmp_path: Path) -> None:
    cluster = cluster_on(own_kafka.address, tmp_path)
    cluster.publish(facts.agent())
    with Running(tmp_path / "worker.log", cluster.environment, "worker").start(READY) as worker:
        at = facts.now()
        cluster.publish(facts.prompt("over", at - 50), facts.approval("over", at - 20))
        until(lambda: cluster.lag("clawback-worker", [t.name for t in INPUTS]) == 0, "the approval is heard")
        own_kafka.kill()
        time.sleep(3)
        own_kafka.restart()
        cluster.publish(facts.change("over", facts.now()))
        until(lambda: bool(cluster.records(VERDICTS.name)) or not worker.runs, "a verdict", every_s=0.5)
        if not worker.runs:  # it may have ended instead, to be started again by whoever keeps it running
            assert worker.code == 75, worker.said[-3000:]
            worker.start(READY)
            until(lambda: bool(cluster.records(VERDICTS.name)), "a verdict", every_s=0.5)
    assert [v.judgement for v in cluster.records(VERDICTS.name)] == [Judgement.UPHELD]
