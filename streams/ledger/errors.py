"""What can go wrong between the ledger and its two neighbours, as sentences for whoever runs it."""

import re

from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError


class LedgerError(Exception):
    """The ledger cannot go on by itself; the message says why and what to do. Never shows a password."""


class Unavailable(LedgerError):
    """ClickHouse is not there, or refuses for now: waiting may help."""


class Refused(LedgerError):
    """ClickHouse is there and will not have us: wrong account, no such database, not migrated. A person must act."""


class OptionsRefused(LedgerError):
    """The Kafka client does not take the options that the user gave it."""


class TopicReplaced(LedgerError):
    """A topic is not the one that was written so far: its offsets mean other records now."""


class Stopping(Exception):
    """The ledger was asked to stop while it waited; what it held is read again at the next start."""


AUTHENTICATION = frozenset({192, 193, 194, 516})
"""UNKNOWN_USER, WRONG_PASSWORD, REQUIRED_PASSWORD, AUTHENTICATION_FAILED."""

FORBIDDEN = frozenset({497, 164})
"""ACCESS_DENIED, READONLY."""

UNKNOWN_DATABASE = 81

NOT_MIGRATED = frozenset({60, 16, 10, 8})
"""UNKNOWN_TABLE, NO_SUCH_COLUMN_IN_TABLE, NOT_FOUND_COLUMN_IN_BLOCK, THERE_IS_NO_COLUMN."""

BUSY = frozenset({159, 202, 209, 210, 212, 225, 236, 241, 242, 243, 252, 319, 364, 394, 425, 698, 1000, 1001})
"""Timeouts, too many queries or parts, no memory, disk or keeper, cancelled by a shutdown, and errors of the library
below: none of them is about the rows, so the same rows may well be taken later."""


ERRNO = re.compile(r"\[Errno -?\d+\] ([^'\")]+)")
"""What the operating system said."""

EXCEPTION = re.compile(r"DB::Exception: (.+?)(?: \(version|$)", re.DOTALL)
"""What ClickHouse said."""


def explained(error: Exception, address: str) -> LedgerError | None:
    """Say what an error of the client means, or None when it is nobody's fault but ours.

    `address`: of ClickHouse, without the password.
    """
    code = error.code if isinstance(error, DatabaseError) else None
    if isinstance(error, OSError) or (isinstance(error, OperationalError) and code is None) or _is_no_clickhouse(error):
        return Unavailable(f"ClickHouse at {address} does not answer ({first_line(error)}).")
    if code in AUTHENTICATION:
        return Refused(
            f"ClickHouse at {address} refuses the user or the password. "
            "Put both into CLAWBACK_CLICKHOUSE: http://user:password@host:port/database."
        )
    if code in FORBIDDEN:
        return Refused(f"ClickHouse at {address} does not allow this to its user ({first_line(error)}).")
    if code == UNKNOWN_DATABASE:
        return Refused(f"ClickHouse at {address} has no such database. Run `clawback migrate`, which makes it.")
    if code in NOT_MIGRATED:
        return Refused(
            f"ClickHouse at {address} lacks a table or a column ({first_line(error)}). Run `clawback migrate`."
        )
    if code in BUSY:
        return Unavailable(f"ClickHouse at {address} cannot take rows now ({first_line(error)}).")
    return None


def _is_no_clickhouse(error: Exception) -> bool:
    """A proxy's error page, or a half answer: it has no code of ClickHouse's."""
    return isinstance(error, DatabaseError) and error.code is None


def first_line(error: Exception) -> str:
    """Cut the reason out of what the libraries below wrap around it."""
    text = str(error)
    if found := ERRNO.search(text):
        return found.group(1)
    if found := EXCEPTION.search(text):
        return found.group(1)[:200]
    lines = text.strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
