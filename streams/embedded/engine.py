"""ClickHouse's engine in this process (chdb), one statement at a time per call, with calls from several threads."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import chdb

from streams.embedded.statement import Statement, parse

# What a client puts into the URL for the HTTP server itself; the engine refuses it as an unknown setting.
_FOR_THE_SERVER = frozenset(
    {
        "buffer_size",
        "client_protocol_version",
        "compress",
        "database",
        "decompress",
        "default_format",
        "password",
        "query",
        "query_id",
        "quota_key",
        "role",
        "session_check",
        "session_id",
        "session_timeout",
        "user",
        "wait_end_of_query",
    }
)
# Bounds that a client can replace by its own settings: a result is held in memory here before it is sent.
_BOUNDS = {"max_result_bytes": str(256 << 20), "max_execution_time": "300"}
_SETTING = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_CODE = re.compile(r"Code: (\d+)")
_BAD_ARGUMENTS = 36  # ClickHouse's code for a request that makes no sense
_UNKNOWN_EXCEPTION = 1002


_connect: Callable[[str], Any] = chdb.connect


class EngineError(Exception):
    """The engine refused a statement; `code` is ClickHouse's number for the reason."""

    def __init__(self, message: str, code: int | None = None) -> None:
        """Keep the text from `Code:` on, which is how clients know it."""
        found = _CODE.search(message)
        self.code = code or (int(found.group(1)) if found else _UNKNOWN_EXCEPTION)
        text = message[found.start() :] if found else f"Code: {self.code}. DB::Exception: {message}"
        super().__init__(text.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a statement gave: `format` is None when it is of a kind that gives no rows."""

    body: bytes = b""
    format: str | None = None
    summary: Mapping[str, str] = field(default_factory=dict)


class Engine:
    """The engine over one folder. Every call has its own connection, so nothing set by one is seen by another."""

    def __init__(self, path: str) -> None:
        """Open the folder; this connection stays open to keep the engine running between calls."""
        self._path = path
        self._open: Any = _connect(path)
        self.version = str(chdb.engine_version)
        self.timezone = self.run(b"SELECT timezone() FORMAT TabSeparated", {}).body.decode().strip()

    def run(self, text: bytes, options: Mapping[str, str], *, read_only: bool = False) -> Reply:
        """Run one statement with the options of its URL: database, param_*, and settings."""
        connection: Any = _connect(self._path)
        try:
            _prepare(connection, options, read_only=read_only)
            return _execute(connection, parse(text), _parameters(options), options.get("default_format"))
        except RuntimeError as error:  # chdb's own errors are of this kind too
            raise EngineError(str(error)) from error
        finally:
            connection.close()

    def close(self) -> None:
        """Let go of the folder."""
        self._open.close()


def _prepare(connection: Any, options: Mapping[str, str], *, read_only: bool) -> None:
    if database := options.get("database"):
        connection.query("USE `{}`".format(database.replace("\\", "\\\\").replace("`", "\\`")))
    settings = {name: value for name, value in options.items() if not name.startswith("param_")}
    for name, value in {**_BOUNDS, **settings}.items():
        if name not in _FOR_THE_SERVER:
            connection.query(f"SET {_setting_name(name)} = {_quoted(value)}")
    if read_only:
        connection.query("SET readonly = 2")


def _execute(connection: Any, statement: Statement, parameters: dict[str, str], default: str | None) -> Reply:
    if statement.data is not None:
        if parameters:
            raise EngineError("parameters are not supported here together with inserted data", _BAD_ARGUMENTS)
        return _insert(connection, statement)
    sql = statement.sql.decode()
    if wanted := statement.format or default:
        result = connection.query(sql, wanted, params=parameters)
        return Reply(body=result.bytes() or b"", format=wanted, summary=_summary(result))
    # With names, a statement that gives rows writes at least their line; one that gives none writes nothing at all.
    result = connection.query(sql, "TabSeparatedWithNames", params=parameters)
    names, _, rows = bytes(result.bytes() or b"").partition(b"\n")
    return Reply(body=rows, format="TabSeparated" if names else None, summary=_summary(result))


def _insert(connection: Any, statement: Statement) -> Reply:
    inserter = connection.send_insert(statement.sql.decode(), statement.format)
    with inserter:
        inserter.append(statement.data)
        result = inserter.finish()
    return Reply(summary={"written_rows": str(result.rows_written), "written_bytes": str(result.bytes_written)})


def _parameters(options: Mapping[str, str]) -> dict[str, str]:
    return {name[len("param_") :]: value for name, value in options.items() if name.startswith("param_")}


def _summary(result: Any) -> dict[str, str]:
    return {
        "read_rows": str(result.storage_rows_read()),
        "read_bytes": str(result.storage_bytes_read()),
        "written_rows": str(result.rows_written()),
        "written_bytes": str(result.bytes_written()),
        "result_rows": str(result.rows_read()),
        "result_bytes": str(result.bytes_read()),
        "elapsed_ns": str(int(result.elapsed() * 1_000_000_000)),
    }


def _setting_name(name: str) -> str:
    if not _SETTING.fullmatch(name):
        raise EngineError(f"{name!r} is no name of a setting", _BAD_ARGUMENTS)
    return name


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
