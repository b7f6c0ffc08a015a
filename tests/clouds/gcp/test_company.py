"""The company's organization: the same in every run, of one company with its other clouds, and mostly in order."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import Any

import pytest

from nhiscan import engine
from nhiscan.analyze import analyze
from nhiscan.config import Config
from nhiscan.evidence import open_bundle
from nhiscan.result import ScanResult
from nhiscan_connectors.gcp import GcpConnector
from tests.clouds.aws.company_people import PEOPLE
from tests.clouds.gcp.company import company_organization
from tests.clouds.gcp.company_shape import ORGANIZATION, CompanyState
from tests.clouds.gcp.seed import NOW
from tests.clouds.gcp.server import GcpServer

OWN_RULES = (
    "basic_role", "cross_project_impersonation", "hidden_activity", "key_beside_federation", "leaked_key",
    "open_llm_key", "orphan_binding", "public_binding", "scope_wide_impersonation", "unrestricted_api_key",
)  # fmt: skip
"""Rules that were made for what goes wrong in Google Cloud."""


def seeded() -> CompanyState:
    """The company and nothing else."""
    state = CompanyState()
    company_organization(state)
    return state


def text_of(state: CompanyState) -> str:
    """Everything in it."""
    assets = {name: asdict(asset) for name, asset in state.assets.items()}
    return json.dumps([assets, state.policies, state.lists, state.aliases])


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> ScanResult:
    """What a scan of it comes to."""
    path = tmp_path_factory.mktemp("company")
    with GcpServer(path) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        patch.setenv("no_proxy", "127.0.0.1")
        server.emulator.state = seeded()
        settings: dict[str, dict[str, Any]] = {"gcp": {"scope": [f"organizations/{ORGANIZATION}"], **server.settings}}
        bundle = engine.begin(path / "bundle", settings, {"gcp": GcpConnector()}, started=NOW)
        engine.collect(bundle, {"gcp": GcpConnector()}, {})
        server.emulator.check()
    return analyze(open_bundle(path / "bundle"), Config())


def test_it_is_the_same_in_every_run() -> None:
    assert text_of(seeded()) == text_of(seeded())


def test_its_people_are_those_of_the_other_clouds() -> None:
    state = seeded()
    members = {member for bindings in state.policies.values() for one in bindings for member in one["members"]}
    members |= {f"user:{item['id']}" for key, found in state.lists.items() if key.startswith("cloudidentity ")
                for item in [one["preferredMemberKey"] for one in found]}  # fmt: skip
    known = {f"user:{address}@harbourline.example" for _, address, _, _ in PEOPLE}
    assert {one for one in members if one.startswith("user:")} - known == {"user:casper.customs@harbourline.example"}


def test_nothing_of_another_company_is_in_it() -> None:
    assert "acme" not in text_of(seeded())


def test_everything_could_be_read(result: ScanResult) -> None:
    assert [gap.operation for gap in result.gaps if gap.reason != "unsupported"] == []
    assert [check.rule for check in result.checks if check.failed] == []


def test_each_rule_for_google_finds_something_and_none_of_them_a_heap(result: ScanResult) -> None:
    found = Counter(finding.rule for finding in result.findings)
    assert {rule: found[rule] for rule in OWN_RULES if found[rule] not in (1, 2)} == {}


def test_guardrails_take_away_what_roles_give(result: ScanResult) -> None:
    steps = {(edge.source, edge.target): edge.answer for edge in result.edges if edge.kind == "can_become"}
    accounts = "//iam.googleapis.com/projects/-/serviceAccounts/"
    loader = f"{accounts}warehouse-loader@harbourline-warehouse-prod.iam.gserviceaccount.com"
    models = f"{accounts}dbt-runner@harbourline-warehouse-prod.iam.gserviceaccount.com"
    tests = f"{accounts}integration-tests@harbourline-shipping-dev.iam.gserviceaccount.com"
    forecast = f"{accounts}demand-forecast@harbourline-ml-lab.iam.gserviceaccount.com"
    tracking = f"{accounts}tracking-api@harbourline-shipping-prod.iam.gserviceaccount.com"
    assert steps[tests, loader] == "allowed"
    # The same role, within a boundary, and under a policy that denies.
    assert (forecast, models) not in steps
    assert (f"user:{PEOPLE[8][1]}@harbourline.example", tracking) not in steps
