"""IAM Identity Center: people, groups, permission sets, who is assigned what where, and applications."""

from __future__ import annotations

import re
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
from nhiscan_connectors.aws.fields import Fields, table, text
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
    fields = Fields(shard, answers)
    for user in fields.items(USERS, "Users", "UserId"):
        yield from _person(shard, user)
    for group in fields.items(GROUPS, "Groups", "GroupId"):
        name = text(group.get("DisplayName")) or group["GroupId"]
        yield Group(id=group_arn(group["GroupId"]), provider="aws", name=name, scope=shard.scope)
    for item in fields.items(MEMBERS, "GroupMemberships", "GroupId"):
        if member := text(table(item.get("MemberId")).get("UserId")):
            yield Membership(member=user_arn(member), group=group_arn(item["GroupId"]))
    yield from _sets(shard, fields)
    for item in fields.items(ASSIGNMENTS, "AccountAssignments", "PrincipalId", "PermissionSetArn", "AccountId"):
        is_group = item.get("PrincipalType") == "GROUP"
        yield Assignment(
            principal=group_arn(item["PrincipalId"]) if is_group else user_arn(item["PrincipalId"]),
            role=item["PermissionSetArn"],
            scope=f"aws:{item['AccountId']}",
            source=ASSIGNMENTS.name,
        )
    for application in fields.items(APPLICATIONS, "Applications", "ApplicationArn"):
        yield _application(shard, application)
    for issuer in fields.items(ISSUERS, "TrustedTokenIssuers", "TrustedTokenIssuerArn"):
        arn = issuer["TrustedTokenIssuerArn"]
        yield FederationProvider(
            id=arn, provider="aws", kind="oidc", scope=shard.scope, name=text(issuer.get("Name")) or arn
        )
    yield from fields.gaps()


def _person(shard: Shard, user: dict[str, Any]) -> Iterator[AnyRecord]:
    arn = user_arn(user["UserId"])
    emails = user.get("Emails")
    found = [text(table(email).get("Value")) for email in (emails if isinstance(emails, list) else ())]
    yield Identity(
        id=arn,
        provider="aws",
        kind="identity-center-user",
        name=text(user.get("UserName")) or user["UserId"],
        scope=shard.scope,
        created_at=moment(user.get("CreatedAt")),
        enabled=_switch(user.get("UserStatus")),
        email=next(filter(None, found), None),
        description=text(user.get("Title")),
    )
    yield Signal(subject=arn, name="identity-center-user", detail="is a person in Identity Center", source=USERS.name)


def _application(shard: Shard, application: dict[str, Any]) -> Identity:
    arn = application["ApplicationArn"]
    return Identity(
        id=arn,
        provider="aws",
        kind="identity-center-application",
        name=text(application.get("Name")) or arn.rpartition("/")[2],
        scope=shard.scope,
        created_at=moment(application.get("CreatedDate")),
        enabled=_switch(application.get("Status")),
        managed_by_provider=_OF_AWS.match(text(application.get("ApplicationProviderArn"))) is not None,
        description=text(application.get("Description")),
    )


_OF_AWS = re.compile(r"arn:aws[a-z-]*:sso::aws:applicationProvider/(?!custom)")
"""Applications of AWS itself. Providers of AWS whose name begins with "custom" stand for what a customer brought."""


def _switch(status: object) -> bool | None:
    return {"ENABLED": True, "DISABLED": False}.get(text(status))


def _sets(shard: Shard, fields: Fields) -> Iterator[AnyRecord]:
    """Policies of permission sets, kept under the set's own id."""
    for arn, bodies in fields.by_param(INLINE, "PermissionSetArn").items():
        for body in bodies:
            if not body.get("InlinePolicy"):
                continue  # a permission set without one answers with an empty text
            document, problem = document_text(body["InlinePolicy"])
            id = f"{arn}/policy/inline"
            yield Policy(
                id=id,
                provider="aws",
                kind="inline",
                name="inline",
                scope=shard.scope,
                document=document,
                problem=problem,
            )
            yield PolicyUse(policy=id, target=arn, use="permission")
    for arn, bodies in fields.by_param(MANAGED, "PermissionSetArn").items():
        for body in bodies:
            for policy in fields.within(MANAGED, body, "AttachedManagedPolicies", "Arn"):
                yield PolicyUse(policy=policy["Arn"], target=arn, use="permission")


SERVICE = Service(name="identity_center", part="region", operations=OPERATIONS, collect=collect, parse=parse)
