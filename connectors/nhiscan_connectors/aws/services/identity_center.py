"""IAM Identity Center: people, groups, permission sets, who is assigned what where, and applications."""

from __future__ import annotations

import re
from collections import defaultdict
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
    Link,
    Membership,
    Policy,
    PolicyUse,
    Resource,
    Signal,
)
from nhiscan_connectors.aws.blinding import gaps_about
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.documents import document_text, listed
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import Fields, table, text
from nhiscan_connectors.common.gaps import gap_of
from nhiscan_connectors.common.times import moment


def _sso(name: str, purpose: str, hides: str, *blinds: Aspect) -> Operation:
    return Operation(name=f"sso-admin:{name}", permission=f"sso:{name}", purpose=purpose, hides=hides, blinds=blinds)


def _store(name: str, purpose: str, hides: str, drop: tuple[str, ...] = ()) -> Operation:
    permission = f"identitystore:{name}"
    return Operation(name=permission, permission=permission, purpose=purpose, hides=hides, drop=drop)


# What is nobody's business but the person's, and says nothing of what they may do.
_PERSONAL = (
    "Addresses", "Birthdate", "DisplayName", "Extensions", "ExternalIds", "Locale", "Name", "NickName", "PhoneNumbers",
    "Photos", "PreferredLanguage", "ProfileUrl", "Roles", "Timezone", "UserType", "Website",
)  # fmt: skip


INSTANCES = _sso(
    "ListInstances", "finds the Identity Center of the account or organization", "people in Identity Center"
)
USERS = _store("ListUsers", "lists people", "people in Identity Center", _PERSONAL)
GROUPS = _store("ListGroups", "lists groups of people", "groups in Identity Center")
MEMBERS = _store("ListGroupMemberships", "tells who belongs to a group", "who belongs to groups in Identity Center")
SETS = _sso("ListPermissionSets", "lists permission sets", "what people in Identity Center may do")
SET = _sso("DescribePermissionSet", "reads name and session length of a permission set", "names of permission sets")
MANAGED = _sso(
    "ListManagedPoliciesInPermissionSet", "reads the policies of a permission set", "what permission sets allow"
)
CUSTOMER = _sso(
    "ListCustomerManagedPolicyReferencesInPermissionSet",
    "reads which policies of the accounts themselves a permission set uses",
    "what permission sets allow",
)
INLINE = _sso("GetInlinePolicyForPermissionSet", "reads the policy of a permission set", "what permission sets allow")
BOUNDARY = _sso(
    "GetPermissionsBoundaryForPermissionSet",
    "reads the permissions boundary of a permission set",
    "what limits permission sets",
)
WHERE = _sso(
    "ListAccountsForProvisionedPermissionSet",
    "tells in which accounts a permission set applies",
    "where people have access",
)
ASSIGNMENTS = _sso("ListAccountAssignments", "tells who is assigned what in an account", "who is assigned what")
APPLICATIONS = _sso("ListApplications", "lists applications that act for people", "applications of Identity Center")
APPLICATION_ASSIGNMENTS = _sso(
    "ListApplicationAssignments", "tells who may use an application", "who may use applications of Identity Center"
)
GRANTS = _sso(
    "ListApplicationGrants", "tells how an application gets tokens", "how applications of Identity Center get tokens"
)
ACCESS = _sso(
    "ListApplicationAccessScopes", "tells what an application may ask for", "what applications of Identity Center reach"
)
ISSUERS = _sso("ListTrustedTokenIssuers", "lists outside issuers whose tokens are exchanged", "trusted token issuers")
ISSUER = _sso(
    "DescribeTrustedTokenIssuer", "reads the address of an outside issuer", "which issuers Identity Center trusts"
)

OPERATIONS = (
    INSTANCES, USERS, GROUPS, MEMBERS, SETS, SET, MANAGED, CUSTOMER, INLINE, BOUNDARY, WHERE, ASSIGNMENTS, APPLICATIONS,
    APPLICATION_ASSIGNMENTS, GRANTS, ACCESS, ISSUERS, ISSUER,
)  # fmt: skip
_GIVE_ACCESS = (GROUPS, MEMBERS, SETS, MANAGED, CUSTOMER, INLINE, WHERE, ASSIGNMENTS)
"""Without any one of these, nobody can say that a person may not do something."""


def collect(calls: Calls) -> None:
    """One call in a region that is not the home of an Identity Center; there, everything about people.

    An instance shows itself in the regions that it is copied to as well, with the same people; it is read at home.
    """
    for instance in list(calls.items(INSTANCES, "Instances")):
        if instance.get("PrimaryRegion", calls.region) == calls.region:
            owned = instance.get("OwnerAccountId", calls.account) == calls.account
            _instance(calls, str(instance["InstanceArn"]), str(instance["IdentityStoreId"]), owned=owned)


def _instance(calls: Calls, instance: str, store: str, *, owned: bool) -> None:
    def members(group: str) -> None:
        for _ in calls.pages(MEMBERS, IdentityStoreId=store, GroupId=group):
            pass

    def permission_set(arn: str) -> None:
        _permission_set(calls, instance, arn)

    sets = list(calls.pages(SETS, InstanceArn=instance))
    if not sets and not owned:
        return  # every account of an organization sees its instance; only the owner and its delegate may look into it
    for _ in calls.pages(USERS, IdentityStoreId=store):
        pass
    calls.each(members, [str(group["GroupId"]) for group in calls.items(GROUPS, "Groups", IdentityStoreId=store)])
    calls.each(permission_set, [str(arn) for page in sets for arn in page.get("PermissionSets") or ()])
    applications = list(calls.items(APPLICATIONS, "Applications", InstanceArn=instance))
    brought = [str(application["ApplicationArn"]) for application in applications if not _is_of_aws(application)]
    calls.each(lambda arn: _application_details(calls, arn), brought)
    for issuer in calls.items(ISSUERS, "TrustedTokenIssuers", InstanceArn=instance):
        calls.page(ISSUER, TrustedTokenIssuerArn=str(issuer["TrustedTokenIssuerArn"]))


def _application_details(calls: Calls, arn: str) -> None:
    for operation in (APPLICATION_ASSIGNMENTS, GRANTS, ACCESS):
        for _ in calls.pages(operation, ApplicationArn=arn):
            pass


def _permission_set(calls: Calls, instance: str, permission_set: str) -> None:
    common = {"InstanceArn": instance, "PermissionSetArn": permission_set}
    calls.page(SET, **common)
    for operation in (MANAGED, CUSTOMER):
        for _ in calls.pages(operation, **common):
            pass
    for operation in (INLINE, BOUNDARY):
        calls.page(operation, **common)
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
    yield from _instances(shard, answers, fields)
    people: dict[str, str] = {}
    for user in fields.items(USERS, "Users", "UserId"):
        people[user_arn(user["UserId"])] = _user_name(user)
        yield from _person(shard, user)
    odd = 0
    for group in fields.items(GROUPS, "Groups", "GroupId"):
        people[group_arn(group["GroupId"])] = name = text(group.get("DisplayName")) or group["GroupId"]
        yield Group(id=group_arn(group["GroupId"]), provider="aws", name=name, scope=shard.scope)
    for item in fields.items(MEMBERS, "GroupMemberships", "GroupId"):
        if member := text(table(item.get("MemberId")).get("UserId")):
            yield Membership(member=user_arn(member), group=group_arn(item["GroupId"]))
        else:
            odd += 1
    yield from _sets(shard, fields)
    for item in fields.items(ASSIGNMENTS, "AccountAssignments", "PrincipalId", "PermissionSetArn", "AccountId"):
        yield Assignment(
            principal=_principal(item),
            role=item["PermissionSetArn"],
            scope=f"aws:{item['AccountId']}",
            source=ASSIGNMENTS.name,
        )
    yield from _applications(shard, fields, people)
    persons = tuple(id for id in people if ":user/" in id)
    yield from gaps_about(shard, answers, fields, _GIVE_ACCESS, persons)
    if odd and persons:
        detail = f"{odd} members of groups are of a kind that is not known"
        yield gap_of(shard, MEMBERS, "unsupported", detail, blinds=("policies",), subjects=persons)


def _instances(shard: Shard, answers: Answers, fields: Fields) -> Iterator[Resource]:
    """One record for each instance that the account sees: whether it is administered from here."""
    account = shard.scope.removeprefix("aws:")
    looked_into = any(item.problem is None for item in answers.of(SETS))
    for instance in fields.items(INSTANCES, "Instances", "InstanceArn"):
        owner = text(instance.get("OwnerAccountId")) or account
        yield Resource(
            id=f"{instance['InstanceArn']}/seen-by/{account}",
            provider="aws",
            kind="identity-center-instance",
            name=text(instance.get("Name")) or "Identity Center",
            scope=shard.scope,
            region=shard.region,
            attributes={"owner": owner, "administered_here": "true" if owner == account or looked_into else "false"},
        )


def _principal(item: dict[str, Any]) -> str:
    """Who is assigned something."""
    return group_arn(item["PrincipalId"]) if item.get("PrincipalType") == "GROUP" else user_arn(item["PrincipalId"])


def _user_name(user: dict[str, Any]) -> str:
    name = text(user.get("UserName"))
    return name or str(user["UserId"])


def _person(shard: Shard, user: dict[str, Any]) -> Iterator[AnyRecord]:
    arn = user_arn(user["UserId"])
    emails = user.get("Emails")
    found = [text(table(email).get("Value")) for email in (emails if isinstance(emails, list) else ())]
    yield Identity(
        id=arn,
        provider="aws",
        kind="identity-center-user",
        name=_user_name(user),
        scope=shard.scope,
        created_at=moment(user.get("CreatedAt")),
        enabled=_switch(user.get("UserStatus")),
        email=next(filter(None, found), None),
        description=text(user.get("Title")),
    )
    yield Signal(subject=arn, name="identity-center-user", detail="is a person in Identity Center", source=USERS.name)


def _applications(shard: Shard, fields: Fields, people: dict[str, str]) -> Iterator[AnyRecord]:
    """Applications that act for people, who may use them, and whose tokens they take."""
    grants = fields.by_param(GRANTS, "ApplicationArn")
    scopes = fields.by_param(ACCESS, "ApplicationArn")
    users = fields.by_param(APPLICATION_ASSIGNMENTS, "ApplicationArn")
    names: dict[str, str] = {}
    audiences: dict[str, set[str]] = defaultdict(set)
    taken: dict[str, set[str]] = defaultdict(set)
    for application in fields.items(APPLICATIONS, "Applications", "ApplicationArn"):
        arn = application["ApplicationArn"]
        names[arn] = text(application.get("Name")) or arn.rpartition("/")[2]
        given = [grant for body in grants.get(arn, ()) for grant in fields.within(GRANTS, body, "Grants", "GrantType")]
        asked = [
            scope["Scope"] for body in scopes.get(arn, ()) for scope in fields.within(ACCESS, body, "Scopes", "Scope")
        ]
        kinds = sorted({grant["GrantType"].rpartition(":")[2] for grant in given})
        attributes = {"grants": ", ".join(kinds), "access_scopes": ", ".join(sorted(set(asked)))}
        yield _application(shard, application, names[arn], {key: value for key, value in attributes.items() if value})
        for grant in given:
            for issuer in _issuers(grant):
                taken[issuer["TrustedTokenIssuerArn"]].add(arn)
                audiences[issuer["TrustedTokenIssuerArn"]].update(listed(issuer.get("AuthorizedAudiences")))
        for body in users.get(arn, ()):
            for item in fields.within(APPLICATION_ASSIGNMENTS, body, "ApplicationAssignments", "PrincipalId"):
                who = _principal(item)
                reason = f"{people.get(who, who)} may use application {names[arn]}"
                yield Link(source=who, target=arn, kind="may_use", reason=reason)
    yield from _outside(shard, fields, names, audiences, taken)


def _application(shard: Shard, application: dict[str, Any], name: str, attributes: dict[str, str]) -> Identity:
    return Identity(
        id=application["ApplicationArn"],
        provider="aws",
        kind="identity-center-application",
        name=name,
        scope=shard.scope,
        created_at=moment(application.get("CreatedDate")),
        enabled=_switch(application.get("Status")),
        managed_by_provider=_is_of_aws(application),
        description=text(application.get("Description")),
        attributes=attributes,
    )


def _issuers(grant: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Outside issuers whose tokens a grant of an application exchanges."""
    issuers = table(table(grant.get("Grant")).get("JwtBearer")).get("AuthorizedTokenIssuers")
    for issuer in issuers if isinstance(issuers, list) else ():
        if text(table(issuer).get("TrustedTokenIssuerArn")):
            yield issuer


def _outside(
    shard: Shard, fields: Fields, names: dict[str, str], audiences: dict[str, set[str]], taken: dict[str, set[str]]
) -> Iterator[AnyRecord]:
    """Outside issuers, and the applications that exchange their tokens."""
    addresses = {
        arn: text(
            table(table(body.get("TrustedTokenIssuerConfiguration")).get("OidcJwtConfiguration")).get("IssuerUrl")
        )
        for arn, bodies in fields.by_param(ISSUER, "TrustedTokenIssuerArn").items()
        for body in bodies
    }
    for issuer in fields.items(ISSUERS, "TrustedTokenIssuers", "TrustedTokenIssuerArn"):
        arn = issuer["TrustedTokenIssuerArn"]
        name = text(issuer.get("Name")) or arn
        yield FederationProvider(
            id=arn,
            provider="aws",
            kind="oidc",
            scope=shard.scope,
            name=name,
            issuer=addresses.get(arn, ""),
            audiences=tuple(sorted(audiences[arn])),
        )
        for application in sorted(taken[arn]):
            reason = f"application {names[application]} exchanges tokens of {addresses.get(arn) or name}"
            yield Link(source=arn, target=application, kind="vouches_for", reason=reason)


_OF_AWS = re.compile(r"arn:aws[a-z-]*:sso::aws:applicationProvider/(?!custom)")
"""Applications of AWS itself. Providers of AWS whose name begins with "custom" stand for what a customer brought."""


def _is_of_aws(application: dict[str, Any]) -> bool:
    return _OF_AWS.match(text(application.get("ApplicationProviderArn"))) is not None


def _switch(status: object) -> bool | None:
    return {"ENABLED": True, "DISABLED": False}.get(text(status))


def _sets(shard: Shard, fields: Fields) -> Iterator[AnyRecord]:
    """Policies of permission sets, kept under the set's own id, and the accounts that the sets are put into."""
    names = {
        arn: text(table(body.get("PermissionSet")).get("Name"))
        for arn, bodies in fields.by_param(SET, "PermissionSetArn").items()
        for body in bodies
    }
    accounts: dict[str, list[str]] = defaultdict(list)
    for arn, bodies in fields.by_param(WHERE, "PermissionSetArn").items():
        for body in bodies:
            for account in fields.texts(WHERE, body, "AccountIds"):
                accounts[arn].append(account)
                reason = f"permission set {names.get(arn) or arn} is a role in account {account}"
                yield Link(source=arn, target=f"aws:{account}", kind="provisions", reason=reason)
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
    for arn, bodies in fields.by_param(CUSTOMER, "PermissionSetArn").items():
        for body in bodies:
            for policy in fields.within(CUSTOMER, body, "CustomerManagedPolicyReferences", "Name"):
                for id in _own(arn, policy, accounts[arn]):
                    yield PolicyUse(policy=id, target=arn, use="permission")
    for arn, bodies in fields.by_param(BOUNDARY, "PermissionSetArn").items():
        for body in bodies:
            boundary = table(body.get("PermissionsBoundary"))
            own = table(boundary.get("CustomerManagedPolicyReference"))
            managed = text(boundary.get("ManagedPolicyArn"))
            for id in [managed] if managed else _own(arn, own, accounts[arn]):
                yield PolicyUse(policy=id, target=arn, use="boundary")


def _own(permission_set: str, policy: dict[str, Any], accounts: list[str]) -> list[str]:
    """ARNs of a policy that each account has under the same name; a permission set names no account."""
    partition = permission_set.split(":")[1] if permission_set.startswith("arn:") else "aws"
    path, name = text(policy.get("Path")) or "/", text(policy.get("Name"))
    return [f"arn:{partition}:iam::{account}:policy{path}{name}" for account in accounts] if name else []


SERVICE = Service(name="identity_center", part="region", operations=OPERATIONS, collect=collect, parse=parse)
