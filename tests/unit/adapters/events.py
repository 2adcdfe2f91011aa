"""Events to begin with: the smallest of each source that adapts, for tests to change one thing about."""

from collections.abc import Mapping
from typing import Any

from orjson import dumps

from streams.adapters import Adapted, adapt_bytes
from streams.core.evidence import Approval, Change, Context, Prompt

TENANT = "default"
TRACE = "0af7651916cd43dd8448eb211c80319c"


def okta(event_type: str = "group.user_membership.add", **fields: Any) -> dict[str, Any]:
    return {
        "uuid": "11f0-1", "published": "2026-11-23T10:00:00.000Z", "eventType": event_type,
        "actor": {"id": "00uactor", "type": "User"}, "outcome": {"result": "SUCCESS"},
        "target": [{"id": "00uuser", "type": "User"}, {"id": "00ggroup", "type": "UserGroup", "displayName": "Staff"}],
    } | fields  # fmt: skip


def cloudtrail(call: str = "iam:AttachUserPolicy", **fields: Any) -> dict[str, Any]:
    service, _, name = call.partition(":")
    return {
        "eventID": "ev-1", "eventTime": "2026-11-23T10:00:00Z", "eventSource": f"{service}.amazonaws.com",
        "eventName": name, "awsRegion": "us-east-1", "recipientAccountId": "111122223333",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ops", "userName": "ops"},
        "requestParameters": {"userName": "bo", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
    } | fields  # fmt: skip


def span(operation: str = "chat", *, attributes: Mapping[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    named = {"gen_ai.operation.name": operation} | dict(attributes or {})
    return {
        "traceId": TRACE, "spanId": "b7ad6b7169203331", "startTimeUnixNano": "1795428245000000000",
        "attributes": [{"key": key, "value": {"stringValue": value}} for key, value in named.items()],
    } | fields  # fmt: skip


def adapted(source: str, event: Any) -> Adapted:
    return adapt_bytes(source, dumps(event), TENANT)


def change(source: str, event: Any) -> Change:
    (only,) = adapted(source, event).evidence
    assert isinstance(only, Change)
    return only


def approval(event: Any) -> Approval:
    (only,) = adapted("okta", event).evidence
    assert isinstance(only, Approval)
    return only


def prompt(event: Any) -> Prompt:
    (only,) = adapted("otel", event).evidence
    assert isinstance(only, Prompt)
    return only


def context(event: Any) -> Context:
    (only,) = adapted("otel", event).evidence
    assert isinstance(only, Context)
    return only


def refusal(source: str, event: Any) -> str:
    (only,) = adapted(source, event).failures
    return only.reason
