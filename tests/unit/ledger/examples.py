"""Every example of every schema, and the rows that it becomes now, written so that a person can review them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from streams.codec.records import Record, from_plain
from streams.ledger.rows import Position, rows_of
from streams.resources import resource
from streams.topics import by_record

GOLDEN = Path(__file__).parent / "golden"


def paths() -> list[Path]:
    return sorted(resource("schemas").glob("examples/*/*.json"))


def name_of(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def record_of(path: Path) -> Record:
    return from_plain(path.parent.name, json.loads(path.read_text(encoding="utf-8")))


def position_of(path: Path) -> Position:
    return Position(by_record(path.parent.name).name, 3, 41)


def rows_text(path: Path) -> str:
    """The rows of one example, column by column, as they go to ClickHouse."""
    rows = [
        {"table": table.name, "row": dict(zip(table.all_columns, map(_shown, row), strict=True))}
        for table, row in rows_of(record_of(path), position_of(path))
    ]
    return json.dumps(rows, indent=1, ensure_ascii=False) + "\n"


def _shown(value: Any) -> Any:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value


def write() -> None:
    """Write every golden again; read the diff as a reviewer would."""
    GOLDEN.mkdir(exist_ok=True)
    for stale in GOLDEN.glob("*.json"):
        stale.unlink()
    for path in paths():
        (GOLDEN / f"{name_of(path)}.json").write_text(rows_text(path), encoding="utf-8")


if __name__ == "__main__":
    write()
