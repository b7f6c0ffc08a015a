"""Signals: what IAM says for and against each class of identity. Their weights stand in `nhiscan.classify.table`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from nhiscan.access.names import fits
from nhiscan.model import Signal
from nhiscan_connectors.aws.documents import listed, statements
from nhiscan_connectors.aws.iam.operations import DETAILS
from nhiscan_connectors.aws.iam.tables import (
    AI_ACTIONS,
    AI_SERVICES,
    COMPUTE_SERVICES,
    ML_SERVICES,
    service_of,
)
from nhiscan_connectors.aws.iam.trust import Entry
from nhiscan_connectors.common.issuers import is_ci_issuer, is_cluster_issuer

_SHOWN = 80


def of_trust(role: str, account: str, entries: Iterable[Entry]) -> Iterator[Signal]:
    """What the trust policy of a role says about who acts with it."""
    found = list(entries)
    for entry in found:
        told = _of_entry(entry, account)
        if told is not None:
            yield Signal(subject=role, name=told[0], detail=told[1], source=DETAILS.name)
    if only_saml(found):
        detail = "only a SAML sign-on leads into it"
        yield Signal(subject=role, name="saml-trust", detail=detail, source=DETAILS.name)


def only_saml(entries: Iterable[Entry]) -> bool:
    """Whether SAML is the one way in."""
    return {entry.kind for entry in entries} == {"saml"}


def _of_entry(entry: Entry, account: str) -> tuple[str, str] | None:
    match entry.kind:
        case "service":
            name = entry.principal.removeprefix("service:")
            service = service_of(name)
            if service in AI_SERVICES:
                return "trusted-by-ai-service", f"the AI service {name} may take it on"
            if service in ML_SERVICES:
                return "trusted-by-ml-service", f"the machine-learning service {name} may take it on"
            if service in COMPUTE_SERVICES:
                return "trusted-by-compute-service", f"the service {name} may take it on"
        case "oidc":
            issuer = entry.principal.removeprefix("oidc:").partition("#")[0]
            if is_ci_issuer(issuer):
                return "trusted-by-ci-oidc", f"jobs that {_plain(issuer)} vouches for may take it on"
            if is_cluster_issuer(issuer):
                return "trusted-by-cluster-oidc", f"pods that {_plain(issuer)} vouches for may take it on"
            return "oidc-trust", f"whomever {_plain(issuer)} vouches for may take it on"
        case "account" | "principal":
            other = entry.principal.split(":")[1 if entry.kind == "account" else 4]
            if other != account:
                return "cross-account-trust", f"account {_plain(other)} may take it on"
    return None


def ai_actions(text: str) -> tuple[str, ...]:
    """Action patterns of a document that name calls of models or agents; a bare "*" names none."""
    lowered = text.lower()
    if not any(service in lowered for service in AI_ACTIONS):
        return ()
    return tuple(
        dict.fromkeys(
            action
            for _, statement in statements(text)
            if statement.get("Effect") == "Allow"
            for action in listed(statement.get("Action"))
            if _names_ai(action.lower())
        )
    )


def _names_ai(action: str) -> bool:
    service, _, name = action.partition(":")
    known = AI_ACTIONS.get(service.rstrip("*?"), ())
    # Of SageMaker most actions train, so only an action that is named is taken for the use of a model.
    if service == "sagemaker" and not name.startswith("invokeendpoint"):
        return False
    return any(fits(name, one) for one in known)


def granted_ai(identity: str, actions: tuple[str, ...], policy: str) -> Signal:
    """A policy of an identity names AI actions."""
    some = ", ".join(map(_plain, actions[:3])) + (" and more" if len(actions) > 3 else "")
    detail = f"policy {_plain(policy)} names {some}"
    return Signal(subject=identity, name="granted-ai-invoke", detail=detail, source=DETAILS.name)


def ai_policy(identity: str, policy: str) -> Signal:
    """An identity holds a policy that AWS wrote for users of AI services."""
    detail = f"it holds the AWS policy {_plain(policy)}"
    return Signal(subject=identity, name="ai-managed-policy", detail=detail, source=DETAILS.name)


def _plain(text: Any) -> str:
    """A name that somebody chose, on one line and short."""
    clean = "".join(char if char.isprintable() else " " for char in str(text)[: _SHOWN + 1])
    return clean if len(clean) <= _SHOWN else clean[:_SHOWN] + "…"
