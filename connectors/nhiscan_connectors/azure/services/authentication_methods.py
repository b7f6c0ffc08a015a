"""How people sign in: which second factors they registered, and whether phishing defeats these.

One report tells it of everybody, where the licence gives it. Where it does not, those who own applications or hold
roles of the directory are asked about one by one.

Calls: the report's pages; without it, the sweeps of owners and members and the role assignments once more, and one
$batch a 20 of these people. Of a group that holds a role, the first twenty members are asked about, and whoever may
make itself a member or an owner: one $batch more a 20 such groups.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal, TypeAlias

import msgspec

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Factor, FactorState, Signal
from nhiscan_connectors.azure.api import graph
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.directory.known import listed, objects
from nhiscan_connectors.azure.directory.refusals import refusals
from nhiscan_connectors.azure.ids import user_id
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.azure.services.directory_roles import ASSIGNMENTS, ELIGIBLE
from nhiscan_connectors.azure.services.groups import GROUPS, MEMBERS
from nhiscan_connectors.azure.services.owners import ACTORS
from nhiscan_connectors.azure.services.privileged_groups import ELIGIBLE as JOINABLE
from nhiscan_connectors.azure.services.privileged_groups import managed
from nhiscan_connectors.azure.services.users import USERS, is_agent
from nhiscan_connectors.common.fields import Fields, text
from nhiscan_connectors.common.times import moment

REGISTERED = graph(
    "reports.authenticationMethods.userRegistrationDetails.list",
    "/reports/authenticationMethods/userRegistrationDetails",
    permission="AuditLog.Read.All",
    purpose="reads which second factors each user registered",
    hides="which second factors users have, those who own nothing and hold no role",
    top=0,
    optional=True,
)
METHODS = graph(
    "users.authentication.methods.list",
    "/users/{user}/authentication/methods",
    permission="UserAuthenticationMethod.Read.All",
    purpose="reads which second factors owners and administrators registered, where the report of them is refused",
    hides="which second factors an owner or administrator has",
    blinds=("mfa",),
    # Whom a phone or a mailbox belongs to is nobody's business here.
    drop=("phoneNumber", "emailAddress", "password", "temporaryAccessPass", "secretKey"),
    top=0,
    about="user",
)

Kind: TypeAlias = Literal["totp", "hardware", "passkey", "push", "sms", "unknown"]

_USERS: Final = ("#microsoft.graph.user", "")
"""Types of what may be a user: an answer may leave it out."""
_Table: TypeAlias = dict[str, tuple[Kind, bool | None] | None]

_RESISTS: Final[tuple[Kind, bool]] = ("passkey", True)
_REPORTED: Final[_Table] = {
    "fido2": _RESISTS,
    "fido2securitykey": _RESISTS,
    "passkeydevicebound": _RESISTS,
    "passkeydeviceboundauthenticator": _RESISTS,
    "passkeydeviceboundwindowshello": _RESISTS,
    "passkeysynced": _RESISTS,
    "windowshelloforbusiness": _RESISTS,
    "macossecureenclavekey": _RESISTS,
    "certificate": ("hardware", True),
    "x509certificate": ("hardware", True),
    "microsoftauthenticatorpush": ("push", False),
    "microsoftauthenticatorpasswordless": ("push", False),
    "softwareonetimepasscode": ("totp", False),
    "hardwareonetimepasscode": ("hardware", False),
    "mobilephone": ("sms", False),
    "alternatemobilephone": ("sms", False),
    "officephone": ("sms", False),
    # These reset a password, or stand in for one; none is a second factor that stays.
    "email": None,
    "securityquestion": None,
    "apppassword": None,
    "temporaryaccesspass": None,
    "password": None,
    "none": None,
}
"""Factor, and whether it withstands phishing, by the name of a method in the report, in lower case."""
_LISTED: Final[_Table] = {
    "fido2": _RESISTS,
    "windowshelloforbusiness": _RESISTS,
    "platformcredential": _RESISTS,
    "x509certificate": ("hardware", True),
    "microsoftauthenticator": ("push", False),
    "passwordlessmicrosoftauthenticator": ("push", False),
    "softwareoath": ("totp", False),
    "hardwareoath": ("hardware", False),
    "phone": ("sms", False),
    "password": None,
    "email": None,
    "temporaryaccesspass": None,
    "qrcodepin": None,
}
"""The same by the type of a method, "#microsoft.graph.fido2AuthenticationMethod" without its ends."""


def collect(calls: Calls) -> None:
    """The report, or the people who matter most."""
    calls.ask(REGISTERED)
    if calls.sink.refusal(REGISTERED):
        calls.batch(METHODS, [{"user": id} for id in sorted(_people(calls))])


def _people(calls: Calls) -> set[str]:
    """Object ids of users who own something or hold a role."""
    found = {
        owner["id"]
        for sweep, _, _ in ACTORS
        for item in calls.items(sweep)
        for owner in _related(item, "owners")
        if text(owner.get("@odata.type")) in _USERS
    }
    holders = {
        item["principalId"]
        for operation in (ASSIGNMENTS, ELIGIBLE)
        for item in calls.items(operation)
        if isinstance(item, dict) and text(item.get("principalId"))
    }
    holders |= _may_join(calls, holders)
    for group in calls.items(MEMBERS):
        if isinstance(group, dict) and text(group.get("id")) in holders:
            holders.remove(group["id"])
            found |= {
                member["id"] for member in _related(group, "members") if text(member.get("@odata.type")) in _USERS
            }
    # Applications among them have no methods: Graph answers that there is no such user.
    return found | holders


def _may_join(calls: Calls, holders: set[str]) -> set[str]:
    """Object ids of those who may make themselves members or owners of groups that hold roles."""
    answers = calls.batch(JOINABLE, [{"group": id} for id in managed(calls.listed(GROUPS)) if id in holders])
    entries = (entry for bodies in answers for body in bodies for entry in listed(body.get("value")))
    return {entry["principalId"] for entry in entries if isinstance(entry, dict) and text(entry.get("principalId"))}


def _related(item: object, relation: str) -> Iterator[dict[str, Any]]:
    for other in listed(item.get(relation)) if isinstance(item, dict) else ():
        if isinstance(other, dict) and text(other.get("id")):
            yield other


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Factors of each user, and that a person is known by having one."""
    fields = Fields(shard, answers)
    agents = {user["id"].lower() for user in _users(answers) if is_agent(user)}
    known: dict[str, bool] = {}
    for user in fields.items(REGISTERED, "value", "id"):
        id = user["id"].lower()
        names = list(fields.texts(REGISTERED, user, "methodsRegistered", user_id(id)))
        factors = [factor for name in names if (factor := _factor(id, name, name, _REPORTED))]
        yield from factors
        said = user.get("isMfaRegistered")
        known[id] = said if isinstance(said, bool) else bool(factors)
    for id, bodies in fields.by_param(METHODS, "user").items():
        if id.lower() in known:
            continue
        methods = [one for body in bodies for one in fields.within(METHODS, body, "value", "id", subject=user_id(id))]
        factors = []
        for method in methods:
            kind = _kind(text(method.get("@odata.type")))
            if factor := _factor(id.lower(), method["id"], kind, _LISTED):
                factors.append(msgspec.structs.replace(factor, enabled_at=moment(method.get("createdDateTime"))))
        yield from factors
        if any("value" in body for body in bodies):  # the answer for what is no user is empty
            known[id.lower()] = bool(factors)
    for id, present in known.items():
        yield FactorState(identity=user_id(id), present=present, source=REGISTERED.name)
        if present and id not in agents:
            detail = "a second factor is registered"
            yield Signal(subject=user_id(id), name="mfa-device", detail=detail, source=REGISTERED.name)
    yield from refusals(shard, answers, METHODS, user_id)
    yield from fields.gaps()


def _users(answers: Answers) -> Iterator[dict[str, Any]]:
    return objects(answers.bodies(USERS))


def _kind(type_: str) -> str:
    return type_.removeprefix("#microsoft.graph.").removesuffix("AuthenticationMethod")


def _factor(user: str, name: str, kind: str, table: _Table) -> Factor | None:
    """A factor by the name of its kind; None for what is none. A kind that nobody knows here may withstand phishing."""
    found: tuple[Kind, bool | None] | None = table.get(kind.lower(), ("unknown", None))
    if found is None:
        return None
    what, resists = found
    return Factor(
        id=f"{user_id(user)}/authentication/methods/{name}",
        identity=user_id(user),
        kind=what,
        phishing_resistant=resists,
    )


SERVICE = Service(
    name="authentication-methods",
    part="tenant",
    operations=(REGISTERED, METHODS),
    collect=collect,
    parse=parse,
)
