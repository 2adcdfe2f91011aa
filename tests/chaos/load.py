"""Load: seeded decisions of every kind of story, each fact at the moment at which a platform would publish it."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from streams.core.evidence import Evidence
from streams.core.ids import DecisionId, EventId
from streams.core.time import Millis
from tests.altered import replace
from tests.simulation.workload import STORIES, Plot, noise

QUICKER = 100
"""The stories of the simulator take minutes; here a minute of theirs is 600 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roughness:
    """How platforms publish. `late_ms`: the most that a fact is published after it occurred, well within the lateness.

    `again`: share of facts that are published a second time, up to `again_ms` later. `taken_back_ms`, `together_ms`:
    mean time between two transactions that their producer aborts, and between two that it commits.
    """

    per_s: float = 6.0
    late_ms: int = 1_000
    again: float = 0.15
    again_ms: int = 2_000
    taken_back_ms: int = 1_500
    together_ms: int = 1_000


ORDERLY = Roughness()
ROUGH = Roughness(per_s=8.0, again=0.6, taken_back_ms=250, together_ms=400)


@dataclass(frozen=True, slots=True)
class QuickPlot(Plot):
    """A decision whose story is told a hundred times as fast."""

    def at(self, seconds: float) -> Millis:
        return Millis(self.zero + round(seconds * 1_000 / QUICKER))


@dataclass(frozen=True, slots=True, order=True)
class Draft:
    """A fact before its time: what it says is fixed by the seed, and when it occurred by when the load began.

    `send_at_ms`, `zero_ms`: since the load began. `number`: which fact of its story it is.
    """

    send_at_ms: int
    decision: str
    number: int
    zero_ms: int
    title: str
    contradicted: bool

    def fact(self, began_at: int) -> Evidence:
        plot = QuickPlot(DecisionId(self.decision), Millis(began_at + self.zero_ms))
        return facts_of(plot, self.title, contradicted=self.contradicted)[self.number]


def facts_of(plot: QuickPlot, title: str, *, contradicted: bool) -> list[Evidence]:
    """Tell a story with some noise; if it is `contradicted`, its first event is there with another content as well."""
    told = [*STORIES[title](plot), *noise(plot, Random(f"noise {plot.decision}"))]
    named = [
        replace(fact, decision_id=plot.decision, event_id=EventId(f"{plot.decision}-event-{n}"))
        for n, fact in enumerate(told)
    ]
    return [*named, replace(named[0], source="somebody else")] if contradicted else named


class Load:
    """An endless queue of drafts, which a seed determines."""

    def __init__(self, seed: int, rough: Roughness) -> None:
        self._random = Random(f"load {seed}")
        self._seed = seed
        self._rough = rough
        self._drafts: list[Draft] = []
        self._next_zero_ms = 1_000.0
        self.decisions = 0

    def due(self, now_ms: int, *, more: bool = True) -> Iterator[Draft]:
        """Take out what has to be sent by `now_ms`; unless `more`, no new decision begins."""
        while more and self._next_zero_ms <= now_ms + 10_000:
            self._begin()
        while self._drafts and self._drafts[0].send_at_ms <= now_ms:
            yield heapq.heappop(self._drafts)

    def stop(self, now_ms: int) -> None:
        """Forget the decisions that have not begun yet."""
        self._drafts = [draft for draft in self._drafts if draft.zero_ms <= now_ms]
        heapq.heapify(self._drafts)

    def __len__(self) -> int:
        return len(self._drafts)

    def name(self, number: int) -> str:
        """Name a decision of this load."""
        return f"s{self._seed}-{number:05}"

    def _begin(self) -> None:
        random, rough = self._random, self._rough
        # some decisions come in a crowd and meet in one batch
        self._next_zero_ms += random.expovariate(rough.per_s / 1_000) if random.random() < 0.7 else 1
        decision, zero_ms = self.name(self.decisions), round(self._next_zero_ms)
        title, contradicted = random.choice(sorted(STORIES)), random.random() < 0.1
        self.decisions += 1
        plot = QuickPlot(DecisionId(decision), Millis(zero_ms))
        for number, fact in enumerate(facts_of(plot, title, contradicted=contradicted)):
            sent = [fact.occurred_at + round(random.random() ** 3 * rough.late_ms)]
            if random.random() < rough.again:
                sent.append(sent[0] + random.randrange(rough.again_ms))
            for at_ms in sent:
                heapq.heappush(self._drafts, Draft(at_ms, decision, number, zero_ms, title, contradicted))
