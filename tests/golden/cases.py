"""Cases: every golden input, and what the adapters make of it now, written so that a person can review it."""

from collections.abc import Iterator
from json import JSONDecodeError, dumps, loads
from pathlib import Path
from typing import Any

from streams.adapters import ADAPTERS, Adapted, adapt_bytes
from streams.codec.records import kind_of, to_plain

HERE = Path(__file__).parent
EXPECTED = ".expected.json"
TENANT = "default"


def inputs() -> Iterator[tuple[str, Path]]:
    """Walk the inputs of all sources, each with its source, in the order of their names."""
    for source in ADAPTERS:
        for path in sorted((HERE / source).glob("*.json")):
            if not path.name.endswith(EXPECTED):
                yield source, path


def expected_of(path: Path) -> Path:
    """Find the file that says what an input becomes."""
    return path.with_name(path.name.removesuffix(".json") + EXPECTED)


def outcome(source: str, raw: bytes) -> str:
    """Write what a message becomes, as indented JSON with sorted keys."""
    return dumps(plain(adapt_bytes(source, raw, TENANT)), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def plain(adapted: Adapted) -> dict[str, Any]:
    """Write everything that came of a message as plain values."""
    return {
        "evidence": [{"kind": kind_of(evidence), **to_plain(evidence)} for evidence in adapted.evidence],
        "undecided": [
            {**to_plain(undecided), "evidence": loads(undecided.evidence)} for undecided in adapted.undecided
        ],
        "ignored": adapted.ignored,
        "failures": [
            {"index": failure.index, "reason": failure.reason, "original": _shown(failure.original)}
            for failure in adapted.failures
        ],
    }


def _shown(original: bytes) -> Any:
    try:
        return loads(original)
    except (UnicodeDecodeError, JSONDecodeError):
        return original.decode(errors="backslashreplace")
