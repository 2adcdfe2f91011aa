"""Where a decision belongs, compared with what Apache Kafka's own clients do."""

import pytest

from streams.transport.partitioner import partition_of

KAFKA_UTILS_VECTORS = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}
"""Input and murmur2 as signed 32-bit integers, from the unit test of org.apache.kafka.common.utils.Utils."""


@pytest.mark.parametrize(("key", "signed"), KAFKA_UTILS_VECTORS.items())
def test_keys_are_placed_as_kafka_itself_places_them(key: bytes, signed: int) -> None:
    for partitions in (1, 2, 7, 8, 64):
        assert partition_of(key, partitions) == (signed & 0x7FFFFFFF) % partitions
