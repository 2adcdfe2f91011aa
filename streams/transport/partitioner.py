"""Which partition a decision belongs to: Kafka's own default, so that Java and Python publishers agree."""

from functools import lru_cache

from aiokafka.partitioner import murmur2

CACHED_DECISIONS = 65_536
"""A decision has five to twenty facts, close together in time; this many recent ones cost about 10 MB."""


@lru_cache(maxsize=CACHED_DECISIONS)
def _hash_of(key: bytes) -> int:
    hashed: int = murmur2(key)
    return hashed & 0x7FFFFFFF


def partition_of(key: bytes, partitions: int) -> int:
    """Place a key as the default partitioner of Apache Kafka does: murmur2 of the key, modulo the number of partitions.

    Raises:
        ZeroDivisionError: a topic without partitions.
    """
    return _hash_of(key) % partitions
