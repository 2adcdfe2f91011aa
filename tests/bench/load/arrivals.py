"""Arrivals: the decisions of a load, interleaved in the order in which their records come; some late, some twice."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from random import Random

from streams.core.evidence import Evidence
from streams.core.ids import DecisionId
from streams.core.time import MINUTE_MS, SECOND_MS, Millis
from tests.bench.load import cast
from tests.bench.load.plants import PLANTS, Plant
from tests.bench.load.story import Story
from tests.bench.load.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a load is made of; the same values give the same records, byte for byte.

    `begins_at`: when the first decision begins (ms since 1970, UTC); a decision begins every `every_ms`. `name` tells
    the decisions of two loads apart. `late` and `twice`: which share of the records comes minutes after others of its
    time, and which share comes again later.
    """

    seed: int
    decisions: int
    begins_at: Millis
    name: str = "d"
    every_ms: float = 50.0
    late: float = 0.01
    twice: float = 0.02
    plants: tuple[Plant, ...] = PLANTS


@dataclass(frozen=True, slots=True)
class Labelled:
    """A decision, and what was planted in it."""

    decision_id: DecisionId
    plant: Plant
    facts: tuple[Evidence, ...]


def decisions(load: Load) -> Iterator[Labelled]:
    """Tell the decisions one after the other, each with its facts in the order of their event times."""
    random = Random(load.seed)
    texts = Texts(random)
    shares = [plant.share for plant in load.plants]
    for number in range(load.decisions):
        plant = random.choices(load.plants, shares)[0]
        begins_at = load.begins_at + int(number * load.every_ms)
        story = Story(
            random=random,
            texts=texts,
            decision_id=DecisionId(f"{load.name}-{load.seed}-{number:08d}"),
            begins_at=Millis(begins_at),
            changed_at=Millis(begins_at + MINUTE_MS + int(random.random() * 30 * SECOND_MS))
            if plant.judgement
            else None,
            agent_id=cast.AGENTS[int(random.random() * len(cast.AGENTS))],
        )
        facts = sorted(plant.tell(story), key=lambda fact: fact.occurred_at)
        yield Labelled(story.decision_id, plant, tuple(facts))


def arrivals(load: Load) -> Iterator[tuple[Evidence | None, Labelled | None]]:
    """Give the records in the order in which they come, and the label of each decision once, before its records.

    Either the record or the label is None.
    """
    random = Random(load.seed + 1)
    tie = count()
    coming: list[tuple[int, int, Evidence]] = []
    for labelled in decisions(load):
        yield None, labelled
        begins_at = labelled.facts[0].occurred_at
        while coming and coming[0][0] < begins_at:
            yield heapq.heappop(coming)[2], None
        for fact in labelled.facts:
            roll = random.random()
            delay = 30 * SECOND_MS + int(random.random() * 150 * SECOND_MS)
            at = fact.occurred_at + (delay if roll < load.late else 0)
            heapq.heappush(coming, (at, next(tie), fact))
            if roll > 1.0 - load.twice:
                heapq.heappush(coming, (at + delay, next(tie), fact))
    while coming:
        yield heapq.heappop(coming)[2], None
