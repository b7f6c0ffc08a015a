"""Users, groups and roles, with their policies, trusts and memberships, from the authorization details."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from nhiscan.model import Activity, AnyRecord, Group, Identity, Link, Membership, Signal
from nhiscan_connectors.aws.documents import document_text
from nhiscan_connectors.aws.iam import operations as ops
from nhiscan_connectors.aws.iam import shapes, signals
from nhiscan_connectors.aws.iam.known import Known
from nhiscan_connectors.aws.iam.policies import Held, PolicyBook, held_by, trust_policy
from nhiscan_connectors.aws.iam.trust import Entry, TrustReader
from nhiscan_connectors.common.times import moment

TRACKED: Final = timedelta(days=400)
"""How far back AWS remembers the last use of a role."""

PHANTOM: Final = "BedrockAPIKey-"
"""Beginning of the names of users that the Bedrock console makes to carry an API key."""

# Paths that AWS keeps for itself: nobody can make a role there, while any role may bear such a name.
_LINKED: Final = "/aws-service-role/"
_SIGN_ON: Final = "/aws-reserved/sso.amazonaws.com/"


def parse_principals(known: Known) -> Iterator[AnyRecord]:
    """Policies, groups, users and roles, and what could not be read of them."""
    return _Principals(known).records()


class _Principals:
    def __init__(self, known: Known) -> None:
        self._known = known
        self._book = PolicyBook(known)
        self._trusts = TrustReader(known.role_named, known.unique_ids, known.account)
        self._unread_trusts: dict[str, list[str]] = {}
        """Roles by what is wrong with their trust policies."""
        self._homeless: list[str] = []
        """Users in a group that the account did not tell of."""

    def records(self) -> Iterator[AnyRecord]:
        yield from self._book.managed()
        groups: dict[str, list[Held]] = {}
        for group in self._known.groups:
            yield self._group(group)
            yield from self._book.of(group, group.group_policy_list)
            groups[group.group_name] = held_by(group, group.group_policy_list)
        for user in self._known.users:
            yield from self._user(user, groups)
        for role in self._known.roles:
            yield from self._role(role)
        yield from self._gaps()

    def _group(self, group: shapes.Group) -> Group:
        return Group(
            id=group.arn,
            provider="aws",
            name=group.group_name,
            scope=self._known.scope,
            created_at=moment(group.create_date),
        )

    def _user(self, user: shapes.User, groups: dict[str, list[Held]]) -> Iterator[AnyRecord]:
        yield Identity(
            id=user.arn,
            provider="aws",
            kind="iam-user",
            name=user.user_name,
            scope=self._known.scope,
            created_at=moment(user.create_date),
            path=user.path or "/",
            tags=shapes.tags_of(user.tags),
            attributes={"unique_id": user.user_id} if user.user_id else {},
        )
        yield from self._book.of(user, user.user_policy_list)
        held = held_by(user, user.user_policy_list)
        for name in user.group_list or ():
            prefix = user.arn.partition(":user/")[0]
            yield Membership(member=user.arn, group=self._known.group_arns.get(name, f"{prefix}:group/{name}"))
            held += groups.get(name, ())
            if name not in groups and self._known.details_complete:
                self._homeless.append(user.arn)
        yield from self._book.signals(user, held)
        if user.user_name.startswith(PHANTOM):
            detail = "has the name that the console gives to a user that it makes to carry a Bedrock API key"
            yield Signal(subject=user.arn, name="bedrock-console-user", detail=detail, source=ops.DETAILS.name)

    def _role(self, role: shapes.Role) -> Iterator[AnyRecord]:
        listed = self._known.listed_roles.get(role.arn, role)
        path = role.path or "/"
        linked, reserved = path.startswith(_LINKED), path.startswith(_SIGN_ON)
        text, problem = document_text(role.assume_role_policy_document)
        entries = self._trusted(role, text, problem)
        session = listed.max_session_duration or role.max_session_duration
        attributes = {
            "unique_id": role.role_id or "",
            "max_session_minutes": str(session // 60) if session else "",
        }
        yield Identity(
            id=role.arn,
            provider="aws",
            kind="iam-role",
            name=role.role_name,
            scope=self._known.scope,
            created_at=moment(role.create_date),
            activity=self._activity(role),
            managed_by_provider=linked,
            human_access=reserved or signals.only_saml(entries),
            description=listed.description or role.description or "",
            path=path,
            tags=shapes.tags_of(role.tags),
            attributes={key: value for key, value in attributes.items() if value},
        )
        yield from (entry.of(role.arn, ops.DETAILS.name) for entry in entries)
        yield from trust_policy(self._known, role, text, problem)
        yield from self._book.of(role, role.role_policy_list)
        for profile in role.instance_profile_list or ():
            reason = (
                f"instance profile {profile.instance_profile_name} gives role {role.role_name} to the instances in it"
            )
            yield Link(source=profile.arn, target=role.arn, kind="gives_role", reason=reason)
        yield from self._signals(role, entries, linked=linked, reserved=reserved)

    def _trusted(self, role: shapes.Role, text: str | None, problem: str) -> Sequence[Entry]:
        if text is None:
            self._unread_trusts.setdefault(problem, []).append(role.arn)
            return ()
        reading = self._trusts.read(text)
        if reading.problem:
            self._unread_trusts.setdefault(reading.problem, []).append(role.arn)
        return reading.entries

    def _signals(
        self, role: shapes.Role, entries: Sequence[Entry], *, linked: bool, reserved: bool
    ) -> Iterator[Signal]:
        held = self._book.signals(role, held_by(role, role.role_policy_list))
        if linked:
            list(held)  # whom a bad policy concerns is kept, what its policies allow says nothing about a role of AWS
            service = (role.path or "").split("/")[2]
            detail = f"AWS made it for {service}, and nobody else can take it on"
            yield Signal(subject=role.arn, name="service-linked-role", detail=detail, source=ops.DETAILS.name)
            return
        yield from held
        if reserved:
            detail = "IAM Identity Center made it, and gives it to people who sign in there"
            yield Signal(subject=role.arn, name="identity-center-role", detail=detail, source=ops.DETAILS.name)
        yield from signals.of_trust(role.arn, self._known.account, entries)
        for profile in role.instance_profile_list or ():
            detail = f"EC2 instances get it by instance profile {profile.instance_profile_name}"
            name = "trusted-by-compute-service"
            yield Signal(subject=role.arn, name=name, detail=detail, source=ops.DETAILS.name)

    def _activity(self, role: shapes.Role) -> Activity | None:
        """Last use of a role. An empty field says "not within 400 days"; a field that is not there says nothing."""
        if role.role_last_used is None:
            return None
        used = moment(role.role_last_used.last_used_date)
        if used is not None:
            detail = f"in {role.role_last_used.region}" if role.role_last_used.region else ""
            return Activity(last_used_at=used, detail=detail, source=ops.DETAILS.name)
        if role.role_last_used.last_used_date is not None or self._known.details_at is None:
            return None
        return Activity(observed_since=self._known.details_at - TRACKED, source=ops.DETAILS.name)

    def _gaps(self) -> Iterator[AnyRecord]:
        known = self._known
        yield from self._book.gaps()
        for problem, roles in self._unread_trusts.items():
            hides = "who may take the roles on"
            detail = f"trust policy: {problem}"
            yield known.gap(ops.DETAILS, hides, "trust", subjects=roles, detail=detail)
        if self._homeless:
            hides = "what the users may do by a group that the account did not tell of"
            yield known.gap(ops.DETAILS, hides, "policies", subjects=list(dict.fromkeys(self._homeless)))
        if known.late_roles and known.details_complete:
            hides = "what roles may do that were made while the account was read"
            yield known.gap(ops.DETAILS, hides, "policies", "activity", subjects=sorted(known.late_roles))
        if known.bad:
            detail = f"{len(known.bad)} entries are not as AWS gives them: " + "; ".join(known.bad[:3])
            yield known.gap(ops.DETAILS, ops.DETAILS.hides, *ops.DETAILS.blinds, detail=detail[:500])
