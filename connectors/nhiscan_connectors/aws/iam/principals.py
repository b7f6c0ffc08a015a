"""Users, roles, groups and policies, from the authorization details."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import Activity, AnyRecord, Gap, Group, Identity, Membership, Policy, PolicyUse, Signal
from nhiscan_connectors.aws.documents import document_text
from nhiscan_connectors.aws.iam import signals
from nhiscan_connectors.aws.iam.operations import DETAILS
from nhiscan_connectors.aws.iam.trust import trusts_of
from nhiscan_connectors.aws.times import moment

TRACKED = timedelta(days=400)
"""How far back AWS remembers the last use of a role."""

_RESERVED = "/aws-reserved/sso.amazonaws.com/"


class Principals:
    """Reads the pages of one account. Keeps which policies are referred to, for those whose document never came."""

    def __init__(self, shard: Shard, seen: datetime | None) -> None:
        self._shard = shard
        self._scope = shard.scope
        self._account = shard.scope.removeprefix("aws:")
        self._seen = seen
        self._documents: dict[str, str] = {}
        self._returned: set[str] = set()
        self._referred: dict[str, list[str]] = {}
        """Holders by the managed policy that they hold or are bounded by."""
        self._granted: dict[str, list[str]] = {}
        """Holders by the managed policy that they hold."""
        self._groups: dict[str, str] = {}
        """ARNs of groups by name: users name their groups without the path."""
        self._members: list[tuple[str, list[str]]] = []
        self._told: set[str] = set()

    def page(self, body: dict[str, Any]) -> Iterator[AnyRecord]:
        """Records of one page."""
        for policy in body.get("Policies") or ():
            yield from self._managed(policy)
        for group in body.get("GroupDetailList") or ():
            yield from self._group(group)
        for user in body.get("UserDetailList") or ():
            yield from self._user(user)
        for role in body.get("RoleDetailList") or ():
            yield from self._role(role)

    def rest(self) -> Iterator[AnyRecord]:
        """What can be said only when all pages were read."""
        for arn, holders in self._referred.items():
            if arn not in self._returned:
                yield Policy(
                    id=arn,
                    provider="aws",
                    kind="managed",
                    name=arn.rpartition("/")[2],
                    scope=self._scope,
                    problem="AWS did not return its document",
                    managed_by_provider=":iam::aws:" in arn,
                )
                yield self._unread(f"policy {arn} was not returned", holders)
        for arn, holders in self._granted.items():
            if (text := self._documents.get(arn)) and (actions := signals.ai_actions(text)):
                for holder in holders:
                    yield _granted_ai(holder, actions, arn.rpartition("/")[2])
        for user, names in self._members:
            prefix = user.partition(":user/")[0]
            for name in names:
                yield Membership(member=user, group=self._groups.get(name, f"{prefix}:group/{name}"))

    def _managed(self, policy: dict[str, Any]) -> Iterator[AnyRecord]:
        arn = str(policy["Arn"])
        if arn in self._returned:
            return
        self._returned.add(arn)
        versions = policy.get("PolicyVersionList") or ()
        default = next((v for v in versions if v.get("IsDefaultVersion")), None)
        text, problem = document_text(default.get("Document") if default else None)
        if text is not None:
            self._documents[arn] = text
        yield Policy(
            id=arn,
            provider="aws",
            kind="managed",
            name=str(policy.get("PolicyName") or arn.rpartition("/")[2]),
            scope=self._scope,
            document=text,
            problem=problem,
            managed_by_provider=":iam::aws:" in arn,
        )
        if problem:
            yield self._unread(f"policy {arn} {problem}", [arn])

    def _group(self, group: dict[str, Any]) -> Iterator[AnyRecord]:
        arn = str(group["Arn"])
        if arn in self._told:
            return
        self._told.add(arn)
        self._groups[str(group.get("GroupName"))] = arn
        yield Group(
            id=arn,
            provider="aws",
            name=str(group.get("GroupName") or arn),
            scope=self._scope,
            created_at=moment(group.get("CreateDate")),
        )
        yield from self._holds(arn, group, "GroupPolicyList")

    def _user(self, user: dict[str, Any]) -> Iterator[AnyRecord]:
        arn, name = str(user["Arn"]), str(user["UserName"])
        if arn in self._told:
            return
        self._told.add(arn)
        yield Identity(
            id=arn,
            provider="aws",
            kind="iam-user",
            name=name,
            scope=self._scope,
            created_at=moment(user.get("CreateDate")),
            path=str(user.get("Path") or "/"),
            tags=tags_of(user),
            attributes={"unique_id": str(user.get("UserId") or "")},
        )
        if user.get("GroupList"):
            self._members.append((arn, [str(name) for name in user["GroupList"]]))
        yield from self._holds(arn, user, "UserPolicyList")
        if name.startswith("BedrockAPIKey-"):
            detail = "has the name that the console gives to users made for a Bedrock API key"
            yield Signal(subject=arn, name="bedrock-console-user", detail=detail, source=DETAILS.name)

    def _role(self, role: dict[str, Any]) -> Iterator[AnyRecord]:
        arn, name, path = str(role["Arn"]), str(role["RoleName"]), str(role.get("Path") or "/")
        if arn in self._told:
            return
        self._told.add(arn)
        text, problem = document_text(role.get("AssumeRolePolicyDocument"))
        trusts = list(trusts_of(arn, text, DETAILS.name)) if text is not None else []
        linked = path.startswith("/aws-service-role/")
        reserved = path.startswith(_RESERVED) and name.startswith("AWSReservedSSO_")
        session = role.get("MaxSessionDuration")
        yield Identity(
            id=arn,
            provider="aws",
            kind="iam-role",
            name=name,
            scope=self._scope,
            created_at=moment(role.get("CreateDate")),
            activity=self._used(role),
            managed_by_provider=linked,
            human_access=reserved or bool(trusts and all(trust.kind == "saml" for trust in trusts)),
            description=str(role.get("Description") or ""),
            path=path,
            tags=tags_of(role),
            attributes={
                "unique_id": str(role.get("RoleId") or ""),
                **({"max_session_minutes": str(session // 60)} if isinstance(session, int) else {}),
            },
        )
        yield from trusts
        trust_id = f"{arn}/trust"
        yield Policy(
            id=trust_id, provider="aws", kind="trust", name="trust policy", scope=self._scope, document=text,
            problem=problem,
        )  # fmt: skip
        yield PolicyUse(policy=trust_id, target=arn, use="trust")
        if problem:
            yield self._unread(f"the trust policy of {arn} {problem}", [arn], "trust")
        yield from self._holds(arn, role, "RolePolicyList")
        for profile in role.get("InstanceProfileList") or ():
            if linked:
                break
            detail = f"is in the instance profile {profile.get('InstanceProfileName')}"
            yield Signal(subject=arn, name="trusted-by-compute-service", detail=detail, source=DETAILS.name)
        if linked:
            detail = f"is the service-linked role of {path.split('/')[2]}"
            yield Signal(subject=arn, name="service-linked-role", detail=detail, source=DETAILS.name)
        elif reserved:
            detail = "is a role of Identity Center, through which people sign in"
            yield Signal(subject=arn, name="identity-center-role", detail=detail, source=DETAILS.name)
        else:
            yield from signals.of_trusts(arn, self._account, trusts)

    def _holds(self, holder: str, body: dict[str, Any], inline: str) -> Iterator[AnyRecord]:
        """Policies of a user, role or group: inline, attached, and the boundary."""
        attached = [str(p.get("PolicyArn")) for p in body.get("AttachedManagedPolicies") or ()]
        for policy in body.get(inline) or ():
            name = str(policy.get("PolicyName"))
            text, problem = document_text(policy.get("PolicyDocument"))
            id = f"{holder}/policy/{name}"
            yield Policy(
                id=id, provider="aws", kind="inline", name=name, scope=self._scope, document=text, problem=problem
            )
            yield PolicyUse(policy=id, target=holder, use="permission")
            if problem:
                yield self._unread(f"policy {id} {problem}", [holder])
            elif text and (actions := signals.ai_actions(text)):
                yield _granted_ai(holder, actions, name)
        for arn in attached:
            yield PolicyUse(policy=arn, target=holder, use="permission")
            self._referred.setdefault(arn, []).append(holder)
            self._granted.setdefault(arn, []).append(holder)
        yield from signals.of_attached(holder, attached)
        boundary = (body.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
        if boundary:
            yield PolicyUse(policy=str(boundary), target=holder, use="boundary")
            self._referred.setdefault(str(boundary), []).append(holder)

    def _used(self, role: dict[str, Any]) -> Activity | None:
        """Last use of a role. An answer without the field says nothing; an empty one says "not in the window"."""
        if "RoleLastUsed" not in role:
            return None
        last = role["RoleLastUsed"] or {}
        created = moment(role.get("CreateDate"))
        since = self._seen - TRACKED if self._seen else None
        if created and since and created > since:
            since = created
        used = moment(last.get("LastUsedDate"))
        region = str(last.get("Region") or "")
        detail = f"in {region}" if region and used else ""
        return Activity(last_used_at=used, observed_since=since, detail=detail, source=DETAILS.name)

    def _unread(self, why: str, subjects: list[str], aspect: Any = "policies") -> Gap:
        return Gap(
            connector="aws",
            scope=self._scope,
            operation=DETAILS.name,
            reason="failed",
            hides="what those who hold the policy may do",
            detail=why,
            blinds=(aspect,),
            subjects=tuple(subjects),
        )


def tags_of(body: dict[str, Any]) -> dict[str, str]:
    """Tags as a map."""
    return {str(tag.get("Key")): str(tag.get("Value") or "") for tag in body.get("Tags") or () if isinstance(tag, dict)}


def answered_at(times: Iterable[str]) -> datetime | None:
    """The latest of the moments at which pages were answered."""
    return max((at for text in times if (at := moment(text))), default=None)


def _granted_ai(holder: str, actions: tuple[str, ...], policy: str) -> Signal:
    some = ", ".join(actions[:3]) + (" and more" if len(actions) > 3 else "")
    return Signal(
        subject=holder, name="granted-ai-invoke", detail=f"may call {some} (policy {policy})", source=DETAILS.name
    )
