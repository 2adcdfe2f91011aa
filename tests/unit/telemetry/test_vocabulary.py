"""The names of the metrics keep the conventions, and their labels the bounds that they promise."""

import re
from typing import Any

import pytest

from streams.ledger.tables import TABLES
from streams.telemetry import vocabulary
from streams.telemetry.kinds import Counter, Histogram, Metric, Timestamp
from streams.telemetry.labels import PARTITION, TABLE
from streams.telemetry.vocabulary import VOCABULARY

UNITS = ("seconds", "bytes", "records", "decisions", "partitions", "up")
every = pytest.mark.parametrize("metric", VOCABULARY, ids=lambda metric: metric.name)


@every
def test_a_name_says_whose_it_is_what_it_is_and_in_which_unit(metric: Metric[Any]) -> None:
    assert re.fullmatch(r"clawback(_[a-z]+){2,}", metric.name)
    assert (metric.name.endswith("_total")) == isinstance(metric, Counter)
    assert (metric.name.endswith("_timestamp_seconds")) == isinstance(metric, Timestamp)
    if not isinstance(metric, Counter):
        assert metric.name.rpartition("_")[2] in UNITS


@every
def test_a_meaning_is_one_sentence(metric: Metric[Any]) -> None:
    assert re.fullmatch(r"[A-Z0-9][^|\n]*[^.]\.", metric.meaning)


@every
def test_a_label_has_a_bound(metric: Metric[Any]) -> None:
    assert len(metric.by.values) == metric.by.bound or metric.by is PARTITION
    assert metric.by.name != "le", "Prometheus keeps this one for itself"


@pytest.mark.parametrize("histogram", [m for m in VOCABULARY if isinstance(m, Histogram)], ids=lambda m: m.name)
def test_buckets_ascend(histogram: Histogram[Any]) -> None:
    assert list(histogram.buckets) == sorted(set(histogram.buckets))


def test_no_name_is_used_twice_and_every_metric_belongs_to_a_process() -> None:
    names = [metric.name for metric in VOCABULARY]
    defined = [value for value in vars(vocabulary).values() if isinstance(value, Metric)]
    assert len(set(names)) == len(names)
    assert set(defined) == set(VOCABULARY)


def test_the_label_of_tables_names_the_tables_of_the_ledger() -> None:
    assert TABLE.values == tuple(table.name for table in TABLES)
