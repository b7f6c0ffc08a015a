"""The SDK's client for roles, asked so that its raw answers become evidence.

The client knows the paths and api-versions of Azure RBAC and of its eligible and active schedules. Its models drop what
they do not know, and making them takes longer than the call. So the answer is taken as it came over the wire, and the
client is stopped before it makes models of it. What is no answer, it turns into its own errors.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any

from nhiscan.connector import JSON, Page, ReadError
from nhiscan_connectors.azure.api import QUEUE, Api
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.errors import decoded


class _Taken(Exception):
    """The answer is here; the client need not go on."""

    def __init__(self, body: JSON) -> None:
        super().__init__()
        self.body = body


def role_pages(calls: Calls, operation: Api, method: str, *arguments: str, **params: str) -> Iterator[dict[str, Any]]:
    """Bodies of all pages of a list that azure-mgmt-authorization offers.

    `method`: "role_assignments.list_for_subscription"; `arguments`: what it takes by place, such as a scope.
    `operation` declares the same path and api-version, and `params` fill its fields, so that both say one thing.
    """

    def fetch(token: str | None) -> Page:
        client = calls.sessions.authorization_client(calls.subscription)
        pager = operator.attrgetter(method)(client)(
            *arguments, raw_response_hook=_take, api_version=operation.version, **{QUEUE: calls.queue(operation)}
        )
        body: JSON = None
        try:
            next(pager.by_page(None if token is None else calls.url(operation, params, token)))
        except _Taken as taken:
            body = taken.body
        if not isinstance(body, dict):
            raise ReadError("failed", "the answer was not a JSON object", "NotAnAnswer")
        return Page(body=body, next=calls.next_page(operation, params, body))

    return calls.through(operation, fetch, **params)


def _take(response: Any) -> None:
    if response.http_response.status_code == 200:
        raise _Taken(decoded(response.http_response.body()))
