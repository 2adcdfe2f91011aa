"""What ClickHouse's errors mean to whoever runs the ledger."""

from __future__ import annotations

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError

from streams.ledger.errors import LedgerError, Refused, Unavailable, explained

WHERE = "http://auditor@store:8123/clawback"


@pytest.mark.parametrize(
    ("error", "meaning", "says"),
    [
        (OperationalError("pool: [Errno 111] Connection refused')) executing"), Unavailable, "Connection refused"),
        (ConnectionResetError(104, "Connection reset by peer"), Unavailable, "Connection reset by peer"),
        (DatabaseError("HTTP driver received HTTP status 502, server response: <html>"), Unavailable, "502"),
        (DatabaseError("Code: 252. DB::Exception: Too many parts (3000)", code=252), Unavailable, "Too many parts"),
        (DatabaseError("Code: 241. DB::Exception: memory limit exceeded", code=241), Unavailable, "memory limit"),
        (DatabaseError("Code: 516. DB::Exception: auditor: no", code=516), Refused, "refuses the user or the password"),
        (DatabaseError("Code: 81. DB::Exception: Database x", code=81), Refused, "`clawback migrate`"),
        (DatabaseError("Code: 60. DB::Exception: Table x does not exist", code=60), Refused, "`clawback migrate`"),
        (DatabaseError("Code: 497. DB::Exception: Not enough privileges", code=497), Refused, "does not allow"),
    ],
)  # fmt: skip
def test_an_error_says_what_is_wrong_and_whether_waiting_helps(
    error: Exception, meaning: type[LedgerError], says: str
) -> None:
    found = explained(error, WHERE)
    assert type(found) is meaning
    assert says in str(found)
    assert WHERE in str(found)


@pytest.mark.parametrize(
    "error",
    [
        DatabaseError("Code: 53. DB::Exception: Type mismatch", code=53),
        DatabaseError("Code: 62. DB::Exception: Syntax error", code=62),
        ValueError("bad row"),
    ],
)
def test_a_bug_of_ours_is_not_explained_away(error: Exception) -> None:
    assert explained(error, WHERE) is None
