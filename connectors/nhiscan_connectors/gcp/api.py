"""An operation of a Google API: all that it takes to make the call, declared with what it is for.

Most calls are JSON over HTTP, for answers are then kept as Google gave them, with fields that no client library knows
yet. `Rpc` operations go through google-cloud-iam's own client, whose administration API has no transport but gRPC.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, Unpack
from urllib.parse import urlencode

from nhiscan.connector import JSON, Operation
from nhiscan_connectors.common.declared import Told, fields_of, filled

_CHANGES_NOTHING: Final = (":getIamPolicy", ":testIamPermissions")
"""Ends of paths that are posted to and change nothing."""
_HOST: Final = re.compile(r"[a-z0-9-]{1,60}|aiplatform\.(?:us|eu|asia)\.rep", re.ASCII)
"""What may stand in a host for a place, or for a whole service in several of them."""
_GIVES_SECRETS: Final = re.compile(
    r"keyString|:access\Z|:lookupKey\Z|:(generateAccessToken|generateIdToken|signBlob|signJwt|retrieve|finalize)\Z"
    r"|:analyzeIamPolicyLongrunning\Z|:export\w*\Z",
    re.ASCII,
)


class Api(Operation, frozen=True, kw_only=True):
    """One call of a Google API, over HTTP."""

    service: str
    """Host without its domain: "cloudasset", "{location}-aiplatform"."""
    path: str
    """Version, path and fields in braces: "v1/{+parent}/assets". `{project}`, `{number}` and `{root}` are filled from
    the shard; `{+id}` takes a whole relative name."""
    method: Literal["GET", "POST"] = "GET"
    query: tuple[tuple[str, str], ...] = ()
    """Parameters of every call; a name may stand several times. A value "{parent}" is filled like a field of a path."""
    body: str = ""
    """JSON that is posted."""
    there: bool = False
    """Whether what is asked about is known to be there: a list of all that a project has, its own policy. That it was
    not found is then no answer. Else it says that there is nothing."""

    def __post_init__(self) -> None:
        """Refuses to declare what reads a secret or changes anything."""
        if self.method == "POST" and not self.path.endswith(_CHANGES_NOTHING):
            raise ValueError(f"{self.name} posts to {self.path}, which is not known to change nothing")
        if _GIVES_SECRETS.search(self.path):
            raise ValueError(f"{self.name} would read a secret from {self.path}")

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the parameters that the host and the path take."""
        asked = (name for _, value in self.query for name in fields_of(value))
        return (*fields_of(self.service), *fields_of(self.path), *asked)

    def host(self, values: Mapping[str, JSON]) -> str:
        """The service's host without its domain. Raises ValueError for a value that is no part of one."""
        found = filled(self.service, values)
        given = [str(values[name]) for name in fields_of(self.service)]
        if not re.fullmatch(r"[a-z0-9.-]{1,80}", found, re.ASCII) or not all(map(_HOST.fullmatch, given)):
            raise ValueError(f"{found[:80]!r} is not a host")
        return found

    def target(self, values: Mapping[str, JSON], token: str | None) -> str:
        """Path and query of a call, from the root of the API. Raises ValueError for what would lead elsewhere."""
        query = [(key, str(values[value[1:-1]]) if fields_of(value) else value) for key, value in self.query]
        if token:
            query.append(("pageToken", token))
        path = f"/{filled(self.path, values)}"
        return f"{path}?{urlencode(query)}" if query else path


class Rpc(Operation, frozen=True, kw_only=True):
    """One call of google-cloud-iam's administration client, over gRPC."""

    call: str
    """Method of `google.cloud.iam_admin_v1.IAMClient`: "list_service_accounts"."""
    request: tuple[tuple[str, JSON], ...] = ()
    """Fields of every request; "options.requested_policy_version" is one within another."""
    there: bool = False
    """As in `Api`."""

    def __post_init__(self) -> None:
        """Refuses to declare what changes anything."""
        if not self.call.startswith(("list_", "get_")):
            raise ValueError(f"{self.name} is {self.call}, which is not known to change nothing")


GoogleOperation: TypeAlias = Api | Rpc


def rest(
    name: str,
    path: str,
    *,
    service: str = "",
    size: int = 0,
    query: tuple[tuple[str, str], ...] = (),
    there: bool = False,
    **told: Unpack[Told],
) -> Api:
    """A GET. `name`: "secretmanager:projects.secrets.list". `service`: as in `Api`; empty: the part before the colon.

    `size`: the most items that a page may have; 0 for what has no pages.
    """
    paged = (("pageSize", str(size)),) if size else ()
    host = service or name.partition(":")[0]
    return Api(name=name, service=host, path=path, query=(*query, *paged), there=there, **told)


def policy(name: str, path: str, *, service: str = "", there: bool = False, **told: Unpack[Told]) -> Api:
    """Reads the allow policy of a resource, in the version that shows conditions: a POST to ":getIamPolicy"."""
    return Api(
        name=name,
        service=service or name.partition(":")[0],
        path=path,
        method="POST",
        body='{"options":{"requestedPolicyVersion":3}}',
        there=there,
        **told,
    )


def rpc(
    name: str,
    call: str,
    *,
    request: tuple[tuple[str, JSON], ...] = (),
    there: bool = False,
    **told: Unpack[Told],
) -> Rpc:
    """A call of google-cloud-iam. `name`: "iam:projects.serviceAccounts.list"."""
    return Rpc(name=name, call=call, request=request, there=there, **told)
