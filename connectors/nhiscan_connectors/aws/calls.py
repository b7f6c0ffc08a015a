"""AWS API calls of one shard, through the sink: paging, parameters and errors in one place."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from nhiscan.connector import JSON, AbsentError, Operation, Page, Params, ReadError, Shard, Sink
from nhiscan_connectors.aws.errors import translated

if TYPE_CHECKING:
    from botocore.model import OperationModel

    from nhiscan_connectors.aws.session import Sessions

T = TypeVar("T")
R = TypeVar("R")

# Names that services without a paginator model give to the token that asks for the next page.
_TOKENS = ("NextToken", "nextToken", "Marker", "marker", "nextPageToken", "ContinuationToken")

# Seconds between two looks at something that AWS prepares: short at first, for most of it takes a second or two.
_PAUSES = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 10.0, 10.0)
_FEW = 4


class Paging(msgspec.Struct, frozen=True):
    """How one operation hands out pages."""

    inputs: tuple[str, ...] = ()
    """Parameters that carry the token; empty for an operation with one page."""
    outputs: tuple[str, ...] = ()
    """Where the next token stands in an answer, in the order of `inputs`."""
    more: str = ""
    """Answer field that says whether there is more; empty: the token itself says so."""
    limit: str = ""
    """Parameter for the page size."""
    size: int = 0
    """Largest page that the service's model allows; 0 when it does not say."""


class Calls:
    """The calls of one shard. Only names that stand in an `Operation` can be called."""

    def __init__(self, sessions: Sessions, shard: Shard, sink: Sink) -> None:
        self._sessions = sessions
        self._sink = sink
        self.shard = shard
        self.account = shard.scope.removeprefix("aws:")
        self.region = shard.region

    def pages(self, operation: Operation, region: str = "", **params: JSON) -> Iterator[dict[str, Any]]:
        """Bodies of all pages of a call. Ends early where a page is refused; the sink keeps the gap."""
        fetch = self._fetch(operation, params, region or self.region)
        return self._sink.pages(operation, fetch, _recorded(params, region if region != self.region else ""))

    def page(self, operation: Operation, region: str = "", **params: JSON) -> dict[str, Any] | None:
        """Body of a call with one page; None when it was refused or the thing is not there."""
        fetch = self._fetch(operation, params, region or self.region)
        body: dict[str, Any] | None = self._sink.page(
            operation, fetch, _recorded(params, region if region != self.region else "")
        )
        return body

    def settled(
        self, operation: Operation, done: Callable[[dict[str, Any]], bool], **params: JSON
    ) -> dict[str, Any] | None:
        """Body of a call that is repeated for some seconds, until `done` says that AWS has finished what it started.

        Only the last answer is recorded, finished or not. None when the call was refused.
        """
        return next(iter(self._patient(operation, done, _PAUSES[:_FEW], params)), None)

    def pages_when_done(
        self, operation: Operation, done: Callable[[dict[str, Any]], bool], **params: JSON
    ) -> Iterator[dict[str, Any]]:
        """Bodies of all pages of a call whose first page is asked for, for about a minute, until `done` says so.

        Only the last answer is recorded, finished or not.
        """
        return self._patient(operation, done, _PAUSES, params)

    def _patient(
        self, operation: Operation, done: Callable[[dict[str, Any]], bool], pauses: Iterable[float], params: Params
    ) -> Iterator[dict[str, Any]]:
        fetch = self._fetch(operation, params, self.region)

        def patient(token: str | None) -> Page:
            page = fetch(token)
            for pause in pauses if token is None else ():
                if done(page.body):
                    break
                time.sleep(pause)
                page = fetch(token)
            return page

        return self._sink.pages(operation, patient, params)

    def page_when_ready(self, operation: Operation, busy: frozenset[str], **params: JSON) -> dict[str, Any] | None:
        """Body of a call that AWS answers with an error of `busy` for as long as it prepares the answer.

        Waits for about a minute; None when it was refused, or was not ready even then.
        """
        fetch = self._fetch(operation, params, self.region)

        def patient(token: str | None) -> Page:
            for pause in _PAUSES:
                try:
                    return fetch(token)
                except ReadError as error:
                    if error.code not in busy:
                        raise
                time.sleep(pause)
            return fetch(token)

        body: dict[str, Any] | None = self._sink.page(operation, patient, params)
        return body

    def items(self, operation: Operation, key: str, region: str = "", **params: JSON) -> Iterator[Any]:
        """Elements of the list `key`, over all pages."""
        for body in self.pages(operation, region, **params):
            yield from body.get(key) or ()

    def each(self, function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Call `function` for each item, several at a time."""
        return self._sink.each(function, items)

    def _fetch(self, operation: Operation, params: Params, region: str) -> Callable[[str | None], Page]:
        service, _, name = operation.name.partition(":")

        def fetch(token: str | None) -> Page:
            with translated(operation, region):
                client = self._sessions.client(self.shard, service, region)
                model = client.meta.service_model.operation_model(name)
                prefix = (model.endpoint or {}).get("hostPrefix", "")
                if region and "{" not in prefix and not self._sessions.offered(self.shard, service, region, prefix):
                    raise AbsentError(f"{service} is not offered in {region}")
                paging = self._sessions.paging(service, name, model)
                call = dict(params)
                if paging.limit and paging.size and paging.limit not in call:
                    call[paging.limit] = paging.size
                if token is not None:
                    call.update(msgspec.json.decode(token))
                answer = client._make_api_call(name, call)
            answer.pop("ResponseMetadata", None)
            return Page(body=_plain(answer), next=_next(paging, answer))

        return fetch


def _recorded(params: Params, region: str) -> Params:
    return {**params, "@region": region} if region else params


def _plain(value: JSON) -> JSON:
    """Bytes become text: nothing that nhiscan reads is binary."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value


def _next(paging: Paging, answer: dict[str, Any]) -> str | None:
    if not paging.inputs or (paging.more and not answer.get(paging.more)):
        return None
    tokens = {name: answer.get(out) for name, out in zip(paging.inputs, paging.outputs, strict=True)}
    if not any(tokens.values()):
        return None
    return msgspec.json.encode({k: v for k, v in tokens.items() if v}).decode()


@lru_cache(maxsize=1024)
def _members(model: OperationModel) -> tuple[frozenset[str], frozenset[str]]:
    inputs = frozenset(model.input_shape.members) if model.input_shape else frozenset()
    outputs = frozenset(model.output_shape.members) if model.output_shape else frozenset()
    return inputs, outputs


def paging_of(model: OperationModel, config: dict[str, Any] | None) -> Paging:
    """How an operation pages: by its paginator model, else by the names of its fields."""
    inputs, outputs = _members(model)
    if config:
        tokens = _names(config["input_token"])
        limit = config.get("limit_key", "")
        return Paging(
            inputs=tokens,
            outputs=_names(config["output_token"]),
            more=config.get("more_results", ""),
            limit=limit,
            size=_largest(model, limit),
        )
    token = next((name for name in _TOKENS if name in inputs and name in outputs), "")
    if not token:
        return Paging()
    limit = next((name for name in ("MaxItems", "MaxResults", "maxResults", "Limit") if name in inputs), "")
    more = "IsTruncated" if "IsTruncated" in outputs else ""
    return Paging(inputs=(token,), outputs=(token,), more=more, limit=limit, size=_largest(model, limit))


def _names(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _largest(model: OperationModel, limit: str) -> int:
    shape = model.input_shape.members.get(limit) if limit and model.input_shape else None
    largest = shape.metadata.get("max", 0) if shape is not None else 0
    # A model that states an absurd maximum (2**31) states none.
    return int(largest) if 0 < largest <= 10_000 else 0
