"""What was counted is what is shown; what does not belong is refused."""

import pytest

from streams.core.verdict import Judgement
from streams.telemetry import vocabulary as v
from streams.telemetry.kinds import Metric
from streams.telemetry.meter import Meter

NOON = 1_795_000_000.0


def meter() -> Meter:
    ticks = iter(range(100))
    return Meter(v.WORKER, now=lambda: NOON, monotonic=lambda: float(next(ticks)))


def shown(of: Meter, name: str, **labels: str) -> float | None:
    return of.registry.get_sample_value(name, labels)


def test_what_is_added_adds_up() -> None:
    counting = meter()
    counting.add(v.TAKEN, 40, "prompt")
    counting.add(v.TAKEN, 2, "prompt")
    counting.add(v.VERDICTS, 1, Judgement.VIOLATED)
    counting.add(v.REROUTED)
    assert shown(counting, v.TAKEN.name, kind="prompt") == 42
    assert shown(counting, v.VERDICTS.name, judgement="violated") == 1
    assert shown(counting, v.REROUTED.name) == 1


def test_a_series_of_a_list_is_there_before_anything_happened() -> None:
    assert shown(meter(), v.COMMANDS.name, action="revoke") == 0


def test_a_series_of_a_partition_is_there_only_when_it_was_set() -> None:
    assert shown(meter(), v.WATERMARK.name, partition="0") is None


def test_a_timestamp_begins_with_the_process_and_not_in_1970() -> None:
    assert shown(meter(), v.OFFSETS_COMMITTED.name) == NOON


def test_a_stamp_is_the_clock() -> None:
    now = iter((1.0, 7.0))
    counting = Meter((v.OFFSETS_COMMITTED,), now=lambda: next(now))
    counting.stamp(v.OFFSETS_COMMITTED)
    assert shown(counting, v.OFFSETS_COMMITTED.name) == 7.0


def test_what_a_body_took_is_noted_in_seconds() -> None:
    counting = meter()
    with counting.timing(v.TRANSACTION_SECONDS):
        pass
    assert shown(counting, v.TRANSACTION_SECONDS.name + "_sum") == 1
    assert shown(counting, v.TRANSACTION_SECONDS.name + "_count") == 1


def test_a_body_that_failed_is_not_among_the_durations() -> None:
    counting = meter()
    with pytest.raises(OSError, match="away"), counting.timing(v.TRANSACTION_SECONDS):
        raise OSError("away")
    assert shown(counting, v.TRANSACTION_SECONDS.name + "_count") == 0


def test_a_partition_that_went_elsewhere_takes_its_series_with_it_and_may_come_back() -> None:
    counting = meter()
    for number in (0, 1):
        counting.set(v.BEHIND, 5, number)
        counting.set(v.WATERMARK, NOON, number)
    counting.keep(v.BEHIND, (1,))
    assert shown(counting, v.BEHIND.name, partition="0") is None
    assert shown(counting, v.BEHIND.name, partition="1") == 5
    assert shown(counting, v.WATERMARK.name, partition="0") == NOON
    counting.set(v.BEHIND, 3, 0)
    assert shown(counting, v.BEHIND.name, partition="0") == 3


@pytest.mark.parametrize("kind", ["", "verdict", "acme corp", None, 3])
def test_a_label_takes_nothing_from_the_outside_world(kind: object) -> None:
    with pytest.raises(ValueError, match="has no kind"):
        meter().add(v.TAKEN, 1, kind)  # type: ignore[misc]


@pytest.mark.parametrize("number", [-1, 10_000, "0", True])
def test_a_partition_is_a_number_within_the_bound(number: object) -> None:
    with pytest.raises(ValueError, match="has no partition"):
        meter().set(v.BEHIND, 1, number)  # type: ignore[misc]


def test_a_process_shows_only_what_it_is_there_for() -> None:
    with pytest.raises(ValueError, match="not a metric of this process"):
        meter().set(v.CLICKHOUSE_UP, 1)


def test_a_counter_never_goes_back() -> None:
    with pytest.raises(ValueError, match="non-negative"):
        meter().add(v.REROUTED, -1)


@pytest.mark.parametrize("metrics", [v.WORKER, v.LEDGER])
def test_every_metric_of_a_process_is_shown_with_its_meaning(metrics: tuple[Metric[object], ...]) -> None:
    families = {family.name: family for family in Meter(metrics).registry.collect()}
    for metric in metrics:
        family = families[metric.name.removesuffix("_total")]
        assert family.documentation == metric.meaning
        assert family.type == metric.kind


def test_two_meters_do_not_know_of_each_other() -> None:
    one, other = meter(), meter()
    one.add(v.REROUTED)
    assert shown(other, v.REROUTED.name) == 0
