"""The load of the benchmark is what it says: its labels, its mix and its bytes."""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

import pytest

from streams.codec.avro import AvroCodec
from streams.codec.records import kind_of
from streams.core.evidence import Evidence
from streams.core.ids import DEFAULT_TENANT
from streams.core.law import Law
from streams.core.registry import Registry
from streams.core.step import opened, step
from streams.core.time import EVER, NEVER, Millis
from streams.core.verdict import Verdict
from streams.policy.load import load as load_policy
from tests.bench.load import cast
from tests.bench.load.arrivals import Labelled, Load, arrivals, decisions
from tests.bench.load.plants import PLANTS, UNAPPROVED, WAITING, Plant

NOON = Millis(1_795_435_200_000)
LAW = Law(load_policy(None), Registry().with_agents(cast.registered(NOON)))
LOAD = Load(seed=7, decisions=2_000, begins_at=NOON)


def records(load: Load) -> list[Evidence]:
    return [record for record, _ in arrivals(load) if record is not None]


def judged(labelled: Labelled, facts: Iterable[Evidence]) -> Verdict | None:
    state = step(opened(DEFAULT_TENANT, labelled.decision_id), facts, NEVER, LAW).state
    assert state is not None
    verdicts = step(state, (), Millis(EVER // 2), LAW).verdicts
    return verdicts[-1] if verdicts else None


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_label_says_what_the_default_policy_says(plant: Plant) -> None:
    for labelled in decisions(Load(seed=3, decisions=25, begins_at=NOON, plants=(plant,))):
        verdict = judged(labelled, labelled.facts)
        if plant.judgement is None:
            assert verdict is None
            continue
        assert verdict is not None
        assert verdict.judgement is plant.judgement, verdict
        codes = {finding.code for finding in verdict.findings}
        assert plant.code in codes if plant.code else not codes


def test_decisions_that_wait_are_never_judged() -> None:
    load = Load(seed=3, decisions=50, begins_at=NOON, plants=WAITING)
    assert all(judged(labelled, labelled.facts) is None for labelled in decisions(load))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    def written(seed: int) -> list[bytes]:
        codec = AvroCodec()
        return [codec.encode(record) for record in records(Load(seed=seed, decisions=100, begins_at=NOON))]

    assert written(1) == written(1)
    assert written(1) != written(2)


def test_the_mix_is_about_sixteen_records_for_each_change() -> None:
    kinds = Counter(kind_of(record) for record in records(LOAD))
    total = kinds.total()
    wanted = {"prompt": 0.25, "context": 0.60, "approval": 0.08, "change": 0.06, "outcome": 0.01}
    for kind, share in wanted.items():
        assert kinds[kind] / total == pytest.approx(share, abs=0.02), kind
    assert total / kinds["change"] == pytest.approx(16, abs=2)


def test_decisions_are_interleaved_and_every_record_arrives() -> None:
    seen = records(LOAD)
    told = {fact.event_id for labelled in decisions(LOAD) for fact in labelled.facts}
    assert {record.event_id for record in seen} == told
    neighbours = sum(a.decision_id == b.decision_id for a, b in pairwise(seen))
    assert neighbours < len(seen) / 10


def test_some_records_come_late_and_some_come_twice() -> None:
    seen = records(LOAD)
    assert len(seen) - len({record.event_id for record in seen}) == pytest.approx(0.02 * len(seen), rel=0.3)
    newest, late = 0, 0
    for record in seen:
        late += record.occurred_at < newest - 20_000
        newest = max(newest, record.occurred_at)
    assert 0.01 * len(seen) < late < 0.05 * len(seen)


def test_a_label_comes_before_the_records_of_its_decision() -> None:
    labelled: set[str] = set()
    for record, label in arrivals(LOAD):
        if label is not None:
            labelled.add(label.decision_id)
        if record is not None:
            assert record.decision_id in labelled


def test_shares_add_up() -> None:
    assert sum(plant.share for plant in PLANTS) == sum(plant.share for plant in WAITING) == 1_000
    assert len(UNAPPROVED) == len(PLANTS)
