"""Reader: a plain consumer that reads a changelog from its beginning to its end and keeps nothing."""

import json
import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from tests.bench.rivals.job import Counting


def main() -> None:
    """Read the topic named on the command line to its present end."""
    kafka, topic, partitions = json.loads(sys.argv[1])
    counting = Counting(0)
    consumer = Consumer(
        {
            "bootstrap.servers": kafka,
            "group.id": "bench-changelog",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": "read_committed",
            "fetch.queue.backoff.ms": 5,
            "queued.min.messages": 100_000,
        }
    )
    left = set(range(partitions))
    counting.begin()
    consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in left])
    size = 0
    while left:
        batch = consumer.consume(10_000, 0.2)
        read = 0
        for message in batch:
            if message.error() is None:
                size += len(message)
                read += 1
            else:
                left.discard(message.partition())
        counting.count(read)
    counting.done_and_wait()


if __name__ == "__main__":
    main()
