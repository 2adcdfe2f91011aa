"""The parties of an identity change: who acted, whose access changed, who agreed, and what may be held."""

from enum import StrEnum

from streams.core.value import Value


class Kind(StrEnum):
    """What somebody is. `unknown` is an honest answer and never counts as human."""

    HUMAN = "human"
    AI_AGENT = "ai_agent"
    SERVICE = "service"
    SYSTEM = "system"
    UNKNOWN = "unknown"


class Assurance(StrEnum):
    """How far an approver's identity was established, weakest first."""

    NONE = "none"
    ASSERTED = "asserted"
    VERIFIED = "verified"
    SIGNED = "signed"

    def reaches(self, wanted: "Assurance") -> bool:
        """Say whether this assurance is at least the wanted one."""
        return ASSURANCES[self] >= ASSURANCES[wanted]


class Authority(StrEnum):
    """What an AI may do, or did, about a class of operations, least first."""

    NONE = "none"
    RECOMMEND = "recommend"
    APPROVE = "approve"
    EXECUTE = "execute"

    def exceeds(self, allowed: "Authority") -> bool:
        """Say whether doing this needs more than what is allowed."""
        return AUTHORITIES[self] > AUTHORITIES[allowed]


ASSURANCES = {assurance: place for place, assurance in enumerate(Assurance)}
AUTHORITIES = {authority: place for place, authority in enumerate(Authority)}


class Actor(Value, frozen=True, kw_only=True):
    """Who executed a change, perhaps on somebody's behalf (RFC 8693 `act`)."""

    id: str
    kind: Kind = Kind.UNKNOWN
    on_behalf_of: str | None = None


class Subject(Value, frozen=True, kw_only=True):
    """Whose access changed."""

    id: str
    kind: Kind = Kind.UNKNOWN


class Approver(Value, frozen=True, kw_only=True):
    """Who agreed or refused, and the roles held when doing so."""

    id: str
    kind: Kind = Kind.UNKNOWN
    roles: tuple[str, ...] = ()


class Entitlement(Value, frozen=True, kw_only=True):
    """Something that may be held: a group, a role, an application, a secret."""

    id: str
    application: str = ""
    privileged: bool = False
    environment: str = ""
