"""Call: what every CloudTrail record says alike: when, who, in which account, asking for what, with what result."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from streams.adapters.base import event_id
from streams.adapters.cloudtrail.principal import actor_of, partition_of, session_name
from streams.adapters.declared import Declared, declared
from streams.adapters.read import Node
from streams.adapters.when import moment
from streams.core.evidence import Result
from streams.core.ids import EventId, TenantId
from streams.core.parties import Actor
from streams.core.time import Millis

SOURCE = "cloudtrail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One record, read. `account`: the one whose resources the call is about; `asked`, `answered`: its parameters."""

    node: Node
    tenant: TenantId
    name: str
    event_id: EventId
    at: Millis
    actor: Actor
    account: str
    partition: str
    asked: Node
    answered: Node
    result: Result
    declared: Declared

    @classmethod
    def of(cls, event: Mapping[str, Any], tenant: str) -> "Call":
        """Read what all calls share.

        Raises:
            Unrecognised: a field is missing or of the wrong type.
        """
        node = Node(SOURCE, event)
        identity, asked = node.node("userIdentity"), node.node("requestParameters")
        account = node.optional("recipientAccountId") or identity.optional("accountId") or ""
        # The source identity sticks to all sessions that follow and can be demanded by a trust policy; a session's name
        # is chosen once; a User-Agent is written anew with each call.
        claims = (
            identity.node("sessionContext").optional("sourceIdentity"),
            session_name(identity),
            node.optional("userAgent", limit=None),
            asked.optional("sourceIdentity"),
            asked.optional("roleSessionName"),
        )
        failed = node.optional("errorCode") or node.optional("errorMessage", limit=None)
        return cls(
            node=node,
            tenant=TenantId(tenant),
            name=node.text("eventName"),
            event_id=event_id(SOURCE, node.optional("eventID", limit=200), event),
            at=moment(node, "eventTime"),
            actor=actor_of(node, account),
            account=account,
            partition=partition_of(node),
            asked=asked,
            answered=node.node("responseElements"),
            result=Result.FAILED if failed else Result.SUCCEEDED,
            declared=declared(claims),
        )

    @property
    def application(self) -> str:
        """Where what is held is held: the account."""
        return f"aws:{self.account}" if self.account else "aws"

    def arn(self, kind: str, name: str) -> str:
        """Name an IAM resource. A path is left out: records name it only sometimes, and names are unique without it."""
        return f"arn:{self.partition}:iam::{self.account}:{kind}/{name}" if self.account else name
