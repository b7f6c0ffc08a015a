"""Trust policies: who may take on a role, and what narrows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from nhiscan.model import EVERYONE, Guard, Trust
from nhiscan_connectors.aws.documents import listed, statements
from nhiscan_connectors.aws.iam.guards import SAME_ACCOUNT, SAME_ACCOUNT_SERVICES, guards_of, guards_of_denial

_ASSUMES = re.compile(r"sts:(?:\*|assume.*)|\*", re.IGNORECASE)
_ACCOUNT = re.compile(r"\d{12}")
_ROOT = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):root")
_PRINCIPAL = re.compile(r"arn:aws[a-z-]*:(?:iam|sts)::\d{12}:(?:user|role|assumed-role|federated-user)/.+", re.DOTALL)
_UNIQUE = re.compile(r"A(?:IDA|ROA|GPA|IPA|NPA|SIA)[A-Z0-9]{12,}")
_PROVIDER = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(oidc|saml)-provider/(.+)", re.DOTALL)
# Issuers that AWS knows by themselves, without a provider in the account.
_BUILT_IN = frozenset({"cognito-identity.amazonaws.com", "accounts.google.com", "graph.facebook.com", "www.amazon.com"})


def trusts_of(role: str, text: str, source: str) -> Iterator[Trust]:
    """One Trust for each principal, subject and statement of a role's trust policy."""
    denials = tuple(_denials(text))
    if any(not guard.key for guard in denials):
        return  # everybody is denied, without a condition
    for number, statement in statements(text):
        if statement.get("Effect") != "Allow" or not _assumes(statement):
            continue
        sid = statement.get("Sid")
        where = f"trust policy, statement {number}" + (f" ({sid})" if isinstance(sid, str) and sid else "")
        guards = (*guards_of(statement.get("Condition")), *denials)
        for trust in _principals(role, statement, guards):
            yield msgspec.structs.replace(trust, statement=where, source=source)


def _assumes(statement: dict[str, Any]) -> bool:
    if "NotAction" in statement:
        return not any(_ASSUMES.fullmatch(action) for action in listed(statement["NotAction"]))
    return any(_ASSUMES.fullmatch(action) for action in listed(statement.get("Action")))


def _denials(text: str) -> Iterator[Guard]:
    """What Deny statements on everyone amount to; a guard without a key stands for a denial without condition."""
    for _, statement in statements(text):
        if statement.get("Effect") != "Deny" or not _assumes(statement):
            continue
        principal = statement.get("Principal")
        if principal != EVERYONE and not (isinstance(principal, dict) and EVERYONE in listed(principal.get("AWS"))):
            continue  # a denial of some principals takes nothing from the others
        if not statement.get("Condition"):
            yield Guard(kind="other", key="")
        yield from guards_of_denial(statement.get("Condition"))


def _principals(role: str, statement: dict[str, Any], guards: tuple[Guard, ...]) -> Iterator[Trust]:
    if "NotPrincipal" in statement:
        yield Trust(identity=role, principal=EVERYONE, kind="everyone", guards=guards)
        return
    principal = statement.get("Principal")
    if principal == EVERYONE:
        yield Trust(identity=role, principal=EVERYONE, kind="everyone", guards=guards)
        return
    if not isinstance(principal, dict):
        return
    for name in listed(principal.get("AWS")):
        yield _aws(role, name, guards)
    for name in listed(principal.get("Service")):
        short = re.sub(r"\.amazonaws\.com(?:\.cn)?$", "", name)
        extra = (SAME_ACCOUNT,) if short in SAME_ACCOUNT_SERVICES else ()
        yield Trust(identity=role, principal=f"service:{name}", kind="service", guards=(*guards, *extra))
    for name in listed(principal.get("Federated")):
        yield from _federated(role, name, guards)
    for name in listed(principal.get("CanonicalUser")):
        yield Trust(identity=role, principal=f"aws-canonical:{name}", kind="unknown", guards=guards)


def _aws(role: str, name: str, guards: tuple[Guard, ...]) -> Trust:
    if name == EVERYONE:
        return Trust(identity=role, principal=EVERYONE, kind="everyone", guards=guards)
    root = _ROOT.fullmatch(name)
    if root or _ACCOUNT.fullmatch(name):
        return Trust(identity=role, principal=f"aws:{root[1] if root else name}", kind="account", guards=guards)
    if _PRINCIPAL.fullmatch(name):
        return Trust(identity=role, principal=name, kind="principal", guards=guards)
    if _UNIQUE.fullmatch(name):
        # AWS shows the unique id in place of the ARN once the principal is gone.
        return Trust(identity=role, principal=name, kind="deleted", guards=guards)
    return Trust(identity=role, principal=name, kind="unknown", guards=guards)


def _federated(role: str, name: str, guards: tuple[Guard, ...]) -> Iterator[Trust]:
    provider = _PROVIDER.fullmatch(name)
    if provider and provider[1] == "saml":
        yield Trust(identity=role, principal=f"saml:{name}", kind="saml", guards=guards)
        return
    if not provider and name not in _BUILT_IN:
        yield Trust(identity=role, principal=name, kind="unknown", guards=guards)
        return
    issuer = provider[2] if provider else name
    subjects = [
        value
        for guard in guards
        if guard.kind == "subject" and _positive(guard.operator) and guard.key.lower().startswith(issuer.lower())
        for value in guard.values
    ]
    for subject in dict.fromkeys(subjects or ["*"]):
        yield Trust(identity=role, principal=f"oidc:{issuer}#{subject}", kind="oidc", guards=guards)


def _positive(operator: str) -> bool:
    lower = operator.lower()
    return not (lower.startswith("forallvalues:") or lower.endswith("ifexists") or "not" in lower or lower == "null")
