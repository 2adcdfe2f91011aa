"""The protocol of the shell, for one partition, in virtual time; it can fall between any two of its steps.

Nobody may lose or contradict what is said here, so the order is the point: fence whoever was here before, restore,
hear and judge, deliver what is said together with what is remembered, and only then let offsets move. What is held in
memory and what is durable are the product's own bytes, in the product's own `Decisions`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from streams.agents.decisions import Decisions, Key, Said, key_of, named_by
from streams.codec.state import decode_state
from streams.core.ids import DecisionId
from streams.core.law import Law
from streams.core.step import State, next_wake
from streams.core.time import NEVER, Millis
from tests.simulation.faults import LATENESS_MS
from tests.simulation.log import TOPICS, Log
from tests.simulation.trace import Committed, Decided, Delivered, Noted, Output, Trace

AT_ONCE = 4
"""Decisions judged before anything else gets its turn: few, so that many worlds have more than that due."""


class Fenced(Exception):
    """Another worker owns this partition now."""


@dataclass(slots=True)
class Durable:
    """What outlives a worker: who owns the partition, the states in the changelog, and the offsets of the group."""

    epoch: int = 0
    states: dict[Key, bytes] = field(default_factory=dict)
    offsets: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TOPICS, 0))

    def take_over(self) -> int:
        """Fence whoever spoke for this partition before."""
        self.epoch += 1
        return self.epoch

    def check(self, epoch: int) -> None:
        """Let only the owner through.

        Raises:
            Fenced: it is somebody else by now.
        """
        if epoch != self.epoch:
            raise Fenced

    def known(self) -> dict[DecisionId, State]:
        """Read all that is remembered."""
        return {named_by(key)[1]: decode_state(*named_by(key), packed) for key, packed in self.states.items()}


class Worker:
    """One worker, from its start to its fall. It remembers only what is durable; its watermark begins at NEVER."""

    def __init__(
        self, partition: int, durable: Durable, log: Log, law: Law, trace: Trace, fall: Callable[[str], None]
    ) -> None:
        """Take the partition over, knowing nothing yet. `fall(where)` is called wherever a worker can die."""
        self.partition = partition
        self._durable = durable
        self._log = log
        self._law = law
        self._trace = trace
        self._fall = fall
        self._decisions: Decisions | None = None
        self._keys: dict[Key, None] = {}
        self._offsets: dict[str, int] = {}
        self._unsaid: list[Said] = []
        self._epoch = durable.take_over()

    @property
    def decisions(self) -> Decisions:
        """What this worker knows; it is read when somebody first asks."""
        if self._decisions is None:
            stored = dict(self._durable.states)
            self._offsets = dict(self._durable.offsets)
            self._keys = dict.fromkeys(stored)
            self._decisions = Decisions(TOPICS, LATENESS_MS)
            self._say(self._decisions.restore(stored, self._law))
        return self._decisions

    @property
    def name(self) -> str:
        """Name this worker among all that ever owned its partition."""
        return f"worker {self._epoch} of partition {self.partition}"

    def take(self, now: Millis, topics: Iterable[str], limit: int) -> None:
        """Read on in some topics, a batch each; all of a batch is heard at the watermark as it was before."""
        decisions = self.decisions
        for topic in topics:
            facts = self._log.read(topic, self.partition, self._offsets[topic], limit)
            if not facts:
                continue
            for fact in facts:
                key = key_of(fact.tenant, fact.decision_id)
                self._keys[key] = None
                said = decisions.hear(key, fact, self._law)
                self._say([said] if said is not None else [])
            self._offsets[topic] += len(facts)
            newest = max(fact.occurred_at for fact in facts)
            decisions.watermark = decisions.watermark.heard(topic, newest, now)
            self._fall("folded")

    def pass_time(self, now: Millis) -> None:
        """Let event time pass in the topics of which everything was read."""
        decisions = self.decisions
        for topic in TOPICS:
            done = self._offsets[topic] == self._log.end(topic, self.partition)
            if done:
                decisions.watermark = decisions.watermark.idle(topic, now)

    def judge(self, limit: int) -> bool:
        """Judge at most so many of the decisions that are due. Says whether these were all."""
        judged = self.decisions.judge(limit, self._law)
        self._say(judged)
        self._fall("judged")
        return len(judged) < limit

    def settle(self, *, everything: bool, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Deliver what was said together with the states that remember it: all of it, or nothing.

        `everything`: also the states of decisions that have only heard. `meanwhile`: what happens to this worker
        between the moment whose states these are and the moment at which they are durable.

        Raises:
            Fenced: another worker owns this partition now.
        """
        decisions = self.decisions
        unsaid, self._unsaid = self._unsaid, []
        keys = list(decisions.dirty) if everything else list(dict.fromkeys(said.key for said in unsaid))
        outputs = [output for said in unsaid for output in said.outputs]
        states = {key: decisions.packed(key) for key in keys}
        for key in keys:
            decisions.dirty.pop(key, None)
        if not outputs and not states:
            return
        meanwhile()
        self._fall("prepared")
        self._transact(outputs, states)
        self._fall("said")

    def commit(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Make durable all that came of the records read so far, and let their offsets move.

        Raises:
            Fenced: the partition was given to somebody else.
        """
        offsets = dict(self._offsets)
        self._trace.events.append(Noted(self.name))
        self.settle(everything=True, meanwhile=meanwhile)
        self._durable.check(self._epoch)
        self._durable.offsets = offsets
        self._trace.events.append(Committed(self.name))
        self._fall("offsets committed")

    def due(self) -> list[DecisionId]:
        """List the decisions that the watermark has reached, as their states say, whatever the wheel says."""
        at = self.decisions.watermark.at
        wakes = ((key, self._wanted_by(key)) for key in self._keys)
        return sorted(named_by(key)[1] for key, wake_at in wakes if wake_at is not None and wake_at <= at)

    @property
    def next_wake(self) -> Millis | None:
        """Tell the earliest watermark at which a decision wants to be looked at."""
        wakes = (self._wanted_by(key) for key in self._keys)
        return min((wake_at for wake_at in wakes if wake_at is not None), default=None)

    def _wanted_by(self, key: Key) -> Millis | None:
        packed = self.decisions.packed(key)
        return next_wake(decode_state(*named_by(key), packed), NEVER, self._law) if packed is not None else None

    def _say(self, judged: Iterable[Said]) -> None:
        said = [each for each in judged if each.outputs]
        self._unsaid += said
        self._trace.events += [Decided(self.name, output) for each in said for output in each.outputs]

    def _transact(self, outputs: Iterable[Output], states: dict[Key, bytes | None]) -> None:
        """Deliver and remember at one stroke, which is what a transaction is."""
        self._durable.check(self._epoch)
        self._trace.events += [Delivered(self.name, output) for output in outputs]
        for key, packed in states.items():
            if packed is None:
                self._durable.states.pop(key, None)
            else:
                self._durable.states[key] = packed
