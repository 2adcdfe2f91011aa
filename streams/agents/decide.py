"""decide: the Faust agent that feeds the decider batches, and the timer that lets event time pass."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from functools import partial
from time import monotonic
from typing import Any, cast

import faust
from faust.types import TP, AgentT, StreamT

from streams.agents.decider import Decider
from streams.agents.guard import guarded
from streams.agents.silence import Silence
from streams.core.time import Millis
from streams.telemetry.meter import Meter
from streams.telemetry.vocabulary import (
    BUFFER_LIMIT_BYTES,
    BUFFER_LIMIT_RECORDS,
    BUFFERED_BYTES,
    BUFFERED_RECORDS,
    OFFSET_COMMITS,
    OFFSETS_COMMITTED,
    REBALANCES,
)
from streams.transport.batches import Batch, BatchSchema
from streams.transport.driver import Consumer

ASK_AGAIN_S = 1.0
"""A broker that does not answer is not asked more often than this."""


def attach(
    app: faust.App,
    decider: Decider,
    *,
    tick_s: float,
    now: Callable[[], Millis],
    on_ready: Callable[[], None],
    meter: Meter,
) -> AgentT[Any]:
    """Connect the decider to its input topics and to time.

    `on_ready` is called once, when the first partitions are restored and the broker has said where they end.
    """
    inputs = app.topic(*decider.inputs, schema=BatchSchema(), internal=False)

    @app.agent(inputs, name="decide", concurrency=1)
    async def decide(stream: StreamT[Batch]) -> AsyncIterator[None]:
        async for event in stream.events():
            with guarded("decide"):
                async with decider.lock:
                    if event.message.tp in app.consumer.assignment():
                        _measure(_consumer(app), meter)
                        await decider.take(event.value)
            yield

    silence = Silence(decider, meter)

    async def tick() -> None:
        ready = False
        while not app.should_stop:
            begun = monotonic()
            with guarded("the tick of decide"):
                _measure(_consumer(app), meter)
                passed = await _tick(app, decider, silence, now)
            if passed and not ready:
                ready = True
                on_ready()
            await app.sleep(max(tick_s - (monotonic() - begun), 0.001))

    app.task(tick)
    app.on_partitions_revoked.connect(_on_revoked(decider, silence, meter), weak=False)
    cast("Any", app).after_commit = partial(_committed, meter)
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


async def _tick(app: faust.App, decider: Decider, silence: Silence, now: Callable[[], Millis]) -> bool:
    """Let event time pass on every partition that this worker owns. Says whether it could."""
    partitions, generation = owned_partitions(app, decider), app.consumer_generation_id
    if not partitions:
        silence.forget()
        return False

    def still_ours(number: int) -> bool:
        return generation == app.consumer_generation_id and number in owned_partitions(app, decider)

    async with decider.lock:
        await decider.own(partitions)
    asked_at = now()
    read = await silence.read_to_end(_consumer(app), [TP(topic, n) for n in partitions for topic in decider.inputs])
    if read is None:
        await app.sleep(ASK_AGAIN_S)
        return False

    async def pass_time(number: int) -> bool:
        async with decider.lock:
            if not still_ours(number):
                return False
            done = [tp.topic for tp in read if tp.partition == number]
            await decider.tick(number, read_to_end=done, asked_at=asked_at)
        everything = False
        while not everything:
            async with decider.lock:
                everything = not still_ours(number) or await decider.judge(number)
            await decider.speak(number)
        return True

    passed = await asyncio.gather(*(pass_time(number) for number in partitions))
    decider.measure()
    return all(passed)


def _measure(consumer: Consumer, meter: Meter) -> None:
    """Say how much is in our hands, and how much may be."""
    meter.set(BUFFERED_RECORDS, consumer.deliveries.unacked_records)
    meter.set(BUFFERED_BYTES, consumer.deliveries.unacked_bytes)
    meter.set(BUFFER_LIMIT_RECORDS, consumer.bounds.unacked_records)
    meter.set(BUFFER_LIMIT_BYTES, consumer.bounds.unacked_bytes)


def _committed(meter: Meter) -> None:
    meter.add(OFFSET_COMMITS)
    meter.stamp(OFFSETS_COMMITTED)


def _on_revoked(decider: Decider, silence: Silence, meter: Meter) -> Callable[..., Any]:
    async def revoked(app: faust.App, lost: Collection[TP], **_: Any) -> None:
        if lost:
            meter.add(REBALANCES)
        with guarded("giving partitions back"):
            async with decider.lock:
                await decider.release()
                silence.forget()
                _consumer(app).forget_fetched()
                decider.measure()

    return revoked
