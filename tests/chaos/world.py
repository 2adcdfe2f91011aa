"""World: one storm from its beginning to its judgement, on a broker and a store that the storm may take away."""

import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Any

from confluent_kafka.admin import AdminClient

from streams.settings import Settings
from tests.backends.base import Backend
from tests.chaos import calm
from tests.chaos.keeper import POLL_S, Broken, Keeper
from tests.chaos.load import Load, Roughness
from tests.chaos.platforms import Responder, publish
from tests.chaos.post import Post, clock
from tests.integration.ledger_kit import Ledgered

LATENESS_MS = 3_000
SESSION_MS = 2_000
PARTITIONS = 4

WORKER_READY = "clawback worker ready"
LEDGER_READY = "The ledger writes"
DRAIN_S = 60.0


class World:
    """Topics, tables and processes of one storm. `tell` gets a line for everything that is done to them."""

    def __init__(
        self, name: str, seed: int, kafka: Backend, clickhouse: Backend, folder: Path, tell: Callable[[str], None]
    ) -> None:
        self.seed, self.kafka, self.clickhouse, self.folder = seed, kafka, clickhouse, folder
        self.random = Random(f"world {name} {seed}")
        prefix = f"chaos-{name}-{seed}-{clock() % 100_000:05}"
        self.settings = Settings(
            kafka=kafka.address, clickhouse=f"{clickhouse.address}/{prefix.replace('-', '_')}",
            topic_prefix=f"{prefix}-", app=prefix, partitions=PARTITIONS, lateness_ms=LATENESS_MS, commit_ms=100,
            tick_ms=100, session_ms=SESSION_MS, ledger_wait_ms=100, policy=str(calm.POLICY),
            state_dir=str(folder / "state"), kafka_options="log_level=0",
        )  # fmt: skip
        self.town = Ledgered(self.settings)
        self.kills: Counter[str] = Counter()
        self.timeline: list[tuple[int, str]] = []
        self.keepers: dict[str, Keeper] = {}
        self.began_at = clock()
        self.post = Post(self.settings)
        self._tell = tell
        self._over = Event()
        self._threads: list[Thread] = []
        self._raised: list[BaseException] = []

    def note(self, what: str) -> None:
        """Write down, with its time, what was done or happened."""
        self.timeline.append((clock(), what))
        self._tell(f"{self.passed(clock())} {what}")

    def passed(self, at: int) -> str:
        """Say when something was, in seconds since this world began."""
        return f"{(at - self.began_at) / 1_000:8.3f}"

    def killed(self, what: str, how: str) -> None:
        """Count a kill (SIGKILL or SIGSTOP)."""
        self.kills[what] += 1
        self.note(f"{what}: {how}")

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Have topics, tables and agents for the time of a block, and no process afterwards."""
        logging.getLogger("streams").setLevel(logging.CRITICAL)  # ours would tell of every broken connection
        try:
            self.town.prepare().never_merge()
            self.town.publish(*calm.AGENTS)
            yield
        finally:
            self._over.set()
            for keeper in self.keepers.values():
                keeper.finish()
            for thread in self._threads:
                thread.join(DRAIN_S)

    def worker(self, name: str) -> Keeper:
        """The worker of a name; it runs from the first time it is asked for."""
        return self._keeper(name, WORKER_READY, "worker")

    def ledger(self, name: str = "ledger") -> Keeper:
        """The ledger of a name, likewise."""
        return self._keeper(name, LEDGER_READY, "ledger")

    def _keeper(self, name: str, ready: str, verb: str) -> Keeper:
        if name not in self.keepers:
            command = (sys.executable, "-m", "streams.cli", verb)
            keeper = Keeper(name, command, self.town.environment, self.folder, ready)
            keeper.up()
            self.keepers[name] = keeper
        return self.keepers[name]

    def weather(self, rough: Roughness, troubles: Sequence[Callable[["World", Random], Any]]) -> Post:
        """Publish until all troubles are over, and the rest of what has begun then; give back what was published.

        Raises:
            Broken: something did not come back.
        """
        post, load, enough = self.post, Load(self.seed, rough), Event()
        responder = Responder(self.settings, post, self.seed)
        self._in_thread("responder", lambda: responder.run(self._over))
        publisher = self._in_thread("publisher", lambda: publish(load, post, rough, self.seed, enough, self._over))
        self._in_thread("watch", self._watch)
        running = [
            self._in_thread(
                f"trouble-{number}",
                partial(trouble, self, Random(f"trouble {number} {self.seed}")),
            )
            for number, trouble in enumerate(troubles)
        ]
        for thread in running:
            self._join(thread)
        enough.set()
        self._join(publisher)
        self.note(f"the storm is over: {load.decisions} decisions, {len(post.published)} facts")
        return post

    def check(self) -> None:
        """Raise what a thread of this world has raised."""
        if self._raised:
            raise self._raised[0]

    def members(self) -> int:
        """How many workers the group gives partitions to, 0 while it is between two assignments or does not say."""
        try:
            client = AdminClient(self.settings.kafka_client(log_level=0))
            asked = client.describe_consumer_groups([f"{self.settings.app}-worker"], request_timeout=5)
            group = next(iter(asked.values())).result(5)
        except Exception:  # a broker that is away says nothing
            return 0
        if group.state.name != "STABLE":
            return 0
        return sum(bool(member.assignment.topic_partitions) for member in group.members)

    def until(self, claim: Callable[[], bool], what: str, timeout_s: float = 60.0) -> None:
        """Wait for a claim, for as long as nothing else in this world breaks.

        Raises:
            Broken: it does not become true in time; with the end of every log.
        """
        deadline = time.monotonic() + timeout_s
        while not claim():
            self.check()
            if time.monotonic() > deadline:
                tails = "\n".join(keeper.tail for keeper in self.keepers.values())
                raise Broken(f"not within {timeout_s:.0f} s: {what}\n{tails}")
            time.sleep(5 * POLL_S)

    def _watch(self) -> None:
        """Begin a new life for whoever has died and is in nobody's hands, as the system that runs them does."""
        while not self._over.is_set():
            for keeper in tuple(self.keepers.values()):
                if not keeper.held:
                    was = keeper.lives
                    keeper.ensure()
                    if keeper.lives > was:
                        self.note(f"{keeper.name} had ended; life {keeper.lives}")
            self._over.wait(0.2)

    def _in_thread(self, name: str, body: Callable[[], Any]) -> Thread:
        def run() -> None:
            try:
                body()
            except BaseException as error:
                if not self._over.is_set():
                    self._raised.append(error)

        thread = Thread(target=run, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)
        return thread

    def _join(self, thread: Thread) -> None:
        while thread.is_alive():
            self.check()
            thread.join(0.2)
        self.check()
