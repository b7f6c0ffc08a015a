"""Reasoning engines: what they act as in every form, where Cloud Asset Inventory tells and where it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiscan.inventory import Inventory
from nhiscan_connectors.gcp.services.policies import SERVICE as POLICIES
from nhiscan_connectors.gcp.services.reasoning_engines import SERVICE
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed import ORGANIZATION_ID
from tests.clouds.gcp.seed_ai import engine
from tests.connectors.gcp.scanning import inventory_by

LAB = "//cloudresourcemanager.googleapis.com/projects/lab"
ACCOUNT = "//iam.googleapis.com/projects/-/serviceAccounts/bot@lab.iam.gserviceaccount.com"
KEY = "sk-proj-" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ2cF4hJ"


def agents(gcp: Gcp) -> dict[str, str]:
    """Three engines in two locations: names by their titles."""
    company = gcp.company
    lab = company.project("lab", services=("aiplatform",))
    company.project("quiet", services=("run",))
    account = company.service_account(lab, "bot")
    return {
        "own": engine(company, lab, "own", identity="AGENT_IDENTITY", secrets={"OPENAI_API_KEY": "openai"}),
        "account": engine(company, lab, "account", account=account, location="europe-west4", framework="langgraph"),
        "default": engine(company, lab, "default", env={"OPENAI_API_KEY": KEY}),
    }


def acts_as(found: Inventory) -> dict[str, tuple[str, str]]:
    """What each engine acts as, by its title, and of which kind that is."""
    return {
        found.workloads[run.workload].name: (run.identity, found.workloads[run.workload].attributes["identity_type"])
        for run in found.runs_as
    }


def number(gcp: Gcp) -> str:
    return gcp.company.state.aliases["lab"]


def expected(gcp: Gcp, names: dict[str, str]) -> dict[str, tuple[str, str]]:
    own = f"principal://agents.global.org-{ORGANIZATION_ID}.system.id.goog/resources/aiplatform/{names['own']}"
    default = f"service-{number(gcp)}@gcp-sa-aiplatform-re.iam.gserviceaccount.com"
    return {
        "own": (own, "agent-identity"),
        "account": (ACCOUNT, "service-account"),
        "default": (f"//iam.googleapis.com/projects/-/serviceAccounts/{default}", "service-agent"),
    }


def test_one_sweep_tells_of_all_engines(gcp: Gcp, tmp_path: Path) -> None:
    names = agents(gcp)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert found.gaps == []
    assert acts_as(found) == expected(gcp, names)
    own = found.workloads[f"//aiplatform.googleapis.com/{names['own'].replace(number(gcp), 'lab')}"]
    assert (own.kind, own.agent, own.scope, own.region) == ("google-reasoning-engine", True, LAB, "us-central1")
    assert own.attributes["framework"] == "google-adk"
    assert own.variables == ("OPENAI_API_KEY",)
    assert gcp.calls.count("*", service="*aiplatform") == 0


def test_without_the_inventory_the_locations_of_projects_that_use_it_are_asked(gcp: Gcp, tmp_path: Path) -> None:
    names = agents(gcp)
    gcp.company.state.policies[f"//aiplatform.googleapis.com/{names['own']}"].append(
        {"role": "roles/aiplatform.user", "members": ["allUsers"]}
    )
    gcp.faults.add("deny", service="cloudasset")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert acts_as(found) == expected(gcp, names)
    assert gcp.calls.count("v1/projects/*/locations", service="aiplatform") == 1
    assert gcp.calls.count("*/reasoningEngines", service="*aiplatform") == 4
    (held,) = found.assignments
    assert (held.principal, held.role) == ("*", "roles/aiplatform.user")
    assert held.scope.endswith(
        f"/projects/lab/locations/us-central1/reasoningEngines/{names['own'].rpartition('/')[2]}"
    )


def test_an_inventory_that_knows_no_engines_is_made_up_for_project_by_project(gcp: Gcp, tmp_path: Path) -> None:
    names = agents(gcp)
    gcp.faults.add("error", "v1/organizations/*/assets", service="cloudasset", status=400)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert acts_as(found) == expected(gcp, names)
    assert {workload.scope for workload in found.workloads.values()} == {LAB}
    assert gcp.calls.count("*/reasoningEngines", service="*aiplatform") == 4


def test_an_identity_of_its_own_exists_though_no_policy_names_it(gcp: Gcp, tmp_path: Path) -> None:
    names = agents(gcp)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    principal = expected(gcp, names)["own"][0]
    own = found.identities[principal]
    assert (own.kind, own.scope, own.managed_by_provider) == ("google-agent-identity", LAB, False)
    assert own.attributes["credentials"] == "certificate-bound"
    assert [signal.name for signal in found.signals_of(principal)] == ["agent-identity-object"]
    shared = found.identities[expected(gcp, names)["default"][0]]
    assert (shared.kind, shared.managed_by_provider) == ("google-service-agent", True)


def test_policies_meet_the_identity_of_an_agent(gcp: Gcp, tmp_path: Path) -> None:
    names = agents(gcp)
    principal = expected(gcp, names)["own"][0]
    gcp.company.bind("projects/lab", "viewer", principal)
    found = inventory_by(gcp, tmp_path / "b", POLICIES, SERVICE)
    assert [held.role for held in found.assignments_of(principal)] == ["roles/viewer"]
    assert [run.identity for run in found.workloads_running_as(principal)] == [principal]
    assert found.identities[principal].kind == "google-agent-identity"


@pytest.mark.parametrize("member", ["allUsers", "allAuthenticatedUsers", "user:ada@acme.example"])
@pytest.mark.parametrize("swept", [True, False])
def test_an_engine_that_anybody_may_use_is_public(gcp: Gcp, tmp_path: Path, member: str, swept: bool) -> None:
    names = agents(gcp)
    gcp.company.bind(f"//aiplatform.googleapis.com/{names['own']}", "aiplatform.user", member)
    if not swept:
        gcp.faults.add("deny", service="cloudasset")
    found = inventory_by(gcp, tmp_path / "b", POLICIES, SERVICE)
    public = {one.name: one.public for one in found.workloads.values()}
    assert public == {"own": member.startswith("all"), "account": False, "default": False}


def test_what_google_leaves_out_is_put_together(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    lab = company.project("lab", services=("aiplatform",))
    account = company.service_account(lab, "bot")
    names = {
        "own": engine(company, lab, "own", identity="AGENT_IDENTITY", told=False),
        "account": engine(company, lab, "account", account=account, told=False),
        "default": engine(company, lab, "default", told=False),
    }
    assert acts_as(inventory_by(gcp, tmp_path / "b", SERVICE)) == expected(gcp, names)


def test_the_own_identity_is_unknown_where_the_organization_is(gcp: Gcp, tmp_path: Path) -> None:
    lab = gcp.company.project("lab", services=("aiplatform",))
    engine(gcp.company, lab, "own", identity="AGENT_IDENTITY", told=False)
    found = inventory_by(gcp, tmp_path / "b", SERVICE, scope=("projects/lab",))
    assert found.runs_as == []
    (gap,) = found.gaps
    assert gap.subjects == tuple(found.workloads)
    assert "does not tell the identity of its own" in gap.detail


def test_secrets_and_keys_in_variables_are_told_without_values(gcp: Gcp, tmp_path: Path) -> None:
    names = agents(gcp)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    ids = {workload.name: workload.id for workload in found.workloads.values()}
    reads = {(link.kind, link.target) for link in found.links_from(ids["own"])}
    assert reads == {
        ("reads_secret", "//secretmanager.googleapis.com/projects/lab/secrets/openai"),
        ("holds_key_of", "llm:openai"),
    }
    (seen,) = found.sightings
    assert (seen.subject, seen.where, seen.ai_provider) == (
        ids["default"],
        "environment variable OPENAI_API_KEY",
        "openai",
    )
    written = b"".join(path.read_bytes() for path in (tmp_path / "b").rglob("*") if path.is_file())
    assert KEY.encode() not in written
    assert names


def test_pages_are_followed(gcp: Gcp, tmp_path: Path) -> None:
    names = agents(gcp)
    gcp.emulator.page_size = 1
    gcp.faults.add("deny", "*/assets", service="cloudasset")
    assert acts_as(inventory_by(gcp, tmp_path / "b", SERVICE)) == expected(gcp, names)


def test_a_refusal_is_asked_once_and_names_its_permission(gcp: Gcp, tmp_path: Path) -> None:
    agents(gcp)
    gcp.faults.add("deny", service="cloudasset")
    gcp.faults.add("deny", "*/reasoningEngines")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    (gap,) = [gap for gap in found.gaps if gap.operation.endswith("reasoningEngines.list")]
    assert (gap.scope, gap.reason, gap.permission) == (LAB, "denied", "aiplatform.reasoningEngines.list")
    assert not found.knows(LAB, "agents")
    assert gcp.calls.count("*/reasoningEngines") == 1


@pytest.mark.parametrize("spec", [7, [], {"effectiveIdentity": "nobody"}, {"deploymentSpec": {"env": [None, 3]}}])
def test_damaged_answers_hide_no_others(gcp: Gcp, tmp_path: Path, spec: object) -> None:
    names = agents(gcp)
    company = gcp.company
    bad = company.state.assets[f"//aiplatform.googleapis.com/{names['account']}"]
    bad.data["spec"] = spec
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    gcp.emulator.defects.clear()  # the damage is meant
    assert {workload.name for workload in found.workloads.values()} == {"own", "account", "default"}
    assert acts_as(found)["own"] == expected(gcp, names)["own"]
    if spec == {"effectiveIdentity": "nobody"}:
        assert [gap.subjects for gap in found.gaps] == [(f"//aiplatform.googleapis.com/{names['account']}".replace(
            number(gcp), "lab"
        ),)]  # fmt: skip
