"""Replay: recorded events through the core, out come verdicts and commands as canonical JSON lines."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from streams.codec import cloudevents
from streams.core.law import Law
from streams.core.registry import Registry
from streams.ops.errors import Misconfigured
from streams.ops.heard import hear_files
from streams.ops.judge_file import Judged, judge
from streams.ops.lines import BadLine
from streams.policy.compiled import CompiledPolicy
from streams.policy.errors import PolicyInvalid
from streams.policy.load import load


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What came of a replay: the decisions sorted by (tenant, id), the lines that could not be taken, and the law."""

    decisions: tuple[Judged, ...]
    bad: tuple[BadLine, ...]
    undecided: int
    law: Law

    @property
    def lines(self) -> Iterator[bytes]:
        """Write every verdict, followed by its commands, as one JSON line each (without the newline).

        The bytes are a function of the input alone: no clock, no hash seed, no order of arrival between two ticks.
        """
        return (cloudevents.write(said) for decision in self.decisions for said in decision.said)

    @property
    def sums(self) -> dict[str, Any]:
        """Count what was said, and digest its bytes: two replays that agree here agree in everything."""
        hasher = sha256()
        for line in self.lines:
            hasher.update(line + b"\n")
        latest = Counter(d.verdicts[-1].judgement.value for d in self.decisions if d.verdicts)
        return {
            "bad_lines": len(self.bad),
            "commands": sum(len(d.commands) for d in self.decisions),
            "decisions": len(self.decisions),
            "latest": dict(sorted(latest.items())),
            "policy_digest": self.law.policy.digest,
            "sha256": hasher.hexdigest(),
            "verdicts": sum(len(d.verdicts) for d in self.decisions),
        }


def replay(files: tuple[str, ...], *, policy: str | None = None, agents: tuple[str, ...] = ()) -> Replayed:
    """Judge files of events. `policy`: path, None for the shipped default. `agents`: more files, read first.

    Raises:
        Misconfigured: a file is missing, or the policy does not load.
    """
    compiled = policy_of(policy)
    registered = hear_files(agents)
    heard = hear_files(files)
    registry = Registry().with_agents((*registered.agents, *heard.agents))
    law = Law(compiled, registry)
    return Replayed(
        decisions=judge((*registered.facts, *heard.facts), law),
        bad=(*registered.bad, *heard.bad),
        undecided=registered.undecided + heard.undecided,
        law=law,
    )


def policy_of(path: str | None) -> CompiledPolicy:
    """Load a policy file, or the shipped default.

    Raises:
        Misconfigured: the file is missing or no policy; the message names file, line and reason.
    """
    if path and not Path(path).is_file():
        raise Misconfigured(f"there is no policy file {path}; leave --policy out for the shipped default.")
    try:
        return load(Path(path) if path else None)
    except PolicyInvalid as invalid:
        raise Misconfigured(str(invalid)) from invalid
