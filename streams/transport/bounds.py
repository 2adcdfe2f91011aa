"""Bounds: how much a batch may hold, and how much may be handed out before some of it is acknowledged."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Bounds on what the driver hands out of batch topics, all partitions together; bytes as they weigh in memory.

    A record larger than `batch_bytes` goes alone. Nothing more is handed out while a full batch would not fit below the
    `unacked` bounds, or while a partition has `batches_ahead` batches that are not acknowledged: meanwhile records wait
    at the broker, and the next batches are larger.

    Raises:
        ValueError: a bound that would let nothing through.
    """

    batch_records: int = 2_048
    batch_bytes: int = 4 * MIB
    unacked_records: int = 16_384
    unacked_bytes: int = 32 * MIB
    batches_ahead: int = 2

    def __post_init__(self) -> None:
        """Refuse bounds below which nothing could move."""
        if min(self.batch_records, self.batch_bytes, self.batches_ahead) < 1:
            raise ValueError("every bound on batches must be at least 1")
        if self.unacked_records < self.batch_records or self.unacked_bytes < self.batch_bytes:
            raise ValueError("what may be unacknowledged must be at least one batch, in records and in bytes")
