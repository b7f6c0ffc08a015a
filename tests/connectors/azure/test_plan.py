"""Which tenant and subscriptions a scan covers, and what happens where it is not let in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan import engine
from nhiscan.connector import Shard
from nhiscan.errors import UsageError
from nhiscan.evidence import Bundle
from nhiscan_connectors.azure import AzureConnector
from nhiscan_connectors.azure.session import CLOUDS, Sessions
from tests.clouds.azure.fixtures import Azure
from tests.connectors.azure.scanning import CLOCK, inventory_of


def planned(azure: Azure, directory: Path, **settings: Any) -> Bundle:
    connectors = {"azure": AzureConnector()}
    secrets = {**azure.secrets, **{key: settings.pop(key) for key in ["client_secret"] if key in settings}}
    bundle = engine.begin(directory, {"azure": {**azure.settings, **settings}}, connectors, started=CLOCK)
    engine.collect(bundle, connectors, {"azure": secrets})
    return bundle


def shards(bundle: Bundle) -> list[tuple[str, str]]:
    return [(shard.scope, shard.part) for shard in bundle.manifest.shards if shard.part != "plan"]


def test_the_tenant_comes_first_and_then_each_open_subscription(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    lab, prod = tenant.subscription("lab"), tenant.subscription("prod")
    tenant.subscription("gone", state="Deleted")
    tenant.subscription("of a customer", tenantId="00000000-0000-0000-0000-00000000cafe")
    assert shards(planned(azure, tmp_path / "b")) == [
        (f"azure:{tenant.id}", "tenant"),
        (lab["id"], "subscription"),
        (prod["id"], "subscription"),
    ]


def test_subscriptions_can_be_chosen_by_id_and_by_name(azure: Azure, tmp_path: Path) -> None:
    lab, prod = azure.tenant.subscription("lab"), azure.tenant.subscription("prod")
    azure.tenant.subscription("other")
    asked = ["lab", prod["subscriptionId"].upper()]
    found = shards(planned(azure, tmp_path / "b", subscription=asked))
    assert [scope for scope, part in found if part == "subscription"] == [lab["id"], prod["id"]]


def test_a_subscription_that_does_not_let_us_in_is_asked_once(azure: Azure, tmp_path: Path) -> None:
    lab = azure.tenant.subscription("lab")
    azure.faults.add("deny", lab["id"])
    found = inventory_of(azure, tmp_path / "b")
    assert [(gap.scope, gap.reason, gap.permission) for gap in found.gaps] == [
        (lab["id"], "denied", "Microsoft.Resources/subscriptions/read")
    ]
    assert azure.calls.count(lab["id"]) == 1


def test_the_directory_is_read_where_azure_lets_nobody_in(azure: Azure, tmp_path: Path) -> None:
    azure.tenant.user("Ada")
    azure.faults.add("deny", "/subscriptions")
    found = inventory_of(azure, tmp_path / "b")
    assert [identity.name for identity in found.identities.values()] == ["Ada"]
    assert "Microsoft.Resources:subscriptions.list" in {gap.operation for gap in found.gaps}


def test_azure_is_read_where_the_directory_lets_nobody_in(azure: Azure, tmp_path: Path) -> None:
    lab = azure.tenant.subscription("lab")
    azure.faults.add("deny", plane="graph")
    found = inventory_of(azure, tmp_path / "b")
    assert found.scopes[lab["id"]].name == "lab"
    assert found.scopes[f"azure:{azure.tenant.id}"].name == azure.tenant.id
    assert not found.knows(f"azure:{azure.tenant.id}", "identities")


@pytest.mark.parametrize("settings", [{"client_secret": "wrong"}, {"client_id": "nobody"}])
def test_a_scan_that_gets_no_token_says_why(azure: Azure, tmp_path: Path, settings: dict[str, str]) -> None:
    bundle = planned(azure, tmp_path / "b", **settings)
    assert shards(bundle) == []
    failure = bundle.manifest.connectors[0].failure
    assert failure is not None
    assert "AADSTS" in failure
    assert "wrong" not in failure


def test_credentials_of_another_tenant_are_not_taken_for_the_one_that_was_asked_for(
    azure: Azure, tmp_path: Path
) -> None:
    azure.emulator.state.table("organization").clear()
    azure.emulator.state.put("organization", {"id": "00000000-0000-0000-0000-00000000cafe", "displayName": "Other"})
    bundle = planned(azure, tmp_path / "b")
    assert shards(bundle) == []
    assert "00000000-0000-0000-0000-00000000cafe" in (bundle.manifest.connectors[0].failure or "")


def test_secrets_are_not_written_to_the_bundle(azure: Azure, tmp_path: Path) -> None:
    bundle = planned(azure, tmp_path / "b")
    secret = azure.secrets["client_secret"]
    assert secret not in (bundle.directory / "manifest.json").read_text()


@pytest.mark.parametrize("cloud", CLOUDS)
def test_each_cloud_has_its_own_endpoints(cloud: str) -> None:
    sessions = Sessions({"cloud": cloud})
    assert sessions.base("arm").startswith("https://management.")
    assert sessions.base("graph").startswith("https://")
    assert len({other.graph for other in CLOUDS.values()}) == len(CLOUDS)


def test_an_unknown_cloud_is_named_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match="AzureChinaCloud"):
        Sessions({"cloud": "AzureMoonCloud"})


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "https://", "ftp://x", "https://x/?a=b"])
def test_a_token_goes_only_to_an_https_endpoint(url: str) -> None:
    with pytest.raises(UsageError, match="arm_url"):
        Sessions({"arm_url": url}).base("arm")


def test_a_shard_names_its_tenant(azure: Azure, tmp_path: Path) -> None:
    azure.tenant.subscription("lab")
    found: list[Shard] = [s for s in planned(azure, tmp_path / "b").manifest.shards if s.part != "plan"]
    assert {shard.options["tenant"] for shard in found} == {azure.tenant.id}
