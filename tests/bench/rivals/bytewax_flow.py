"""Bytewax: one Kafka source over five topics, keyed state with recovery on, verdicts to Kafka.

Chosen: `batch_size` 1,000 at the source; decoding in `flat_map_batch`; `stateful_batch`, whose logic sees all values of
a key that came together; recovery snapshots into SQLite with an epoch of one second, as often as ours commits; the
library's own Kafka sink for what comes out.
Does less: judges a change when it is read (its timers follow the clock, not event time over several topics).
"""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import bytewax.operators as op
from bytewax._bytewax import cli_main
from bytewax.connectors.kafka import KafkaSink, KafkaSinkMessage, KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.operators import StatefulBatchLogic
from bytewax.recovery import RecoveryConfig, init_db_dir

from streams.core.evidence import Evidence
from tests.bench.rivals.job import Counting, Job

job = Job.given()
product, counting = job.product(), Counting(job.events)


class Decision(StatefulBatchLogic[Evidence, KafkaSinkMessage[bytes, bytes], bytes]):  # type: ignore[misc]  # its base is not installed here
    """One decision, remembered as bytes."""

    def __init__(self, held: bytes | None) -> None:
        """Begin, or go on from a snapshot."""
        self.held = held

    def on_batch(self, values: list[Evidence]) -> tuple[Iterable[KafkaSinkMessage[bytes, bytes]], bool]:
        """Fold, judge, publish."""
        out: list[KafkaSinkMessage[bytes, bytes]] = []
        for fact in values:
            said = product.handle(self.held, fact)
            self.held = said.held
            counting.verdicts += len(said.verdicts)
            key = fact.decision_id.encode()
            out += [KafkaSinkMessage(key, value) for value in (*said.verdicts, *said.commands)]
        return out, StatefulBatchLogic.RETAIN

    def snapshot(self) -> bytes:
        """Give what is remembered."""
        return self.held or b""


def decoded(batch: list[Any]) -> list[tuple[str, Evidence]]:
    """Decode a batch and key it by decision."""
    if batch:
        counting.begin()
    facts = [product.decode(message.topic, message.value) for message in batch]
    counting.count(len(facts))
    return [(fact.decision_id, fact) for fact in facts]


def flow() -> Dataflow:
    """Describe the dataflow."""
    dataflow = Dataflow("decide")
    source: KafkaSource[Any, Any] = KafkaSource(
        [job.kafka],
        job.topics,
        tail=False,
        batch_size=1_000,
        add_config={"fetch.queue.backoff.ms": "5", "queued.min.messages": "100000"},
    )
    messages = op.input("in", dataflow, source)
    facts = op.flat_map_batch("decode", messages, decoded)
    said = op.stateful_batch("decide", facts, Decision)
    op.output("out", op.key_rm("unkey", said), KafkaSink([job.kafka], job.out("verdicts"), {"linger.ms": "20"}))
    return dataflow


def main() -> None:
    """Run to the end of all topics."""
    folder = Path(job.folder) / job.life
    folder.mkdir(parents=True, exist_ok=True)
    init_db_dir(folder, 1)
    cli_main(flow(), epoch_interval=timedelta(seconds=1), recovery_config=RecoveryConfig(str(folder)))
    counting.done_and_wait()


if __name__ == "__main__":
    main()
