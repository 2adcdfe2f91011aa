"""Alerts, dashboard and page say what the vocabulary says, and nothing that it does not."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.telemetry.__main__ import alerts, generated
from streams.telemetry.kinds import Histogram, Metric
from streams.telemetry.panels import LEFT_OUT
from streams.telemetry.vocabulary import VOCABULARY

ROOT = Path(__file__).parents[3]
INFRA = ROOT / "infra/observability"
OF_THE_LIBRARY = {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_start_time_seconds"}
ALERTS = alerts(ROOT)
PANELS: list[dict[str, Any]] = json.loads((INFRA / "dashboard.json").read_text())["panels"]
QUERIES = [target["expr"] for panel in PANELS for target in panel.get("targets", ())]

each_alert = pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])


def series_of(metric: Metric[Any]) -> set[str]:
    if isinstance(metric, Histogram):
        return {metric.name + suffix for suffix in ("_bucket", "_sum", "_count")}
    return {metric.name}


KNOWN = OF_THE_LIBRARY.union(*map(series_of, VOCABULARY))


def named(text: str) -> set[str]:
    return set(re.findall(r"\b(?:clawback|process)_[a-z_]+", text))


def balanced(query: str) -> bool:
    left = re.sub(r'"[^"]*"', "", query)
    while (shorter := re.sub(r"\([^()\[\]{}]*\)|\[[^()\[\]{}]*\]|\{[^()\[\]{}]*\}", "", left)) != left:
        left = shorter
    return not set(left) & set("()[]{}")


@pytest.mark.parametrize("path", ["docs/metrics.md", "infra/observability/dashboard.json"])
def test_what_is_generated_is_what_the_vocabulary_says(path: str) -> None:
    assert (ROOT / path).read_text() == generated(ROOT)[path], "stale: python -m streams.telemetry"


@each_alert
def test_an_alert_asks_only_for_metrics_that_exist(alert: Mapping[str, Any]) -> None:
    assert named(alert["expr"]) <= KNOWN
    assert named(alert["expr"]) or "up{" in alert["expr"]
    assert balanced(alert["expr"])


@each_alert
def test_an_alert_says_what_is_the_matter_and_what_to_do(alert: Mapping[str, Any]) -> None:
    assert set(alert) <= {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"Clawback[A-Z][A-Za-z]+", alert["alert"])
    assert re.fullmatch(r"\d+[smh]", alert.get("for", "0s"))
    assert alert["labels"]["severity"] in {"page", "ticket"}
    assert set(alert["annotations"]) == {"summary", "action"}
    assert named(alert["annotations"]["action"]) <= {metric.name for metric in VOCABULARY} | OF_THE_LIBRARY


@each_alert
def test_a_query_that_an_alert_points_to_exists(alert: Mapping[str, Any]) -> None:
    for name in re.findall(r"\w+\.sql", alert["annotations"]["action"]):
        assert (ROOT / "infra/clickhouse/queries" / name).is_file()


@each_alert
def test_a_summary_uses_only_labels_that_the_query_leaves(alert: Mapping[str, Any]) -> None:
    used = set(re.findall(r"\$labels\.(\w+)", alert["annotations"]["summary"]))
    kept = re.match(r"\W*(?:sum|max)(?: by \(([^)]*)\))?", alert["expr"])
    if kept is not None:
        assert used <= set(re.findall(r"\w+", kept[1] or ""))
    else:
        assert used <= {"job", "instance", "partition"}


def test_no_alert_is_there_twice() -> None:
    assert len({alert["alert"] for alert in ALERTS}) == len(ALERTS)


def test_the_rules_ask_for_the_job_that_prometheus_is_told_to_call_so() -> None:
    prometheus = yaml.safe_load((INFRA / "prometheus.yml").read_text())
    jobs = {job["job_name"] for job in prometheus["scrape_configs"]}
    asked = re.findall(r'job="(\w+)"', " ".join([*QUERIES, *(alert["expr"] for alert in ALERTS)]))
    assert set(asked) == jobs
    assert all((INFRA / name).is_file() for name in prometheus["rule_files"])


@pytest.mark.parametrize("query", QUERIES)
def test_a_panel_asks_only_for_metrics_that_exist(query: str) -> None:
    assert named(query)
    assert named(query) <= KNOWN
    assert balanced(query)


@pytest.mark.parametrize("metric", VOCABULARY, ids=lambda metric: metric.name)
def test_a_metric_is_on_the_dashboard_or_it_is_said_why_not(metric: Metric[Any]) -> None:
    assert bool(series_of(metric) & named(" ".join(QUERIES))) != (metric in LEFT_OUT)


def test_no_panel_covers_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken
        assert place["x"] + place["w"] <= 24
        taken |= cells
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
