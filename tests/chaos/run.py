"""Run: one storm of one seed, from nothing to what became of it."""

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.backends.base import Backend
from tests.backends.topics import delete_topics
from tests.chaos.judgement import Outcome, judged, report, settled
from tests.chaos.storms import Storm
from tests.chaos.world import World


def run_storm(
    storm: Storm, seed: int, kafka: Backend, clickhouse: Backend, tell: Callable[[str], None] = lambda _: None
) -> Outcome:
    """Let a storm pass over a world of its own, and compare what is left with calm. Logs stay where it went wrong.

    Raises:
        Broken: something did not come back; the message shows the logs.
    """
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix=f"clawback-chaos-{storm.name}-{seed}-"))
    world = World(storm.name, seed, kafka, clickhouse, folder, tell)
    try:
        with world.standing():
            for name in storm.workers:
                world.worker(name)
            world.ledger()
            post = world.weather(storm.rough, storm.troubles)
            settled(world)
            heard, expected, differences, apart = judged(world)
            for keeper in world.keepers.values():
                keeper.stop()
    except BaseException as error:
        error.add_note(f"storm {storm.name}, seed {seed}; logs in {folder}; what was done:")
        for at, what in world.timeline:
            error.add_note(f"  {world.passed(at)} {what}")
        raise
    outcome = Outcome(
        storm=storm.name, seed=seed, kills=world.kills, facts=len(post.published),
        decisions=len({fact.decision_id for fact in post.published}), verdicts=len(heard.verdicts),
        commands=len(heard.commands), apart=len(apart), seconds=time.monotonic() - began, differences=differences,
        report=report(world, storm.name, heard, expected, differences) if differences else "",
    )  # fmt: skip
    if not differences:
        shutil.rmtree(folder, ignore_errors=True)
        delete_topics(kafka.address, world.settings.topic_prefix)
        world.town.tell(f"DROP DATABASE {world.settings.clickhouse.rpartition('/')[2]} SYNC")
    return outcome
