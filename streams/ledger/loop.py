"""Loop: read, spread into rows, gather, write, commit. One thread; while ClickHouse is away the group is kept alive."""

import logging
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from confluent_kafka import KafkaException, Message

from streams.codec.avro import AvroCodec
from streams.codec.errors import Malformed
from streams.ledger.batch import Batch, Gathering, Part
from streams.ledger.consumer import GroupConsumer
from streams.ledger.crash import crash_point
from streams.ledger.errors import LedgerError, Refused, Stopping, TopicReplaced, Unavailable
from streams.ledger.outage import Outage
from streams.ledger.progress import Claim, Progress
from streams.ledger.resume import Start, start
from streams.ledger.rows import Position, rows_of, unreadable
from streams.ledger.store import Store
from streams.ledger.tables import QUARANTINE, TABLES
from streams.ledger.writer import Writer
from streams.settings import Settings
from streams.topics import LEDGERED

log = logging.getLogger(__name__)

POLL_S = 0.1
"""How long to wait for records at most before looking at the clock and the stop signal."""

REPORT_S = 10.0
PREDECESSOR_S = 30.0
"""How long an insert of whoever had a partition before us may still be running before we go on without it."""

FENCED_S = 30.0
"""How long to leave a partition alone that somebody else has claimed, while the group says that it is ours."""

TOPIC_CHECK_S = 60.0


@dataclass(frozen=True, slots=True)
class Holding:
    """A partition that is ours: our claim on it, and the offset up to which rows may be there unknown to us."""

    claim: Claim
    doubt_until: int


class Ledger:
    """The whole of it, for one process. Use as a context manager: the end of the block leaves the group."""
