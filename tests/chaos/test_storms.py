"""The short storms: whatever is killed or paused, what is said, ordered and kept is what a calm run says."""

import os

import pytest

from tests.backends.base import Backend
from tests.chaos.run import run_storm
from tests.chaos.storms import SHORT, Storm

pytestmark = [pytest.mark.integration, pytest.mark.chaos, pytest.mark.slow]

SEED = int(os.environ.get("CHAOS_SEED", "1"))


@pytest.mark.parametrize("storm", SHORT, ids=lambda storm: storm.name)
def test_what_is_left_after_a_storm_is_what_a_calm_run_leaves(
    storm: Storm, stormy_kafka: Backend, stormy_clickhouse: Backend
) -> None:
    outcome = run_storm(storm, SEED, stormy_kafka, stormy_clickhouse)
    assert not outcome.differences, outcome.report
    assert sum(outcome.kills.values()) >= len(storm.troubles)
    assert outcome.commands > 0, "nothing was ordered, so nothing could be lost"
    assert outcome.apart * 2 <= outcome.decisions, "the machine was so slow that too much had to be left out"
