"""Hand: writes one batch at a time in a thread of its own, so that the next one can be read meanwhile."""

import threading
from collections.abc import Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait

from streams.ledger.batch import Batch, Part
from streams.ledger.errors import Stopping
from streams.ledger.progress import Claim
from streams.ledger.writer import Writer


class Hand:
    """One batch on its way, or none. All but what a writer asks of its holder belongs to the thread that reads."""

    def __init__(self, writer: Writer) -> None:
        """Write with a writer; the thread starts with the first batch."""
        self._writer = writer
        self._thread = ThreadPoolExecutor(1, "writer")
        self._job: Future[Batch] | None = None
        # held while a try is under way, and not while waiting for the next one
        self._at_work = threading.Lock()
        self._closing = threading.Event()
        self._claims: Mapping[Part, Claim] = {}
        self._fenced: dict[Part, str] = {}

    @property
    def busy(self) -> bool:
        """Whether there is a batch whose end has not been taken note of by `finished`."""
        return self._job is not None

    def begin(self, batch: Batch, doubtful: Collection[Part], claims: Mapping[Part, Claim]) -> None:
        """Begin to write a batch; there must be none before it. `claims`: on its partitions."""
        assert self._job is None
        self._claims, self._fenced = dict(claims), {}
        self._job = self._thread.submit(self._write, batch, doubtful)

    def wait(self, seconds: float) -> bool:
        """Wait for the end of the batch, so long at most. True: there is nothing to wait for any more."""
        return self._job is None or not wait([self._job], seconds).not_done

    def finished(self) -> tuple[Batch, Mapping[Part, str]] | None:
        """Take note of a batch that is at its end: what of it was written, and the partitions that others have claimed.

        Raises:
            Stopping: the hand was closed before the batch was written.
            Exception: whatever the writer could not know what to do about.
        """
        job = self._job
        if job is None or not job.done():
            return None
        self._job = None
        return job.result(), self._fenced

    def let_go(self, parts: Collection[Part]) -> None:
        """Give up partitions: when this returns nothing of them is being written, and nothing will be.

        Whoever gets them next can so trust what ClickHouse shows. It takes as long as the try that is under way.
        """
        with self._at_work:
            self._claims = {part: claim for part, claim in self._claims.items() if part not in parts}

    def close(self) -> None:
        """End the thread: the try that is under way is made, and there will be no other. `finished` tells of it."""
        self._closing.set()
        self._thread.shutdown()

    def _write(self, batch: Batch, doubtful: Collection[Part]) -> Batch:
        with self._at_work:
            return self._writer.write(batch, doubtful, self)

    # What a writer asks of its holder, in the writer's thread.

    def claims(self) -> Mapping[Part, Claim]:
        """The partitions of the batch that were not given up since it was read."""
        return self._claims

    def breathe(self, seconds: float) -> None:
        """Wait; partitions can be given up meanwhile. Raises Stopping when the hand is being closed."""
        self._at_work.release()
        try:
            stopping = self._closing.wait(seconds)
        finally:
            self._at_work.acquire()
        if stopping:
            raise Stopping

    def fenced(self, parts: Mapping[Part, str]) -> None:
        """Remember for the reader that others have claimed partitions."""
        self._fenced.update(parts)
