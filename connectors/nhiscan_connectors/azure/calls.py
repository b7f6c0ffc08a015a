"""Calls of one shard to Graph, Azure Resource Manager and the hosts of resources, through the sink."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from nhiscan.connector import JSON, Fetch, Page, Params, ReadError, Shard, Sink
from nhiscan_connectors.azure.api import Api, body_of
from nhiscan_connectors.azure.errors import decoded, refusal, translated
from nhiscan_connectors.common.asking import ShardCalls

if TYPE_CHECKING:
    from nhiscan_connectors.azure.session import Sessions

_HOST = re.compile(r"[a-z0-9][a-z0-9.-]{0,250}", re.ASCII)
_LINKS = ("@odata.nextLink", "nextLink", "odata.nextLink")


class Calls(ShardCalls[Api]):
    """The calls of one shard. Parameters of a call fill the fields of its path, and are recorded with its answer."""

    def __init__(self, sessions: Sessions, shard: Shard, sink: Sink) -> None:
        super().__init__(shard, sink)
        self.sessions = sessions
        self.tenant = shard.options.get("tenant", "")
        self.subscription = shard.scope.removeprefix("/subscriptions/") if shard.part == "subscription" else ""

    def items(self, operation: Api, key: str = "value", **params: str) -> Iterator[Any]:
        """See `ShardCalls.items`; Microsoft's lists are called "value"."""
        return super().items(operation, key, **params)

    def listed(self, operation: Api, key: str = "value", **params: str) -> tuple[Any, ...]:
        """See `ShardCalls.listed`."""
        return super().listed(operation, key, **params)

    def batch(self, operation: Api, asked: Iterable[Mapping[str, str]]) -> list[list[dict[str, Any]]]:
        """Bodies of one Graph call for many parameters, twenty a request; each recorded as if it had been asked alone.

        One list of bodies for each entry of `asked`, in its order; empty for what was refused or is not there.
        """
        from nhiscan_connectors.azure.batching import batch

        return batch(self, operation, asked)

    def through(self, operation: Api, fetch: Fetch, **params: str) -> Iterator[dict[str, Any]]:
        """Like `pages`, where an SDK's client makes the request. What it raises is translated."""

        def guarded(token: str | None) -> Page:
            with translated(operation):
                return fetch(token)

        return self.sink.pages(operation, guarded, params)

    def fetch(self, operation: Api, params: Params) -> Fetch:
        """How one page of a call is asked for."""
        visited: set[str] = set()

        def fetch(token: str | None) -> Page:
            target = self._target(operation, params)
            if token is not None and operation.method == "GET":
                if token in visited:
                    raise ReadError("failed", "the pages go round in a circle", "Circle")
                visited.add(token)
                target = token
            body = self._asked(operation, params, target, token)
            if not isinstance(body, dict):
                raise ReadError("failed", "the answer was not a JSON object", "NotAnAnswer")
            return Page(body=body, next=self.next_page(operation, params, body))

        return fetch

    def request(
        self, operation: Api, method: str, url: str, content: bytes | None = None
    ) -> tuple[int, Mapping[str, str], JSON]:
        """Status, headers and body of the answer to one request, which is made again where that may help."""
        from azure.core.rest import HttpRequest

        headers = {"Accept": "application/json", **dict(operation.headers)}
        if content is not None:
            headers["Content-Type"] = "application/json"

        with translated(operation):
            request = HttpRequest(method, url, headers=headers, content=content)
            response = self.sessions.send(operation, request, self.queue(operation))
        return response.status_code, response.headers, decoded(response.content) if response.content else {}

    def queue(self, operation: Api) -> str:
        """Name of those calls that a service holds off together."""
        return f"{operation.name} {self.shard.scope if operation.plane == 'arm' else ''}"

    def next_page(self, operation: Api, params: Params, body: Mapping[str, JSON]) -> str | None:
        """What asks for the page after a body: a path and query without a host, or the token of Resource Graph.

        The host of a link is not believed. A gateway may hand on links that lead past it, and no answer may decide
        where the scanner's token is sent.
        """
        if operation.method == "POST":
            token = body.get("$skipToken")
            return token if isinstance(token, str) and token else None
        link = next((body[name] for name in _LINKS if isinstance(body.get(name), str) and body[name]), None)
        if link is None:
            return None
        return relative(link, self._base(operation, params))

    def url(self, operation: Api, params: Params, target: str) -> str:
        """Where a target is asked."""
        return self._base(operation, params) + target

    def target(self, operation: Api, params: Params) -> str:
        """Path and query of a call, with the shard's own fields filled in. Raises ReadError for an id that is none."""
        return self._target(operation, params)

    def _target(self, operation: Api, params: Params) -> str:
        own = {"subscription": self.subscription, "tenant": self.tenant}
        try:
            return operation.target({**own, **params})
        except ValueError as error:
            raise ReadError("failed", str(error), "NotAnId") from error

    def _asked(self, operation: Api, params: Params, target: str, token: str | None) -> JSON:
        content = body_of(operation, self.subscription, token) if operation.method == "POST" else None
        status, _, body = self.request(operation, operation.method, self.url(operation, params, target), content)
        if not 200 <= status < 300:
            raise refusal(operation, status, body)
        return body

    def _base(self, operation: Api, params: Params) -> str:
        host = str(params.get("host", "")).lower()
        if operation.plane == "data" and not (_HOST.fullmatch(host) and host.endswith(operation.hosts)):
            raise ReadError("failed", f"{host[:80]!r} is not a host that {operation.name} is asked of", "NotAHost")
        return self.sessions.base(operation.plane, host)


def relative(link: str, base: str) -> str:
    """Path and query of a link to the next page, as they follow `base`. Raises ReadError for what is no link."""
    try:
        parts, known = urlsplit(link), urlsplit(base)
    except ValueError as error:
        raise ReadError("failed", "the link to the next page is none", "NotALink") from error
    path = parts.path.removeprefix(known.path) if known.path else parts.path
    if not path.startswith("/") or ".." in path.split("/"):
        raise ReadError("failed", "the link to the next page is none", "NotALink")
    return f"{path}?{parts.query}" if parts.query else path
