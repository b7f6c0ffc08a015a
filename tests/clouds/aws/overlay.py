"""The overlay: operations that moto lacks or answers unlike AWS, each a function in a module of `overlays`."""

from __future__ import annotations

import importlib
import pkgutil
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, TypeVar

from botocore.validate import ParamValidator

from tests.clouds.aws.answers import Answer, ServiceError
from tests.clouds.aws.routing import Target, moto_request, operation_of

T = TypeVar("T")
S = TypeVar("S")
Handler = Callable[["Context", dict[str, Any]], Mapping[str, Any] | None]


class Store:
    """What the overlay remembers: one object of each kind an account and region. Safe to use from any thread."""

    def __init__(self) -> None:
        self._states: dict[tuple[type[Any], str, str], Any] = {}
        self._lock = threading.RLock()

    def get(self, kind: type[S], account: str, region: str = "") -> S:
        """The state of `kind`; made with no arguments where there is none yet."""
        key = (kind, account, region)
        with self._lock:
            if key not in self._states:
                self._states[key] = kind()
            state: S = self._states[key]
        return state

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._states.clear()


@dataclass(frozen=True)
class Context:
    """Who calls, where, and what the emulator remembers."""

    account: str
    region: str
    access_key: str
    store: Store
    now: datetime

    def state(self, kind: type[S]) -> S:
        """State of `kind` of the calling account, the same in all regions."""
        return self.store.get(kind, self.account)

    def regional(self, kind: type[S]) -> S:
        """State of `kind` of the calling account in the region of the call."""
        return self.store.get(kind, self.account, self.region)


_HANDLERS: dict[tuple[str, str], Handler] = {}


def answers(service: str, operation: str) -> Callable[[Handler], Handler]:
    """Register the function that answers an operation. It returns what the SDK would; None leaves it to moto."""

    def register(handler: Handler) -> Handler:
        key = (service, operation)
        if key in _HANDLERS:
            raise ValueError(f"{service}:{operation} is answered twice")
        _HANDLERS[key] = handler
        return handler

    return register


@cache
def handlers() -> Mapping[tuple[str, str], Handler]:
    """Handlers of all operations of the overlay, by service and operation."""
    from tests.clouds.aws import overlays

    for module in pkgutil.iter_modules(overlays.__path__):
        importlib.import_module(f"{overlays.__name__}.{module.name}")
    return _HANDLERS


class BadFixtureError(AssertionError):
    """An answer of the overlay breaks AWS's model: the fixture is wrong, and a test that rests on it proves nothing."""


class _Strict(ParamValidator):  # type: ignore[misc]
    """botocore's validator, and enumerations too, which botocore leaves to the service."""

    def _validate_string(self, param: Any, shape: Any, errors: Any, name: str) -> None:
        super()._validate_string(param, shape, errors, name)
        allowed = getattr(shape, "enum", None)
        if allowed and isinstance(param, str) and param not in allowed:
            errors.report(name, "invalid type", param=param, valid_types=list(allowed))


_VALIDATOR: Final = _Strict()


def encoded(
    target: Target, environ: Mapping[str, Any], body: bytes, handler: Handler, context: Context
) -> Answer | None:
    """The answer of a handler, held against AWS's model and serialised; None where the handler leaves it to moto."""
    from moto.core.parse import PROTOCOL_PARSERS
    from moto.core.serialize import get_serializer_class

    request = moto_request(environ, body)
    operation, uri = operation_of(target, request)
    params = PROTOCOL_PARSERS[target.protocol](operation).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": uri,
        }
    )
    result = handler(context, dict(params))
    if result is None:
        return None
    if operation.output_shape is not None:
        report = _VALIDATOR.validate(result, operation.output_shape)
        if report.has_errors():
            raise BadFixtureError(f"{target.service}:{target.operation}: {report.generate_report()}")
    raw = get_serializer_class(target.service, target.protocol)(operation).serialize(result)
    content = raw["body"]
    return Answer(raw["status_code"], content.encode() if isinstance(content, str) else content, raw["headers"])


def paged(items: Sequence[T], token: str | None, size: int) -> tuple[list[T], str | None]:
    """A page of `items` from where `token` points, and the token of the next. Raises ServiceError on a bad token."""
    try:
        start = int(token.rpartition("~")[2]) if token else 0
    except ValueError:
        start = -1
    if not 0 <= start <= len(items):
        raise ServiceError("ValidationError", "Invalid Marker.")
    end = start + max(1, size)
    return list(items[start:end]), f"page~{end}" if end < len(items) else None


def iam_page(key: str, items: Sequence[T], params: Mapping[str, Any]) -> dict[str, Any]:
    """An answer in IAM's way of paging: MaxItems (default 100), Marker, IsTruncated."""
    page, marker = paged(items, params.get("Marker"), int(params.get("MaxItems") or 100))
    return {key: page, "IsTruncated": marker is not None, **({"Marker": marker} if marker else {})}


def utc_now() -> datetime:
    """The time, to the second, as AWS gives it."""
    return datetime.now(UTC).replace(microsecond=0)
