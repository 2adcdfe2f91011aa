"""decide: the Faust agent that feeds the decider, and the timer that lets event time pass."""

import logging
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import faust
from faust.types import TP, AgentT, EventT, StreamT

from streams.agents.decider import Decider, Record
from streams.agents.guard import guarded
from streams.agents.quarantine import Place
from streams.core.time import Millis
from streams.transport.driver import Consumer

log = logging.getLogger(__name__)


def record_of(event: EventT[Any]) -> Record:
    """Take a Faust event apart."""
    message = event.message
    headers = message.headers or {}
    pairs = headers.items() if isinstance(headers, dict) else headers
    return Record(
        place=Place(topic=message.topic, partition=message.partition, offset=message.offset),
        key=message.key,
        value=message.value,
        headers=dict(pairs),
    )


def attach(
    app: faust.App, decider: Decider, *, lateness_ms: int, tick_s: float, now: Callable[[], Millis]
) -> AgentT[Any]:
    """Connect the decider to its input topics and to time."""
    inputs = app.topic(*decider.inputs, key_serializer="raw", value_serializer="raw", internal=False)

    @app.agent(inputs, name="decide", concurrency=1)
    async def decide(stream: StreamT[bytes]) -> AsyncIterator[None]:
        async for event in stream.events():
            with guarded("decide"):
                record = record_of(event)
                async with decider.lock:
                    if event.message.tp in app.consumer.assignment():
                        await decider.take(record.place.partition, [record])
            yield

    async def tick() -> None:
        while not app.should_stop:
            with guarded("the tick of decide"):
                await _tick_all(app, decider, lateness_ms, now)
            await app.sleep(tick_s)

    app.task(tick)
    app.on_partitions_revoked.connect(_on_revoked(decider), weak=False)
    return decide


def owned_partitions(app: faust.App, decider: Decider) -> tuple[int, ...]:
    """List the partition numbers of which this worker has every input; none while the group is rebalancing."""
    if app.rebalancing or not _consumer(app).flow_active:
        return ()
    assigned = app.consumer.assignment()
    numbers = {tp.partition for tp in assigned if tp.topic in decider.inputs}
    return tuple(sorted(n for n in numbers if all(TP(topic, n) in assigned for topic in decider.inputs)))


def _consumer(app: faust.App) -> Consumer:
    return cast("Consumer", app.consumer)


async def _tick_all(app: faust.App, decider: Decider, lateness_ms: int, now: Callable[[], Millis]) -> None:
    partitions = owned_partitions(app, decider)
    async with decider.lock:
        await decider.own(partitions)
    for partition in partitions:
        async with decider.lock:
            await _tick(app, decider, partition, lateness_ms, now)


async def _tick(app: faust.App, decider: Decider, partition: int, lateness_ms: int, now: Callable[[], Millis]) -> None:
    """Ask the broker what is left to read, if any decision could be due at all, and judge."""
    wake_at = await decider.next_wake(partition)
    asked_at = now()
    if wake_at is None or wake_at > asked_at - lateness_ms or partition not in owned_partitions(app, decider):
        return
    consumer = _consumer(app)
    tps = [TP(topic, partition) for topic in decider.inputs]
    try:
        ends = await consumer.ends(tps)
    except Exception as error:
        # Not knowing is not the same as nothing being left: event time stands still until the broker answers.
        log.warning("partition %d: the broker does not say where its topics end (%s); waiting", partition, error)
        return
    done = [tp.topic for tp in tps if await _is_read(consumer, decider, tp, ends[tp])]
    await decider.tick(partition, read_to_end=done, asked_at=asked_at)


async def _is_read(consumer: Consumer, decider: Decider, tp: TP, end: int) -> bool:
    """Say whether everything before `end` has been folded in, not merely fetched."""
    heard = await decider.offset_heard(tp.partition, tp.topic)
    if heard is not None and heard + 1 >= end:
        return True
    next_offset = await consumer.next_offset(tp)
    fetched = consumer.newest_fetched(tp)
    all_folded = fetched is None or (heard is not None and heard >= fetched)
    return next_offset is not None and next_offset >= end and all_folded


def _on_revoked(decider: Decider) -> Callable[..., Any]:
    async def revoked(app: faust.App, *_: Any, **__: Any) -> None:
        async with decider.lock:
            decider.release()
            _consumer(app).forget_fetched()

    return revoked
