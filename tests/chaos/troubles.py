"""Troubles: what may be done to a world, each a function of (world, seeded random) that returns when it is done."""

import shutil
import sys
import time
from collections.abc import Callable, Sequence
from random import Random

from tests.chaos.keeper import ENDS_BY_ITSELF, KILLED, MIDWIFE, Broken, Keeper, moment
from tests.chaos.world import World

Trouble = Callable[[World, Random], None]

DECIDE_POINTS = (
    "decide-folded", "decide-produced", "decide-said", "decide-offsets", "decide-fenced", "decide-restored",
)  # fmt: skip
LEDGER_POINTS = ("after-intent", "after-some-inserts", "after-inserts", "after-done", "after-commit")

REACHED_S = 60.0
"""Under load, a process that has not passed a point within this time does not pass it."""

AT_START = {"decide-fenced", "decide-restored"}
"""Passed when a partition is received: once in a life, or a few times."""


def crash_at(role: str, name: str, points: Sequence[str], times: int = 1) -> Trouble:
    """Let a process end itself at every one of some points, in a seeded order, so many times."""

    def trouble(world: World, random: Random) -> None:
        keeper = held(world, role, name)
        order = [point for _ in range(times) for point in random.sample(points, len(points))]
        for point in order:
            passes = 1 if point in AT_START else random.randint(1, 4)
            fate, deadline = f"{point}:{passes}", time.monotonic() + REACHED_S
            keeper.kill()
            keeper.up(crash_at=fate)
            while (code := keeper.await_end(deadline - time.monotonic())) != KILLED:
                if code not in ENDS_BY_ITSELF:
                    raise Broken(f"{name} was to die at {fate} and did not ({code}):\n{keeper.tail}")
                keeper.up(crash_at=fate)  # it was the broker that went away, and the fate remains
            world.killed(name, f"killed itself at {point}:{passes}")
        released(keeper)

    return trouble


def kill_at_random(role: str, name: str, times: int) -> Trouble:
    """Kill a process again and again: while it starts, while it restores, while it works."""

    def trouble(world: World, random: Random) -> None:
        keeper = held(world, role, name)
        for number in range(times):
            if number % 4 == 3:
                keeper.await_ready()  # now and then something must get done, or nothing is at stake
                time.sleep(random.uniform(0.5, 2.0))
            else:
                moment(random, keeper)
            keeper.kill()
            world.killed(name, "kill -9")
            keeper.up()
        released(keeper)

    return trouble


def come_and_go(name: str, times: int) -> Trouble:
    """Let one more worker join under load, and leave: asked to (SIGTERM) or killed, in turns."""

    def trouble(world: World, random: Random) -> None:
        for number in range(times):
            keeper = held(world, "worker", name)
            if not keeper.runs:
                keeper.up()
            keeper.await_ready()
            world.note(f"{name} has joined")
            time.sleep(random.uniform(0.2, 3.0))
            if number % 2:
                keeper.kill()
                world.killed(name, "kill -9")
            else:
                keeper.stop()
                world.note(f"{name} has left (SIGTERM)")
            time.sleep(random.uniform(0.0, 1.5))

    return trouble


def sleep_at_random(names: tuple[str, str], times: int) -> Trouble:
    """Pause one of two workers until the group has given its partitions to the other; then let it go on."""

    def trouble(world: World, random: Random) -> None:
        keepers = [held(world, "worker", name) for name in names]
        for number in range(times):
            sleeper = keepers[number % 2]
            for keeper in keepers:
                keeper.await_ready()
            world.until(lambda: world.members() == 2, "both workers have partitions")
            time.sleep(random.uniform(0.0, 1.5))
            sleeper.pause()
            world.killed(sleeper.name, "SIGSTOP")
            _woken(world, sleeper, random)
        for keeper in keepers:
            released(keeper)

    return trouble


def sleep_at(names: tuple[str, str], points: Sequence[str]) -> Trouble:
    """Let a worker fall asleep at each of some points, until the other has its partitions; then let it go on."""

    def trouble(world: World, random: Random) -> None:
        sleeper, other = (held(world, "worker", name) for name in names)
        for point in random.sample(points, len(points)):
            other.await_ready()
            sleeper.kill()
            passes = 1 if point in AT_START else random.randint(1, 6)
            sleeper.up(crash_at=f"{point}:{passes}", command=(sys.executable, "-m", "tests.chaos.sleeper", "worker"))
            world.until(lambda: sleeper.paused or not sleeper.runs, f"{sleeper.name} sleeps at {point}", REACHED_S)
            world.killed(sleeper.name, f"SIGSTOP at {point}:{passes}")
            _woken(world, sleeper, random)
        for keeper in (sleeper, other):
            released(keeper)

    return trouble


def _woken(world: World, sleeper: Keeper, random: Random) -> None:
    world.until(lambda: world.members() == 1, "the other worker has all partitions")
    time.sleep(random.uniform(0.5, 2.0))
    sleeper.resume()
    world.note(f"{sleeper.name} goes on (SIGCONT)")
    time.sleep(1.0)
    if not sleeper.runs:
        world.note(f"{sleeper.name} has ended itself with {sleeper.code}")
    sleeper.await_ready()


def kill_broker(times: int) -> Trouble:
    """Kill Kafka, and start it again on what it has on its disk."""

    def trouble(world: World, random: Random) -> None:
        for _ in range(times):
            for keeper in tuple(world.keepers.values()):
                if not keeper.held:
                    keeper.await_ready()
            time.sleep(random.uniform(0.5, 3.0))
            with world.post.quiet():  # what the platforms had under way would come too late for any worker
                world.kafka.kill()
                world.killed("kafka", "kill -9")
                time.sleep(random.uniform(0.1, 2.0))
                MIDWIFE.do(world.kafka.start)
                world.note("kafka is back")

    return trouble


def kill_clickhouse(times: int) -> Trouble:
    """Kill ClickHouse while the ledger writes, and start it again."""

    def trouble(world: World, random: Random) -> None:
        world.ledger().await_ready()
        for _ in range(times):
            time.sleep(random.uniform(0.5, 3.0))
            world.clickhouse.kill()
            world.killed("clickhouse", "kill -9")
            time.sleep(random.uniform(0.1, 3.0))
            MIDWIFE.do(world.clickhouse.start)
            world.note("clickhouse is back")

    return trouble


def full_disk(name: str, times: int) -> Trouble:
    """Let a worker run whose state directory is on a full disk, and kill it there as well."""

    def trouble(world: World, random: Random) -> None:
        wrapped = on_a_full_disk(world)
        keeper = held(world, "worker", name)
        for _ in range(times):
            keeper.kill()
            keeper.up(command=(*wrapped, *keeper.command))
            keeper.await_ready()
            time.sleep(random.uniform(1.0, 3.0))
            keeper.kill()
            world.killed(name, "kill -9 on a full disk")
        keeper.up(command=(*wrapped, *keeper.command))
        keeper.await_ready()
        time.sleep(2.0)

    return trouble


def on_a_full_disk(world: World) -> Sequence[str]:
    """What to put before a command so that its state directory is a full file system of its own.

    Raises:
        Broken: there is no `unshare` here, or the kernel does not let us mount.
    """
    unshare = shutil.which("unshare")
    state = world.folder / "state"
    state.mkdir(exist_ok=True)
    script = (
        'mount -t tmpfs -o size=64k none "$0" && mkdir -p "$0/worker" && '
        'dd if=/dev/zero of="$0/filler" bs=1k count=64 2>/dev/null; ! echo more >"$0/probe" 2>/dev/null && exec "$@"'
    )
    if unshare is None:
        raise Broken("there is no `unshare` here to make a full disk with")
    return (unshare, "--map-root-user", "--mount", "sh", "-c", script, str(state))


def wait(seconds: float) -> Trouble:
    """Do nothing for a while."""

    def trouble(world: World, random: Random) -> None:
        world.worker("worker-a").await_ready()
        time.sleep(seconds)

    return trouble


def held(world: World, role: str, name: str) -> Keeper:
    """Take a process into one's own hands; nobody else starts it then."""
    keeper = world.worker(name) if role == "worker" else world.ledger(name)
    keeper.held = True
    return keeper


def released(keeper: Keeper) -> None:
    """Give it back, running as it should."""
    keeper.await_ready()
    keeper.held = False
