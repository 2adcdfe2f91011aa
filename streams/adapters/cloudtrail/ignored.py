"""Ignored: calls to AWS that change nobody's access, and why each is left out."""

from streams.adapters.read import Node

ELSEWHERE = frozenset({"identitystore", "sso-directory", "organizations"})
"""Services beyond those of the table whose writes may change identities: what is not ignored by name is refused."""

SERVICES = frozenset({"iam", "sts", "secretsmanager", "sso", *ELSEWHERE})

READS = ("Get", "List", "Describe", "Simulate", "Generate", "Validate", "Lookup", "Search")
"""Beginnings of names that only read; the reads that matter (secrets) are mapped before."""

READS_THAT_MATTER = frozenset(
    {
        "secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue", "sts:GetFederationToken",
        "sts:GetSessionToken",
    }
)  # fmt: skip

SIGN_IN = "a sign-in, no change of access"
NOT_YET = "something that nobody holds yet"
SETTING = "a setting of the account, no change of anybody's access"

NAMES: dict[str, str] = {
    "sts:DecodeAuthorizationMessage": "a question, no change of access",
    "sso:Authenticate": SIGN_IN,
    "sso:Federate": SIGN_IN,
    "sso:CreateToken": SIGN_IN,
    "sso:Logout": SIGN_IN,
    "sso:RegisterClient": SIGN_IN,
    "sso:StartDeviceAuthorization": SIGN_IN,
    "sso:ProvisionPermissionSet": "the delivery of a permission set whose change was an event of its own",
    "iam:CreateVirtualMFADevice": NOT_YET,
    "iam:DeleteVirtualMFADevice": NOT_YET,
    "iam:ResyncMFADevice": SIGN_IN,
    "iam:CreateInstanceProfile": NOT_YET,
    "iam:DeleteInstanceProfile": NOT_YET,
    "iam:DeletePolicyVersion": NOT_YET,
    "iam:UpdateRoleDescription": "a label",
    "iam:UploadServerCertificate": SETTING,
    "iam:UpdateServerCertificate": SETTING,
    "iam:DeleteServerCertificate": SETTING,
    "iam:CreateAccountAlias": SETTING,
    "iam:DeleteAccountAlias": SETTING,
    "iam:UpdateAccountPasswordPolicy": SETTING,
    "iam:DeleteAccountPasswordPolicy": SETTING,
    "iam:SetSecurityTokenServicePreferences": SETTING,
    "organizations:CreateAccount": SETTING,
    "organizations:CreateAccountResult": SETTING,
    "organizations:LeaveOrganization": SETTING,
    "secretsmanager:CancelRotateSecret": "the end of a schedule; the secret stays as it was",
    "secretsmanager:StopReplicationToReplica": SETTING,
    "secretsmanager:RemoveRegionsFromReplication": SETTING,
}

OWN_ROLE = "an AWS service that takes the role it was given"


def reason_to_ignore(node: Node, service: str, name: str) -> str | None:
    """Say why a call is no evidence; None when it is, or when nobody has said so."""
    call = f"{service}:{name}"
    if service not in SERVICES:
        return f"a call to {service[:80]}, which this adapter does not read"
    if call in NAMES:
        return NAMES[call]
    if call in READS_THAT_MATTER:
        return None
    # to CloudTrail, AssumeRole only reads
    if name.startswith(READS) or (node.flag("readOnly") and service != "sts"):
        return "a call that only reads"
    if name.startswith(("Tag", "Untag")):
        return "a label"
    if node.optional("eventType") in {"AwsCloudTrailInsight", "AwsConsoleSignIn"}:
        return SIGN_IN
    if name == "AssumeRole" and node.node("userIdentity").optional("type") == "AWSService":
        return OWN_ROLE
    return None
