"""Function apps that anybody may call, and those that only seem so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan.model import Workload
from nhiscan_connectors.azure.ids import resource_id
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed_resources import function, site_config, web_app
from tests.clouds.azure.state import Item
from tests.connectors.azure.scanning import inventory_of, scanned
from tests.connectors.azure.services.asked import asked, gaps

OPEN = {"authLevel": "anonymous"}
SIGNED_IN = {"platform": {"enabled": True}, "globalValidation": {"requireAuthentication": True}}


def app_with(azure: Azure, trigger: str = "httpTrigger", **binding: Any) -> Item:
    """A function app with one function."""
    app = web_app(azure.tenant, azure.tenant.subscription("prod"), "jobs", "functionapp")
    function(azure.tenant, app, "run", trigger, **binding)
    return app


def read(azure: Azure, directory: Path, app: Item) -> Workload:
    """The app, as a scan finds it."""
    return inventory_of(azure, directory).workloads[resource_id(app["id"])]


def test_a_function_without_a_key_is_public(azure: Azure, tmp_path: Path) -> None:
    app = app_with(azure, **OPEN)
    workload = read(azure, tmp_path / "b", app)
    assert workload.public is True
    assert workload.attributes["anonymous_functions"] == "run"
    assert workload.attributes["sign_in"] == "optional"


@pytest.mark.parametrize(("trigger", "level"), [("httpTrigger", "function"), ("timerTrigger", "")])
def test_a_function_with_a_key_or_a_timer_is_not(azure: Azure, tmp_path: Path, trigger: str, level: str) -> None:
    app = app_with(azure, trigger, authLevel=level)
    assert read(azure, tmp_path / "b", app).public is False
    assert asked(tmp_path / "b")["Microsoft.Web:sites.config.web.get"] == 0


@pytest.mark.parametrize(
    ("part", "properties", "public"),
    [
        ("authsettingsV2", SIGNED_IN, False),
        ("authsettingsV2", {"platform": {"enabled": True}, "globalValidation": {"requireAuthentication": False}}, True),
        (
            "authsettingsV2",
            {
                "platform": {"enabled": True},
                "globalValidation": {
                    "requireAuthentication": True,
                    "unauthenticatedClientAction": "AllowAnonymous",
                },
            },
            True,
        ),
        (
            "authsettingsV2",
            {
                "platform": {"enabled": True},
                "globalValidation": {"requireAuthentication": True, "excludedPaths": ["/x"]},
            },
            None,
        ),
        ("web", {"ipSecurityRestrictions": [{"ipAddress": "203.0.113.0/24", "action": "Allow"}]}, False),
        ("web", {"ipSecurityRestrictionsDefaultAction": "Deny"}, False),
        ("web", {"publicNetworkAccess": "Disabled"}, False),
        ("web", {"ipSecurityRestrictions": None}, None),
    ],
)
def test_what_stands_before_an_open_function(
    azure: Azure, tmp_path: Path, part: str, properties: dict[str, Any], public: bool | None
) -> None:
    app = app_with(azure, **OPEN)
    site_config(azure.tenant, app, part, **properties)
    assert read(azure, tmp_path / "b", app).public is public


@pytest.mark.parametrize("path", ["*/config/authsettingsV2", "*/config/web", "*/sites/jobs/functions"])
def test_what_could_not_be_read_is_not_known(azure: Azure, tmp_path: Path, path: str) -> None:
    app = app_with(azure, **OPEN)
    azure.faults.add("deny", path)
    parsed = scanned(azure, tmp_path / "b")
    assert parsed.inventory.workloads[resource_id(app["id"])].public is None
    assert [gap.reason for gap in gaps(parsed) if gap.blinds == ("workloads",)] == ["denied"]
