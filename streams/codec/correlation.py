"""Setting evidence without a decision aside, and giving it its decision later."""

from dataclasses import replace

import orjson

from streams.codec.errors import Malformed
from streams.codec.records import EVIDENCE_KINDS, from_plain, kind_of, to_plain
from streams.codec.uncorrelated import Uncorrelated
from streams.core.evidence import Approval, Change, Context, Evidence, Outcome, Prompt
from streams.core.ids import DecisionId


def set_aside(evidence: Evidence, actor_id: str) -> Uncorrelated:
    """Wrap evidence whose decision nobody knows; what its `decision_id` says is left out."""
    plain = to_plain(evidence)
    del plain["decision_id"]
    return Uncorrelated(
        tenant=evidence.tenant,
        event_id=evidence.event_id,
        source=evidence.source,
        occurred_at=evidence.occurred_at,
        actor_id=actor_id,
        kind=kind_of(evidence),
        evidence=orjson.dumps(plain, option=orjson.OPT_SORT_KEYS).decode(),
    )


def assign(uncorrelated: Uncorrelated, decision_id: DecisionId) -> Evidence:
    """Give evidence its decision.

    Raises:
        Malformed: what was set aside is no evidence, or not the event that its wrapping says.
    """
    if uncorrelated.kind not in EVIDENCE_KINDS:
        raise Malformed(f"uncorrelated.kind must be one of {', '.join(EVIDENCE_KINDS)}.")
    try:
        plain = orjson.loads(uncorrelated.evidence)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"uncorrelated.evidence is not JSON: {error}.") from None
    if not isinstance(plain, dict):
        raise Malformed("uncorrelated.evidence must be a JSON object.")
    record = from_plain(uncorrelated.kind, plain | {"decision_id": decision_id})
    if not isinstance(record, Prompt | Context | Approval | Change | Outcome):
        raise Malformed("uncorrelated.evidence is no evidence.")
    if replace(uncorrelated, evidence="") != replace(set_aside(record, uncorrelated.actor_id), evidence=""):
        raise Malformed("uncorrelated.evidence is another event than the one it is wrapped as.")
    return record
