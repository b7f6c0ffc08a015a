"""Partners with temporary access: who asked, who let them in, what they may do and until when.

A request is waiting (ASSIGNED, PENDING_APPROVAL), approved (ACCEPTED), or its token is with the partner (FINALIZED).
Source: IAM User Guide, "Temporary delegation", "Understanding the request lifecycle".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from nhiscan.model import AnyRecord, Assignment, Identity, Link, Ownership, Policy, PolicyUse, Signal
from nhiscan_connectors.aws.documents import document_text, listed
from nhiscan_connectors.aws.iam import operations as ops
from nhiscan_connectors.aws.iam.known import Known
from nhiscan_connectors.common.fields import table
from nhiscan_connectors.common.times import moment

_ACTING: Final = "FINALIZED"
_OVER: Final = frozenset({"REJECTED", "EXPIRED"})
_SOURCE: Final = ops.DELEGATION.name


def parse_delegations(known: Known) -> Iterator[AnyRecord]:
    """An outside identity for each request that is waiting, approved or in use."""
    for request in known.fields.items(ops.DELEGATION, "DelegationRequests", "DelegationRequestId"):
        if str(request.get("State") or "") not in _OVER:
            yield from _request(known, request)


def _request(known: Known, request: dict[str, Any]) -> Iterator[AnyRecord]:
    id = f"arn:{known.partition}:iam::{known.account}:delegation-request/{request.get('DelegationRequestId')}"
    partner, state = str(request.get("RequestorId") or ""), str(request.get("State") or "")
    name = str(request.get("RequestorName") or partner or id)
    seconds = request.get("SessionDuration")
    attributes = {
        "partner_account": partner,
        "state": state.lower(),
        "max_session_minutes": str(seconds // 60) if isinstance(seconds, int) else "",
        "asked_by_message": str(request.get("RequestMessage") or ""),
        "role_boundaries": ", ".join(listed(request.get("RolePermissionRestrictionArns"))),
    }
    yield Identity(
        id=id,
        provider="aws",
        kind="delegated-partner",
        name=name,
        scope=known.scope,
        created_at=moment(request.get("CreateDate")),
        enabled=state == _ACTING,
        description=str(request.get("Description") or ""),
        attributes={key: value for key, value in attributes.items() if value},
    )
    detail = f"account {partner} acts here by temporary delegation"
    yield Signal(subject=id, name="cross-account-trust", detail=detail, source=_SOURCE)
    permissions = table(request.get("Permissions"))
    role = str(permissions.get("PolicyTemplateArn") or f"{id}/policy/permissions")
    if request.get("PermissionPolicy"):
        text, problem = document_text(request["PermissionPolicy"])
        policy = f"{id}/policy/permissions"
        yield Policy(
            id=policy,
            provider="aws",
            kind="inline",
            name="permissions",
            scope=known.scope,
            document=text,
            problem=problem,
        )
        yield PolicyUse(policy=policy, target=id, use="permission")
        if problem:
            hides = f"what the partner {name} may do"
            yield known.gap(ops.DELEGATION, hides, "policies", subjects=[id], detail=problem)
    yield Assignment(
        principal=id,
        role=role,
        scope=known.scope,
        eligible=state != _ACTING,
        expires_at=moment(request.get("ExpirationTime")),
        source=_SOURCE,
    )
    if owner := str(request.get("OwnerId") or ""):
        yield Ownership(subject=id, owner=owner, kind="sponsor", source="owner of the delegation request")
    if approver := str(request.get("ApproverId") or ""):
        reason = f"{approver} approves what partner {name} asked for"
        yield Link(source=approver, target=id, kind="approves", reason=reason)
