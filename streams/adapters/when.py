"""When: the times of other systems as milliseconds since 1970, UTC."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from streams.adapters.read import Node
from streams.codec.bounds import EARLIEST_EVENT, LATEST_EVENT
from streams.core.time import Millis, utc

WRITTEN = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s?(?:([Zz])|([+-])(\d\d):?(\d\d))?", re.ASCII
)
"""RFC 3339 as platforms really write it: a blank for the T, up to nanoseconds, and sometimes no offset (then UTC)."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
NANOS_IN_MS = 1_000_000


def moment(node: Node, name: str) -> Millis:
    """Read a written time; what is finer than a millisecond is cut off.

    Raises:
        Unrecognised: it is missing, is no time, or lies before 2000 or after 2100.
    """
    written = node.text(name)
    found = WRITTEN.fullmatch(written)
    if found is None:
        node.refuse(name, "must be a time like 2026-11-23T10:04:05Z")
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    millis = int((found[7] or "0").ljust(3, "0")[:3])
    offset = timedelta()
    if found[9] is not None:
        offset = timedelta(hours=int(found[10]), minutes=int(found[11])) * (-1 if found[9] == "-" else 1)
    # RFC 3339 allows 23:59:60; counted as the second after, which is what POSIX time does with it
    leap = timedelta(seconds=1) if second == 60 else timedelta()
    try:
        at = datetime(year, month, day, hour, minute, min(second, 59) if leap else second, tzinfo=timezone(offset))
        since = at + leap - EPOCH
    except (ValueError, OverflowError):
        node.refuse(name, "names a day or an hour that does not exist")
    return _plausible(node, name, since // MILLISECOND + millis)


def nanos(node: Node, name: str) -> Millis | None:
    """Read nanoseconds since 1970, as OTLP/JSON writes them: in a text, or as a number. None when absent or 0.

    Raises:
        Unrecognised: it is no whole number, or lies before 2000 or after 2100.
    """
    value: Any = node.plain.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str) and re.fullmatch(r"\d{1,20}", value, re.ASCII):
        value = int(value)
    if type(value) is not int:
        node.refuse(name, "must be nanoseconds since 1970 as a whole number")
    return _plausible(node, name, value // NANOS_IN_MS) if value else None


def _plausible(node: Node, name: str, at: int) -> Millis:
    if not EARLIEST_EVENT <= at <= LATEST_EVENT:
        years = f"{utc(EARLIEST_EVENT)[:4]} and {utc(LATEST_EVENT)[:4]}"
        node.refuse(name, f"is not between {years}: a broken clock, or the wrong unit")
    return Millis(at)
