"""Are times read in the right unit, or refused with the unit that they seem to be in."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.codec.bounds import EARLIEST_EVENT, LATEST_END, LATEST_EVENT
from streams.codec.errors import Malformed
from streams.codec.instants import checked, from_text, to_text
from streams.core.time import Millis

TEN_FOUR = Millis(1_795_428_245_000)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-23T10:04:05Z", TEN_FOUR),
        ("2026-11-23T10:04:05.120Z", TEN_FOUR + 120),
        ("2026-11-23T10:04:05.1299999Z", TEN_FOUR + 129),
        ("2026-11-23T10:04:05.123456789Z", TEN_FOUR + 123),
        ("2026-11-23t10:04:05z", TEN_FOUR),
        ("2026-11-23 10:04:05+00:00", TEN_FOUR),
        ("2026-11-23T11:04:05+01:00", TEN_FOUR),
        ("2026-11-22T22:34:05-11:30", TEN_FOUR),
    ],
)
def test_an_rfc_3339_time_is_read_to_the_millisecond(text: str, at: int) -> None:
    assert from_text(text, "x") == at


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-11-23", "2026-11-23T10:04:05", "20261123T100405Z", "2026-11-23T10:04Z", "١٢٣"]
)
def test_what_is_no_rfc_3339_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Malformed, match=r"at must be milliseconds since 1970 .* like 2026-11-23T10:04:05Z"):
        from_text(text, "at")


@pytest.mark.parametrize("text", ["2026-02-30T00:00:00Z", "2026-11-23T24:01:00Z", "2026-11-23T10:04:60Z"])
def test_a_day_or_an_hour_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(Malformed, match="which is no time"):
        from_text(text, "at")


@pytest.mark.parametrize(
    ("at", "unit"),
    [
        (TEN_FOUR // 1_000, "seconds"),
        (TEN_FOUR * 1_000, "microseconds"),
        (TEN_FOUR * 1_000_000, "nanoseconds"),
    ],
)
def test_a_time_in_another_unit_is_refused_with_that_unit(at: int, unit: str) -> None:
    with pytest.raises(Malformed, match=f"looks like {unit}; times are milliseconds"):
        checked(at, "at", LATEST_EVENT)
    with pytest.raises(Malformed, match=f"looks like {unit}; times are milliseconds"):
        checked(at, "at", LATEST_END)


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (0, "at is 0 (1970-01-01T00:00:00Z), before 2000-01-01: a broken clock, or not milliseconds."),
        (-1, "at is -1, before 2000-01-01: a broken clock, or not milliseconds."),
        (EARLIEST_EVENT - 1, "at is 946684799999 (1999-12-31T23:59:59Z), before 2000-01-01"),
        (LATEST_EVENT + 1, "at is 4102444800001 (2100-01-01T00:00:00Z), after 2100-01-01"),
        (10**40, "at is 1" + "0" * 39 + ", after 2100-01-01"),
    ],
)
def test_a_time_outside_this_century_is_refused(at: int, reason: str) -> None:
    with pytest.raises(Malformed) as refused:
        checked(at, "at", LATEST_EVENT)
    assert refused.value.reason.startswith(reason)


@given(st.integers(EARLIEST_EVENT, LATEST_END))
def test_text_and_back_is_identity_and_agrees_with_datetime(at: int) -> None:
    text = to_text(Millis(at))
    assert from_text(text, "at") == at
    assert datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") == text[:19]
