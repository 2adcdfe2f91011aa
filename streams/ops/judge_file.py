"""Judge a file: the core over recorded evidence, in the order of the file, with no broker and no clock."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from streams.codec.cloudevents import Tick
from streams.core.command import Command
from streams.core.evidence import Evidence
from streams.core.ids import DecisionId, TenantId
from streams.core.law import Law
from streams.core.step import State, opened, step
from streams.core.time import EVER, NEVER, Millis
from streams.core.verdict import Verdict

Key = tuple[TenantId, DecisionId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Everything that was said of one decision: its evidence in event-time order, and the history of its verdicts."""

    tenant: TenantId
    decision_id: DecisionId
    evidence: tuple[Evidence, ...]
    verdicts: tuple[Verdict, ...]
    commands: tuple[Command, ...]

    @property
    def said(self) -> Iterator[Verdict | Command]:
        """Walk the verdicts in order of their versions, each followed by what it ordered."""
        for verdict in self.verdicts:
            yield verdict
            yield from (c for c in self.commands if c.verdict_id == verdict.verdict_id)


@dataclass(slots=True)
class _Open:
    """One decision while the file is read: the state of the core, what is heard but not folded, what was said."""

    state: State
    heard: list[Evidence] = field(default_factory=list)
    known: dict[str, Evidence] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)


def judge(entries: Iterable[Evidence | Tick], law: Law) -> tuple[Judged, ...]:
    """Judge all decisions of a file, sorted by (tenant, decision id).

    The watermark stays at NEVER until a tick moves it, so nothing is late that no tick has passed; after the last entry
    one tick at EVER judges the rest. A tick that goes back is ignored, as a watermark never does.
    """
    decisions: dict[Key, _Open] = {}
    watermark = NEVER
    for entry in entries:
        if isinstance(entry, Tick):
            later = max(watermark, entry.at)
            _advance(decisions, watermark, later, law)
            watermark = later
            continue
        key = (entry.tenant, entry.decision_id)
        decision = decisions.setdefault(key, _Open(opened(*key)))
        decision.heard.append(entry)
        decision.known.setdefault(entry.event_id, entry)
    _advance(decisions, watermark, EVER, law)
    return tuple(_judged(key, decisions[key]) for key in sorted(decisions))


def _advance(decisions: dict[Key, _Open], heard_at: Millis, watermark: Millis, law: Law) -> None:
    """Fold what was heard at one watermark, then judge what is due at the next."""
    for key, decision in decisions.items():
        for evidence, instant in ((tuple(decision.heard), heard_at), ((), watermark)):
            made = step(decision.state, evidence, instant, law)
            decision.state = made.state or opened(*key)
            decision.verdicts += made.verdicts
            decision.commands += made.commands
        decision.heard.clear()


def _judged(key: Key, decision: _Open) -> Judged:
    return Judged(
        tenant=key[0],
        decision_id=key[1],
        evidence=tuple(sorted(decision.known.values(), key=lambda e: (e.occurred_at, e.event_id))),
        verdicts=tuple(decision.verdicts),
        commands=tuple(decision.commands),
    )
