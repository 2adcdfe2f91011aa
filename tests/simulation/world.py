"""World: a log, its publishers, and a worker for each partition, in virtual time; everything follows from the seed."""

from collections.abc import Iterable
from random import Random

from streams.core.evidence import Evidence
from streams.core.law import Law
from streams.core.time import HOUR_MS, Millis
from tests.simulation.faults import CALM, LATENESS_MS, Faults
from tests.simulation.log import PARTITIONS, TOPICS, Log
from tests.simulation.shell import AT_ONCE, Durable, Fenced, Worker
from tests.simulation.trace import Fell, Trace

READ_MAX = 5
"""Records that an unkind poll takes from a topic: few, so that batches differ from world to world."""


class Fall(Exception):
    """The worker dies here."""


class World:
    """A seeded world: first with its faults, then calm, until everything that happened was heard and judged."""

    def __init__(self, seed: int, faults: Faults, evidence: Iterable[Evidence], law: Law) -> None:
        """Plan when each fact is published; nothing happens yet."""
        self._random = Random(f"world {seed}")
        self._faults = faults
        self._law = law
        self._log = Log()
        self.trace = Trace(seed, tuple(evidence))
        self._planned = sorted(self._plan(self.trace.evidence), key=lambda planned: planned[0], reverse=True)
        self._now = Millis(min(fact.occurred_at for fact in self.trace.evidence) - LATENESS_MS)
        self._durable = [Durable() for _ in range(PARTITIONS)]
        self._workers = [self._start(partition) for partition in range(PARTITIONS)]
        self._back_at = [self._now] * PARTITIONS
        self._zombies: list[Worker] = []

    def run(self) -> Trace:
        """Let everything happen."""
        while self._planned:
            self._pass_time()
            self._each_worker()
        self._faults = CALM
        self._back_at = [self._now] * PARTITIONS
        last = max(fact.occurred_at for fact in self.trace.evidence)
        quiet_at = max(self._now, last) + HOUR_MS
        while self._now < quiet_at:
            self._pass_time(quiet_at)
            self._each_worker()
        assert not self._zombies, f"seed {self.trace.seed}: a worker that was replaced was never refused"
        self.trace.states = {d: state for durable in self._durable for d, state in durable.known().items()}
        self.trace.unjudged = tuple(d for worker in self._workers for d in worker.due())
        return self.trace

    def _plan(self, evidence: Iterable[Evidence]) -> Iterable[tuple[Millis, Evidence]]:
        """Say when each fact reaches its topic: soon, late, or more than once."""
        faults, random = self._faults, self._random
        for fact in evidence:
            delay_ms = random.randint(-faults.early_ms, faults.delay_ms)
            if random.random() < faults.late:
                delay_ms = random.randint(LATENESS_MS, LATENESS_MS + faults.late_ms)
            at = Millis(fact.occurred_at + delay_ms)
            yield at, fact
            if random.random() < faults.duplicate:
                yield Millis(at + random.randint(0, 4 * LATENESS_MS)), fact

    def _pass_time(self, end: int | None = None) -> None:
        """Move on: by some amount of time, or, when it is calm, to the next moment at which anything happens."""
        if self._faults.pace_ms:
            self._now = Millis(self._now + self._random.randint(1, self._faults.pace_ms))
        else:
            wakes = [wake_at + LATENESS_MS for worker in self._workers if (wake_at := worker.next_wake) is not None]
            moments = [at for at in (*wakes, *(at for at, _ in self._planned[-1:])) if at > self._now]
            soonest = min(moments, default=self._now + HOUR_MS)
            self._now = Millis(soonest if end is None else min(soonest, end))
        while self._planned and self._planned[-1][0] <= self._now:
            self._log.append(self._planned.pop()[1])

    def _each_worker(self) -> None:
        for worker in (*self._zombies, *self._workers):
            if not self._is_away(worker):
                try:
                    self._work(worker)
                except (Fall, Fenced) as end:
                    self.trace.events.append(Fell(worker.name, repr(end)))
                    self._bury(worker)
        for partition, worker in enumerate(self._workers):
            if not self._is_away(worker) and self._random.random() < self._faults.replaced:
                self._zombies.append(worker)
                self._workers[partition] = self._start(partition)

    def _is_away(self, worker: Worker) -> bool:
        """Say whether a worker is still down or, when it is one that was replaced, does nothing for now."""
        if worker in self._zombies:
            return self._random.random() < self._faults.stalled
        return self._back_at[worker.partition] > self._now

    def _work(self, worker: Worker) -> None:
        faults, random = self._faults, self._random
        self._take(worker)
        if random.random() >= faults.missed_tick:
            worker.pass_time(self._now)
            few = random.random() < faults.overlooked
            judged_all = False
            while not judged_all:
                judged_all = worker.judge(random.randint(1, AT_ONCE) if few else AT_ONCE) or few
                self._perhaps_take(worker)
                worker.settle(everything=False, meanwhile=lambda: self._perhaps_take(worker))
        if random.random() >= faults.uncommitted:
            worker.commit(meanwhile=lambda: self._perhaps_take(worker))

    def _take(self, worker: Worker) -> None:
        topics = [topic for topic in TOPICS if self._random.random() >= self._faults.aside]
        self._random.shuffle(topics)
        worker.take(self._now, topics, READ_MAX if self._faults.aside else len(self.trace.evidence))

    def _perhaps_take(self, worker: Worker) -> None:
        """Nobody holds the log up while a transaction is under way."""
        if self._random.random() < self._faults.meanwhile:
            self._take(worker)

    def _bury(self, worker: Worker) -> None:
        if worker in self._zombies:
            self._zombies.remove(worker)
        else:
            self._workers[worker.partition] = self._start(worker.partition)
            self._back_at[worker.partition] = Millis(self._now + self._random.randint(0, self._faults.down_ms))

    def _start(self, partition: int) -> Worker:
        return Worker(partition, self._durable[partition], self._log, self._law, self.trace, self._may_fall)

    def _may_fall(self, where: str) -> None:
        if self._random.random() < self._faults.fall:
            raise Fall(where)
