"""Which operation of which service an HTTP request asks for, told as cheaply as the protocol allows."""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_plus

_CREDENTIAL = re.compile(r"Credential=([^/,]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_METADATA = re.compile(r'"metadata"\s*:\s*\{(.*?)(?:"operations"|\Z)', re.DOTALL)
_FIELD = re.compile(r'"(apiVersion|endpointPrefix|protocol|signingName|targetPrefix)"\s*:\s*"([^"]+)"')
_ACTION = re.compile(rb"(?:^|&)Action=([^&]+)")
_VERSION = re.compile(rb"(?:^|&)Version=([^&]+)")

# Services that answer no scanner and share a signing name with one that does; their routers would only cost time.
_DATA_PLANES = frozenset({
    "bedrock-runtime", "bedrock-agent-runtime", "bedrock-data-automation-runtime", "iot-data", "lexv2-runtime",
    "lex-runtime", "sagemaker-runtime", "sagemaker-a2i-runtime", "sagemaker-edge", "sagemaker-featurestore-runtime",
    "sagemaker-metrics",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """What a request asks for."""

    access_key: str
    """Id of the key that signed it."""
    region: str
    """Region that it was signed for."""
    service: str
    """Service, by the SDK's name for it, for example "sso-admin"."""
    operation: str
    """Operation, for example "ListInstances"; "" for a request that no model knows."""
    protocol: str
    """Protocol of the service: query, ec2, json, rest-json or rest-xml."""
    signing: str
    """Name that the service signs with, which is the prefix of its IAM actions for most services."""


@dataclass(frozen=True, slots=True)
class _Service:
    name: str
    protocol: str
    version: str
    target: str


def _spoken(protocol: str) -> str:
    """The protocol that boto3 speaks with a service: JSON where the model names a binary one first."""
    return "json" if protocol == "smithy-rpc-v2-cbor" else protocol


@cache
def _services() -> Mapping[str, tuple[_Service, ...]]:
    """Services by signing name, from the first bytes of each model; reading whole models would take ten seconds."""
    import botocore

    found: dict[str, list[_Service]] = defaultdict(list)
    root = Path(botocore.__file__).parent / "data"
    for folder in sorted(root.iterdir()):
        models = sorted(folder.glob("*/service-2.json.gz"))
        if not models:
            continue
        with gzip.open(models[-1]) as file:
            head = file.read(4096).decode("utf-8", "replace")
        match = _METADATA.search(head)
        if match is None:
            raise RuntimeError(f"the model of {folder.name} does not begin with its metadata")
        fields: dict[str, str] = dict(_FIELD.findall(match.group(1)))
        signing = fields.get("signingName") or fields["endpointPrefix"]
        found[signing].append(
            _Service(folder.name, _spoken(fields["protocol"]), fields["apiVersion"], fields.get("targetPrefix", ""))
        )
    return {signing: tuple(services) for signing, services in found.items()}


def signing_name(service: str) -> str:
    """Name that `service` signs with. Raises KeyError for a service that the SDK does not know."""
    for signing, services in _services().items():
        if any(known.name == service for known in services):
            return signing
    raise KeyError(service)


def find_target(environ: Mapping[str, Any], body: bytes) -> Target | None:
    """What a request asks for; None for one that carries no signature."""
    match = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    if match is None:
        return None
    key, region, signing = match.groups()
    service, operation = _find(environ, body, _services().get(signing, ()))
    if service is None:
        return Target(key, region, signing, "", "rest-json", signing)
    return Target(key, region, service.name, operation, service.protocol, signing)


def _find(environ: Mapping[str, Any], body: bytes, candidates: tuple[_Service, ...]) -> tuple[_Service | None, str]:
    header: str = environ.get("HTTP_X_AMZ_TARGET", "")
    if header:
        prefix, _, operation = header.rpartition(".")
        return next((service for service in candidates if service.target == prefix), None), operation
    action = _ACTION.search(body) if body else None
    if action:
        version = _VERSION.search(body)
        wanted = version.group(1).decode() if version else ""
        queries = [service for service in candidates if service.protocol in ("query", "ec2")]
        exact = next((service for service in queries if service.version == wanted), None)
        return exact or next(iter(queries), None), unquote_plus(action.group(1).decode())
    for service in candidates:
        if service.protocol.startswith("rest") and service.name not in _DATA_PLANES:
            operation = _match_path(service.name, environ, body)
            if operation:
                return service, operation
    return next(iter(candidates), None), ""


def _match_path(service: str, environ: Mapping[str, Any], body: bytes) -> str:
    from moto.core.routing import get_service_router
    from werkzeug.exceptions import NotFound

    try:
        operation, _ = get_service_router(service).match(moto_request(environ, body))
    except (NotFound, NotImplementedError):
        return ""
    return str(operation.name)


def moto_request(environ: Mapping[str, Any], body: bytes) -> Any:
    """The request in the form that moto's router and parsers read."""
    import io

    from moto.core.request import Request

    return Request(dict(environ, **{"wsgi.input": io.BytesIO(body)}))


@cache
def _service_model(service: str) -> Any:
    from moto.core.utils import get_service_model

    return get_service_model(service)


def operation_of(target: Target, request: Any) -> tuple[Any, dict[str, Any]]:
    """The model of the operation, and what the path says. Raises LookupError where the service has none such."""
    from moto.core.routing import get_service_router
    from werkzeug.exceptions import NotFound

    if target.protocol.startswith("rest"):
        try:
            found: tuple[Any, dict[str, Any]] = get_service_router(target.service).match(request)
        except (NotFound, NotImplementedError) as error:
            raise LookupError(target.operation) from error
        return found
    # A router of these protocols would load every operation of the service first, which takes a second for EC2.
    from botocore.model import OperationNotFoundError

    try:
        return _service_model(target.service).operation_model(target.operation), {}
    except OperationNotFoundError as error:
        raise LookupError(target.operation) from error


def parsed_params(target: Target, environ: Mapping[str, Any], body: bytes) -> dict[str, Any]:
    """Parameters of the call, by their names in the SDK's model. {} where no model knows the operation."""
    from moto.core.parse import PROTOCOL_PARSERS

    if not target.operation:
        return {}
    request = moto_request(environ, body)
    try:
        operation, uri = operation_of(target, request)
    except LookupError:
        return {key: values[0] for key, values in parse_qs(body.decode("utf-8", "replace")).items()}
    parsed: Mapping[str, Any] = PROTOCOL_PARSERS[target.protocol](operation).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": uri,
        }
    )
    return dict(parsed)
