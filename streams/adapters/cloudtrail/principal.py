"""Principal: who made a call to AWS (`userIdentity`)."""

from streams.adapters.declared import declared
from streams.adapters.read import Node
from streams.core.parties import Actor, Kind

KINDS = {
    "AssumedRole": Kind.SERVICE,
    "Role": Kind.SERVICE,
    "AWSService": Kind.SYSTEM,
    "IdentityCenterUser": Kind.HUMAN,
}
"""What a type of identity is. An IAM user or the root user may be a person or a program: see `_is_at_the_console`."""

CONSOLE = "signin.amazonaws.com"
"""The console calls with the credentials of whoever is signed in."""


def actor_of(node: Node, account: str) -> Actor:
    """Read who made a call.

    A session acts as its role (`sessionIssuer.arn`), on behalf of whoever it is named after.

    Raises:
        Unrecognised: `userIdentity` names nobody.
    """
    identity = node.node("userIdentity")
    type_ = identity.optional("type") or ""
    kind = KINDS.get(type_, Kind.UNKNOWN)
    if kind is Kind.UNKNOWN and type_ in {"IAMUser", "Root"} and _is_at_the_console(node, identity):
        kind = Kind.HUMAN
    home = f"arn:{partition_of(node)}:iam::{account}" if account else ""
    return Actor(id=_id(identity, type_, home), kind=kind, on_behalf_of=_on_behalf_of(identity, type_))


def partition_of(node: Node) -> str:
    """Name the partition of AWS that a record comes from: regions of China and of the US government have their own."""
    region = node.optional("awsRegion") or ""
    return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"


def session_name(identity: Node) -> str | None:
    """Read the name of a role session: the end of its ARN, or what follows the colon of `principalId`."""
    arn = identity.optional("arn") or ""
    if ":assumed-role/" in arn and arn.count("/") >= 2:
        return arn.rpartition("/")[2] or None
    principal = identity.optional("principalId") or ""
    return principal.partition(":")[2] or None


def _id(identity: Node, type_: str, home: str) -> str:
    arn = identity.optional("arn")
    issuer = identity.node("sessionContext").node("sessionIssuer").optional("arn")
    if type_ == "AWSService":
        return identity.optional("invokedBy") or identity.optional("principalId") or "amazonaws.com"
    if type_ == "IdentityCenterUser":
        arn = identity.node("onBehalfOf").optional("userId")
    if type_ == "AssumedRole" and issuer is None and arn is not None and ":assumed-role/" in arn:
        # arn:aws:sts::123456789012:assumed-role/helpdesk-agent/session, with no issuer to ask
        head, _, tail = arn.partition(":assumed-role/")
        arn = f"{head.replace(':sts:', ':iam:')}:role/{tail.partition('/')[0]}"
    named = issuer or arn
    if named is None and type_ == "IAMUser" and home and identity.optional("userName"):
        named = f"{home}:user/{identity.text('userName')}"
    for field in ("principalId", "userName", "credentialId", "accountId", "invokedBy"):
        named = named or identity.optional(field)
    if named is None:
        identity.refuse("arn", "is missing, and nothing else in it names who made the call")
    return named


def _on_behalf_of(identity: Node, type_: str) -> str | None:
    """Find the person behind a session: as Identity Center says, as the source identity says, as the name says."""
    if type_ != "AssumedRole":
        return None
    user = identity.node("onBehalfOf").optional("userId")
    said = (identity.node("sessionContext").optional("sourceIdentity"), session_name(identity))
    return user or next((name for name in said if name and declared((name,)).decision_id is None), None)


def _is_at_the_console(node: Node, identity: Node) -> bool:
    """Say whether a person was there: signed in at the console, or with a second factor, and no service in between."""
    attributes = identity.node("sessionContext").node("attributes")
    between = identity.optional("invokedBy")
    seen = node.flag("sessionCredentialFromConsole") or attributes.flag("mfaAuthenticated")
    return seen and between in {None, CONSOLE}
