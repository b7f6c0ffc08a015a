"""What roles and projects say of service accounts as AI's."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiscan.classify import classify
from nhiscan.inventory import Inventory
from nhiscan_connectors.gcp.services.agent_identity import SERVICE as AGENT_IDENTITY
from nhiscan_connectors.gcp.services.ai_signals import SERVICE, is_of_studio
from nhiscan_connectors.gcp.services.api_keys import SERVICE as API_KEYS
from nhiscan_connectors.gcp.services.hierarchy import SERVICE as HIERARCHY
from nhiscan_connectors.gcp.services.policies import SERVICE as POLICIES
from nhiscan_connectors.gcp.services.reasoning_engines import SERVICE as ENGINES
from nhiscan_connectors.gcp.services.service_accounts import SERVICE as ACCOUNTS
from nhiscan_connectors.gcp.services.vertex_agents import SERVICE as AGENTS
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed import ORGANIZATION_ID
from tests.clouds.gcp.seed_ai import agent, auth_provider, engine, own_identity
from tests.connectors.gcp.scanning import inventory_by

BOT = "//iam.googleapis.com/projects/-/serviceAccounts/bot@{}.iam.gserviceaccount.com"
RM = "//cloudresourcemanager.googleapis.com/"
POOL = f"principal://agents.global.org-{ORGANIZATION_ID}.system.id.goog/resources/aiplatform/"
STUDIO = "gen-lang-client-0123456789"


def scan(gcp: Gcp, directory: Path) -> Inventory:
    services = (SERVICE, API_KEYS, HIERARCHY, POLICIES, ENGINES, ACCOUNTS)
    return inventory_by(gcp, directory / "b", *services, joined=True)


def signals(found: Inventory, project: str = "lab") -> set[str]:
    return {signal.name for signal in found.signals_of(BOT.format(project))}


@pytest.mark.parametrize(
    ("roles", "told"),
    [
        (("aiplatform.user",), True),
        (("aiplatform.user", "discoveryengine.viewer"), True),
        (("ml.developer",), True),
        (("aiplatform.user", "storage.objectViewer"), False),
        (("aiplatform.admin",), False),
        (("discoveryengine.serviceAgent",), False),
        ((), False),
    ],
)
def test_an_account_with_nothing_but_roles_of_ai(gcp: Gcp, tmp_path: Path, roles: tuple[str, ...], told: bool) -> None:
    lab = gcp.company.project("lab")
    account = gcp.company.service_account(lab, "bot")
    for role in roles:
        gcp.company.bind(lab, role, account)
    found = scan(gcp, tmp_path)
    assert ("ai-roles-only" in signals(found)) is told
    # That it is an account for programs speaks for a service; a capability against it leaves that open.
    id = BOT.format("lab")
    assert classify(found.identities[id], found.signals_of(id)).class_ == ("unknown" if told else "legacy_service")


def test_an_account_that_something_runs_as_is_known_by_that(gcp: Gcp, tmp_path: Path) -> None:
    lab = gcp.company.project("lab", services=("aiplatform",))
    account = gcp.company.service_account(lab, "bot")
    gcp.company.bind(lab, "aiplatform.user", account)
    engine(gcp.company, lab, "pay", account=account)
    assert "ai-roles-only" not in signals(scan(gcp, tmp_path))


def test_a_project_of_ai_studio_is_shadow_ai(gcp: Gcp, tmp_path: Path) -> None:
    project = gcp.company.project(STUDIO)
    gcp.company.service_account(project, "bot")
    found = scan(gcp, tmp_path)
    assert signals(found, STUDIO) == {"ai-studio-project", "machine-account-object"}
    (studio,) = [one for one in found.resources.values() if one.kind == "google-ai-studio-project"]
    assert studio.scope == f"//cloudresourcemanager.googleapis.com/projects/{STUDIO}"
    assert studio.attributes["shadow_ai"] == "true"
    assert classify(found.identities[BOT.format(STUDIO)], found.signals_of(BOT.format(STUDIO))).class_ == "unknown"


def test_a_bound_gemini_key_decides(gcp: Gcp, tmp_path: Path) -> None:
    lab = gcp.company.project("lab")
    account = gcp.company.service_account(lab, "bot")
    gcp.company.api_key(lab, "studio", services=("generativelanguage",), account=account)
    found = scan(gcp, tmp_path)
    id = BOT.format("lab")
    assert "bound-to-llm-key" in signals(found)
    verdict = classify(found.identities[id], found.signals_of(id))
    assert (verdict.class_, verdict.confidence) == ("ai_persona", 0.9)


def test_an_agent_that_only_an_auth_provider_names_has_an_identity(gcp: Gcp, tmp_path: Path) -> None:
    lab = gcp.company.project("lab", services=("agentidentity",))
    number = gcp.company.state.aliases["lab"]
    here, elsewhere = (f"{POOL}projects/{project}/locations/us-central1/reasoningEngines/1" for project in (number, 9))
    auth_provider(gcp.company, lab, "jira", {"apiKey": {}}, used_by=(here, elsewhere))
    found = inventory_by(gcp, tmp_path / "b", SERVICE, HIERARCHY, AGENT_IDENTITY, joined=True)
    assert {id: (one.kind, one.scope, one.attributes["credentials"]) for id, one in found.identities.items()} == {
        here: ("google-agent-identity", f"{RM}projects/lab", "certificate-bound"),
        elsewhere: ("google-agent-identity", f"{RM}organizations/{ORGANIZATION_ID}", "certificate-bound"),
    }


def test_the_agent_itself_tells_more_of_its_identity(gcp: Gcp, tmp_path: Path) -> None:
    lab = gcp.company.project("lab", services=("agentidentity", "aiplatform"))
    own = f"principal://{own_identity(gcp.company, agent(gcp.company, lab, 'Robin', state='SUSPENDED'))}"
    auth_provider(gcp.company, lab, "jira", {"apiKey": {}}, used_by=(own,))
    found = inventory_by(gcp, tmp_path / "b", SERVICE, HIERARCHY, AGENT_IDENTITY, AGENTS, joined=True)
    assert (found.identities[own].name, found.identities[own].enabled) == ("Robin", False)


@pytest.mark.parametrize("name", ["gen-lang-client-", "gen-lang-client-abc", "my-gen-lang-client-01234", "pay-prod"])
def test_other_names_are_no_projects_of_ai_studio(name: str) -> None:
    assert not is_of_studio(name)
