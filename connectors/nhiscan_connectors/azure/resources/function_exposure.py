"""Functions of a function app that anybody may call: no key, no sign-in, no closed network.

Calls: one for each function app; two more for one with a function whose HTTP trigger asks for no key, because its app
may still ask for a sign-in or close its network.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from nhiscan_connectors.azure.api import arm
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.resources.reading import Reading
from nhiscan_connectors.azure.resources.rows import Row, network_facts
from nhiscan_connectors.azure.values import flag
from nhiscan_connectors.common.fields import table, text

_VERSION = "2023-12-01"
FUNCTIONS = arm(
    "Microsoft.Web:sites.functions.list",
    "/{+id}/functions",
    _VERSION,
    permission="Microsoft.Web/sites/functions/read",
    purpose="lists the functions of an app and whether their triggers ask callers for a key",
    hides="whether the function app answers callers who have no key",
    blinds=("workloads",),
    # Addresses of a function once held its key.
    drop=("test_data", "files", "trigger_url", "invoke_url_template", "href", "secrets_file_href", "test_data_href"),
)
SIGN_IN = arm(
    "Microsoft.Web:sites.config.authsettingsV2.get",
    "/{+id}/config/authsettingsV2",
    _VERSION,
    permission="Microsoft.Web/sites/config/read",
    purpose="tells whether an app with an open function asks its callers to sign in",
    hides="whether the function app asks its callers to sign in",
    blinds=("workloads",),
)
NETWORK = arm(
    "Microsoft.Web:sites.config.web.get",
    "/{+id}/config/web",
    _VERSION,
    permission="Microsoft.Web/sites/config/read",
    purpose="tells which networks may call an app with an open function",
    hides="which networks may call the function app",
    blinds=("workloads",),
    drop=("publishingPassword", "appSettings", "connectionStrings", "metadata"),
)
OPERATIONS = (FUNCTIONS, SIGN_IN, NETWORK)
_ANY = frozenset({"any", "0.0.0.0/0", "::/0"})


class Exposure(NamedTuple):
    """What callers of a function app meet."""

    public: bool | None
    functions: tuple[str, ...] = ()
    anonymous: tuple[str, ...] = ()
    """Functions whose HTTP trigger asks for no key."""
    sign_in: str = ""
    """"required", "optional"; empty where nobody looked."""


def ask_exposure(calls: Calls, app: Row) -> None:
    """The functions of an app, and what stands before those that are open."""
    functions = [table(item) for item in calls.items(FUNCTIONS, id=app.id)]
    if any(_is_anonymous(item) for item in functions):
        calls.page(SIGN_IN, id=app.id)
        calls.page(NETWORK, id=app.id)


class Exposures:
    """The answers about function apps of one subscription."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def of(self, app: Row) -> Exposure:
        """What callers of one app meet. `public` is None where something that decides was not told."""
        private = network_facts(app.properties)["network"] == "private"
        bodies = self._reading.about(FUNCTIONS, app.id)
        if not bodies:
            return Exposure(False if private else None)
        found = [
            item for body in bodies for item in self._reading.within(FUNCTIONS, body, "value", "name", subject=app.id)
        ]
        names = tuple(item["name"].rpartition("/")[2] for item in found)
        anonymous = tuple(item["name"].rpartition("/")[2] for item in found if _is_anonymous(item))
        sign_in = self._asks_to_sign_in(app.id)
        said = "" if sign_in is None else "required" if sign_in else "optional"
        if private or sign_in:
            return Exposure(False, names, anonymous, said)
        if not anonymous:
            # Code may start a server of its own beside the functions; where there is a trigger, it asks for a key.
            return Exposure(False if found else None, names, anonymous, said)
        is_open = self._is_open(app.id)
        public = True if is_open and sign_in is False else False if is_open is False else None
        return Exposure(public, names, anonymous, said)

    def _asks_to_sign_in(self, app: str) -> bool | None:
        bodies = self._reading.about(SIGN_IN, app)
        if not bodies:
            return None
        properties = table(bodies[0].get("properties"))
        if flag(table(properties.get("platform")).get("enabled")) is not True:
            return False
        rules = table(properties.get("globalValidation"))
        if rules.get("excludedPaths"):
            return None  # some paths are let through, and which functions stand there is not told
        if flag(rules.get("requireAuthentication")) is not True:
            return False
        return text(rules.get("unauthenticatedClientAction")).lower() != "allowanonymous"

    def _is_open(self, app: str) -> bool | None:
        """Whether any network may call; None where that is not told."""
        bodies = self._reading.about(NETWORK, app)
        if not bodies:
            return None
        properties = table(bodies[0].get("properties"))
        if text(properties.get("publicNetworkAccess")).lower() == "disabled":
            return False
        rules = properties.get("ipSecurityRestrictions")
        if not isinstance(rules, list):
            return None
        return not (
            text(properties.get("ipSecurityRestrictionsDefaultAction")).lower() == "deny"
            or any(_closes(table(rule)) for rule in rules)
        )


def _closes(rule: dict[str, Any]) -> bool:
    """Whether a rule of the network keeps somebody out: one that allows some keeps out all the others."""
    whole = text(rule.get("ipAddress")).lower() in _ANY
    allows = text(rule.get("action")).lower() == "allow"
    return not (whole and allows)


def _bindings(function: dict[str, Any]) -> Iterator[dict[str, Any]]:
    given = table(table(function.get("properties")).get("config")).get("bindings")
    for item in given if isinstance(given, list) else ():
        yield table(item)


def _is_anonymous(function: dict[str, Any]) -> bool:
    if flag(table(function.get("properties")).get("isDisabled")):
        return False
    return any(
        text(binding.get("type")).lower() == "httptrigger" and text(binding.get("authLevel")).lower() == "anonymous"
        for binding in _bindings(function)
    )
