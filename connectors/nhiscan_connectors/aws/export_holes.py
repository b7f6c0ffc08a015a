"""What exports do not tell: each is a gap, so that nothing that was not exported looks as if it were not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import ExportSink, Operation
from nhiscan_connectors.aws.export_found import LISTS, Account, Found, account_shard, organization_shard
from nhiscan_connectors.aws.iam import operations as ops
from nhiscan_connectors.aws.plan import ACCOUNTS
from nhiscan_connectors.aws.services import find_services
from nhiscan_connectors.aws.services import organizations as org

_TOLD_ELSEWHERE = (
    ops.ROLES, ops.SPECIFIC, ops.SSH_KEYS, ops.SIGNING, ops.SERVER_CERTIFICATES, ops.VIRTUAL_MFA, ops.OIDC_LIST,
    ops.SAML_LIST, ops.OUTBOUND, ops.DELEGATION,
)  # fmt: skip
_NEEDED = (org.DESCRIBE, ACCOUNTS, org.POLICIES, org.POLICY, org.TARGETS)
_SHOWN = 5


def tell(sink: ExportSink, found: Found) -> None:
    """Say what the exports of each account, and of the organization, do not tell."""
    regional = [service.operations[0] for service in find_services() if service.part == "region"]
    for id, account in sorted(found.accounts.items()):
        shard = account_shard(id)
        why = _unread(account)
        if why:
            sink.missing(shard, ops.DETAILS, why)
        if account.report is None:
            sink.missing(shard, ops.REPORT, "the export holds no credential report")
        elif account.details:
            sink.missing(shard, ops.KEYS, "the credential report gives no ids of access keys")
        for operation in _TOLD_ELSEWHERE:
            sink.missing(shard, operation, "exports of authorization details and credential reports do not tell")
        for operation in regional:
            sink.missing(shard, operation, "exports tell nothing of what is in the regions")
    if not found.organization:
        for id in sorted(found.accounts):
            sink.missing(organization_shard(id), org.DESCRIBE, "the export holds nothing of the organization")
        return
    for operation, detail in _of_organization(found):
        sink.missing(found.shard(), operation, detail)
    for id in _strangers(found):
        sink.missing(organization_shard(id), org.CHILDREN, "the export of the organization does not name the account")


def _unread(account: Account) -> str:
    """Why the authorization details of an account are not whole; empty when they are."""
    if not account.details:
        return "the export holds no authorization details"
    if not account.whole:
        return f"{account.open} says that there are more pages, and they are not there"
    lacking = [name for name in LISTS if name not in account.lists]
    if lacking:
        return f"the export has no {' and no '.join(lacking)}"
    if not any(page.body["RoleDetailList"] for page in account.details):
        # Every account has roles of AWS itself that cannot be deleted.
        return "the export has no role, which every account has; it may have been made with --filter"
    return ""


def _of_organization(found: Found) -> Iterator[tuple[Operation, str]]:
    """What the exports of the organization do not tell, by the call that would have."""
    for operation in _NEEDED:
        if operation not in found.organization:
            yield operation, "the export of the organization does not hold it"
    described = set(_ids(found, org.POLICY, "PolicyId"))
    targeted = set(_ids(found, org.TARGETS, "PolicyId"))
    known = described | {item["Id"] for item in _items(found, org.POLICIES, "Policies")}
    if described and known | targeted > described:
        yield org.POLICY, f"the export does not hold what is in {_listed(known | targeted, described)}"
    if targeted and known > targeted & known:
        yield org.TARGETS, f"the export does not tell where {_listed(known, targeted)} apply"
    units = {item["TargetId"] for item in _items(found, org.TARGETS, "Targets")}
    if any(unit.startswith(("r-", "ou-")) for unit in units):
        lost = sorted(_unplaced(found))
        if lost:
            yield org.CHILDREN, f"the export does not tell in which units {_listed(set(lost), set())} stand"


def _unplaced(found: Found) -> Iterator[str]:
    """Accounts from which no way leads up to the root of the organization."""
    roots = {item["Id"] for item in _items(found, org.ROOTS, "Roots")}
    above: dict[str, str] = {}
    for operation, key in ((org.UNITS, "OrganizationalUnits"), (org.CHILDREN, "Accounts")):
        for page in found.organization.get(operation, ()):
            for item in page.body[key]:
                above[item["Id"]] = page.params.get("ParentId", "")
    for account in found.accounts:
        here, steps = account, 0
        while here in above and steps <= len(above):
            here, steps = above[here], steps + 1
        if here not in roots:
            yield account


def _strangers(found: Found) -> list[str]:
    """Accounts that the exports of the organization do not name, though they list accounts."""
    named = {item["Id"] for operation in (ACCOUNTS, org.CHILDREN) for item in _items(found, operation, "Accounts")}
    return sorted(found.accounts.keys() - named) if named else []


def _items(found: Found, operation: Operation, key: str) -> Iterator[dict[str, Any]]:
    for page in found.organization.get(operation, ()):
        yield from page.body[key]


def _ids(found: Found, operation: Operation, param: str) -> Iterator[str]:
    for page in found.organization.get(operation, ()):
        yield page.params[param]


def _listed(all_: set[str], known: set[str]) -> str:
    names = sorted(all_ - known)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(name[:40] for name in names[:_SHOWN]) + more
