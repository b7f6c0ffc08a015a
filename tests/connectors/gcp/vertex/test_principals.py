"""What an agent acts as, in every form in which Google writes it."""

from __future__ import annotations

import pytest

from nhiscan_connectors.gcp.vertex.principals import agent_principal, is_agents_own, own_principal, principal_of

ACCOUNTS = "//iam.googleapis.com/projects/-/serviceAccounts/"
ENGINE = "projects/7/locations/us-central1/reasoningEngines/1"
OWN = f"principal://agents.global.org-123.system.id.goog/resources/aiplatform/{ENGINE}"
SHARED = f"{ACCOUNTS}service-7@gcp-sa-aiplatform-re.iam.gserviceaccount.com"


@pytest.mark.parametrize(
    ("written", "principal"),
    [
        (OWN, OWN),
        (OWN.removeprefix("principal://"), OWN),
        (OWN.replace("principal", "spiffe"), OWN),
        (OWN.removeprefix("principal:"), OWN),
        # The organization is also written as its number alone.
        (OWN.removeprefix("principal://").replace("org-123", "123"), OWN),
        (OWN.replace("org-123", "proj-7"), OWN.replace("org-123", "proj-7")),
        ("service-7@gcp-sa-aiplatform-re.googleapis.com", SHARED),
        ("service-7@gcp-sa-aiplatform-re.iam.gserviceaccount.com", SHARED),
        ("service-7@gcp-sa-aiplatform-re.gserviceaccount.com", SHARED),
        ("service-pay-prod@gcp-sa-aiplatform-re.googleapis.com", SHARED),
        ("Bot@lab.iam.gserviceaccount.com", f"{ACCOUNTS}bot@lab.iam.gserviceaccount.com"),
        ("serviceAccount:bot@lab.iam.gserviceaccount.com", f"{ACCOUNTS}bot@lab.iam.gserviceaccount.com"),
        ("principal:" + ACCOUNTS + "bot@lab.iam.gserviceaccount.com", f"{ACCOUNTS}bot@lab.iam.gserviceaccount.com"),
        ("7-compute@developer.gserviceaccount.com", f"{ACCOUNTS}7-compute@developer.gserviceaccount.com"),
        ("", ""),
        ("nobody", ""),
        ("ada@acme.example", ""),
        ("agents.global.org-1.evil.example/resources/x", ""),
        ("principal://agents.global.org-1.system.id.goog/resources/", ""),
        ("principal://iam.googleapis.com/projects/7/locations/global/workloadIdentityPools/p/subject/s", ""),
    ],
)
def test_all_forms_lead_to_one_identity(written: str, principal: str) -> None:
    assert principal_of(written, "7") == principal


def test_the_identity_of_an_agent_is_put_together_where_the_organization_is_known() -> None:
    assert own_principal("organizations/123", ENGINE) == OWN
    assert own_principal("folders/123", ENGINE) == ""
    assert own_principal("projects/lab", ENGINE) == ""


def test_letters_of_a_resource_keep_their_case() -> None:
    written = "agents.global.org-1.system.id.goog/resources/aiplatform/projects/7/Agents/Ab"
    assert agent_principal(written) == f"principal://{written}"
    assert is_agents_own(f"principal://{written}")
    assert not is_agents_own(SHARED)
