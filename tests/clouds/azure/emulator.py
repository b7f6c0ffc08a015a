"""The emulator: Entra's token endpoint, Graph, Azure Resource Manager and the hosts of resources, in memory."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.clouds.azure.answers import ApiError, Plane, error_reply, no_route, reply
from tests.clouds.azure.calls import Call, CallLog
from tests.clouds.azure.faults import Faults
from tests.clouds.azure.https import Asked, Reply
from tests.clouds.azure.routing import Request, find_route, load_routes
from tests.clouds.azure.specs import Specs
from tests.clouds.azure.state import State

DATA = "/data"
"""Where hosts of resources are: --data-url is the endpoint with this behind it."""

AUDIENCES: dict[Plane, tuple[str, ...]] = {
    "graph": ("https://graph.microsoft.com", "https://graph.microsoft.us", "https://microsoftgraph.chinacloudapi.cn"),
    "arm": (
        "https://management.azure.com",
        "https://management.usgovcloudapi.net",
        "https://management.chinacloudapi.cn",
    ),
}
"""Tokens that a plane takes. Another one is refused, as the real ones do. The hosts of resources take any but these."""


class Emulator:
    """Answers requests from `state`. Safe to use from any thread."""

    def __init__(self) -> None:
        load_routes()
        self.state = State()
        self.calls = CallLog()
        self.faults = Faults()
        self.specs = Specs.from_environment()
        self.endpoint = ""
        """Where it listens; the server says so."""
        self.page_size: int | None = None
        """Most items a page, whatever a call asks for."""
        self.batches = True
        """False: $batch is unknown, as behind some gateways."""
        self.defects: list[str] = []
        """What should not have happened: routes that raised, and answers that Microsoft's descriptions do not allow."""

    def reset(self) -> None:
        """Empty everything."""
        self.state.clear()
        self.calls.clear()
        self.faults.clear()
        self.defects.clear()
        self.page_size = None
        self.batches = True

    def check(self) -> None:
        """Raise AssertionError where something went wrong that no client may have seen."""
        assert not self.defects, "\n".join(self.defects[:5])

    def __call__(self, asked: Asked) -> Reply:
        """Answer one HTTP request."""
        parts = urlsplit(asked.target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        if "/oauth2/" in parts.path or parts.path.endswith("/openid-configuration"):
            return self._sign_in(asked, parts.path)
        plane, version, path = _plane(parts.path)
        if plane != "graph":
            version = query.get("api-version", "")
        body = json.loads(asked.body) if asked.body else None
        call = Call(plane, asked.method, path, version, query, body)
        return self._called(call, plane, asked.headers)

    def _called(self, call: Call, plane: Plane, headers: Any) -> Reply:
        self.calls.add(call)
        answer = self.faults.befall(call, plane)
        if answer is None:
            try:
                _check_token(plane, headers.get("authorization", ""))
                if plane == "graph" and call.path == "/$batch" and call.method == "POST" and self.batches:
                    answer = self._batch(call, headers)
                else:
                    answer = self._routed(call, plane)
            except ApiError as error:
                answer = error_reply(plane, error)
        call.status = answer.status
        self.defects.extend(self.specs.problems(call, answer))
        return answer

    def _routed(self, call: Call, plane: Plane) -> Reply:
        if plane == "arm" and not call.version:
            raise ApiError(
                400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required."
            )
        found = find_route(plane, call.method, call.path)
        if found is None:
            raise no_route(plane, call.path)
        route, params = found
        base = self.endpoint + (DATA if plane == "data" else "")
        query = {key: value for key, value in call.query.items() if plane != "data" or key != "api-version"}
        request = Request(
            plane, call.method, call.path, call.version, query, call.body, self.state, base, self.page_size, params
        )
        try:
            answer = route.handler(request)
        except ApiError:
            raise
        except Exception as error:
            self.defects.append(f"{call} raised {type(error).__name__}: {error}")
            raise ApiError(500, "InternalServerError", "the emulator has a defect") from error
        return answer if isinstance(answer, Reply) else reply(answer)

    def _batch(self, call: Call, headers: Any) -> Reply:
        requests = call.body.get("requests") if isinstance(call.body, dict) else None
        if not isinstance(requests, list) or not 1 <= len(requests) <= 20:
            raise ApiError(400, "BadRequest", "Invalid batch payload format: between 1 and 20 requests.")
        # Graph answers in no particular order.
        return reply({"responses": [self._within(call, item, headers) for item in reversed(requests)]})

    def _within(self, batch: Call, item: Any, headers: Any) -> dict[str, Any]:
        parts = urlsplit(item["url"])
        inner = Call(
            "graph", item["method"], parts.path, batch.version, dict(parse_qsl(parts.query)), None, in_batch=True
        )
        answer = self._called(inner, "graph", headers)
        body = json.loads(answer.content) if answer.content.startswith(b"{") else answer.content.decode()
        return {"id": item["id"], "status": answer.status, "headers": dict(answer.headers), "body": body}

    def _sign_in(self, asked: Asked, path: str) -> Reply:
        tenant = path.strip("/").partition("/")[0]
        call = Call("token", asked.method, path)
        self.calls.add(call)
        answer = self.faults.befall(call, "graph") or self._token(asked, path, tenant)
        call.status = answer.status
        return answer

    def _token(self, asked: Asked, path: str, tenant: str) -> Reply:
        if path.endswith("/openid-configuration"):
            here = f"{self.endpoint}/{tenant}"
            return reply(
                {
                    "token_endpoint": f"{here}/oauth2/v2.0/token",
                    "authorization_endpoint": f"{here}/oauth2/v2.0/authorize",
                    "device_authorization_endpoint": f"{here}/oauth2/v2.0/devicecode",
                    "issuer": f"{here}/v2.0",
                    "jwks_uri": f"{here}/discovery/v2.0/keys",
                    "tenant_region_scope": "WW",
                }
            )
        form = {key: values[-1] for key, values in parse_qs(asked.body.decode()).items()}
        problem = self._refused(form, tenant)
        if problem is not None:
            code, text = problem
            said = f"AADSTS{code}: {text} Trace ID: 00000000-0000-0000-0000-00000000000e"
            return reply({"error": "invalid_client", "error_description": said, "error_codes": [code]}, 401)
        claims = {
            "aud": form.get("scope", "").split("/.default")[0],
            "tid": self.state.tenant_id,
            "appid": form.get("client_id"),
            "exp": int(time.time()) + 3599,
        }
        return reply({"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": _jwt(claims)})

    def _refused(self, form: dict[str, str], tenant: str) -> tuple[int, str] | None:
        if tenant.lower() != self.state.tenant_id:
            return 90002, f"Tenant '{tenant}' not found."
        secret = self.state.clients.get(form.get("client_id", ""))
        if secret is None:
            return 700016, f"Application with identifier '{form.get('client_id')}' was not found in the directory."
        if "client_assertion" in form:
            return None if form["client_assertion"].count(".") == 2 else (50027, "JWT token is invalid or malformed.")
        if secret == "expired":
            return 7000222, "The provided client secret keys for app are expired."
        return None if form.get("client_secret") == secret else (7000215, "Invalid client secret provided.")


def _plane(path: str) -> tuple[Plane, str, str]:
    for version in ("v1.0", "beta"):
        if path.startswith(f"/{version}/"):
            return "graph", version, path.removeprefix(f"/{version}")
    if path.startswith(f"{DATA}/"):
        return "data", "", path.removeprefix(DATA)
    return "arm", "", path


def _check_token(plane: Plane, authorization: str) -> None:
    """Whether a token is for this plane. Raises ApiError."""
    claims = _claims(authorization.removeprefix("Bearer "))
    wrong = ApiError(401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience.")
    if plane == "data":
        if not claims or any(claims.get("aud") in audiences for audiences in AUDIENCES.values()):
            raise wrong
    elif claims.get("aud") not in AUDIENCES[plane]:
        raise wrong
    if int(claims.get("exp", 0)) < time.time():
        raise ApiError(401, "ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than now.")


def _jwt(claims: dict[str, Any]) -> str:
    return ".".join([*_encoded({"alg": "none", "typ": "JWT"}, claims), "c2ln"])


def _encoded(*parts: dict[str, Any]) -> Iterator[str]:
    for part in parts:
        yield base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def _claims(token: str) -> dict[str, Any]:
    try:
        payload = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
