"""What App Service tells of an app's settings: references to vaults. Settings come by a POST, which is not here."""

from __future__ import annotations

from typing import Any

from tests.clouds.azure.routing import Request, arm, arm_page

_CONFIG = "/config/configreferences/appsettings"


@arm("GET", "/subscriptions/{subscription}/resourceGroups/{group}/providers/{+site}" + _CONFIG)
def references(request: Request) -> Any:
    """References of one app's settings: table "<site id>/references"."""
    site = request.path.lower().removesuffix(_CONFIG)
    return arm_page(request, list(request.state.table(f"{site}/references").values()))


@arm("GET", "/subscriptions/{subscription}/resourceGroups/{group}/providers/{+site}/config/authsettingsV2")
def sign_in(request: Request) -> Any:
    """Whether an app asks its callers to sign in; off where nobody set it."""
    return _config(request, {"platform": {"enabled": False}, "globalValidation": {}})


@arm("GET", "/subscriptions/{subscription}/resourceGroups/{group}/providers/{+site}/config/web")
def network(request: Request) -> Any:
    """Which networks may call an app; all where nobody set it."""
    allow = {"ipAddress": "Any", "action": "Allow", "priority": 2147483647, "name": "Allow all"}
    return _config(
        request,
        {
            "publicNetworkAccess": None,
            "ipSecurityRestrictions": [allow],
            "ipSecurityRestrictionsDefaultAction": None,
            "appSettings": None,
            "connectionStrings": None,
            "publishingUsername": "$app",
        },
    )


def _config(request: Request, usual: dict[str, Any]) -> Any:
    """One part of an app's configuration: from table "<site id>/config" under its name, over what is usual."""
    site, _, name = request.path.lower().rpartition("/config/")
    given = request.state.table(f"{site}/config").get(name, {})
    return {
        "id": request.path,
        "name": name,
        "type": f"Microsoft.Web/sites/config/{name}",
        "properties": {**usual, **given},
    }
