"""Queries: what is usually asked of each kind of metric, as PromQL, for the panels of a dashboard."""

from dataclasses import dataclass
from typing import Any

from streams.telemetry.kinds import Counter, Gauge, Histogram, Metric, Timestamp

HERE = '{job="clawback",instance=~"$instance"}'
"""The processes that are chosen above the dashboard."""

OVER = "[$__rate_interval]"


@dataclass(frozen=True, slots=True)
class Query:
    """One line or family of lines in a panel. `about`: the metric whose meaning the panel tells, if any."""

    expr: str
    legend: str
    about: Metric[Any] | None = None


def rate(counter: Counter[Any], legend: str = "") -> Query:
    """Ask how many a second, of all processes together, split by the label."""
    by = counter.by.name
    split = f"sum by ({by})" if by else "sum"
    return Query(f"{split} (rate({counter.name}{HERE}{OVER}))", legend or (f"{{{{{by}}}}}" if by else "all"), counter)


def level(gauge: Gauge[Any], legend: str = "{{instance}}") -> Query:
    """Ask how much there is, in each process."""
    return Query(f"sum by (instance) ({gauge.name}{HERE})", legend, gauge)


def split(gauge: Gauge[Any]) -> Query:
    """Ask how much there is, for each value of the label."""
    return Query(f"sum by ({gauge.by.name}) ({gauge.name}{HERE})", f"{{{{{gauge.by.name}}}}}", gauge)


def age(timestamp: Timestamp[Any]) -> Query:
    """Ask how long ago it was; the worst where there are several."""
    by = timestamp.by.name or "instance"
    return Query(f"max by ({by}) (time() - {timestamp.name}{HERE})", f"{{{{{by}}}}}", timestamp)


def quantile(of: float, histogram: Histogram[Any]) -> Query:
    """Ask which value a share of all stayed below, of all processes together."""
    buckets = f"sum by (le) (rate({histogram.name}_bucket{HERE}{OVER}))"
    return Query(f"histogram_quantile({of}, {buckets})", f"p{of * 100:g}", histogram)


def events(histogram: Histogram[Any], legend: str) -> Query:
    """Ask how many a second were noted, of all processes together."""
    return Query(f"sum (rate({histogram.name}_count{HERE}{OVER}))", legend, histogram)


def over(part: Gauge[Any], whole: Gauge[Any], legend: str = "{{instance}}") -> Query:
    """Ask for one amount in units of another, in each process; nothing where the other is 0."""
    parts, wholes = f"sum by (instance) ({part.name}{HERE})", f"sum by (instance) ({whole.name}{HERE})"
    return Query(f"{parts} / ({wholes} > 0)", legend, part)
