"""The protocol of the shell, for one partition, in virtual time; it can fall between any two of its steps.

Nobody may lose or contradict what is said here, so the order is the point: note up to where will be judged, deliver,
save, and only then let offsets move. Everything but the order is the product's own code.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from streams.core.evidence import Evidence
from streams.core.ids import DEFAULT_TENANT, DecisionId
from streams.core.law import Law
from streams.core.step import State, Step, next_wake, opened, promised, step
from streams.core.time import NEVER, Millis
from streams.core.watermark import Watermark
from tests.simulation.faults import LATENESS_MS
from tests.simulation.log import TOPICS, Log
from tests.simulation.trace import Committed, Decided, Delivered, Output, Trace


def outputs(made: Step) -> tuple[Output, ...]:
    """Give everything that a step says."""
    return (*made.verdicts, *made.commands)


@dataclass(slots=True)
class Durable:
    """What outlives a worker: the states as they were last saved, and the offsets as they were last committed."""

    states: dict[DecisionId, State] = field(default_factory=dict)
    offsets: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TOPICS, 0))


class Worker:
    """One worker from its start to its fall. It remembers nothing that was not saved; its watermark begins at NEVER."""

    def __init__(
        self, partition: int, durable: Durable, log: Log, law: Law, trace: Trace, fall: Callable[[str], None]
    ) -> None:
        """Start from what is durable. `fall(where)` is called wherever a worker can die, and may raise."""
        self.partition = partition
        self.watermark = Watermark.over(TOPICS, LATENESS_MS)
        self._durable = durable
        self._states = dict(durable.states)
        restored = ((d, next_wake(state, NEVER, law)) for d, state in self._states.items())
        self._wakes = {decision: wake_at for decision, wake_at in restored if wake_at is not None}
        self._offsets = dict(durable.offsets)
        self._log = log
        self._law = law
        self._trace = trace
        self._fall = fall

    def take(self, now: Millis, topics: Iterable[str], limit: int) -> None:
        """Read on in some topics and fold what was read."""
        heard: list[tuple[str, Evidence]] = []
        for topic in topics:
            facts = self._log.read(topic, self.partition, self._offsets[topic], limit)
            self._offsets[topic] += len(facts)
            heard += [(topic, fact) for fact in facts]
        by_decision: dict[DecisionId, list[Evidence]] = {}
        for _, fact in heard:
            by_decision.setdefault(fact.decision_id, []).append(fact)
        self._take_steps({decision: tuple(facts) for decision, facts in by_decision.items()})
        for topic, fact in heard:
            self.watermark = self.watermark.heard(topic, fact.occurred_at, now)

    def tick(self, now: Millis, wanted: Callable[[DecisionId], bool]) -> None:
        """Let time pass, and look at those decisions that are due and `wanted`."""
        for topic in TOPICS:
            done = self._offsets[topic] == self._log.end(topic, self.partition)
            self.watermark = self.watermark.idle(topic, now) if done else self.watermark.busy(topic)
        self._take_steps({decision: () for decision in self.due() if wanted(decision)})

    def commit(self) -> None:
        """Let the offsets move."""
        self._durable.offsets = dict(self._offsets)
        self._trace.events.append(Committed(self.partition))
        self._fall("offsets committed")

    def due(self) -> list[DecisionId]:
        """List the decisions that the watermark has reached."""
        return sorted(decision for decision, wake_at in self._wakes.items() if wake_at <= self.watermark.at)

    @property
    def next_wake(self) -> Millis | None:
        """Tell the earliest watermark at which a decision wants to be looked at."""
        return min(self._wakes.values(), default=None)

    def _take_steps(self, by_decision: dict[DecisionId, tuple[Evidence, ...]]) -> None:
        steps = {
            decision: step(self._of(decision), facts, self.watermark.at, self._law)
            for decision, facts in by_decision.items()
        }
        self._trace.events += [Decided(self.partition, output) for made in steps.values() for output in outputs(made)]
        self._fall("folded")
        self._promise(steps)
        self._deliver(steps)
        self._save(steps)

    def _promise(self, steps: dict[DecisionId, Step]) -> None:
        """Note durably up to where those who will speak are judged; after a fall they must say the same again."""
        for decision, made in steps.items():
            if made.verdicts or made.commands:
                self._durable.states[decision] = promised(self._of(decision), self.watermark.at)
                self._fall("promised")

    def _deliver(self, steps: dict[DecisionId, Step]) -> None:
        for made in steps.values():
            for output in outputs(made):
                self._trace.events.append(Delivered(self.partition, output))
                self._fall("delivered")

    def _save(self, steps: dict[DecisionId, Step]) -> None:
        for decision, made in steps.items():
            for states in (self._durable.states, self._states):
                if made.state is None:
                    states.pop(decision, None)
                else:
                    states[decision] = made.state
            self._wakes.pop(decision, None)
            if made.wake_at is not None:
                self._wakes[decision] = made.wake_at
            self._fall("saved")

    def _of(self, decision: DecisionId) -> State:
        return self._states.get(decision) or opened(DEFAULT_TENANT, decision)
