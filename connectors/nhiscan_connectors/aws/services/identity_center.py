"""IAM Identity Center: people, groups, permission sets, who is assigned what where, and applications."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Operation, Shard
from nhiscan.model import (
    AnyRecord,
    Aspect,
    Assignment,
    FederationProvider,
    Group,
    Identity,
    Membership,
    Policy,
    PolicyUse,
    Signal,
)
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.documents import document_text
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.aws.times import moment


def _sso(name: str, purpose: str, hides: str, *blinds: Aspect) -> Operation:
    return Operation(name=f"sso-admin:{name}", permission=f"sso:{name}", purpose=purpose, hides=hides, blinds=blinds)


def _store(name: str, purpose: str, hides: str) -> Operation:
    return Operation(name=f"identitystore:{name}", permission=f"identitystore:{name}", purpose=purpose, hides=hides)


INSTANCES = _sso(
    "ListInstances", "finds the Identity Center of the account or organization", "people in Identity Center"
)
USERS = _store("ListUsers", "lists people", "people in Identity Center")
GROUPS = _store("ListGroups", "lists groups of people", "groups in Identity Center")
MEMBERS = _store("ListGroupMemberships", "tells who belongs to a group", "who belongs to groups in Identity Center")
SETS = _sso("ListPermissionSets", "lists permission sets", "what people in Identity Center may do")
SET = _sso("DescribePermissionSet", "reads name and session length of a permission set", "names of permission sets")
MANAGED = _sso(
    "ListManagedPoliciesInPermissionSet", "reads the policies of a permission set", "what permission sets allow"
)
INLINE = _sso("GetInlinePolicyForPermissionSet", "reads the policy of a permission set", "what permission sets allow")
WHERE = _sso(
    "ListAccountsForProvisionedPermissionSet",
    "tells in which accounts a permission set applies",
    "where people have access",
)
ASSIGNMENTS = _sso("ListAccountAssignments", "tells who is assigned what in an account", "who is assigned what")
APPLICATIONS = _sso("ListApplications", "lists applications that act for people", "applications of Identity Center")
ISSUERS = _sso("ListTrustedTokenIssuers", "lists outside issuers whose tokens are exchanged", "trusted token issuers")

OPERATIONS = (
    INSTANCES, USERS, GROUPS, MEMBERS, SETS, SET, MANAGED, INLINE, WHERE, ASSIGNMENTS, APPLICATIONS, ISSUERS,
)  # fmt: skip


def collect(calls: Calls) -> None:
    """One call in a region that is not the home of an Identity Center; there, everything about people."""
    for instance in list(calls.items(INSTANCES, "Instances")):
        _instance(calls, str(instance["InstanceArn"]), str(instance["IdentityStoreId"]))


def _instance(calls: Calls, instance: str, store: str) -> None:
    def members(group: str) -> None:
        for _ in calls.pages(MEMBERS, IdentityStoreId=store, GroupId=group):
            pass

    def permission_set(arn: str) -> None:
        _permission_set(calls, instance, arn)

    for _ in calls.pages(USERS, IdentityStoreId=store):
        pass
    calls.each(members, [str(group["GroupId"]) for group in calls.items(GROUPS, "Groups", IdentityStoreId=store)])
    calls.each(permission_set, [str(arn) for arn in calls.items(SETS, "PermissionSets", InstanceArn=instance)])
    for operation in (APPLICATIONS, ISSUERS):
        for _ in calls.pages(operation, InstanceArn=instance):
            pass


def _permission_set(calls: Calls, instance: str, permission_set: str) -> None:
    common = {"InstanceArn": instance, "PermissionSetArn": permission_set}
    calls.page(SET, **common)
    for _ in calls.pages(MANAGED, **common):
        pass
    calls.page(INLINE, **common)
    accounts = list(calls.items(WHERE, "AccountIds", **common))
    calls.each(lambda account: list(calls.pages(ASSIGNMENTS, AccountId=str(account), **common)), accounts)


def user_arn(id: str) -> str:
    """Identity Center's own ARN of a person."""
    return f"arn:aws:identitystore:::user/{id}"


def group_arn(id: str) -> str:
    """Identity Center's own ARN of a group."""
    return f"arn:aws:identitystore:::group/{id}"


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """People and what they are assigned."""
    for user in answers.items(USERS, "Users"):
        yield from _person(shard, user)
    for group in answers.items(GROUPS, "Groups"):
        name = str(group.get("DisplayName") or group["GroupId"])
        yield Group(id=group_arn(str(group["GroupId"])), provider="aws", name=name, scope=shard.scope)
    for item in answers.items(MEMBERS, "GroupMemberships"):
        member = str((item.get("MemberId") or {}).get("UserId"))
        yield Membership(member=user_arn(member), group=group_arn(str(item.get("GroupId"))))
    yield from _sets(shard, answers)
    for item in answers.items(ASSIGNMENTS, "AccountAssignments"):
        principal = str(item.get("PrincipalId"))
        yield Assignment(
            principal=group_arn(principal) if item.get("PrincipalType") == "GROUP" else user_arn(principal),
            role=str(item.get("PermissionSetArn")),
            scope=f"aws:{item.get('AccountId')}",
            source=ASSIGNMENTS.name,
        )
    for application in answers.items(APPLICATIONS, "Applications"):
        arn = str(application["ApplicationArn"])
        yield Identity(
            id=arn,
            provider="aws",
            kind="identity-center-application",
            name=str(application.get("Name") or arn.rpartition("/")[2]),
            scope=shard.scope,
            created_at=moment(application.get("CreatedDate")),
            enabled=application.get("Status") == "ENABLED",
            managed_by_provider=str(application.get("ApplicationProviderArn", "")).startswith("arn:aws:sso::aws:"),
            description=str(application.get("Description") or ""),
        )
    for issuer in answers.items(ISSUERS, "TrustedTokenIssuers"):
        arn = str(issuer["TrustedTokenIssuerArn"])
        yield FederationProvider(
            id=arn, provider="aws", kind="oidc", scope=shard.scope, name=str(issuer.get("Name") or arn)
        )


def _person(shard: Shard, user: dict[str, Any]) -> Iterator[AnyRecord]:
    arn = user_arn(str(user["UserId"]))
    emails = [str(e.get("Value")) for e in user.get("Emails") or () if e.get("Value")]
    status = user.get("UserStatus")
    yield Identity(
        id=arn,
        provider="aws",
        kind="identity-center-user",
        name=str(user.get("UserName") or user["UserId"]),
        scope=shard.scope,
        created_at=moment(user.get("CreatedAt")),
        enabled=None if status is None else status == "ENABLED",
        email=emails[0] if emails else None,
        description=str(user.get("Title") or ""),
    )
    yield Signal(subject=arn, name="identity-center-user", detail="is a person in Identity Center", source=USERS.name)


def _sets(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Policies of permission sets, kept under the set's own id."""
    for arn, bodies in answers.by_param(INLINE, "PermissionSetArn").items():
        for body in bodies:
            if body.get("InlinePolicy"):
                text, problem = document_text(body["InlinePolicy"])
                id = f"{arn}/policy/inline"
                yield Policy(
                    id=id,
                    provider="aws",
                    kind="inline",
                    name="inline",
                    scope=shard.scope,
                    document=text,
                    problem=problem,
                )
                yield PolicyUse(policy=id, target=str(arn), use="permission")
    for arn, bodies in answers.by_param(MANAGED, "PermissionSetArn").items():
        for body in bodies:
            for policy in body.get("AttachedManagedPolicies") or ():
                yield PolicyUse(policy=str(policy.get("Arn")), target=str(arn), use="permission")


SERVICE = Service(name="identity_center", part="region", operations=OPERATIONS, collect=collect, parse=parse)
