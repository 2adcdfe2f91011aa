"""Acts: the examples as they are published, in two parts: what is known at first, and what is heard too late."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from streams.codec.cloudevents import TICK
from streams.core.time import Millis
from streams.ops.lines import BadLine
from streams.ops.parcels import Read, opened, redated, span_of

AGENTS = "agents.jsonl"
POLICY = "demo-policy.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """`first`: everything before the first tick of each file; `late`: what stands behind one."""

    agents: tuple[Read, ...]
    first: tuple[Read, ...]
    late: tuple[Read, ...]


def acts(folder: Path, files: Iterable[str], now: Millis) -> Acts:
    """Cut files at their ticks and redate them by one span, so that the newest event of the first act is now.

    Raises:
        Misconfigured: a file is missing or cannot be read.
    """
    first: list[Read] = []
    late: list[Read] = []
    for name in files:
        act = first
        for read in opened((str(folder / name),)):
            if not isinstance(read[1], BadLine) and read[1].get("type") == TICK:
                act = late
            act.append(read)
    by_ms = span_of(first, now)
    return Acts(
        agents=tuple(redated(opened((str(folder / AGENTS),)), by_ms)),
        first=tuple(redated(first, by_ms)),
        late=tuple(redated(late, by_ms)),
    )
