"""Power: how much a policy of AWS allows, from its name or its document."""

from typing import Any

from streams.adapters.names import sounds_privileged
from streams.adapters.read import json_in

PRIVILEGED_POLICIES = frozenset(
    {
        "AdministratorAccess", "AdministratorAccess-Amplify", "AdministratorAccess-AWSElasticBeanstalk",
        "PowerUserAccess", "IAMFullAccess", "SystemAdministrator", "SecretsManagerReadWrite",
        "AWSOrganizationsFullAccess", "AWSSSOMasterAccountAdministrator", "AWSSSOMemberAccountAdministrator",
        "AWSSSODirectoryAdministrator", "AWSIdentityCenterFullAccess", "AWSKeyManagementServicePowerUser",
    }
)  # fmt: skip
"""Policies of AWS that give power over others' access. `AmazonS3FullAccess` and its like give power over things."""

QUARANTINES = "AWSCompromisedKeyQuarantine"
"""AWS attaches these itself to a leaked key: they only take away."""

POWERS = ("*", "iam:*", "sts:*", "sts:assumerole", "secretsmanager:*", "organizations:*", "sso:*", "iam:passrole")
"""Actions (in small letters) that give power over others' access when allowed on everything."""


def policy_is_privileged(arn: str) -> bool:
    """Say whether a managed policy gives power over others' access, by its name."""
    name = arn.rpartition("/")[2]
    return name in PRIVILEGED_POLICIES or sounds_privileged(name)


def only_takes_away(arn: str) -> bool:
    """Say whether a managed policy can only deny."""
    return arn.rpartition("/")[2].startswith(QUARANTINES)


def statements(document: Any) -> tuple[dict[str, Any], ...]:
    """List the statements of a policy document, which stands in the record as an object or as JSON in a text."""
    plain = json_in(document) if isinstance(document, str) else document
    found = plain.get("Statement") if isinstance(plain, dict) else None
    listed = found if isinstance(found, list) else [found]
    return tuple(statement for statement in listed if isinstance(statement, dict))


def denies_only(document: Any) -> bool:
    """Say whether a document has statements, and all of them deny."""
    found = statements(document)
    return bool(found) and all(statement.get("Effect") == "Deny" for statement in found)


def document_is_privileged(document: Any) -> bool:
    """Say whether a document allows everything, everybody, or power over others' access.

    One that cannot be read counts as privileged: nobody knows what it allows.
    """
    found = statements(document)
    return not found or any(s.get("Effect") != "Deny" and (_anybody(s) or _powerful(s)) for s in found)


def _powerful(statement: dict[str, Any]) -> bool:
    actions = [str(a).lower() for a in _listed(statement.get("Action"))]
    if "Principal" in statement:
        return False  # a trust or resource policy: its actions concern that one role or secret
    # NotAction allows all but what it names
    return "NotAction" in statement or any(action in POWERS for action in actions)


def _anybody(statement: dict[str, Any]) -> bool:
    """Say whether a resource or trust policy opens to everybody; a condition counts as narrowing that."""
    principal = statement.get("Principal")
    named = principal.get("AWS") if isinstance(principal, dict) else principal
    return "*" in _listed(named) and not statement.get("Condition")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
