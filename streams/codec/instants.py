"""Instants on the wire: integers of milliseconds since 1970 (UTC), or RFC 3339 text, checked for the wrong unit."""

import re
from datetime import UTC, datetime, timedelta

from streams.codec.bounds import EARLIEST_EVENT, LATEST_END, LATEST_EVENT
from streams.codec.errors import Malformed
from streams.core.time import Millis, utc

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
"""`date-time` of RFC 3339, section 5.6; an offset is required, for a local time says nothing to anybody else."""

UNITS = (("seconds", 1, 1_000), ("microseconds", 1_000, 1), ("nanoseconds", 1_000_000, 1))
"""The units that people mistake for milliseconds: name, divisor and factor that lead to milliseconds."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def from_text(text: str, where: str) -> Millis:
    """Read an RFC 3339 date-time; what is finer than a millisecond is cut off.

    Raises:
        Malformed: it is none, or names a day or an hour that does not exist.
    """
    if len(text) > 40 or not RFC_3339.fullmatch(text):
        raise Malformed(f"{where} must be milliseconds since 1970 (UTC) or a time like 2026-11-23T10:04:05Z.")
    try:
        # datetime knows at most microseconds; anything finer would be cut off anyway
        at = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text.upper()))
        return Millis((at - EPOCH) // MILLISECOND)
    except (ValueError, OverflowError) as error:
        raise Malformed(f"{where} is {text}, which is no time: {error}.") from None


def to_text(at: Millis) -> str:
    """Write an instant as RFC 3339 to the millisecond: `2026-11-23T10:04:05.120Z`."""
    return f"{utc(at)[:-1]}.{at % 1000:03d}Z"


def checked(at: int, where: str, latest: Millis) -> Millis:
    """Accept an instant between 2000 and `latest`.

    Raises:
        Malformed: it lies outside; with the unit that it seems to be in.
    """
    if EARLIEST_EVENT <= at <= latest:
        return Millis(at)
    for unit, divisor, factor in UNITS:
        if EARLIEST_EVENT <= at // divisor * factor <= LATEST_EVENT:
            raise Malformed(f"{where} is {at}, which looks like {unit}; times are milliseconds since 1970 (UTC).")
    shown = f"{at} ({utc(Millis(at))})" if 0 <= at <= LATEST_END else str(at)[:40]
    if at < EARLIEST_EVENT:
        raise Malformed(f"{where} is {shown}, before 2000-01-01: a broken clock, or not milliseconds.")
    raise Malformed(f"{where} is {shown}, after {utc(latest)[:10]}: a broken clock, or not milliseconds.")
