"""An operation of Graph or Azure Resource Manager: all that it takes to make the call, declared with what it is for.

The operation is the only place that knows a path, an api-version and the fields that are asked for, so permissions,
gaps, the calls themselves and the test that holds recorded calls against declared ones cannot drift apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, Unpack
from urllib.parse import quote, urlencode

import msgspec

from nhiscan.connector import JSON, Operation
from nhiscan_connectors.common.declared import Told, fields_of, filled

QUEUE: Final = "nhiscan_queue"
"""Option of a request: name of those that a service holds off together; its path where there is none."""

Plane: TypeAlias = Literal["graph", "arm", "data"]
"""Graph, Azure Resource Manager, or the host of one resource (a Foundry project, a vault)."""

_QUERIES = ("/providers/Microsoft.ResourceGraph/resources",)
"""Paths that are asked with POST and change nothing: the question stands in the body."""
_GIVES_SECRETS = re.compile(
    r"(list\w*(keys?|secrets?|sas|credentials?|connectionstrings?|tokens?|publishingcredentials)|regenerate\w*"
    r"|addpassword|addkey|getsecret|publishxml|appsettings/list|connectionstrings/list)$",
    re.ASCII | re.IGNORECASE,
)


class Api(Operation, frozen=True, kw_only=True):
    """One call of Graph, Azure Resource Manager or a resource's own host."""

    plane: Plane
    path: str
    """Path with fields in braces, which parameters fill: "/users/{user}/authentication/methods". `{subscription}` and
    `{tenant}` are filled from the shard; `{+id}` takes a whole resource id, slashes and all."""
    version: str = ""
    """"v1.0" or "beta" of Graph; the api-version of the others."""
    method: Literal["GET", "POST"] = "GET"
    query: tuple[tuple[str, str], ...] = ()
    """Parameters of every call, such as "$select"; fields in braces are filled as those of the path."""
    headers: tuple[tuple[str, str], ...] = ()
    question: str = ""
    """Query of Resource Graph that goes into the body of a POST."""
    audience: str = ""
    """Whom a token for a resource's own host is for: "https://ai.azure.com"; other planes have their own."""
    hosts: tuple[str, ...] = ()
    """Ends of the host names that may be asked: ".services.ai.azure.com". A token goes to no other host."""

    def __post_init__(self) -> None:
        """Refuses to declare what reads a secret or changes anything."""
        if self.method == "POST" and self.path not in _QUERIES:
            raise ValueError(f"{self.name} posts to {self.path}, which is not known to change nothing")
        if _GIVES_SECRETS.search(self.path):
            raise ValueError(f"{self.name} would read a secret from {self.path}")

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the parameters that the path and the query take."""
        return tuple(field for part in (self.path, *(value for _, value in self.query)) for field in fields_of(part))

    def target(self, values: Mapping[str, JSON]) -> str:
        """Path and query of a call, from the root of the API. Raises ValueError for an id that would lead elsewhere."""

        path = filled(self.path, values)
        query = [(key, filled(value, values)) for key, value in self.query]
        if self.plane == "graph":
            path = f"/{self.version}{path}"
        elif self.version:
            query.insert(0, ("api-version", self.version))
        return f"{path}?{urlencode(query, quote_via=quote, safe='$,:')}" if query else path


def graph(
    name: str,
    path: str,
    *,
    select: tuple[str, ...] = (),
    expand: str = "",
    where: str = "",
    top: int = 999,
    version: Literal["v1.0", "beta"] = "v1.0",
    headers: tuple[tuple[str, str], ...] = (),
    **told: Unpack[Told],
) -> Api:
    """A GET of Microsoft Graph. `name`: "users.list". `where`: $filter. `top`: 0 for what has no pages."""
    asked = {
        "$select": ",".join(select),
        "$expand": expand,
        "$filter": where,
        "$top": str(top) if top else "",
    }
    query = tuple((key, value) for key, value in asked.items() if value)
    return Api(name=f"graph:{name}", plane="graph", path=path, version=version, query=query, headers=headers, **told)


def arm(name: str, path: str, version: str, *, query: tuple[tuple[str, str], ...] = (), **told: Unpack[Told]) -> Api:
    """A GET of Azure Resource Manager. `name`: "Microsoft.Authorization:roleAssignments.list"."""
    return Api(name=name, plane="arm", path=path, version=version, query=query, **told)


def resource_graph(name: str, question: str, **told: Unpack[Told]) -> Api:
    """A question to Resource Graph, over the subscription of the shard or, in a tenant shard, over all that it sees.

    Its rows stand in "data" of each page. It answers only for what the scanner may read, and says nothing of the rest.
    """
    return Api(
        name=f"Microsoft.ResourceGraph:{name}",
        plane="arm",
        path=_QUERIES[0],
        version="2022-10-01",
        method="POST",
        question=question,
        **told,
    )


def data(
    name: str,
    path: str,
    version: str,
    *,
    audience: str,
    hosts: tuple[str, ...],
    query: tuple[tuple[str, str], ...] = (),
    **told: Unpack[Told],
) -> Api:
    """A GET of a resource's own host, which the caller names with the parameter `host`."""
    return Api(
        name=name,
        plane="data",
        path=path,
        version=version,
        audience=audience,
        hosts=hosts,
        query=query,
        **told,
    )


def body_of(operation: Api, subscription: str, token: str | None) -> bytes:
    """What is posted: the question, where it is asked, and from which row on."""
    options: dict[str, JSON] = {"resultFormat": "objectArray", "$top": 1000}
    if token is not None:
        options["$skipToken"] = token
    asked: dict[str, JSON] = {"query": operation.question, "options": options}
    if subscription:
        asked["subscriptions"] = [subscription]
    return msgspec.json.encode(asked)
