"""The parties of an identity change, to plain values and back."""

from typing import Any

from streams.codec.fields import Fields, members
from streams.core.parties import Actor, Approver, Assurance, Authority, Entitlement, Kind, Subject

KINDS = members(Kind)
ASSURANCES = members(Assurance)
AUTHORITIES = members(Authority)

ACTOR = frozenset({"id", "kind", "on_behalf_of"})
SUBJECT = frozenset({"id", "kind"})
APPROVER = frozenset({"id", "kind", "roles"})
ENTITLEMENT = frozenset({"id", "application", "privileged", "environment"})


def actor_to_plain(actor: Actor) -> dict[str, Any]:
    """Write an actor."""
    return {"id": actor.id, "kind": str(actor.kind), "on_behalf_of": actor.on_behalf_of}


def actor_from(fields: Fields) -> Actor:
    """Read an actor."""
    return Actor(
        id=fields.id("id"),
        kind=fields.choice("kind", KINDS, Kind.UNKNOWN),
        on_behalf_of=fields.optional("on_behalf_of"),
    )


def subject_to_plain(subject: Subject) -> dict[str, Any]:
    """Write a subject."""
    return {"id": subject.id, "kind": str(subject.kind)}


def subject_from(fields: Fields) -> Subject:
    """Read a subject."""
    return Subject(id=fields.id("id"), kind=fields.choice("kind", KINDS, Kind.UNKNOWN))


def approver_to_plain(approver: Approver) -> dict[str, Any]:
    """Write an approver."""
    return {"id": approver.id, "kind": str(approver.kind), "roles": list(approver.roles)}


def approver_from(fields: Fields) -> Approver:
    """Read an approver."""
    return Approver(id=fields.id("id"), kind=fields.choice("kind", KINDS, Kind.UNKNOWN), roles=fields.texts("roles"))


def entitlements_to_plain(entitlements: tuple[Entitlement, ...]) -> list[dict[str, Any]]:
    """Write entitlements."""
    return [
        {"id": e.id, "application": e.application, "privileged": e.privileged, "environment": e.environment}
        for e in entitlements
    ]


def entitlements_from(fields: Fields, name: str) -> tuple[Entitlement, ...]:
    """Read entitlements."""
    return tuple(
        Entitlement(
            id=each.id("id"),
            application=each.text("application"),
            privileged=each.flag("privileged"),
            environment=each.text("environment"),
        )
        for each in fields.objects(name, ENTITLEMENT)
    )
