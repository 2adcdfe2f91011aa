"""Play: the examples published in two acts, each awaited in ClickHouse until what must come of it is there."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from streams.core.ids import DEFAULT_TENANT, DecisionId
from streams.core.time import Millis
from streams.ops.acts import Acts, acts
from streams.ops.errors import Misconfigured, NotThere
from streams.ops.expected import Expected
from streams.ops.explain import part_of
from streams.ops.parcels import Packing, Read, parcels
from streams.ops.publish import Published, deliver
from streams.ops.sql import ask
from streams.ops.stack import Note, Stack
from streams.ops.story import Part, Story
from streams.settings import Settings

WAIT_S = 60.0
"""How long each act may take to be judged and written down, on a machine that is busy with other things."""

LOOK_S = 0.5
"""Between two looks into ClickHouse."""

Done = Callable[[Expected, Story | None], bool]

EVERYTHING = """
SELECT decision_id, kind, attrs FROM (
    SELECT tenant, decision_id, toString(kind) AS kind, attrs FROM evidence FINAL
    UNION ALL SELECT tenant, decision_id, 'verdict', attrs FROM verdicts FINAL
    UNION ALL SELECT tenant, decision_id, 'revocation', attrs FROM commands FINAL
) WHERE tenant = {tenant:String}
"""


def play(stack: Stack, folder: Path, expected: tuple[Expected, ...], note: Note) -> Acts:
    """Publish both acts, each time waiting for what must come of it. Returns what was published.

    Raises:
        NotThere: a part of the stack died.
        Misconfigured: the examples are not in order.
    """
    files = dict.fromkeys(e.file for e in expected)
    played = acts(folder, files, Millis(time.time_ns() // 1_000_000))
    note(f"published {_send(stack.settings, played.agents)} agents of the registry")
    note(f"published {_send(stack.settings, played.first)} events, some of them twice and out of order")
    _await(stack, expected, note, "judged", _is_judged)
    note("publishing what is heard too late: two approvals, and a responder's report")
    _send(stack.settings, played.late)
    _await(stack, expected, note, "as their stories say", _is_as_told)
    return played


def _is_judged(_expected: Expected, story: Story | None) -> bool:
    return story is not None and story.verdict is not None


def _is_as_told(expected: Expected, story: Story | None) -> bool:
    return not expected.differences(story)


def _send(settings: Settings, read: Iterable[Read]) -> int:
    done = Published()
    deliver(done.sendable(parcels(read, Packing(settings), None)), settings, done.delivered)
    if done.bad:
        raise Misconfigured(f"the examples are not in order: {done.bad[0]}")
    return done.delivered.total()


def _await(stack: Stack, expected: tuple[Expected, ...], note: Note, what: str, is_done: Done) -> None:
    """Look into ClickHouse until nothing is missing; when time is up, say what is and go on: the end will tell."""
    deadline, said = time.monotonic() + WAIT_S, -1
    while True:
        there = stories(stack.settings)
        left = [e.id for e in expected if not is_done(e, there.get(e.id))]
        if len(left) != said:
            said = len(left)
            note(f"{len(expected) - said} of {len(expected)} decisions {what}")
        if not left:
            return
        died = stack.died()
        if died is not None:
            raise NotThere(died)
        if time.monotonic() > deadline:
            note(f"after {WAIT_S:.0f} s these are not {what}: {', '.join(left)}")
            return
        time.sleep(LOOK_S)


def stories(settings: Settings) -> dict[str, Story]:
    """Read every decision from ClickHouse, by its id.

    Raises:
        NotThere: ClickHouse does not answer.
    """
    parts: dict[str, list[Part]] = {}
    for decision, kind, attrs in ask(EVERYTHING, settings, params={"tenant": DEFAULT_TENANT}).rows:
        parts.setdefault(decision, []).append(part_of(kind, attrs))
    return {d: Story.of(DEFAULT_TENANT, DecisionId(d), found) for d, found in parts.items()}
