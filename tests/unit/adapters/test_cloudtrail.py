"""What calls to AWS become, where the golden files do not already say it."""

from typing import Any

import pytest
from orjson import dumps

from streams.adapters import adapt_bytes
from streams.adapters.cloudtrail.events import CHANGES
from streams.adapters.cloudtrail.ignored import NAMES
from streams.adapters.cloudtrail.power import document_is_privileged, policy_is_privileged
from streams.core.case import VERBS
from streams.core.evidence import Change, Result
from streams.core.parties import Kind
from tests.unit.adapters.events import TENANT, adapted, change, cloudtrail, refusal

EVERY_PARAMETER = {
    "userName": "bo", "roleName": "deployer", "groupName": "readers", "policyName": "inline",
    "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess", "instanceProfileName": "profile", "status": "Inactive",
    "aWSServiceName": "sqs.amazonaws.com", "permissionsBoundary": "arn:aws:iam::aws:policy/Boundary",
    "policyDocument": '{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}',
    "sAMLProviderArn": "arn:aws:iam::1:saml-provider/x", "openIDConnectProviderArn": "arn:aws:iam::1:oidc-provider/x",
    "roleArn": "arn:aws:iam::1:role/x", "targetPrincipal": "210987654321", "secretId": "prod/db", "name": "thing",
    "secretIdList": ["prod/db"], "permissionSetArn": "arn:aws:sso:::permissionSet/s/p", "principalId": "p-1",
    "principalType": "USER", "targetId": "210987654321", "managedPolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
}  # fmt: skip


@pytest.mark.parametrize("call", CHANGES)
def test_every_mapped_call_becomes_one_change(call: str) -> None:
    mapped = CHANGES[call]
    made = change("cloudtrail", cloudtrail(call, requestParameters=EVERY_PARAMETER))
    assert made.operation == (mapped.operation or "disable")
    assert made.result is Result.SUCCEEDED
    assert bool(made.entitlements) == bool(mapped.held or mapped.implied)
    own = not mapped.whose and not mapped.account_wide
    assert (made.subject.id == made.actor.id) == own
    assert (made.grant_expires_at is None) == (mapped.lasts_s is None)
    assert not mapped.privileged or all(e.privileged for e in made.entitlements)


def test_operations_are_words_that_a_verdict_knows() -> None:
    assert {m.operation for m in CHANGES.values() if not m.by_status} <= {*VERBS, "update"}


@pytest.mark.parametrize("call", sorted(NAMES))
def test_a_call_ignored_by_name_needs_nothing_else(call: str) -> None:
    service, _, name = call.partition(":")
    event = {"eventSource": f"{service}.amazonaws.com", "eventName": name}
    assert adapted("cloudtrail", event).ignored == NAMES[call]
    assert call not in CHANGES


@pytest.mark.parametrize(
    ("call", "fields", "why"),
    [
        ("iam:ListUsers", {}, "a call that only reads"),
        ("iam:Anything", {"readOnly": True}, "a call that only reads"),
        ("iam:TagUser", {}, "a label"),
        ("sts:GetCallerIdentity", {"readOnly": True}, "a call that only reads"),
        ("sts:AssumeRole", {"userIdentity": {"type": "AWSService"}}, "an AWS service that takes the role it was given"),
        ("s3:PutBucketPolicy", {}, "a call to s3, which this adapter does not read"),
    ],
)
def test_a_call_that_changes_nothing_is_ignored(call: str, fields: dict[str, Any], why: str) -> None:
    assert adapted("cloudtrail", cloudtrail(call, **fields)).ignored == why


@pytest.mark.parametrize("call", ["iam:CreateSomethingNew", "identitystore:CreateGroupMembership", "sts:GiveToken"])
def test_a_write_that_nobody_maps_is_refused_by_name(call: str) -> None:
    service, _, name = call.partition(":")
    assert refusal("cloudtrail", cloudtrail(call)) == f"cloudtrail: eventName {name} of {service} is mapped by nobody."


def test_a_role_that_reads_only_to_cloudtrail_is_still_assumed() -> None:
    event = cloudtrail("sts:AssumeRole", readOnly=True, requestParameters={"roleArn": "arn:aws:iam::1:role/OrgAdmin"})
    made = change("cloudtrail", event)
    assert made.operation == "token-issue"
    assert made.grant_expires_at == made.executed_at + 3_600_000
    assert made.entitlements[0].privileged


@pytest.mark.parametrize("seconds", ["soon", -1, 0, 10**9, 1.5, True, []])
def test_a_session_of_no_sensible_length_is_refused(seconds: object) -> None:
    event = cloudtrail("sts:AssumeRole", requestParameters={"roleArn": "r", "durationSeconds": seconds})
    assert "durationSeconds must be a number of seconds" in refusal("cloudtrail", event)


ROLE_ARN = "arn:aws:iam::111122223333:role/agents/bot"
SESSION_ARN = "arn:aws:sts::111122223333:assumed-role/bot/dana"


@pytest.mark.parametrize(
    ("identity", "id_", "kind", "behalf"),
    [
        (
            {"type": "AssumedRole", "arn": SESSION_ARN, "sessionContext": {"sessionIssuer": {"arn": ROLE_ARN}}},
            ROLE_ARN, Kind.SERVICE, "dana",
        ),
        ({"type": "AssumedRole", "arn": SESSION_ARN}, "arn:aws:iam::111122223333:role/bot", Kind.SERVICE, "dana"),
        (
            {"type": "AssumedRole", "principalId": "AROA1:run", "sessionContext": {"sourceIdentity": "olga"}},
            "AROA1:run", Kind.SERVICE, "olga",
        ),
        ({"type": "Role", "arn": ROLE_ARN}, ROLE_ARN, Kind.SERVICE, None),
        ({"type": "IAMUser", "arn": "arn:u"}, "arn:u", Kind.UNKNOWN, None),
        ({"type": "IAMUser", "userName": "bo"}, "arn:aws:iam::111122223333:user/bo", Kind.UNKNOWN, None),
        (
            {"type": "IAMUser", "arn": "arn:u", "sessionContext": {"attributes": {"mfaAuthenticated": "true"}}},
            "arn:u", Kind.HUMAN, None,
        ),
        (
            {
                "type": "IAMUser", "arn": "arn:u", "invokedBy": "cloudformation.amazonaws.com",
                "sessionContext": {"attributes": {"mfaAuthenticated": "true"}},
            },
            "arn:u", Kind.UNKNOWN, None,
        ),
        ({"type": "Root", "arn": "arn:aws:iam::1:root"}, "arn:aws:iam::1:root", Kind.UNKNOWN, None),
        ({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}, "ec2.amazonaws.com", Kind.SYSTEM, None),
        ({"type": "IdentityCenterUser", "onBehalfOf": {"userId": "u-1"}}, "u-1", Kind.HUMAN, None),
        ({"type": "AWSAccount", "accountId": "222", "principalId": "AIDA"}, "AIDA", Kind.UNKNOWN, None),
        ({"type": "WebIdentityUser", "userName": "repo:x"}, "repo:x", Kind.UNKNOWN, None),
    ],
)  # fmt: skip
def test_who_made_the_call(identity: dict[str, Any], id_: str, kind: Kind, behalf: str | None) -> None:
    actor = change("cloudtrail", cloudtrail(userIdentity=identity)).actor
    assert (actor.id, actor.kind, actor.on_behalf_of) == (id_, kind, behalf)


def test_a_call_by_nobody_is_refused() -> None:
    assert "userIdentity.arn is missing" in refusal("cloudtrail", cloudtrail(userIdentity={"type": "Unknown"}))


def test_regions_of_china_have_arns_of_their_own() -> None:
    event = cloudtrail("iam:DeleteUser", awsRegion="cn-north-1", requestParameters={"userName": "bo"})
    assert change("cloudtrail", event).subject.id == "arn:aws-cn:iam::111122223333:user/bo"


@pytest.mark.parametrize(
    ("call", "given", "complaint"),
    [
        ("iam:AttachUserPolicy", {"userName": "bo"}, "requestParameters.policyArn is missing in AttachUserPolicy"),
        ("iam:AttachUserPolicy", {"policyArn": "p"}, "requestParameters.userName is missing in AttachUserPolicy"),
        ("iam:AttachUserPolicy", None, "requestParameters.userName is missing"),
        ("iam:AttachUserPolicy", {"userName": 5}, "requestParameters.userName must be text, not a number"),
        ("iam:AttachUserPolicy", "bo", "requestParameters must be an object, not text"),
        ("iam:UpdateAccessKey", {"userName": "bo", "status": "Lost"}, "status must be Active or Inactive"),
        ("secretsmanager:BatchGetSecretValue", {}, "secretIdList is missing"),
        ("secretsmanager:BatchGetSecretValue", {"secretIdList": [1]}, "must be a list of names of secrets"),
        ("secretsmanager:GetSecretValue", {}, "requestParameters.secretId or name is missing"),
        ("iam:CreateUser", {"userName": "x" * 250}, "too long for a name of AWS"),
    ],
)
def test_a_call_that_lacks_what_its_name_needs_is_refused(call: str, given: Any, complaint: str) -> None:
    assert complaint in refusal("cloudtrail", cloudtrail(call, requestParameters=given))


def test_a_failed_call_is_a_failed_change_and_a_nameless_one_is_ignored() -> None:
    assert change("cloudtrail", cloudtrail(errorCode="AccessDenied")).result is Result.FAILED
    assert change("cloudtrail", cloudtrail(errorMessage="Nope")).result is Result.FAILED
    nameless = cloudtrail(errorCode="AccessDenied", requestParameters=None)
    assert adapted("cloudtrail", nameless).ignored == "an attempt that failed before it named what it was about"


def test_a_quarantine_takes_away_and_lifting_it_gives_back() -> None:
    arn = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"
    asked = {"userName": "bo", "policyArn": arn}
    put, lifted = (
        change("cloudtrail", cloudtrail(f"iam:{c}UserPolicy", requestParameters=asked)) for c in ("Attach", "Detach")
    )
    assert (put.operation, put.entitlements[0].privileged) == ("restrict", False)
    assert (lifted.operation, lifted.entitlements[0].privileged) == ("grant", True)


@pytest.mark.parametrize(
    ("document", "privileged"),
    [
        ('{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}', True),
        ('{"Statement":{"Effect":"Allow","Action":["s3:*","IAM:*"]}}', True),
        ('{"Statement":[{"Effect":"Allow","NotAction":"s3:*","Resource":"*"}]}', True),
        ('{"Statement":[{"Effect":"Allow","Action":"s3:*"}]}', False),
        ('{"Statement":[{"Effect":"Deny","Action":"*"}]}', False),
        ({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:*"}]}, True),
        ({"Statement": [{"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": "x"}]}, True),
        ({"Statement": [{"Effect": "Allow", "Principal": "*", "Condition": {"a": 1}, "Action": "x"}]}, False),
        ({"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:x"}, "Action": "*"}]}, False),
        ("not json", True),
        (None, True),
        (["odd"], True),
        ({"Statement": "odd"}, True),
    ],
)
def test_how_much_a_policy_document_allows(document: Any, privileged: bool) -> None:
    assert document_is_privileged(document) is privileged


@pytest.mark.parametrize(
    ("name", "privileged"),
    [
        ("AdministratorAccess", True), ("IAMFullAccess", True), ("job-function/SystemAdministrator", True),
        ("PowerUserAccess", True), ("SecretsManagerReadWrite", True), ("AmazonS3FullAccess", False),
        ("ReadOnlyAccess", False), ("IAMReadOnlyAccess", False),
    ],
)  # fmt: skip
def test_how_much_a_managed_policy_allows_by_its_name(name: str, privileged: bool) -> None:
    assert policy_is_privileged(f"arn:aws:iam::aws:policy/{name}") is privileged


def test_values_of_secrets_never_reach_evidence() -> None:
    value = "correct-horse-battery"
    for call in ("secretsmanager:PutSecretValue", "secretsmanager:GetSecretValue", "iam:CreateAccessKey"):
        event = cloudtrail(
            call,
            requestParameters={"secretId": "prod/db", "secretString": value, "userName": "bo"},
            responseElements={"secretString": value, "accessKey": {"accessKeyId": "AKIA1", "secretAccessKey": value}},
        )
        assert value not in repr(adapt_bytes("cloudtrail", dumps(event), TENANT))


def test_each_secret_of_a_batch_is_a_change_of_its_own_within_one_decision() -> None:
    event = cloudtrail("secretsmanager:BatchGetSecretValue", requestParameters={"secretIdList": ["a", "b", "a"]})
    made = [e for e in adapted("cloudtrail", event).evidence if isinstance(e, Change)]
    assert [(e.event_id, e.decision_id, e.entitlements[0].id) for e in made] == [
        ("cloudtrail:ev-1#1", "cloudtrail:ev-1", "a"),
        ("cloudtrail:ev-1#2", "cloudtrail:ev-1", "b"),
    ]
