"""Kinds of metrics, as Prometheus has them: a name that ends in its unit, one sentence, and at most one label."""

from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from streams.telemetry.labels import Label

V = TypeVar("V")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Metric(Generic[V]):
    """One metric; two are the same only when they are one object, so that looking one up costs nothing.

    `name`: as Prometheus shows it. `meaning`: one sentence. `by`: the label that splits it.
    """

    kind: ClassVar[str] = ""
    name: str
    meaning: str
    by: Label[V]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counter(Metric[V]):
    """Only grows, from 0 at the start of the process; the name ends in `_total`."""

    kind: ClassVar[str] = "counter"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gauge(Metric[V]):
    """How much there is of something just now."""

    kind: ClassVar[str] = "gauge"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Timestamp(Gauge[V]):
    """When something last happened: seconds since 1970, UTC; the name ends in `_timestamp_seconds`.

    Its age is for whoever reads it to work out (`time() - ...`): an age that we told would stand still, and look well,
    exactly when we hang.
    """


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Histogram(Metric[V]):
    """How large or how long each of many was. `buckets`: upper bounds, ascending, in the unit of the name."""

    kind: ClassVar[str] = "histogram"
    buckets: tuple[float, ...]


SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""From a quick batch to one that endangers the membership in the group."""

LONG_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3_600.0, 21_600.0, 86_400.0)
"""From at once to a day."""

RECORDS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0)
