"""Events: THE table of what calls to AWS change, whose access, and what is held."""

from dataclasses import dataclass, replace

HOUR_S = 3_600


@dataclass(frozen=True, slots=True)
class Named:
    """A request parameter that names something. `kind`: of an IAM resource, whose ARN is made of the name."""

    parameter: str
    kind: str = ""
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """What one call means.

    `whose`: parameters that name whose access changes, the first that is there counts; none: the caller's own.
    `or_own`: the caller's own where the parameter is left out, as IAM allows. `account_wide`: everybody in the account
    is concerned. `held`: parameters that name what is held; `each`: a list of which every item is a change of its own.
    `implied`: what is held when no parameter names it. `document`: a parameter with a policy document, which says how
    powerful the change is. `by_status`: the operation depends on `status`. `reference`: path in the response to what
    undoing the change needs. `lasts_s`: how long what is issued lasts when `durationSeconds` does not say.
    """

    operation: str
    whose: tuple[Named, ...] = ()
    or_own: bool = False
    account_wide: bool = False
    held: tuple[Named, ...] = ()
    each: str = ""
    implied: str = ""
    privileged: bool = False
    document: str = ""
    by_status: bool = False
    reference: tuple[str, ...] = ()
    lasts_s: int | None = None
    process: str = ""


USER = (Named("userName", "user"),)
ROLE = (Named("roleName", "role"),)
GROUP = (Named("groupName", "group"),)
POLICY = (Named("policyArn"),)
INLINE = (Named("policyName", prefix="inline:"),)
SECRET = (Named("secretId"), Named("name"))
PROFILE = (Named("instanceProfileName", "instance-profile"),)
PERMISSION_SET = (Named("permissionSetArn"),)


def _pair(grant: Mapped) -> tuple[Mapped, Mapped]:
    return grant, replace(grant, operation="revoke", document="", reference=(), lasts_s=None)


def _policy(whose: tuple[Named, ...]) -> tuple[Mapped, Mapped]:
    return _pair(Mapped(operation="grant", whose=whose, held=POLICY))


def _inline(whose: tuple[Named, ...]) -> tuple[Mapped, Mapped]:
    return _pair(Mapped(operation="grant", whose=whose, held=INLINE, document="policyDocument"))


def _boundary(whose: tuple[Named, ...]) -> tuple[Mapped, Mapped]:
    """Pair: a boundary limits what others granted; without it all of that comes into force."""
    placed = Mapped(
        operation="role-change", whose=whose, held=(Named("permissionsBoundary"),), implied="permissions-boundary"
    )
    return placed, replace(placed, operation="elevate", privileged=True)


ATTACH_USER, DETACH_USER = _policy(USER)
ATTACH_ROLE, DETACH_ROLE = _policy(ROLE)
ATTACH_GROUP, DETACH_GROUP = _policy(GROUP)
PUT_USER, DELETE_USER = _inline(USER)
PUT_ROLE, DELETE_ROLE = _inline(ROLE)
PUT_GROUP, DELETE_GROUP = _inline(GROUP)
BOUND_USER, UNBOUND_USER = _boundary(USER)
BOUND_ROLE, UNBOUND_ROLE = _boundary(ROLE)
JOIN, LEAVE = _pair(Mapped(operation="grant", whose=USER, held=GROUP))
KEY, NO_KEY = _pair(
    Mapped(
        operation="token-issue", whose=USER, or_own=True, implied="access-key", reference=("accessKey", "accessKeyId")
    )
)
SSH, NO_SSH = _pair(
    Mapped(
        operation="token-issue",
        whose=USER,
        or_own=True,
        implied="ssh-key",
        reference=("sSHPublicKey", "sSHPublicKeyId"),
    )
)
CERTIFICATE, NO_CERTIFICATE = _pair(
    Mapped(
        operation="token-issue", whose=USER, or_own=True, implied="signing-certificate",
        reference=("certificate", "certificateId"),
    )
)  # fmt: skip
CREDENTIAL, NO_CREDENTIAL = _pair(
    Mapped(
        operation="token-issue", whose=USER, or_own=True, implied="service-credential",
        reference=("serviceSpecificCredential", "serviceSpecificCredentialId"),
    )
)  # fmt: skip
CONSOLE, NO_CONSOLE = _pair(Mapped(operation="grant", whose=USER, or_own=True, implied="console-password"))
PASSWORD = Mapped(operation="secret-rotate", whose=USER, or_own=True, implied="console-password")
FACTOR = Mapped(operation="enable", whose=USER, or_own=True, implied="mfa-device")
PROFILED, UNPROFILED = _pair(Mapped(operation="grant", whose=PROFILE, held=ROLE))
MANAGED = Mapped(operation="role-change", whose=POLICY, held=POLICY, document="policyDocument")
TRUST = Mapped(operation="role-change", whose=ROLE, implied="trust-policy", privileged=True)
SAML = Mapped(
    operation="create", account_wide=True, privileged=True, implied="saml-provider",
    held=(Named("sAMLProviderArn"), Named("name", "saml-provider")),
)  # fmt: skip
OIDC = Mapped(
    operation="create", account_wide=True, privileged=True, implied="oidc-provider",
    held=(Named("openIDConnectProviderArn"), Named("url")),
)  # fmt: skip
SESSION = Mapped(operation="token-issue", held=(Named("roleArn"),), lasts_s=HOUR_S)
READ = Mapped(operation="secret-read", held=SECRET)
ROTATE = Mapped(operation="secret-rotate", whose=SECRET, held=SECRET)
ASSIGNED, UNASSIGNED = _pair(
    Mapped(operation="grant", whose=(Named("principalId"),), held=PERMISSION_SET, privileged=True)
)
SET_POLICY, UNSET_POLICY = _pair(Mapped(operation="grant", whose=PERMISSION_SET, held=(Named("managedPolicyArn"),)))
SET_INLINE, UNSET_INLINE = _pair(
    Mapped(operation="grant", whose=PERMISSION_SET, implied="inline-policy", document="inlinePolicy")
)

CHANGES: dict[str, Mapped] = {
    "iam:CreateUser": Mapped(operation="create", whose=USER, process="joiner"),
    "iam:UpdateUser": Mapped(operation="update", whose=USER),
    "iam:DeleteUser": Mapped(operation="delete", whose=USER, process="leaver"),
    "iam:CreateGroup": Mapped(operation="create", whose=GROUP),
    "iam:UpdateGroup": Mapped(operation="update", whose=GROUP),
    "iam:DeleteGroup": Mapped(operation="delete", whose=GROUP),
    "iam:CreateRole": Mapped(operation="create", whose=ROLE),
    "iam:UpdateRole": Mapped(operation="update", whose=ROLE),
    "iam:DeleteRole": Mapped(operation="delete", whose=ROLE),
    "iam:CreateServiceLinkedRole": Mapped(operation="create", whose=(Named("aWSServiceName"), Named("awsServiceName"))),
    "iam:DeleteServiceLinkedRole": Mapped(operation="delete", whose=ROLE),
    "iam:UpdateAssumeRolePolicy": TRUST,
    "iam:AddUserToGroup": JOIN,
    "iam:RemoveUserFromGroup": LEAVE,
    "iam:AttachUserPolicy": ATTACH_USER,
    "iam:DetachUserPolicy": DETACH_USER,
    "iam:AttachRolePolicy": ATTACH_ROLE,
    "iam:DetachRolePolicy": DETACH_ROLE,
    "iam:AttachGroupPolicy": ATTACH_GROUP,
    "iam:DetachGroupPolicy": DETACH_GROUP,
    "iam:PutUserPolicy": PUT_USER,
    "iam:DeleteUserPolicy": DELETE_USER,
    "iam:PutRolePolicy": PUT_ROLE,
    "iam:DeleteRolePolicy": DELETE_ROLE,
    "iam:PutGroupPolicy": PUT_GROUP,
    "iam:DeleteGroupPolicy": DELETE_GROUP,
    "iam:PutUserPermissionsBoundary": BOUND_USER,
    "iam:DeleteUserPermissionsBoundary": UNBOUND_USER,
    "iam:PutRolePermissionsBoundary": BOUND_ROLE,
    "iam:DeleteRolePermissionsBoundary": UNBOUND_ROLE,
    "iam:CreatePolicy": replace(MANAGED, operation="create", whose=(Named("policyName", "policy"),), held=()),
    "iam:CreatePolicyVersion": MANAGED,
    "iam:SetDefaultPolicyVersion": replace(MANAGED, document=""),
    "iam:DeletePolicy": replace(MANAGED, operation="delete", held=(), document=""),
    "iam:AddRoleToInstanceProfile": PROFILED,
    "iam:RemoveRoleFromInstanceProfile": UNPROFILED,
    "iam:CreateLoginProfile": CONSOLE,
    "iam:UpdateLoginProfile": PASSWORD,
    "iam:ChangePassword": PASSWORD,
    "iam:DeleteLoginProfile": NO_CONSOLE,
    "iam:CreateAccessKey": KEY,
    "iam:UpdateAccessKey": replace(KEY, operation="", by_status=True, reference=()),
    "iam:DeleteAccessKey": NO_KEY,
    "iam:UploadSSHPublicKey": SSH,
    "iam:UpdateSSHPublicKey": replace(SSH, operation="", by_status=True, reference=()),
    "iam:DeleteSSHPublicKey": NO_SSH,
    "iam:UploadSigningCertificate": CERTIFICATE,
    "iam:UpdateSigningCertificate": replace(CERTIFICATE, operation="", by_status=True, reference=()),
    "iam:DeleteSigningCertificate": NO_CERTIFICATE,
    "iam:CreateServiceSpecificCredential": CREDENTIAL,
    "iam:ResetServiceSpecificCredential": replace(CREDENTIAL, operation="secret-rotate", reference=()),
    "iam:UpdateServiceSpecificCredential": replace(CREDENTIAL, operation="", by_status=True, reference=()),
    "iam:DeleteServiceSpecificCredential": NO_CREDENTIAL,
    "iam:EnableMFADevice": FACTOR,
    "iam:DeactivateMFADevice": replace(FACTOR, operation="disable"),
    "iam:CreateSAMLProvider": SAML,
    "iam:UpdateSAMLProvider": replace(SAML, operation="role-change"),
    "iam:DeleteSAMLProvider": replace(SAML, operation="delete"),
    "iam:CreateOpenIDConnectProvider": OIDC,
    "iam:AddClientIDToOpenIDConnectProvider": replace(OIDC, operation="role-change"),
    "iam:UpdateOpenIDConnectProviderThumbprint": replace(OIDC, operation="role-change"),
    "iam:RemoveClientIDFromOpenIDConnectProvider": replace(OIDC, operation="role-change"),
    "iam:DeleteOpenIDConnectProvider": replace(OIDC, operation="delete"),
    "sts:AssumeRole": SESSION,
    "sts:AssumeRoleWithSAML": SESSION,
    "sts:AssumeRoleWithWebIdentity": SESSION,
    "sts:AssumeRoot": replace(
        SESSION, operation="elevate", held=(Named("targetPrincipal", prefix="root:"),), privileged=True, lasts_s=900
    ),
    "sts:GetFederationToken": replace(SESSION, held=(), implied="federation-token", lasts_s=12 * HOUR_S),
    "sts:GetSessionToken": replace(SESSION, held=(), implied="session-token", lasts_s=12 * HOUR_S),
    "secretsmanager:GetSecretValue": READ,
    "secretsmanager:BatchGetSecretValue": replace(READ, held=(), each="secretIdList", implied="secrets-where"),
    "secretsmanager:CreateSecret": Mapped(operation="create", whose=(Named("name"),)),
    "secretsmanager:PutSecretValue": ROTATE,
    "secretsmanager:UpdateSecret": ROTATE,
    "secretsmanager:RotateSecret": ROTATE,
    "secretsmanager:UpdateSecretVersionStage": ROTATE,
    "secretsmanager:DeleteSecret": Mapped(operation="delete", whose=SECRET),
    "secretsmanager:RestoreSecret": Mapped(operation="enable", whose=SECRET),
    "secretsmanager:PutResourcePolicy": replace(ROTATE, operation="role-change", document="resourcePolicy"),
    "secretsmanager:DeleteResourcePolicy": replace(ROTATE, operation="role-change"),
    "sso:CreateAccountAssignment": ASSIGNED,
    "sso:DeleteAccountAssignment": UNASSIGNED,
    "sso:CreatePermissionSet": Mapped(operation="create", whose=(Named("name"),)),
    "sso:DeletePermissionSet": Mapped(operation="delete", whose=PERMISSION_SET),
    "sso:AttachManagedPolicyToPermissionSet": SET_POLICY,
    "sso:DetachManagedPolicyFromPermissionSet": UNSET_POLICY,
    "sso:PutInlinePolicyToPermissionSet": SET_INLINE,
    "sso:DeleteInlinePolicyFromPermissionSet": UNSET_INLINE,
}  # fmt: skip
"""By service and call. Identity Center hands a permission set's power to a whole account, and the record does not show
how much that is: an assignment always counts as privileged."""
