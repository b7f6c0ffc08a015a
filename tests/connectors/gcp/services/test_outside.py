"""Members that no list tells of: accounts of others, service agents, and members that were deleted."""

from __future__ import annotations

from pathlib import Path

from nhiscan.inventory import Inventory
from nhiscan.rules.trust_deleted_principal import RULE
from nhiscan_connectors.gcp.services import hierarchy, outside, policies, service_accounts
from tests.clouds.gcp.fixtures import Gcp
from tests.connectors.gcp.scanning import inventory_by
from tests.rules.support import Estate

ACCOUNTS = "//iam.googleapis.com/projects/-/serviceAccounts/"
RM = "//cloudresourcemanager.googleapis.com/"
GONE = "deleted:serviceAccount:old@pay.iam.gserviceaccount.com?uid=117"


def read(gcp: Gcp, path: Path) -> Inventory:
    """Policies and accounts."""
    services = (policies.SERVICE, hierarchy.SERVICE, service_accounts.SERVICE, outside.SERVICE)
    return inventory_by(gcp, path / "b", *services, joined=True)


def test_accounts_that_only_policies_name(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay")
    number = gcp.emulator.state.aliases["pay"]
    gcp.company.service_account(pay, "deploy")
    vendor, ghost = "sync@vendor-x.iam.gserviceaccount.com", "ghost@pay.iam.gserviceaccount.com"
    compute, agent = (
        f"{number}-compute@developer.gserviceaccount.com",
        f"service-{number}@compute-system.iam.gserviceaccount.com",
    )
    strange = "999-compute@developer.gserviceaccount.com"
    pod = "pay.svc.id.goog[shop/web]"
    gcp.company.bind(pay, "viewer", vendor, ghost, compute, agent, strange, f"serviceAccount:{pod}")
    found = read(gcp, tmp_path)
    made = {
        id.removeprefix(ACCOUNTS): (one.kind, one.scope.removeprefix(RM), one.managed_by_provider, one.attributes)
        for id, one in found.identities.items()
        if not id.endswith("/deploy@pay.iam.gserviceaccount.com")
    }
    account = "google-service-account"
    assert made == {
        vendor: (account, "projects/vendor-x", False, {"outside": "true"}),
        ghost: (account, "projects/pay", False, {"missing": "true"}),
        compute: (account, "projects/pay", False, {"missing": "true", "default": "compute"}),
        strange: (account, "projects/999", False, {"outside": "true", "default": "compute"}),
        agent: ("google-service-agent", "projects/pay", True, {}),
    }


def test_an_account_is_not_missing_where_the_list_was_refused(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay")
    gcp.company.bind(pay, "viewer", "ghost@pay.iam.gserviceaccount.com")
    gcp.faults.add("deny", service="cloudasset")
    gcp.faults.add("deny", "ListServiceAccounts/*")
    (one,) = read(gcp, tmp_path).identities.values()
    assert one.attributes == {}


def test_bindings_of_deleted_members(gcp: Gcp, tmp_path: Path) -> None:
    pay = gcp.company.project("pay")
    deploy = gcp.company.service_account(pay, "deploy")
    gcp.company.bind(deploy, "iam.serviceAccountTokenCreator", GONE)
    gcp.company.bind(pay, "editor", GONE, "deleted:user:bob@acme.example?uid=12")
    found = read(gcp, tmp_path)
    id = f"{ACCOUNTS}{deploy}"
    said = Estate(records=(*found.scopes.values(), *found.identities.values(), *found.trusts)).run(RULE)
    assert [finding.subject for finding in said.findings] == [id]
    assert said.finding.evidence[0] == (
        f"google service account deploy trusts {GONE} (role iam.serviceAccountTokenCreator), which was deleted"
    )
    left = {(one.principal, one.scope) for one in found.assignments if one.orphaned and one.scope != id}
    assert left == {(GONE, f"{RM}projects/pay"), ("deleted:user:bob@acme.example?uid=12", f"{RM}projects/pay")}
