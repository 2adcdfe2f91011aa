"""Up: the whole stack in a directory of its own, until somebody says stop or a part of it dies."""

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from streams.core.time import span
from streams.embedded.child import port_is_free
from streams.ops.errors import NotThere
from streams.ops.replay import policy_of
from streams.ops.running import Claim, Running
from streams.ops.stack import Note, Stack, Wishes
from streams.settings import Settings

KAFKA_PORT, CLICKHOUSE_PORT = 9092, 8123
"""The ports that everybody expects; taken when they are free."""

PARTITIONS = 2
"""What the embedded broker gets when nobody says otherwise: it takes its time for each."""

LOOK_S = 0.5
"""Between two looks at whether everything still runs."""

Ready = Callable[[Settings, Running], None]


def up(settings: Settings, wishes: Wishes, *, note: Note, ready: Ready, stop: threading.Event) -> None:
    """Start the stack, tell `ready` where it is, and watch it until `stop` is set.

    Raises:
        NotFine: a stack runs already in this state directory.
        NotThere: a part did not start, or stopped by itself; everything else was stopped.
        Misconfigured: the policy does not load.
    """
    policy_of(settings.policy or None)
    claim = Claim.on(Path(settings.state_dir))
    try:
        with Stack(settings, _with_usual_ports(wishes), note) as stack:
            running = Running(
                pid=os.getpid(),
                kafka=stack.settings.kafka,
                clickhouse=stack.settings.clickhouse,
                topic_prefix=stack.settings.topic_prefix,
                logs=str(stack.logs),
            )
            claim.say(running)
            ready(stack.settings, running)
            while not stop.wait(LOOK_S):
                died = stack.died()
                if died is not None:
                    raise NotThere(died)
            note("stopping")
    finally:
        claim.release()


def patience(settings: Settings) -> str:
    """Say how long after a change its verdict comes."""
    timing = policy_of(settings.policy or None).timing
    return span(timing.grace_ms + settings.lateness_ms)


def _with_usual_ports(wishes: Wishes) -> Wishes:
    """Ask for the usual ports where none is asked for and they are free."""
    return replace(
        wishes,
        kafka_port=wishes.kafka_port or (KAFKA_PORT if port_is_free(KAFKA_PORT) else None),
        clickhouse_port=wishes.clickhouse_port or (CLICKHOUSE_PORT if port_is_free(CLICKHOUSE_PORT) else None),
    )
