"""Outcomes of commands, to plain values and back."""

from typing import Any

from streams.codec.bounds import DETAIL_CHARS_MAX
from streams.codec.fact import FACT, fact_from, fact_to_plain
from streams.codec.fields import Fields, members
from streams.core.evidence import Outcome, Status
from streams.core.ids import CommandId

OUTCOME = FACT | {"command_id", "responder", "status", "completed_at", "detail"}
STATUSES = members(Status)


def to_plain(outcome: Outcome) -> dict[str, Any]:
    """Write an outcome."""
    return fact_to_plain(outcome) | {
        "command_id": outcome.command_id,
        "responder": outcome.responder,
        "status": str(outcome.status),
        "completed_at": outcome.completed_at,
        "detail": outcome.detail,
    }


def from_plain(plain: Any) -> Outcome:
    """Read an outcome."""
    fields = Fields(plain, "outcome", OUTCOME)
    return Outcome(
        **fact_from(fields),
        command_id=CommandId(fields.id("command_id")),
        responder=fields.id("responder"),
        status=fields.choice("status", STATUSES),
        completed_at=fields.instant("completed_at"),
        detail=fields.text("detail", DETAIL_CHARS_MAX),
    )
