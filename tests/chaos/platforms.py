"""Platforms: those who publish the load, and the responder who carries out what is ordered and says so."""

import time
from collections.abc import Iterable
from itertools import islice
from random import Random
from threading import Event

from confluent_kafka import Consumer, KafkaError

from streams.codec.avro import AvroCodec
from streams.core.command import Action, Command
from streams.core.evidence import Change, Evidence, Outcome, Status
from streams.core.ids import DEFAULT_TENANT, ChangeId, DecisionId, EventId
from streams.core.time import Millis
from streams.settings import Settings
from streams.topics import REVOCATIONS
from tests.altered import replace
from tests.cast import AGREED, GRANTED
from tests.chaos.load import Draft, Load, Roughness
from tests.chaos.post import Post, clock
from tests.simulation.workload import SERVICE

BREATH_S = 0.02
TOGETHER = 60
"""Facts that are published with one acknowledgement; few enough that none gets late by waiting for the others."""

GHOST = "ghost-"
"""How decisions begin of which only aborted transactions speak: nobody may ever hear of them."""


def publish(load: Load, post: Post, rough: Roughness, seed: int, enough: Event, over: Event) -> None:
    """Publish the load as its time passes, until told that it is enough; then what has begun, unless it is `over`."""
    random, began_at = Random(f"publisher {seed}"), clock()
    said: dict[tuple[str, int], Evidence] = {}

    def fact(draft: Draft) -> Evidence:
        """Make a fact when it is first said; a copy of it stays as it was, however long there was quiet since."""
        name = (draft.decision, draft.number)
        if name not in said:
            said[name] = draft.fact(began_at + post.silent_ms)
        return said[name]

    next_abort, next_commit = (random.expovariate(1 / ms) for ms in (rough.taken_back_ms, rough.together_ms))
    stopped = False
    while not over.is_set() and (not stopped or len(load)):
        now_ms = clock() - began_at - post.silent_ms
        if enough.is_set() and not stopped:
            load.stop(now_ms)
            stopped = True
        if now_ms >= next_abort:
            post.take_back(lies(random, load))
            next_abort = now_ms + random.expovariate(1 / rough.taken_back_ms)
        send = post.send
        if now_ms >= next_commit:
            send = post.send_together
            next_commit = now_ms + random.expovariate(1 / rough.together_ms)
        batch = list(islice(load.due(now_ms, more=not stopped), TOGETHER))
        random.shuffle(batch)
        if batch:
            send(lambda batch=batch: [fact(draft) for draft in batch])  # type: ignore[misc]
        else:
            time.sleep(BREATH_S)


def lies(random: Random, load: Load) -> list[Evidence]:
    """What somebody nearly said: consent to decisions that are open now, and changes that never happened."""
    now = Millis(clock())
    number = random.randrange(1_000_000)
    recent = range(max(load.decisions - 100, 0), load.decisions + 1)
    consent = [
        replace(
            AGREED, event_id=EventId(f"lie-{number}-{n}"), occurred_at=now, decided_at=now,
            decision_id=DecisionId(load.name(random.choice(recent))),
        )
        for n in range(3)
    ]  # fmt: skip
    ghosts = [
        replace(
            GRANTED, event_id=EventId(f"{GHOST}{number}-{n}"), decision_id=DecisionId(f"{GHOST}{number}-{n}"),
            change_id=ChangeId(f"{GHOST}{number}-{n}"), occurred_at=now, executed_at=now,
        )
        for n in range(3)
    ]  # fmt: skip
    return [*consent, *ghosts]


class Responder:
    """Reads the commands as any responder does (`read_committed`), carries most of them out, and reports."""

    def __init__(self, settings: Settings, post: Post, seed: int) -> None:
        self._settings = settings
        self._post = post
        self._seed = seed
        self.answered = 0

    def run(self, over: Event) -> None:
        """Answer until told that it is over."""
        consumer = Consumer(
            self._settings.kafka_client(
                **{
                    "group.id": f"{self._settings.app}-responder", "auto.offset.reset": "earliest",
                    "enable.auto.commit": False, "isolation.level": "read_committed", "fetch.wait.max.ms": 50,
                    "log_level": 0,
                }
            )
        )  # fmt: skip
        codec = AvroCodec()
        consumer.subscribe([self._settings.topic(REVOCATIONS.name)])
        try:
            while not over.is_set():
                message = consumer.poll(0.2)
                if message is None:
                    continue
                if (error := message.error()) is None:
                    self._answer(codec.decode(message.value() or b"", REVOCATIONS.record or ""))  # type: ignore[arg-type]
                elif error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                    raise AssertionError(f"the responder cannot read: {error.str()}")
        finally:
            consumer.close()

    def _answer(self, command: Command) -> None:
        mood = Random(f"responder {self._seed} {command.command_id}").random()
        if mood < 0.15:
            return  # this one never says anything
        done = mood < 0.85
        self._post.send(lambda: self._report(command, done=done))
        self.answered += 1

    def _report(self, command: Command, *, done: bool) -> Iterable[Evidence]:
        at = Millis(clock())
        yield Outcome(
            tenant=DEFAULT_TENANT,
            event_id=EventId(f"outcome-{command.command_id}"),
            decision_id=command.decision_id,
            source="scim",
            occurred_at=at,
            command_id=command.command_id,
            responder="scim",
            status=Status.SUCCEEDED if done else Status.FAILED,
            completed_at=at,
        )
        meant = self._change(command) if done and command.action is not Action.SUSPEND_AGENT else None
        if meant is not None:
            yield replace(
                meant, event_id=EventId(f"done-{command.command_id}"), change_id=ChangeId(f"done-{command.command_id}"),
                occurred_at=at, executed_at=at, actor=SERVICE, operation=command.operation,
                command_id=command.command_id,
            )  # fmt: skip

    def _change(self, command: Command) -> Change | None:
        for fact in tuple(self._post.published):
            if isinstance(fact, Change) and fact.change_id == command.change_id:
                return fact
        return None
