"""Batches: what an agent sees of a topic that is read many records at a time, and how a topic asks for that."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from faust.serializers.schemas import Schema
from faust.types import TP, AppT, EventT, Message


class RawRecord(Protocol):
    """One record as the Kafka client decoded it; its bytes are those of the publisher."""

    @property
    def offset(self) -> int:
        """Its place in the partition."""
        ...

    @property
    def timestamp(self) -> int:
        """When it was published (or stored, if the topic says so): milliseconds since 1970, UTC."""
        ...

    @property
    def key(self) -> bytes | None:
        """Its key, if it has one."""
        ...

    @property
    def value(self) -> bytes | None:
        """Its value; None is a tombstone."""
        ...

    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]:
        """Its headers, in order; the same name may come twice."""
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one partition in the order of their offsets, at least one; offsets may have gaps."""

    tp: TP
    records: Sequence[RawRecord]
    first: int
    last: int

    def __len__(self) -> int:
        """Count the records."""
        return len(self.records)


class BatchSchema(Schema):  # type: ignore[type-arg]  # generic for type checkers, not at run time
    """Given as `app.topic(..., schema=BatchSchema())`, it makes every event of that topic carry a `Batch`.

    It works with the `clawback://` driver only. All subscriptions of one topic must agree. An event is acknowledged as
    a whole, as ever when its agent asks for the next one; Faust also acknowledges an event whose agent raised, so an
    agent that must lose nothing ends its process instead of raising.
    """

    def compile(  # noqa: D102 - says what the base class says
        self,
        app: AppT,
        *,
        on_key_decode_error: Any = None,  # noqa: ARG002 - nothing is decoded here
        on_value_decode_error: Any = None,  # noqa: ARG002 - nothing is decoded here
        default_propagate: bool = False,
    ) -> Any:
        async def decode(message: Message, *, propagate: bool = default_propagate) -> EventT[Any]:  # noqa: ARG001
            return app.create_event(None, message.value, None, message)

        return decode
