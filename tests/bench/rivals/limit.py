"""The limit: a bare confluent-kafka loop that decodes and folds. No verdict, nothing durable, nothing recovered.

Chosen: `consume` in batches of 10,000; all partitions assigned, no group; `fetch.queue.backoff.ms` small, without which
librdkafka stalls for a second whenever its queue was full.
"""

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from tests.bench.rivals.job import Counting, Job


def main() -> None:
    """Read, decode, fold, forget."""
    job = Job.given()
    product, counting = job.product(), Counting(job.events)
    consumer = Consumer(
        {
            "bootstrap.servers": job.kafka,
            "group.id": job.life,
            "enable.auto.commit": False,
            "fetch.queue.backoff.ms": 5,
            "queued.min.messages": 100_000,
            "fetch.message.max.bytes": 4 << 20,
            "check.crcs": False,
        }
    )
    consumer.assign([TopicPartition(t, n, OFFSET_BEGINNING) for t in job.topics for n in range(job.partitions)])
    held: dict[bytes, bytes] = {}
    fold, decode, name = product.fold, product.decode, product.key
    while True:
        batch = consumer.consume(10_000, 0.1)
        if batch:
            counting.begin()
        for message in batch:
            fact = decode(message.topic(), message.value())  # type: ignore[arg-type]
            key = name(fact)
            held[key] = fold(held.get(key), fact)
        if counting.count(len(batch)):
            break
    counting.done_and_wait()


if __name__ == "__main__":
    main()
