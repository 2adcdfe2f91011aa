"""CloudTrail: calls to AWS IAM, STS, Secrets Manager and Identity Center; alone, in log files, through EventBridge."""

from collections.abc import Mapping
from typing import Any

from streams.adapters.base import Adapted, Unrecognised
from streams.adapters.cloudtrail.call import SOURCE, Call
from streams.adapters.cloudtrail.changes import changes
from streams.adapters.cloudtrail.events import CHANGES
from streams.adapters.cloudtrail.ignored import reason_to_ignore
from streams.adapters.read import Node


def adapt(event: Mapping[str, Any], tenant: str) -> Adapted:
    """Turn one CloudTrail record (`eventVersion` 1.05 to 1.11) into evidence.

    Raises:
        Unrecognised: a call that changes identities and that nobody maps, or one that lacks what its name needs.
    """
    node = Node(SOURCE, event)
    service, name = node.text("eventSource"), node.text("eventName")
    service = service.removesuffix(".amazonaws.com.cn").removesuffix(".amazonaws.com")
    reason = reason_to_ignore(node, service, name)
    if reason is not None:
        return Adapted(ignored=reason)
    mapped = CHANGES.get(f"{service}:{name}")
    if mapped is None:
        raise Unrecognised(SOURCE, f"eventName {name[:80]} of {service[:80]} is mapped by nobody")
    return changes(Call.of(event, tenant), mapped)


def unwrap(document: Mapping[str, Any]) -> list[Any]:
    """Open what CloudTrail delivers in: a log file (`Records`) or EventBridge (`detail`); else it is one record.

    Raises:
        Unrecognised: `Records` is no list.
    """
    if "Records" in document:
        records = document["Records"]
        if not isinstance(records, list):
            raise Unrecognised(SOURCE, "Records of the log file must be a list")
        return records
    return [document["detail"]] if "detail-type" in document and "detail" in document else [document]
