"""Event time: how it reads to a person."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.time import DAY_MS, EARLIEST, EVER, HOUR_MS, NEVER, Millis, span, utc

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST = int((datetime(1, 1, 1, tzinfo=UTC) - EPOCH) / timedelta(milliseconds=1))
LAST = int((datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) - EPOCH) / timedelta(milliseconds=1))


@given(st.integers(FIRST, LAST))
def test_a_time_reads_as_datetime_would_write_it(at: int) -> None:
    written = EPOCH + timedelta(milliseconds=at)
    assert utc(Millis(at)) == f"{written:%Y-%m-%dT%H:%M:%S}Z".rjust(20, "0")


@pytest.mark.parametrize("year", [1, 4, 100, 400, 1600, 1900, 1970, 1999, 2000, 2024, 2026, 2100, 9999])
@pytest.mark.parametrize(("month", "day"), [(1, 1), (2, 28), (3, 1), (12, 31)])
def test_the_ends_of_months_and_years_read_right(year: int, month: int, day: int) -> None:
    at = datetime(year, month, day, 23, 59, 59, tzinfo=UTC)
    assert utc(Millis(int((at - EPOCH) / timedelta(milliseconds=1)))) == f"{year:04d}-{month:02d}-{day:02d}T23:59:59Z"


def test_milliseconds_are_cut_off_and_not_rounded() -> None:
    assert utc(Millis(999)) == "1970-01-01T00:00:00Z"
    assert utc(Millis(-1)) == "1969-12-31T23:59:59Z"


def test_the_earliest_time_is_the_year_2000() -> None:
    assert utc(EARLIEST) == "2000-01-01T00:00:00Z"
    assert NEVER < EARLIEST < EVER


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (0, "0s"),
        (250, "250ms"),
        (90_000, "1m 30s"),
        (8 * HOUR_MS, "8h"),
        (2 * DAY_MS + 4 * HOUR_MS + 5_000, "2d 4h"),
        (DAY_MS + 1, "1d 1ms"),
        (-90_000, "-1m 30s"),
    ],
)
def test_a_duration_reads_as_people_say_it(ms: int, words: str) -> None:
    assert span(ms) == words
