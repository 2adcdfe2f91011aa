"""Chain: the same evidence, in any order, any number of times, is the same chain."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Self

from streams.core.evidence import Approval, Change, Context, Evidence, Outcome, Prompt
from streams.core.ids import DecisionId, EventId, TenantId
from streams.core.time import Millis
from streams.core.value import Value

CHAIN_LINKS_MAX = 256
"""A decision is five to twenty facts. What needs more is a loop or an attack, and must not eat the worker's memory."""


class Link(Value, frozen=True, kw_only=True):
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
    offered; the earliest are kept. `prompts` and so on: the facts of one kind, in the same order; `dated_changes`: the
    changes, each with the moment from which it counts.
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
    dated_changes: tuple[tuple[Change, Millis], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the facts by kind once, for every rule asks for them about every change."""
        by_kind: dict[type[Evidence], list[Evidence]] = {Prompt: [], Context: [], Approval: [], Change: [], Outcome: []}
        dated: list[tuple[Change, Millis]] = []
        for link in self.links:
            fact = link.evidence
            by_kind[type(fact)].append(fact)
            if type(fact) is Change:
                dated.append((fact, link.counts_from))
        put = object.__setattr__
        put(self, "prompts", tuple(by_kind[Prompt]))
        put(self, "contexts", tuple(by_kind[Context]))
        put(self, "approvals", tuple(by_kind[Approval]))
        put(self, "changes", tuple(by_kind[Change]))
        put(self, "outcomes", tuple(by_kind[Outcome]))
        put(self, "dated_changes", tuple(dated))

    def with_evidence(self, evidence: Evidence, counts_from: Millis) -> Self:
        """Add one fact.

        Raises:
            ValueError: the fact belongs to another decision.
        """
        return self.with_links((Link(evidence=evidence, counts_from=counts_from),))

    def with_links(self, offered: Iterable[Link]) -> Self:
        """Add facts. One that is already here changes nothing, whenever it is heard again.

        Raises:
            ValueError: a fact belongs to another decision; whoever routes must not let that happen.
        """
        links, known = list(self.links), {link.evidence.event_id: link.evidence for link in self.links}
        disputed = False
        for link in offered:
            fact = link.evidence
            if fact.decision_id != self.decision_id or fact.tenant != self.tenant:
                raise ValueError(f"evidence {fact.event_id} is about another decision: {fact.decision_id}")
            if fact.event_id in known:
                if any(known_link.evidence == fact for known_link in links):
                    continue
                disputed = True
            known[fact.event_id] = fact
            links.append(link)
        if len(links) == len(self.links):
            return self
        if disputed or len(known) < len(links):
            # Two contents of one event may share their place; the order of arrival must not decide between them.
            links.sort(key=lambda link: (link.order, repr(link.evidence)))
        else:
            links.sort(key=attrgetter("order"))
        beyond = [link.counts_from for link in links[CHAIN_LINKS_MAX:]]
        if self.overflow_from is not None:
            beyond.append(self.overflow_from)
        overflow_from = min(beyond, default=None)
        return type(self)(self.tenant, self.decision_id, tuple(links[:CHAIN_LINKS_MAX]), overflow_from)

    def as_of(self, instant: Millis) -> Self:
        """Show the chain as it stood at an instant of event time."""
        overflow_from = self.overflow_from
        if overflow_from is not None and overflow_from > instant:
            overflow_from = None
        links = tuple([link for link in self.links if link.counts_from <= instant])
        if len(links) == len(self.links) and overflow_from == self.overflow_from:
            return self
        return type(self)(self.tenant, self.decision_id, links, overflow_from)

    @property
    def conflicts(self) -> tuple[EventId, ...]:
        """The events that came with more than one content, by id."""
        if len({link.evidence.event_id for link in self.links}) == len(self.links):
            return ()
        counts = Counter(link.evidence.event_id for link in self.links)
        return tuple(sorted(event_id for event_id, count in counts.items() if count > 1))

    @property
    def moments(self) -> frozenset[Millis]:
        """The distinct moments at which what the chain says may have changed."""
        at = {link.counts_from for link in self.links}
        if self.overflow_from is not None:
            at.add(self.overflow_from)
        return frozenset(at)

    @property
    def last_moment(self) -> Millis | None:
        """The last of these moments, None while nothing is known."""
        return max(self.moments, default=None)

    @property
    def evidence(self) -> Iterator[Evidence]:
        """Walk the facts in order."""
        return (link.evidence for link in self.links)
