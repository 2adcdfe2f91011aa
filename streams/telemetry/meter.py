"""Meter: the numbers of one process. Counting costs a lookup and an addition, meant for once a batch or once a tick."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, overload

import prometheus_client as prometheus

from streams.telemetry.kinds import Counter, Gauge, Histogram, Metric, Timestamp

V = TypeVar("V")

prometheus.disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series per counter, for nobody


class Meter:
    """Counts and measures what its process is there for (`WORKER`, `LEDGER`), and nothing else.

    Every series with a value from a list is there from the start, at 0, so that its first increase is seen as one; a
    timestamp begins with the start of the process; one series per partition is there while its number is kept.
    `now`: the clock, seconds since 1970, UTC. `monotonic`: seconds. It may be used from several threads.
    """

    def __init__(
        self,
        metrics: Iterable[Metric[Any]],
        *,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin at zero."""
        self._now = now
        self._monotonic = monotonic
        self.registry = prometheus.CollectorRegistry()
        prometheus.ProcessCollector(registry=self.registry)
        self._families: dict[Metric[Any], Any] = {}
        self._series: dict[tuple[Metric[Any], Any], Any] = {}
        for metric in metrics:
            self._families[metric] = _family(metric, self.registry)
            for value in metric.by.values:
                series = self._begin(metric, value)
                if isinstance(metric, Timestamp):
                    series.set(now())

    @overload
    def add(self, counter: Counter[None], amount: float = 1) -> None: ...

    @overload
    def add(self, counter: Counter[V], amount: float, by: V) -> None: ...

    def add(self, counter: Counter[Any], amount: float = 1, by: Any = None) -> None:
        """Count: once for everything that happened in a batch, not once for each.

        Raises:
            ValueError: the counter is not one of this process, or `by` not a value of its label, or `amount` negative.
        """
        self._of(counter, by).inc(amount)

    @overload
    def set(self, gauge: Gauge[None], value: float) -> None: ...

    @overload
    def set(self, gauge: Gauge[V], value: float, by: V) -> None: ...

    def set(self, gauge: Gauge[Any], value: float, by: Any = None) -> None:
        """Say how much there is now; for a timestamp, when it was (seconds since 1970, UTC).

        Raises:
            ValueError: as for `add`.
        """
        self._of(gauge, by).set(value)

    def stamp(self, timestamp: Timestamp[None]) -> None:
        """Say that something happened just now.

        Raises:
            ValueError: as for `add`.
        """
        self._of(timestamp, None).set(self._now())

    def observe(self, histogram: Histogram[None], value: float) -> None:
        """Note one of many, in the unit of the histogram's name.

        Raises:
            ValueError: as for `add`.
        """
        self._of(histogram, None).observe(value)

    @contextmanager
    def timing(self, histogram: Histogram[None]) -> Iterator[None]:
        """Note how long the body took, in seconds; not when it raised: a failure is quick or slow for other reasons.

        Raises:
            ValueError: as for `add`.
        """
        begun = self._monotonic()
        yield
        self.observe(histogram, self._monotonic() - begun)

    def keep(self, gauge: Gauge[int], numbers: Collection[int]) -> None:
        """Drop the series of all numbers but these: what went to another process must not stand still here."""
        for metric, number in tuple(self._series):
            if metric is gauge and number not in numbers:
                del self._series[metric, number]
                self._families[metric].remove(str(number))

    def _of(self, metric: Metric[Any], value: Any) -> Any:
        series = self._series.get((metric, value))
        return self._begin(metric, value) if series is None else series

    def _begin(self, metric: Metric[Any], value: Any) -> Any:
        family = self._families.get(metric)
        if family is None:
            raise ValueError(f"{metric.name} is not a metric of this process.")
        if not metric.by.admits(value):
            raise ValueError(f"{metric.name} has no {metric.by.name or 'label'} {value!r}.")
        series = family if value is None else family.labels(str(value))
        self._series[metric, value] = series
        return series


def _family(metric: Metric[Any], registry: prometheus.CollectorRegistry) -> Any:
    names = [metric.by.name] if metric.by.name else []
    match metric:
        case Counter():
            return prometheus.Counter(metric.name, metric.meaning, names, registry=registry)
        case Gauge():
            return prometheus.Gauge(metric.name, metric.meaning, names, registry=registry)
        case Histogram():
            return prometheus.Histogram(metric.name, metric.meaning, names, registry=registry, buckets=metric.buckets)
        case _:
            raise TypeError(f"{metric.name} is of no kind that Prometheus has.")
