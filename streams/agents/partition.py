"""Partition: what a worker holds of one partition number that it owns, and its voice towards everybody else."""

import asyncio
import logging
from time import monotonic

from streams.agents.decisions import Decisions, Key, Output, Said
from streams.codec.avro import AvroCodec
from streams.codec.headers import headers_for
from streams.core.command import Command
from streams.core.verdict import Verdict
from streams.crash import crash_point
from streams.settings import Settings
from streams.telemetry.meter import Meter
from streams.telemetry.vocabulary import COMMANDS, TRANSACTION_SECONDS, VERDICTS
from streams.topics import REVOCATIONS
from streams.topics import VERDICTS as VERDICTS_TOPIC
from streams.transport.admin import changelog_topic
from streams.transport.transactions import Message, Transactions

log = logging.getLogger(__name__)


class Partition:
    """Decisions, what was said on them and is not yet out, and which offsets are folded in.

    `heard`: per input topic, the newest offset that was folded in.
    """

    def __init__(self, number: int, settings: Settings, decisions: Decisions, voice: Transactions) -> None:
        """Take over what was restored."""
        self.number = number
        self.decisions = decisions
        self.heard: dict[str, int] = {}
        self.unsaid: list[Said] = []
        self._voice = voice
        self._verdicts = settings.topic(VERDICTS_TOPIC.name)
        self._commands = settings.topic(REVOCATIONS.name)
        self._changelog = settings.topic(changelog_topic(settings).name)
        self._settling = asyncio.Lock()
        self._under_way: asyncio.Future[None] | None = None

    async def settle(self, codec: AvroCodec, meter: Meter, *, everything: bool) -> None:
        """Deliver what was said together with the states that remember it: all of it, or nothing, in one transaction.

        `everything`: also the states of decisions that have only heard, which offsets have to wait for.

        Raises:
            DeliveryFailed: it could not be delivered; offsets must not move.
            Fenced: another worker owns this partition now.
        """
        async with self._settling:
            if self._under_way is not None:  # whoever waited for it was cancelled, or it failed, and offsets must know
                await asyncio.shield(self._under_way)
            # No `await` between here and the thread: what is said and what is remembered belong to one moment.
            unsaid, self.unsaid = self.unsaid, []
            dirty = self.decisions.dirty
            keys = dirty if everything else dict.fromkeys(said.key for said in unsaid)
            messages = [self._saying(output, codec) for said in unsaid for output in said.outputs]
            messages += [self._remembering(key) for key in keys]
            if everything:
                self.decisions.dirty = {}
            else:
                for key in keys:
                    dirty.pop(key, None)
            if not messages:
                return
            begun = monotonic()
            self._under_way = asyncio.ensure_future(asyncio.to_thread(self._voice.commit, messages))
            await asyncio.shield(self._under_way)
            self._under_way = None
            crash_point("decide-said")
            meter.observe(TRANSACTION_SECONDS, monotonic() - begun)
        _count(unsaid, meter)

    def close(self) -> None:
        """Fall silent."""
        self._voice.close()

    def _saying(self, output: Output, codec: AvroCodec) -> Message:
        topic = self._verdicts if isinstance(output, Verdict) else self._commands
        key = output.decision_id.encode("utf-8", "surrogatepass")
        return Message(topic, key, codec.encode(output), headers_for(output))

    def _remembering(self, key: Key) -> Message:
        return Message(self._changelog, key, self.decisions.packed(key), (), self.number)


def _count(said: list[Said], meter: Meter) -> None:
    outputs = [output for each in said for output in each.outputs]
    for output in outputs:
        if isinstance(output, Command):
            meter.add(COMMANDS, 1, output.action)
            log.info("decision %s: %s %s", output.decision_id, output.action, output.command_id)
        else:
            meter.add(VERDICTS, 1, output.judgement)
            log.debug("decision %s: %s", output.decision_id, output.judgement)
