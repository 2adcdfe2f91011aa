"""What an agent sees and what is committed is the same on Faust's own driver and, in batches, on ours."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from confluent_kafka import Producer

from streams.transport.cutting import RECORD_BYTES
from tests.backends.topics import create_topic
from tests.integration.conformance.life import Life, Place, Program
from tests.integration.processes import until

pytestmark = pytest.mark.integration

STOCK, OURS = "kafka", "clawback"


@dataclass(frozen=True, slots=True)
class Ground:
    """Two topics of two partitions, and a program on each driver."""

    kafka: str
    prefix: str
    topics: tuple[str, ...]
    programs: tuple[Program, Program]

    @property
    def places(self) -> list[Place]:
        return [(topic, number) for topic in self.topics for number in range(2)]

    @property
    def ours(self) -> Program:
        return self.programs[1]

    def publish(self, each: int, size: int = 40) -> None:
        """So many records more in every partition."""
        producer = Producer({"bootstrap.servers": self.kafka, "linger.ms": 5})
        for number in range(each):
            for topic, partition in self.places:
                producer.produce(topic, b"x" * size, b"key-%d" % number, partition=partition)
        assert producer.flush(30) == 0

    def all_of(self, each: int) -> set[tuple[Place, int]]:
        return {(place, offset) for place in self.places for offset in range(each)}


@pytest.fixture
def ground(kafka_bootstrap: str, topic_prefix: str, tmp_path: Path) -> Iterator[Ground]:
    topics = tuple(create_topic(kafka_bootstrap, f"{topic_prefix}{name}", partitions=2) for name in ("a", "b"))
    with ExitStack() as stack:
        stock, ours = (
            stack.enter_context(Program(driver, kafka_bootstrap, tmp_path, topic_prefix, topics))
            for driver in (STOCK, OURS)
        )
        yield Ground(kafka_bootstrap, topic_prefix, topics, (stock, ours))


def test_everything_is_seen_once_in_order_and_committed_across_a_stop_in_the_middle(ground: Ground) -> None:
    ground.publish(each=300)
    first = [program.live(work_ms=0.5) for program in ground.programs]
    for program in ground.programs:
        program.await_count(200)
    for life in first:
        life.stop()
    ground.publish(each=300)
    second = [program.live() for program in ground.programs]
    for program in ground.programs:
        program.await_seen(ground.all_of(600))
    for life in second:
        life.stop()
    for program in ground.programs:
        for place in ground.places:
            assert program.offsets(place) == list(range(600)), program.driver
        assert program.committed(ground.places) == dict.fromkeys(ground.places, 600), program.driver


def test_a_kill_before_the_commit_repeats_a_suffix_and_loses_nothing(ground: Ground) -> None:
    ground.publish(each=400)
    for life in [program.live(kill_at=250, work_ms=0.2, batch_records=100) for program in ground.programs]:
        assert life.wait() != 0
    before = [program.committed(ground.places) for program in ground.programs]
    lives = [program.live() for program in ground.programs]
    for program in ground.programs:
        program.await_seen(ground.all_of(400))
    for life in lives:
        life.stop()
    for program, committed in zip(ground.programs, before, strict=True):
        for place in ground.places:
            first, second = by_life(program, place)
            assert first == list(range(len(first)))
            assert second == list(range(max(committed[place], 0), 400)), "it goes on from what was committed"
            assert second[0] <= len(first), "what was committed had been seen"
        assert program.committed(ground.places) == dict.fromkeys(ground.places, 400)


def test_a_second_member_comes_and_goes_under_load_and_nothing_is_lost_or_out_of_order(ground: Ground) -> None:
    ground.publish(each=800)
    first = [program.live(work_ms=1, batch_records=20) for program in ground.programs]
    for life in first:
        life.await_assigned()
    second = [program.live(work_ms=1, batch_records=20) for program in ground.programs]
    for program, life in zip(ground.programs, second, strict=True):
        until(partial(works, program, life), "the second member works")
        life.stop()
    for program in ground.programs:
        program.await_seen(ground.all_of(800))
    for life in first:
        life.stop()
    for program in ground.programs:
        for place in ground.places:
            assert all(no_gap(offsets) for offsets in by_life(program, place)), program.driver
        assert program.committed(ground.places) == dict.fromkeys(ground.places, 800)
    # At a revocation Faust forgets what was acknowledged since its last commit, and shows that again; ours commits it.
    for place in ground.places:
        assert sorted(ground.ours.offsets(place)) == list(range(800)), "each once, whoever owned it"


def test_a_seek_back_shows_the_records_again_and_never_takes_a_commit_back(ground: Ground) -> None:
    """Only ours is asked: Faust notes the offset of a delivery after it, so a seek by the agent that it was delivered
    to may be undone, and what is read again is dropped.
    """
    ground.publish(each=300)
    life = ground.ours.live(seek="200 100", batch_records=50)
    for place in ground.places:
        until(partial(sought, ground.ours, place), "the end is seen after the seek")
    life.stop()
    for place in ground.places:
        offsets = ground.ours.offsets(place)
        again = offsets.index(100, 200)
        assert offsets[:again] == list(range(again))
        assert offsets[again:] == list(range(100, 300))
    assert ground.ours.committed(ground.places) == dict.fromkeys(ground.places, 300)


def test_aborted_records_are_not_seen_and_the_markers_of_transactions_do_not_stop_commits(ground: Ground) -> None:
    producer = Producer({"bootstrap.servers": ground.kafka, "transactional.id": f"{ground.prefix}t"})
    producer.init_transactions(30)
    for number in range(4):
        producer.begin_transaction()
        for topic, partition in ground.places:
            for _ in range(10):
                producer.produce(topic, b"x", partition=partition)
        producer.flush(30)
        (producer.abort_transaction if number % 2 else producer.commit_transaction)(30)
    visible = {(place, offset) for place in ground.places for offset in (*range(10), *range(22, 32))}
    lives = [program.live() for program in ground.programs]
    for program in ground.programs:
        program.await_seen(visible)
    until(
        lambda: ground.ours.committed(ground.places) == dict.fromkeys(ground.places, 44),
        "ours commits behind the last marker",
    )
    for life in lives:
        life.stop()
    stock, ours = (program.committed(ground.places) for program in ground.programs)
    for program in ground.programs:
        assert {(seen.place, seen.offset) for seen in program.seen()} == visible
        assert all(program.offsets(place) == sorted(set(program.offsets(place))) for place in ground.places)
    # Faust commits the record after the last visible one: what follows it counts as lag for ever.
    assert stock == dict.fromkeys(ground.places, 32)
    assert ours == dict.fromkeys(ground.places, 44)


def test_a_slow_agent_is_never_given_more_than_the_bounds_and_a_large_record_goes_alone(ground: Ground) -> None:
    ground.publish(each=100, size=10_000)
    ground.publish(each=1, size=400_000)
    ground.publish(each=100, size=10_000)
    bounds = {"batch_records": 50, "batch_bytes": 100_000, "unacked_records": 120, "unacked_bytes": 250_000}
    lives = [program.live(work_ms=0.5, **bounds) for program in ground.programs]
    for program in ground.programs:
        program.await_seen(ground.all_of(201))
    for life in lives:
        life.stop()
    for program in ground.programs:
        assert all(program.offsets(place) == list(range(201)) for place in ground.places)
    unacked = [tuple(map(int, words)) for words in ground.ours.lines("unacked")]
    assert all(records >= count for records, _, count in unacked), "what is in the agent's hands is counted"
    large = 400_000 + RECORD_BYTES + len("key-0")
    assert max(records for records, _, _ in unacked) <= 120
    assert max(size for _, size, _ in unacked) <= 150_000 + large, "at most one oversized batch on top of the rest"
    assert any(count == 1 for _, _, count in unacked), "the large record goes alone"
    assert max(count for _, _, count in unacked) <= 9, "records of 10 kB, batches of 100 kB"


def test_an_agent_that_raises_costs_its_event_and_the_rest_is_seen_and_committed(ground: Ground) -> None:
    """Faust acknowledges an event whose agent raised; with batches of one record ours does exactly the same."""
    ground.publish(each=30)
    lives = [program.live(raise_at=10, batch_records=1) for program in ground.programs]
    for program in ground.programs:
        program.await_count(4 * 30 - 1)
    for life in lives:
        life.stop()
    for program in ground.programs:
        missing = ground.all_of(30) - {(seen.place, seen.offset) for seen in program.seen()}
        assert [offset for _, offset in missing] == [10], program.driver
        assert all(program.offsets(place) == sorted(set(program.offsets(place))) for place in ground.places)
        assert program.committed(ground.places) == dict.fromkeys(ground.places, 30), program.driver


def no_gap(offsets: list[int]) -> bool:
    """Whether each record follows the one before it, or begins again at an earlier one or with a new assignment."""
    return all(
        after <= before + 1 or after > max(offsets[:at]) for at, (before, after) in enumerate(pairwise(offsets), 1)
    )


def sought(program: Program, place: Place) -> bool:
    offsets = program.offsets(place)
    return offsets.count(100) == 2 and offsets[-1] == 299


def works(program: Program, life: Life) -> bool:
    return any(seen.life == life.pid for seen in program.seen())


def by_life(program: Program, place: Place) -> list[list[int]]:
    """The offsets of one partition as each life saw them, the first life first."""
    lives: dict[int, list[int]] = {}
    for seen in program.seen():
        if seen.place == place:
            lives.setdefault(seen.life, []).append(seen.offset)
    return list(lives.values())
