"""Stock Faust with a Table: one event at a time, state in a Table with its changelog, verdicts by `topic.send`.

Chosen: `kafka://` with the state of a decision as bytes under its key; no web server; larger polls and buffers; a
producer that lingers 20 ms, so that changelog records travel together; offsets once a second, as ours.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import faust
from faust.types import StreamT

from tests.bench.rivals.job import Counting, Job

job = Job.given()
product, counting = job.product(), Counting(job.events)
app = faust.App(
    job.life,
    broker=f"kafka://{job.kafka}",
    broker_commit_interval=1.0,
    broker_max_poll_records=2_000,
    stream_buffer_maxsize=8_192,
    producer_linger=0.02,
    topic_partitions=job.partitions,
    topic_replication_factor=1,
    consumer_auto_offset_reset="earliest",
    stream_recovery_delay=0.0,
    web_enabled=False,
    datadir=str(Path(job.folder) / job.life),
)
inputs = app.topic(*job.topics, key_type=bytes, key_serializer="raw", value_serializer="raw")
verdicts = app.topic(job.out("verdicts"), key_serializer="raw", value_serializer="raw")
commands = app.topic(job.out("commands"), key_serializer="raw", value_serializer="raw")
table: Any = app.Table("decisions", key_type=bytes, value_type=bytes, partitions=job.partitions)


@app.agent(inputs)
async def decide(stream: StreamT[bytes]) -> AsyncIterator[None]:
    """Decode, fold, judge, publish."""
    async for event in stream.events():
        counting.begin()
        fact = product.decode(event.message.topic, event.value)
        key = event.message.key
        said = product.handle(table.get(key), fact)
        table[key] = said.held
        for verdict in said.verdicts:
            await verdicts.send(key=key, value=verdict)
        for command in said.commands:
            await commands.send(key=key, value=command)
        if counting.count(1, len(said.verdicts)):
            counting.done()
        yield


if __name__ == "__main__":
    faust.Worker(app, loglevel="WARNING", quiet=True).execute_from_commandline()
