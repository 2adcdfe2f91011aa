"""The example files, and small ways to read and to spoil them."""

from pathlib import Path
from typing import Any

import orjson

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
POLICY = str(EXAMPLES / "demo-policy.yaml")
AGENTS = str(EXAMPLES / "agents.jsonl")


def example(name: str) -> str:
    """The path of an example."""
    return str(EXAMPLES / name)


def events(name: str) -> list[dict[str, Any]]:
    """The events of an example."""
    return [orjson.loads(line) for line in (EXAMPLES / name).read_bytes().splitlines()]


def written(path: Path, lines: list[Any], end: bytes = b"\n") -> str:
    """Write events (or bytes as they are) as lines of a file."""
    texts = [line if isinstance(line, bytes) else orjson.dumps(line) for line in lines]
    path.write_bytes(b"\n".join(texts) + end)
    return str(path)
