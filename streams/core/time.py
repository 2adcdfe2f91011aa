"""Event time: integers of milliseconds since 1970-01-01 UTC, and how they read to a person."""

from functools import lru_cache
from typing import NewType

Millis = NewType("Millis", int)

NEVER = Millis(-(2**62))
"""A watermark that has heard nothing yet: below every event time."""

EVER = Millis(2**62)
"""A watermark that has heard everything: above every event time."""

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

EARLIEST = Millis(946_684_800_000)
"""2000-01-01: an identity event that claims to be older has a broken clock or the wrong unit."""


DATES_MAX = 1_024
"""Dates kept as text: nearly all that is told happened on the same few days."""


def utc(at: Millis) -> str:
    """Write an event time as ISO 8601 to the second: `2026-11-23T10:04:05Z`.

    Civil-from-days is the algorithm of H. Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013).
    """
    days, rest = divmod(at, DAY_MS)
    seconds = rest // SECOND_MS
    return f"{_date(days)}T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}Z"


@lru_cache(maxsize=DATES_MAX)
def _date(days: int) -> str:
    shifted = days + 719_468
    era, day_of_era = divmod(shifted, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_from_march = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month_from_march + 2) // 5 + 1
    month = month_from_march + (3 if month_from_march < 10 else -9)
    year = year_of_era + era * 400 + (month <= 2)
    return f"{year:04d}-{month:02d}-{day:02d}"


def span(ms: int) -> str:
    """Write a duration the way people say it, in its two largest units: `8h`, `2d 4h`, `1m 30s`, `250ms`."""
    if ms < 0:
        return f"-{span(-ms)}"
    units = (("d", DAY_MS), ("h", HOUR_MS), ("m", MINUTE_MS), ("s", SECOND_MS), ("ms", 1))
    words: list[str] = []
    for name, size in units:
        count, ms = divmod(ms, size)
        if count:
            words.append(f"{count}{name}")
    return " ".join(words[:2]) or "0s"
