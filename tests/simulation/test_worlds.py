"""Unkind and hostile worlds say what calm ones say. SIMULATION_SEEDS: how many seeds; SIMULATION_SEED: just one."""

import os
from functools import cache
from pathlib import Path

import pytest

from streams.core.evidence import Evidence
from tests.simulation import invariants
from tests.simulation.faults import CALM, HOSTILE, UNKIND
from tests.simulation.trace import Trace
from tests.simulation.workload import LAW, responses, workload
from tests.simulation.world import World

PAST = Path(__file__).with_name("seeds.txt")


def seeds() -> list[int]:
    """The seeds to try: as many as asked for, and those that once failed."""
    if "SIMULATION_SEED" in os.environ:
        return [int(os.environ["SIMULATION_SEED"])]
    past = [int(line.split()[0]) for line in PAST.read_text().splitlines() if line[:1].isdigit()]
    return list(dict.fromkeys((*range(int(os.environ.get("SIMULATION_SEEDS", "200"))), *past)))


@cache
def calm(seed: int, *, answered: bool) -> Trace:
    """Run the calm twin of a world. `answered`: a responder carries out what it orders."""
    evidence: tuple[Evidence, ...] = workload(seed)
    if answered:
        evidence = (*evidence, *responses(calm(seed, answered=False)))
    return World(seed, CALM, evidence, LAW).run()


EVERYWHERE = (
    invariants.nothing_delivered_is_unsaid,
    invariants.one_id_for_one_thing,
    invariants.everything_is_delivered_once,
    invariants.versions_follow_each_other,
    invariants.every_change_is_judged,
    invariants.every_judgement_is_acted_upon,
)
"""What holds in every world, however hostile."""


@pytest.mark.parametrize("seed", seeds())
def test_an_unkind_world_says_exactly_what_a_calm_one_says(seed: int) -> None:
    twin = calm(seed, answered=True)
    trace = World(seed, UNKIND, twin.evidence, LAW).run()
    invariants.offsets_wait_for_outputs(trace)
    invariants.the_same_is_said_as_in_calm(trace, twin)
    for invariant in EVERYWHERE:
        invariant(trace)
    invariants.the_end_is_the_same_as_in_calm(trace, twin)


@pytest.mark.parametrize("seed", seeds())
def test_a_hostile_world_ends_where_a_calm_one_ends(seed: int) -> None:
    twin = calm(seed, answered=False)
    trace = World(seed, HOSTILE, twin.evidence, LAW).run()
    invariants.offsets_wait_for_outputs(trace)
    for invariant in EVERYWHERE:
        invariant(trace)
    invariants.the_end_is_the_same_as_in_calm(trace, twin)
