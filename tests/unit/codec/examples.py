"""The examples in `schemas/examples`, as the tests see them."""

import json
from typing import Any

from streams.codec.records import KINDS, Record, from_plain
from streams.resources import resource

PLAIN: dict[tuple[str, str], dict[str, Any]] = {
    (kind, path.stem): json.loads(path.read_text(encoding="utf-8"))
    for kind in KINDS
    for path in sorted((resource("schemas") / "examples" / kind).glob("*.json"))
}
"""Every example by kind and case."""

CASES = list(PLAIN)
IDS = [f"{kind}/{case}" for kind, case in CASES]


def plain(kind: str, case: str = "") -> dict[str, Any]:
    """Copy an example; the first of its kind when no case is named."""
    found = next(example for (k, c), example in PLAIN.items() if k == kind and case in ("", c))
    copy: dict[str, Any] = json.loads(json.dumps(found))
    return copy


def record(kind: str, case: str = "") -> Record:
    """Read an example."""
    return from_plain(kind, plain(kind, case))
