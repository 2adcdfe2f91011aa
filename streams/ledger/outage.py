"""Outage: how long to wait for ClickHouse, and what to say meanwhile: once at first, once a minute, once at the end."""

import logging
from collections.abc import Callable

from streams.telemetry.meter import Meter
from streams.telemetry.vocabulary import CLICKHOUSE_UP, RETRIES

log = logging.getLogger(__name__)

FIRST_WAIT_S = 0.25
LONGEST_WAIT_S = 15.0
"""After a long outage the ledger notices within this time that ClickHouse is back."""

REMINDER_S = 60.0


class Outage:
    """One stretch of failures, or none. `clock`: seconds, monotonic. `meter`: says it to those who watch."""

    def __init__(self, clock: Callable[[], float], meter: Meter) -> None:
        """Begin with everything in order, though nobody has answered yet."""
        self._clock = clock
        self._meter = meter
        self._since: float | None = None
        self._said = 0.0
        self._wait_s = FIRST_WAIT_S

    def failed(self, reason: object) -> float:
        """Note a failure; say so if it is time. Returns the seconds to wait before the next try."""
        now = self._clock()
        self._meter.add(RETRIES)
        self._meter.set(CLICKHOUSE_UP, 0)
        if self._since is None:
            self._since = self._said = now
            self._wait_s = FIRST_WAIT_S
            log.error("%s The ledger waits; nothing is lost, reading from Kafka goes on afterwards.", reason)
        elif now - self._said >= REMINDER_S:
            self._said = now
            log.error("Still waiting for ClickHouse, since %.0f s: %s", now - self._since, reason)
        wait_s, self._wait_s = self._wait_s, min(self._wait_s * 2, LONGEST_WAIT_S)
        return wait_s

    def over(self) -> None:
        """Note a success; say so if there was an outage."""
        self._meter.set(CLICKHOUSE_UP, 1)
        if self._since is not None:
            log.warning("ClickHouse takes rows again, after %.1f s.", self._clock() - self._since)
            self._since = None
