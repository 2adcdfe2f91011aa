"""Story: one decision with everything that is recorded of it, in the order in which it happened, as plain values."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from streams.codec.records import kind_of, to_plain
from streams.core.command import Action, Command
from streams.core.evidence import Approval, Change, Context, Evidence, Outcome, Prompt, Status
from streams.core.ids import DecisionId, TenantId
from streams.core.time import Millis
from streams.core.verdict import Verdict
from streams.ops.judge_file import Judged
from streams.ops.telling import happened_at, tell

Part = Prompt | Context | Approval | Change | Outcome | Verdict | Command

ORDER = (Context, Prompt, Approval, Change, Verdict, Command, Outcome)
"""What comes first of two things in the same millisecond: the cause before its effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All that is known of one decision; `parts` are in order."""

    tenant: TenantId
    decision_id: DecisionId
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, tenant: TenantId, decision_id: DecisionId, parts: Iterable[Part]) -> "Story":
        """Put the parts of a story in order."""
        return cls(tenant=tenant, decision_id=decision_id, parts=tuple(sorted(parts, key=_place)))

    @classmethod
    def judged(cls, decision: Judged) -> "Story":
        """Tell the story of a decision that was judged from a file."""
        return cls.of(
            decision.tenant, decision.decision_id, (*decision.evidence, *decision.verdicts, *decision.commands)
        )

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The facts, in order."""
        return tuple(part for part in self.parts if isinstance(part, Evidence))

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts, oldest first."""
        return tuple(sorted((p for p in self.parts if isinstance(p, Verdict)), key=lambda v: v.version))

    @property
    def verdict(self) -> Verdict | None:
        """The verdict that holds: the one that no other supersedes."""
        return self.verdicts[-1] if self.verdicts else None

    @property
    def commands(self) -> tuple[Command, ...]:
        """The commands, in order."""
        return tuple(part for part in self.parts if isinstance(part, Command))

    def outcome(self, command: Command) -> Outcome | None:
        """Find what became of a command: a success when any responder reports one, else the newest report."""
        said = [p for p in self.parts if isinstance(p, Outcome) and p.command_id == command.command_id]
        succeeded = [outcome for outcome in said if outcome.status is Status.SUCCEEDED]
        return next(reversed(succeeded or said), None)

    def standing(self, command: Command) -> str:
        """Say how a command stands: `confirmed`, `failed` and the like, `taken back`, or `not confirmed`."""
        outcome = self.outcome(command)
        if outcome is not None:
            return "confirmed" if outcome.status is Status.SUCCEEDED else outcome.status.value
        back = any(c.action is Action.REINSTATE and c.compensates == command.command_id for c in self.commands)
        return "taken back" if back else "not confirmed"

    def plain(self) -> dict[str, Any]:
        """Write the story for programs: the verdict that holds, and every part with its sentence and its record."""
        verdict = self.verdict
        return {
            "tenant": self.tenant,
            "decision_id": self.decision_id,
            "judgement": verdict.judgement.value if verdict is not None else None,
            "findings": [finding.code for finding in verdict.findings] if verdict is not None else [],
            "commands": [
                {
                    "command_id": command.command_id,
                    "action": command.action.value,
                    "target": command.target,
                    "operation": command.operation,
                    "standing": self.standing(command),
                }
                for command in self.commands
            ],
            "timeline": [
                {"at": happened_at(part), "kind": kind_of(part), "says": tell(part).says, "record": to_plain(part)}
                for part in self.parts
            ],
        }


def _place(part: Part) -> tuple[Millis, int, str]:
    rank = 0
    if isinstance(part, Verdict):
        rank = part.version
    elif isinstance(part, Command):
        rank = tuple(Action).index(part.action)
    return happened_at(part), ORDER.index(type(part)), f"{rank:09}{part_id(part)}"


def part_id(part: Part) -> str:
    """Name the part by its own id."""
    if isinstance(part, Verdict):
        return part.verdict_id
    return part.command_id if isinstance(part, Command) else part.event_id
