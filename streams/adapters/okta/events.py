"""Events: THE table of what Okta's event types change, whose access, and what is held."""

from dataclasses import dataclass, replace

ACTOR = ("actor",)
"""Instead of a target: it is the actor's own access that changes."""

USER = ("user", "appuser")
GROUP = ("usergroup", "group")
APP = ("appinstance", "application", "app")
CLIENT = ("publicclientapp", "publicclientappentity", "oauth2client", "appinstance")
ROLE = ("role", "customrole", "adminrole", "iamrole", "resourceset", "iamresourceset")
AGENT = ("aiagent", "workloadprincipal", "agent")
MEMBER = (*USER, *GROUP, *CLIENT, *AGENT)
HOLDABLE = (*GROUP, *APP, *ROLE, "entitlement", "entitlementvalue", "entitlementbundle", "bundle")
"""What an access request or a review can be about."""

EVERYTHING_ELSE = ("*",)
"""Every target that is not the subject: for types whose targets Okta does not describe."""

ORGANIZATION = "organization"
"""The subject of a change that concerns everybody in the tenant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """What one event type means.

    `whose`: types of target whose access changes, best first; `otherwise`: the subject when no target says. `held`:
    types of target that name what is held, all of them; `implied`: what is held when no target names it. `roles`:
    admin roles stand in `debugData`, as text. `reference`: the id of such a target is needed to undo the change.
    `ongoing`: success says only that it has begun.
    """

    operation: str
    whose: tuple[str, ...] = USER
    otherwise: str = ""
    held: tuple[str, ...] = ()
    implied: str = ""
    roles: bool = False
    privileged: bool = False
    process: str = ""
    reference: tuple[str, ...] = ()
    ongoing: bool = False


def _pair(grant: Mapped) -> tuple[Mapped, Mapped]:
    return grant, replace(grant, operation="revoke", reference=())


IN_GROUP, OUT_OF_GROUP = _pair(Mapped(operation="grant", held=GROUP))
ON_APP, OFF_APP = _pair(Mapped(operation="grant", held=APP))
GROUP_ON_APP, GROUP_OFF_APP = _pair(Mapped(operation="grant", whose=GROUP, held=APP))
ADMIN, NO_ADMIN = _pair(Mapped(operation="grant", roles=True, privileged=True))
GROUP_ADMIN, NO_GROUP_ADMIN = _pair(Mapped(operation="grant", whose=GROUP, roles=True, privileged=True))
CLIENT_ADMIN, NO_CLIENT_ADMIN = _pair(Mapped(operation="grant", whose=CLIENT, roles=True, privileged=True))
BINDING, NO_BINDING = _pair(Mapped(operation="grant", whose=MEMBER, held=ROLE, implied="admin-role", privileged=True))
SUPPORT, NO_SUPPORT = _pair(
    Mapped(operation="grant", otherwise="okta-support", implied="impersonation", privileged=True)
)
API_TOKEN, NO_API_TOKEN = _pair(
    Mapped(operation="token-issue", whose=ACTOR, implied="api-token", privileged=True, reference=("token",))
)
DELEGATION, NO_DELEGATION = _pair(Mapped(operation="grant", whose=AGENT, held=EVERYTHING_ELSE, implied="delegation"))
CONNECTION, NO_CONNECTION = _pair(Mapped(operation="grant", whose=AGENT, held=EVERYTHING_ELSE, implied="resource"))
JOINER = Mapped(operation="create", process="joiner")
LEAVER = Mapped(operation="disable", process="leaver")
PASSWORD = Mapped(operation="secret-rotate", implied="password")
FACTOR_OFF = Mapped(operation="disable", implied="mfa-factor")
READ = Mapped(operation="secret-read", whose=ACTOR)

CHANGES: dict[str, Mapped] = {
    "group.user_membership.add": IN_GROUP,
    "group.user_membership.remove": OUT_OF_GROUP,
    "application.user_membership.add": ON_APP,
    "application.user_membership.remove": OFF_APP,
    "application.user_membership.provision": ON_APP,
    "application.user_membership.deprovision": OFF_APP,
    "application.user_membership.update": replace(ON_APP, operation="role-change"),
    "application.user_membership.show_password": replace(READ, held=APP),
    "application.user_membership.change_password": PASSWORD,
    "group.application_assignment.add": GROUP_ON_APP,
    "group.application_assignment.remove": GROUP_OFF_APP,
    "group.lifecycle.create": Mapped(operation="create", whose=GROUP),
    "group.lifecycle.delete": Mapped(operation="delete", whose=GROUP),
    "user.account.privilege.grant": ADMIN,
    "user.account.privilege.revoke": NO_ADMIN,
    "group.privilege.grant": GROUP_ADMIN,
    "group.privilege.revoke": NO_GROUP_ADMIN,
    "app.oauth2.client.privilege.grant": CLIENT_ADMIN,
    "app.oauth2.client.privilege.revoke": NO_CLIENT_ADMIN,
    "iam.resourceset.bindings.add": BINDING,
    "iam.resourceset.bindings.delete": NO_BINDING,
    "user.session.impersonation.grant": SUPPORT,
    "user.session.impersonation.extend": SUPPORT,
    "user.session.impersonation.revoke": NO_SUPPORT,
    "user.lifecycle.create": JOINER,
    "user.lifecycle.activate": replace(JOINER, operation="enable"),
    "user.lifecycle.reactivate": Mapped(operation="enable"),
    "user.lifecycle.unsuspend": Mapped(operation="enable"),
    "user.lifecycle.suspend": Mapped(operation="disable"),
    "user.lifecycle.deactivate": LEAVER,
    "user.lifecycle.delete.initiated": replace(LEAVER, operation="delete", ongoing=True),
    "user.lifecycle.delete.completed": replace(LEAVER, operation="delete"),
    "user.account.reset_password": PASSWORD,
    "user.account.update_password": PASSWORD,
    "user.account.unlock_by_admin": Mapped(operation="enable"),
    "user.account.update_profile": Mapped(operation="update", process="mover"),
    "user.mfa.factor.deactivate": FACTOR_OFF,
    "user.mfa.factor.suspend": FACTOR_OFF,
    "user.mfa.factor.reset_all": FACTOR_OFF,
    "user.mfa.factor.activate": replace(FACTOR_OFF, operation="enable"),
    "user.mfa.factor.unsuspend": replace(FACTOR_OFF, operation="enable"),
    "system.mfa.factor.deactivate": replace(FACTOR_OFF, whose=(), otherwise=ORGANIZATION, privileged=True),
    "system.mfa.factor.activate": replace(FACTOR_OFF, operation="enable", whose=(), otherwise=ORGANIZATION),
    "system.api_token.create": API_TOKEN,
    "system.api_token.revoke": NO_API_TOKEN,
    "system.api_token.enable": replace(NO_API_TOKEN, operation="enable"),
    "system.api_token.disable": replace(NO_API_TOKEN, operation="disable"),
    "app.oauth2.client.read_client_secret": replace(READ, held=(*CLIENT, "application", "app")),
    "app.oauth2.token.grant.vaulted_secret": replace(READ, held=EVERYTHING_ELSE),
    "app.oauth2.token.grant.service_account": replace(READ, operation="token-issue", held=EVERYTHING_ELSE),
    "app.oauth2.token.grant.id_jag": replace(READ, operation="token-issue", held=EVERYTHING_ELSE),
    "certification.campaign.item.decide": Mapped(
        operation="certify", held=HOLDABLE, implied="access", process="certification"
    ),
    "workload_principal.register": Mapped(operation="create", whose=AGENT, process="joiner"),
    "workload_principal.activate": Mapped(operation="enable", whose=AGENT),
    "workload_principal.deactivate": Mapped(operation="disable", whose=AGENT, process="leaver"),
    "workload_principal.delegation_link.create": DELEGATION,
    "workload_principal.delegation_link.delete": NO_DELEGATION,
    "workload_principal.resource_connection.create": CONNECTION,
    "workload_principal.resource_connection.delete": NO_CONNECTION,
    "workload_principal.ai_agent.credential.create": Mapped(
        operation="token-issue", whose=AGENT, implied="agent-credential"
    ),
    "workload_principal.ai_agent.credential.delete": Mapped(
        operation="revoke", whose=AGENT, implied="agent-credential"
    ),
}  # fmt: skip
