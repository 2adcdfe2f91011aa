"""An outage is told once when it begins, once a minute, and once when it is over; the waits grow, within a bound."""

from __future__ import annotations

import logging

import pytest

import streams.ledger.outage as outage_module
from streams.ledger.outage import LONGEST_WAIT_S, Outage
from streams.telemetry.meter import Meter
from streams.telemetry.vocabulary import CLICKHOUSE_UP, LEDGER, RETRIES


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_outage_is_told_at_its_beginning_each_minute_and_at_its_end(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = logging.getLogger(outage_module.__name__)
    # Whatever another test made of the loggers of this process: this one is heard.
    for name, value in {"handlers": [caplog.handler], "propagate": False, "disabled": False}.items():
        monkeypatch.setattr(log, name, value)
    monkeypatch.setattr(logging.root.manager, "disable", logging.NOTSET)
    caplog.set_level(logging.INFO, logger=log.name)
    clock = _Clock()
    outage = Outage(clock, Meter(LEDGER))
    for _ in range(130):
        outage.failed("ClickHouse does not answer.")
        clock.now += 1.0
    outage.over()
    outage.over()
    first, *reminders, last = [record.getMessage() for record in caplog.records]
    assert first.startswith("ClickHouse does not answer. The ledger waits")
    assert len(reminders) == 2
    assert "since 60 s" in reminders[0]
    assert "130.0 s" in last


def test_the_waits_grow_to_a_bound_and_begin_again_with_the_next_outage() -> None:
    outage = Outage(_Clock(), Meter(LEDGER))
    waits = [outage.failed("x") for _ in range(12)]
    assert waits == sorted(waits)
    assert waits[0] < 1
    assert waits[-1] == LONGEST_WAIT_S
    outage.over()
    assert outage.failed("x") == waits[0]


def test_those_who_watch_see_that_clickhouse_is_away_and_how_often_it_was_tried() -> None:
    meter = Meter(LEDGER)
    outage = Outage(_Clock(), meter)

    def seen() -> tuple[float | None, float | None]:
        return meter.registry.get_sample_value(CLICKHOUSE_UP.name), meter.registry.get_sample_value(RETRIES.name)

    assert seen() == (0, 0), "nobody has answered yet"
    outage.over()
    assert seen() == (1, 0)
    outage.failed("x")
    outage.failed("x")
    assert seen() == (0, 2)
    outage.over()
    assert seen() == (1, 2)
