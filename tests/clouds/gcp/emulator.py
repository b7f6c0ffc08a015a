"""The emulator: Google's token endpoint, its APIs over HTTP, and IAM's administration API over gRPC, in memory."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.clouds.gcp.answers import ApiError
from tests.clouds.gcp.calls import Call, CallLog
from tests.clouds.gcp.faults import Faults, HtmlError
from tests.clouds.gcp.routing import Request, find_route, load_routes
from tests.clouds.gcp.specs import Specs
from tests.clouds.gcp.state import State

TOKEN = "ya29.emulated"


class Emulator:
    """Answers requests from `state`. Safe to use from any thread."""

    def __init__(self) -> None:
        load_routes()
        self.state = State()
        self.calls = CallLog()
        self.faults = Faults()
        self.specs = Specs.from_environment()
        self.page_size: int | None = None
        """Most items a page, whatever a call asks for."""
        self.defects: list[str] = []
        """What should not have happened: routes that raised, and calls that Google's descriptions do not allow."""

    def reset(self) -> None:
        """Empty everything."""
        self.state.clear()
        self.calls.clear()
        self.faults.clear()
        self.defects.clear()
        self.page_size = None

    def check(self) -> None:
        """Raise AssertionError where something went wrong that no client may have seen."""
        assert not self.defects, "\n".join(self.defects[:5])

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes, str]:
        """Status, content and content type of the answer to one HTTP request."""
        parts = urlsplit(target)
        service, _, path = parts.path.lstrip("/").partition("/")
        if service == "oauth2":
            token = {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}
            return 200, json.dumps(token).encode(), "application/json"
        query = parse_qs(parts.query, keep_blank_values=True)
        # A slash within a field stays written as one: it parts nothing.
        bare = unquote(path.replace("%2F", "%252F"))
        call = Call(service, method, bare, query, json.loads(body) if body else None)
        try:
            self.calls.add(call)
            if headers.get("authorization") != f"Bearer {TOKEN}":
                raise ApiError(401, "Request had invalid authentication credentials.")
            found = self._routed(call)
        except ApiError as error:
            return error.status, json.dumps(error.body).encode(), "application/json"
        except HtmlError:
            return 502, b"<html><body>gateway</body></html>", "text/html"
        return 200, json.dumps(found).encode(), "application/json"

    def _routed(self, call: Call) -> Any:
        self.faults.befall(call)
        self.defects += self.specs.of_request(call)
        matched = find_route(call.service, call.method, call.path)
        if matched is None:
            self.defects.append(f"no route answers {call}")
            raise ApiError(501, f"The emulator does not know {call}.")
        route, params = matched
        request = Request(
            call.service, call.method, call.path, call.query, call.body, self.state, self.page_size, params
        )
        try:
            found = route.handler(request)
        except ApiError:
            raise
        except Exception as error:
            self.defects.append(f"{call} raised {type(error).__name__}: {error}")
            raise ApiError(500, str(error)) from error
        self.defects += self.specs.of_answer(call, found)
        return found
