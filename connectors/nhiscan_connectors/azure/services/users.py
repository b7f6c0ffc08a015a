"""Users of the directory: people, accounts that scripts use, and agent users, which are users by form only.

Calls: one a 999 users; one a 500 for their sign-ins, where the licence gives them; one $batch a 20 agent users for who
answers for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import Activity, AnyRecord, Identity, Link, Signal
from nhiscan_connectors.azure.api import graph
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.directory.known import shown
from nhiscan_connectors.azure.ids import service_principal_id, user_id
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.azure.values import flag
from nhiscan_connectors.common.fields import Fields, table, text
from nhiscan_connectors.common.times import moment

USERS = graph(
    "users.list",
    "/users",
    permission="User.Read.All",
    purpose="lists the users of the directory",
    hides="which users exist",
    blinds=("identities",),
    select=(
        "id",
        "displayName",
        "userPrincipalName",
        "mail",
        "userType",
        "accountEnabled",
        "createdDateTime",
        "passwordPolicies",
        "employeeId",
        "jobTitle",
        "department",
        "onPremisesSyncEnabled",
        "externalUserState",
        "identityParentId",
    ),
)
SIGN_INS = graph(
    "users.signInActivity.sweep",
    "/users",
    permission="AuditLog.Read.All",
    purpose="reads when each user last signed in, by hand and through programs",
    hides="when users last signed in",
    blinds=("activity",),
    select=("id", "signInActivity"),
    top=500,
    optional=True,
)
AGENT_USER_SPONSORS = graph(
    "users.sponsors.list",
    "/users/{user}/sponsors",
    permission="User.Read.All",
    purpose="reads who answers for an agent that has a user account",
    hides="who answers for an agent with a user account",
    blinds=("owners",),
    select=("id",),
    top=0,
    about="user",
)
_SHOWN = ("userPrincipalName", "userType", "employeeId", "jobTitle", "department", "passwordPolicies",
          "externalUserState")  # fmt: skip


def collect(calls: Calls) -> None:
    """One sweep over the directory, one for sign-ins, and the sponsors of agent users."""
    agents = [
        {"user": item["id"]}
        for item in calls.items(USERS)
        if isinstance(item, dict) and text(item.get("id")) and is_agent(item)
    ]
    calls.ask(SIGN_INS)
    calls.batch(AGENT_USER_SPONSORS, agents)


def is_agent(user: dict[str, Any]) -> bool:
    """Whether the directory says that an AI agent uses the account."""
    return bool(text(user.get("identityParentId"))) or text(user.get("@odata.type")) == "#microsoft.graph.agentUser"


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One identity a user, and what speaks for a class."""
    fields = Fields(shard, answers)
    sign_ins = {item["id"].lower(): table(item.get("signInActivity")) for item in fields.items(SIGN_INS, "value", "id")}
    for user in fields.items(USERS, "value", "id"):
        seen = sign_ins.get(user["id"].lower())
        yield _user(shard, user, seen)
        yield from _parent(user)
        yield from _signals(user, seen)
    yield from fields.gaps()


def _user(shard: Shard, user: dict[str, Any], seen: dict[str, Any] | None) -> Identity:
    parent = text(user.get("identityParentId"))
    attributes = {name: text(user.get(name)) for name in _SHOWN if text(user.get(name))}
    if parent:
        attributes["parent"] = service_principal_id(parent)
    if user.get("onPremisesSyncEnabled") is True:
        attributes["synchronized"] = "from the company's own directory"
    # A guest who has not taken the invitation up cannot sign in yet; any other one is as able as a member.
    invited = text(user.get("externalUserState")) == "PendingAcceptance"
    return Identity(
        id=user_id(user["id"]),
        provider="azure",
        kind="entra-agent-user" if is_agent(user) else "entra-user",
        name=text(user.get("displayName")) or text(user.get("userPrincipalName")) or user["id"],
        scope=shard.scope,
        created_at=moment(user.get("createdDateTime")),
        enabled=False if invited else flag(user.get("accountEnabled")),
        activity=_activity(seen),
        email=text(user.get("mail")) or text(user.get("userPrincipalName")) or None,
        attributes=attributes,
    )


def _activity(seen: dict[str, Any] | None) -> Activity | None:
    """Last sign-in. Entra knows of none before April 2020, and says nothing of when it began to look at a tenant."""
    moments = [when for when in (_by_hand(seen), _by_program(seen)) if when is not None]
    return Activity(last_used_at=max(moments), source=SIGN_INS.name) if moments else None


def _by_hand(seen: dict[str, Any] | None) -> datetime | None:
    return moment((seen or {}).get("lastSignInDateTime"))


def _by_program(seen: dict[str, Any] | None) -> datetime | None:
    return moment((seen or {}).get("lastNonInteractiveSignInDateTime"))


def _parent(user: dict[str, Any]) -> Iterator[Link]:
    if parent := text(user.get("identityParentId")):
        name = shown(user.get("displayName"), user["id"])
        reason = f"agent user {name} is the user account of this agent identity"
        yield Link(source=user_id(user["id"]), target=service_principal_id(parent), kind="part_of", reason=reason)


def _signals(user: dict[str, Any], seen: dict[str, Any] | None) -> Iterator[Signal]:
    id = user_id(user["id"])
    if is_agent(user):
        detail = "the directory holds it as the user account of an AI agent"
        yield Signal(subject=id, name="agent-user-account", detail=detail, source=USERS.name)
        return
    personal = [word for name, word in (("employeeId", "an employee number"), ("jobTitle", "a job title"))
                if text(user.get(name))]  # fmt: skip
    if personal and text(user.get("userType")) != "Guest":
        detail = f"the directory gives it {' and '.join(personal)}"
        yield Signal(subject=id, name="directory-person", detail=detail, source=USERS.name)
    if _by_hand(seen) is not None:
        detail = "somebody signed in with it by hand"
        yield Signal(subject=id, name="interactive-sign-in", detail=detail, source=SIGN_INS.name)
    elif _by_program(seen) is not None:
        detail = "only programs signed in with it"
        yield Signal(subject=id, name="automation-only-sign-in", detail=detail, source=SIGN_INS.name)


SERVICE = Service(
    name="users",
    part="tenant",
    operations=(USERS, SIGN_INS, AGENT_USER_SPONSORS),
    collect=collect,
    parse=parse,
)
