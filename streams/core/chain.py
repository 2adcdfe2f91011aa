"""Chain: the same evidence, in any order, any number of times, is the same chain."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Self

from streams.core.evidence import Approval, Change, Context, Evidence, Outcome, Prompt
from streams.core.ids import DecisionId, EventId, TenantId
from streams.core.time import Millis

CHAIN_LINKS_MAX = 256
"""A decision is five to twenty facts. What needs more is a loop or an attack, and must not eat the worker's memory."""


KINDS: tuple[tuple[str, type[Evidence]], ...] = (
    ("prompts", Prompt),
    ("contexts", Context),
    ("approvals", Approval),
    ("changes", Change),
    ("outcomes", Outcome),
)


@dataclass(frozen=True, slots=True)
class Link:
    """One piece of evidence in a chain, and since when it counts.

    `counts_from` is the time of the event itself, unless it was heard only after the watermark had passed that time:
    then it counts from the moment it was heard, so that what had been said before stays explicable.
    """

    evidence: Evidence
    counts_from: Millis

    @property
    def order(self) -> tuple[Millis, EventId]:
        """Place in the chain: event time, then event id."""
        return self.evidence.occurred_at, self.evidence.event_id


@dataclass(frozen=True, slots=True)
class Chain:
    """All evidence of one decision, in the order of (`occurred_at`, `event_id`).

    An event that came with two different contents is here twice: which is true cannot be known from here, and a
    contradiction must not make a fact disappear. `overflow_from`: since when more than CHAIN_LINKS_MAX facts had been
    offered; the earliest are kept. `prompts` and so on: the facts of one kind, in the same order.
    """

    tenant: TenantId
    decision_id: DecisionId
    links: tuple[Link, ...] = ()
    overflow_from: Millis | None = None
    prompts: tuple[Prompt, ...] = field(init=False, repr=False, compare=False)
    contexts: tuple[Context, ...] = field(init=False, repr=False, compare=False)
    approvals: tuple[Approval, ...] = field(init=False, repr=False, compare=False)
    changes: tuple[Change, ...] = field(init=False, repr=False, compare=False)
    outcomes: tuple[Outcome, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the facts by kind once, for every rule asks for them about every change."""
        by_kind: dict[type[Evidence], list[Evidence]] = {}
        for fact in self.evidence:
            by_kind.setdefault(type(fact), []).append(fact)
        for name, kind in KINDS:
            object.__setattr__(self, name, tuple(by_kind.get(kind, ())))

    def with_evidence(self, evidence: Evidence, counts_from: Millis) -> Self:
        """Add one fact. A fact that is already here changes nothing, whenever it is heard again.

        Raises:
            ValueError: the fact belongs to another decision; whoever routes must not let that happen.
        """
        if (evidence.tenant, evidence.decision_id) != (self.tenant, self.decision_id):
            raise ValueError(f"evidence {evidence.event_id} is about another decision: {evidence.decision_id}")
        offered = Link(evidence, counts_from)
        namesakes = [link for link in self.links if link.evidence.event_id == evidence.event_id]
        if any(link.evidence == evidence for link in namesakes):
            return self
        links = (*self.links, offered)
        if namesakes:
            # Two contents of one event may share their place; the order of arrival must not decide between them.
            links = tuple(sorted(links, key=lambda link: (link.order, repr(link.evidence))))
        elif self.links and offered.order < self.links[-1].order:
            links = tuple(sorted(links, key=lambda link: link.order))
        return self._with_links(links)

    def _with_links(self, links: tuple[Link, ...]) -> Self:
        """Keep the earliest links, and remember when there began to be too many."""
        beyond = [link.counts_from for link in links[CHAIN_LINKS_MAX:]]
        if self.overflow_from is not None:
            beyond.append(self.overflow_from)
        return replace(self, links=links[:CHAIN_LINKS_MAX], overflow_from=min(beyond, default=None))

    def as_of(self, instant: Millis) -> Self:
        """Show the chain as it stood at an instant of event time."""
        overflowed = self.overflow_from is not None and self.overflow_from <= instant
        return replace(
            self,
            links=tuple(link for link in self.links if link.counts_from <= instant),
            overflow_from=self.overflow_from if overflowed else None,
        )

    @property
    def conflicts(self) -> tuple[EventId, ...]:
        """The events that came with more than one content, by id."""
        counts = Counter(link.evidence.event_id for link in self.links)
        return tuple(sorted(event_id for event_id, count in counts.items() if count > 1))

    @property
    def moments(self) -> tuple[Millis, ...]:
        """The distinct moments at which what the chain says may have changed, in order."""
        at = {link.counts_from for link in self.links}
        if self.overflow_from is not None:
            at.add(self.overflow_from)
        return tuple(sorted(at))

    @property
    def evidence(self) -> Iterator[Evidence]:
        """Walk the facts in order."""
        return (link.evidence for link in self.links)
