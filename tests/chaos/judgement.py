"""Judgement: after a storm, wait until nothing is left to do, and name every difference from calm."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from streams.core.evidence import Evidence
from streams.topics import AGENTS, INPUTS, LEDGERED, QUARANTINE
from tests.chaos.calm import Calm, calm
from tests.chaos.heard import Heard, Message, listen
from tests.chaos.platforms import GHOST
from tests.chaos.post import clock
from tests.chaos.rows import wrong_rows
from tests.chaos.world import LATENESS_MS, World

SETTLED_S = 120.0
GRACE_MS = 600
SPARE_MS = 1_000
"""What may pass between the moment at which something is due and its being said by a worker in peace."""

SHOWN = 12


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as in calm. `decision`: what it is about, if it is about one."""

    decision: str
    what: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a storm. `apart`: decisions of which a fact may have been late, left out of the comparison."""

    storm: str
    seed: int
    kills: Mapping[str, int]
    facts: int
    decisions: int
    verdicts: int
    commands: int
    apart: int
    seconds: float
    differences: Sequence[Difference] = field(default=())
    report: str = ""


def settled(world: World) -> None:
    """Wait, with every process running in peace, until all is said that will be said and written that was said.

    Raises:
        Broken: a process or the group did not come back, or offsets do not move.
    """
    for keeper in world.keepers.values():
        keeper.held = False
        keeper.ensure()
    for keeper in world.keepers.values():
        keeper.await_ready()
    world.note("everybody is back")
    last = 0

    def quiet() -> bool:
        """Whether the newest fact, an answer to a command perhaps, has been judged for long."""
        nonlocal last
        last = max((fact.occurred_at for fact in tuple(world.post.published)), default=0)
        return clock() > last + GRACE_MS + LATENESS_MS + SPARE_MS

    def reached() -> bool:
        return quiet() and not unread(world)

    world.until(reached, "every offset is committed", SETTLED_S)
    # A worker that is behind says the last word now; what is said of nothing new would come now as well.
    time.sleep(SPARE_MS / 1_000)
    world.until(reached, "every offset is committed", SETTLED_S)


def unread(world: World) -> list[str]:
    """Name the partitions of which a group has not committed all that is there to read."""
    heard, app = listen(world.settings), world.settings.app
    hidden = len(set(world.post.published) - set(heard.facts))
    left = [f"{hidden} facts were published and cannot be read"] if hidden else []
    for group, topics in ((f"{app}-worker", INPUTS), (f"{app}-ledger", LEDGERED)):
        names = [topic.name for topic in topics]
        committed = world.town.cluster.committed(group, names)
        left += [
            f"{group} has committed {committed[part][0]} of {part[0]}[{part[1]}], which ends at {end}"
            for part, end in heard.ends(names).items()
            if committed[part][0] < end
        ]
    return left


def judged(world: World) -> tuple[Heard, Calm, list[Difference], frozenset[str]]:
    """Compare what is on the topics and in the tables with a calm run."""
    heard = listen(world.settings)
    apart = world.post.late(LATENESS_MS)
    expected = calm(heard.facts)
    found = [
        *_input(world, heard),
        *_said("verdict", expected.verdicts, heard.verdicts, apart),
        *_said("command", expected.commands, heard.commands, apart),
        *(Difference("", said) for said in wrong_rows(world.settings, heard)),
        *(Difference("", f"in quarantine: {message}") for message in heard.by_topic[QUARANTINE.name]),
        *(Difference("", said) for said in unread(world)),
    ]
    return heard, expected, found, apart


def _input(world: World, heard: Heard) -> Iterator[Difference]:
    """The harness itself: what was published is on the topics, and nothing else is."""
    published: set[Evidence] = set(world.post.published)
    read: set[Evidence] = set(heard.facts)
    for fact in published.symmetric_difference(read):
        where = "was published and is not on its topic" if fact in published else "is on its topic, published by nobody"
        yield Difference(_decision(fact), f"a fact {where}: {fact}")
    if len(heard.by_topic[AGENTS.name]) == 0:
        yield Difference("", "no agent is registered")
    for decision in {str(m.record.decision_id) for t in heard.by_topic.values() for m in t if _is_ghost(m.record)}:
        yield Difference(decision, "what was taken back was heard")


def _is_ghost(record: Any) -> bool:
    return _decision(record).startswith(GHOST)


def _decision(record: Any) -> str:
    return str(getattr(record, "decision_id", ""))


def _said(
    kind: str, expected: Mapping[str, Any], found: Mapping[str, Sequence[Message]], apart: frozenset[str]
) -> Iterator[Difference]:
    """Each exactly once, with the whole content; nothing missing, nothing more."""
    for name, record in expected.items():
        if name not in found and record.decision_id not in apart:
            yield Difference(record.decision_id, f"{kind} {name} was never said: {record}")
    for name, messages in found.items():
        decision = str(messages[0].record.decision_id)
        if len(messages) > 1:
            places = ", ".join(f"[{m.place.partition}]@{m.place.offset}" for m in messages)
            yield Difference(decision, f"{kind} {name} was said {len(messages)} times: {places}")
        if decision in apart:
            continue
        if name not in expected:
            yield Difference(decision, f"{kind} {name} must not have been said: {messages[0]}")
        elif any(message.record != expected[name] for message in messages):
            yield Difference(decision, f"{kind} {name} says {messages[0].record}, and in calm {expected[name]}")


def report(world: World, storm: str, heard: Heard, expected: Calm, differences: Iterable[Difference]) -> str:
    """Everything that somebody needs who has to find the cause, first things first."""
    found = list(differences)
    lines = [
        f"storm {storm}, seed {world.seed}: {len(found)} differences from calm",
        f"again: python -m tests.chaos --storm {storm} --seed {world.seed}",
        f"logs: {world.folder}",
        "", "what was done (seconds since the world began):",
        *(f"  {world.passed(at)} {what}" for at, what in world.timeline),
        "", "differences by decision:",
        *(f"  {decision or '(none)'}: {count}" for decision, count in
          sorted(Counter(d.decision for d in found).items())[:SHOWN]),
        "", f"the first {SHOWN}:", *(f"  {d.decision}: {d.what}" for d in found[:SHOWN]),
    ]  # fmt: skip
    about = [d.decision for d in found if d.decision]
    if about:
        first = min(about, key=lambda decision: min((m.at for m in heard.about(decision)), default=0))
        lines += ["", f"the first decision that differs is {first}; everything on the topics about it:"]
        lines += [f"  {world.passed(message.at)} {message}" for message in heard.about(first)]
        lines += ["", "and what is said of it in calm:"]
        spoken = [*expected.verdicts.values(), *expected.commands.values()]
        lines += [f"  {record}" for record in spoken if _decision(record) == first]
        its = [fact for fact in world.post.published if _decision(fact) == first]
        lines += ["", "when each of its facts was visible after it occurred (ms):"]
        lines += [f"  {fact.event_id}: {world.post.published[fact] - fact.occurred_at}" for fact in _in_order(its)]
    return "\n".join(lines)


def _in_order(facts: Iterable[Evidence]) -> list[Evidence]:
    return sorted(facts, key=lambda fact: (fact.occurred_at, fact.event_id))
