"""Calls of one shard to Google's APIs, through the sink."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nhiscan.connector import JSON, Fetch, Page, Params, ReadError, Shard, Sink
from nhiscan_connectors.common.asking import ShardCalls
from nhiscan_connectors.common.fields import text
from nhiscan_connectors.gcp.api import Api, GoogleOperation, Rpc
from nhiscan_connectors.gcp.errors import Refusal, refusal_in, refused, translated
from nhiscan_connectors.gcp.place import Place

if TYPE_CHECKING:
    from nhiscan_connectors.gcp.session import Sessions


class Calls(ShardCalls[GoogleOperation]):
    """The calls of one shard. Parameters of a call fill the fields of its path, and are recorded with its answer."""

    def __init__(self, sessions: Sessions, shard: Shard, sink: Sink) -> None:
        super().__init__(shard, sink)
        self.sessions = sessions
        self.place = Place.of(shard)

    def fetch(self, operation: GoogleOperation, params: Params) -> Fetch:
        """How one page of a call is asked for."""

        def fetch(token: str | None) -> Page:
            body = (
                self._rpc(operation, params, token)
                if isinstance(operation, Rpc)
                else self._http(operation, params, token)
            )
            if not isinstance(body, dict):
                raise ReadError("failed", "the answer was not a JSON object", "NotAnAnswer")
            return Page(body=body, next=text(body.get("nextPageToken")) or None)

        return fetch

    def _http(self, operation: Api, params: Params, token: str | None) -> JSON:
        values = {**self.place.fields, **params}
        try:
            url = self.sessions.base(operation.host(values)) + operation.target(values, token)
        except ValueError as error:
            raise ReadError("failed", str(error), "NotAName") from error
        with translated(operation):
            status, body = self.sessions.send(operation, operation.method, url, operation.body, self.shard.scope)
        if not 200 <= status < 300:
            raise refused(operation, refusal_in(status, body))
        return body

    def _rpc(self, operation: Rpc, params: Params, token: str | None) -> JSON:
        request: dict[str, Any] = dict(params)
        for name, value in operation.request:
            outer, _, inner = name.partition(".")
            request[outer] = {**request.get(outer, {}), inner: value} if inner else value
        if token:
            request["page_token"] = token
        with translated(operation):
            answer = self.sessions.iam(operation, operation.call, request)
        if isinstance(answer, Refusal):
            raise refused(operation, answer)
        return answer
