"""Whom applications trust without a secret: the subjects of outside issuers, and managed identities.

The name of a trusted subject is the one that every connector uses, `oidc:<issuer>#<subject>` with the issuer written
without its scheme, so a workflow that an AWS role trusts as well is one outside identity.

A plain subject is compared letter by letter, so a star in it is a star: it lets nobody in of an issuer whose subjects
have none, and still lets in whoever makes an issuer that says so. An expression over claims has patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from nhiscan.access.names import literal
from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, FederationProvider, Guard, Signal, Trust
from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.directory.claims import conjuncts
from nhiscan_connectors.azure.directory.known import listed, shown
from nhiscan_connectors.azure.ids import is_guid, service_principal_id
from nhiscan_connectors.common.fields import Fields, table, text
from nhiscan_connectors.common.issuers import is_ci_issuer, is_cluster_issuer

_ENTRA: Final = re.compile(
    r"(?:login\.microsoftonline\.(?:com|us)|login\.partner\.microsoftonline\.cn|sts\.windows\.net)/([0-9a-f-]{36})"
    r"(?:/v2\.0)?"
)


def bare_issuer(issuer: str) -> str:
    """An issuer without its scheme, its host in lower case."""
    host, slash, path = issuer.strip().partition("://")[2].rstrip("/").partition("/")
    if not host:
        return issuer.strip().rstrip("/")
    return f"{host.lower()}{slash}{path}"


def trusts(
    shard: Shard,
    fields: Fields,
    operation: Api,
    credential: dict[str, Any],
    *,
    identity: str,
    place: str,
    apps: bool = True,
) -> Iterator[AnyRecord]:
    """What one federated credential, as `operation` told it, amounts to: trust, issuer, what it says of the identity.

    `place` is the id of the object that it stands on. `apps`: False for a managed identity, which trusts no other one.
    One that does not say whom it trusts is told in a gap of `fields`, and its issuer is trusted for nobody knows whom.
    """
    source = operation.name
    issuer = bare_issuer(text(credential.get("issuer")))
    name = shown(credential.get("name")) or shown(credential.get("id"), "without a name")
    if not issuer:
        fields.leave_out(operation, f"federated credential {name} has no issuer", identity)
        return
    audiences = tuple(item for item in listed(credential.get("audiences")) if text(item))
    audience = Guard(
        kind="audience", key=f"{issuer}:aud", operator="equals", values=audiences, confines=bool(audiences)
    )
    statement = f"federated credential {name} of {place}"
    subjects, others = _subjects(credential, issuer)
    if not subjects:
        fields.leave_out(operation, f"federated credential {name} names nobody", identity)
        yield Trust(identity=identity, principal=f"oidc:{issuer}#*", kind="unknown", guards=(audience,),
                    statement=statement, source=source)  # fmt: skip
    own = _ENTRA.fullmatch(issuer.lower())
    inside = own is not None and own[1] == shard.options.get("tenant", "")
    for guard in subjects:
        subject = guard.values[0]
        # A token of the tenant itself, whose subject is a managed identity.
        if inside and apps and guard.operator == "equals" and is_guid(subject):
            principal = service_principal_id(subject)
            yield Trust(identity=identity, principal=principal, kind="principal", guards=(audience, *others),
                        statement=statement, source=source)  # fmt: skip
        else:
            whom = literal(subject) if guard.operator == "equals" else subject
            yield Trust(identity=identity, principal=f"oidc:{issuer}#{whom}", kind="oidc",
                        guards=(guard, audience, *others), statement=statement, source=source)  # fmt: skip
    if inside:
        return
    yield FederationProvider(
        id=f"{shard.scope}/federation/{issuer}",
        provider="azure",
        kind="oidc",
        scope=shard.scope,
        name=issuer,
        issuer=issuer,
        audiences=audiences,
    )
    yield Signal(subject=identity, name=_signal(issuer), detail=_said(issuer), source=source)


def _subjects(credential: dict[str, Any], issuer: str) -> tuple[list[Guard], tuple[Guard, ...]]:
    """Guards of the subjects that are trusted, one each, and what else an expression asks for.

    None when nobody is named. An expression that cannot be read may let anybody of the issuer through.
    """
    key = f"{issuer}:sub"
    subject = text(credential.get("subject"))
    if subject:
        return [Guard(kind="subject", key=key, operator="equals", values=(subject,))], ()
    expression = text(table(credential.get("claimsMatchingExpression")).get("value"))
    if not expression:
        return [], ()
    read = conjuncts(expression)
    named: list[Guard] = []
    others: list[Guard] = [] if read is not None else [_unread(expression)]
    for part in read or ():
        if not part.operator:
            others.append(_unread(part.written))
            continue
        told = Guard(
            kind="subject" if part.claim == "sub" else "other",
            key=f"{issuer}:{part.claim}",
            operator=part.operator,
            values=(part.value,),
            confines=bool(part.value.strip("*?")) if part.operator == "like" else True,
        )
        (named if part.claim == "sub" else others).append(told)
    if named:
        return named[:1], (*named[1:], *others)
    everyone = Guard(kind="subject", key=key, operator="like", values=("*",), confines=False)
    return [everyone], tuple(others)


def _unread(written: str) -> Guard:
    """What an expression asks for, where nobody knows here what that is."""
    return Guard(kind="other", key="claimsMatchingExpression", values=(written[:300],))


def _signal(issuer: str) -> str:
    if is_ci_issuer(issuer):
        return "trusted-by-ci-oidc"
    return "trusted-by-cluster-oidc" if is_cluster_issuer(issuer) else "oidc-trust"


def _said(issuer: str) -> str:
    who = {"trusted-by-ci-oidc": "jobs", "trusted-by-cluster-oidc": "pods"}.get(_signal(issuer), "whoever")
    return f"{who} that {shown(issuer)} vouches for may act as it"
