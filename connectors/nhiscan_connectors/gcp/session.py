"""Whose credentials and which endpoints: one HTTP session and one gRPC client for all calls of a scan."""

from __future__ import annotations

import ipaddress
import os
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from nhiscan import __version__
from nhiscan.connector import JSON, Operation, Settings
from nhiscan.errors import UsageError
from nhiscan_connectors.common.patience import Patience
from nhiscan_connectors.gcp.errors import Refusal, decoded, patience_of, refusal_in

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from google.auth.transport.requests import AuthorizedSession
    from google.cloud.iam_admin_v1 import IAMClient

_CONNECTIONS: Final = 64
_TIMEOUT: Final = (10.0, 120.0)


class Sessions:
    """Sends requests with the scanner's credentials. Safe to share between threads; does nothing until it is asked."""

    def __init__(
        self,
        settings: Settings,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises UsageError for settings that cannot be used."""
        self._settings = settings
        self.patience = Patience(sleep, clock)
        self._lock = threading.RLock()
        self._credential: Credentials | None = None
        self._http: AuthorizedSession | None = None
        self._iam: IAMClient | None = None
        self._claimed: set[str] = set()
        if (bundle := self._setting("ca_bundle")) and not os.path.isfile(bundle):
            raise UsageError(f"There is no file of certificate authorities at {bundle}.")
        self._endpoint = self._endpoint_template()

    def base(self, host: str) -> str:
        """Where a service is asked, without a slash at the end. `host`: "cloudasset", "us-central1-aiplatform"."""
        return self._endpoint.replace("{service}", host)

    def claim(self, what: str) -> bool:
        """Whether nobody claimed it before: what many shards need and one asks for, such as the members of a group."""
        with self._lock:
            known = what in self._claimed
            self._claimed.add(what)
            return not known

    def send(self, operation: Operation, method: str, url: str, body: str, queue: str) -> tuple[int, JSON]:
        """Status and body of the last answer. `queue`: name of those that wait together.

        Raises what google-auth and requests raise.
        """
        import requests

        session = self._session()
        headers = {"Accept": "application/json", "Content-Type": "application/json"} if body else None

        def attempt() -> tuple[int, JSON]:
            # Redirects are not followed: a token goes only where the settings say.
            answer = session.request(  # type: ignore[no-untyped-call]
                method, url, data=body or None, headers=headers, timeout=_TIMEOUT, allow_redirects=False
            )
            return answer.status_code, decoded(answer.content) if answer.content else {}

        def verdict(answer: tuple[int, JSON]) -> tuple[int, float | None]:
            status, found = answer
            return (status, None) if 200 <= status < 300 else patience_of(refusal_in(status, found))

        passing = (requests.ConnectionError, requests.Timeout)
        return self.patience.asked(f"{operation.name} {queue}", attempt, verdict, passing)

    def iam(self, operation: Operation, call: str, request: dict[str, Any]) -> JSON | Refusal:
        """The answer of google-cloud-iam's administration client as JSON, one page of it, or why there is none."""
        from google.api_core.exceptions import GoogleAPICallError

        from nhiscan_connectors.gcp.rpc import answer_of, refusal_of

        client = self._iam_client()

        def attempt() -> JSON | Refusal:
            try:
                return answer_of(client, call, request)
            except GoogleAPICallError as error:
                return refusal_of(error)

        def verdict(answer: JSON | Refusal) -> tuple[int, float | None]:
            return patience_of(answer) if isinstance(answer, Refusal) else (200, None)

        return self.patience.asked(operation.name, attempt, verdict)

    def _session(self) -> AuthorizedSession:
        with self._lock:
            if self._http is None:
                from google.auth.transport.requests import AuthorizedSession, Request

                from nhiscan_connectors.gcp import authorities

                ca_bundle = self._setting("ca_bundle")
                plain = authorities.session(ca_bundle)
                session = AuthorizedSession(  # type: ignore[no-untyped-call]
                    self._credentials(), auth_request=Request(session=plain)
                )
                authorities.mount(
                    session, ca_bundle, pool_connections=_CONNECTIONS, pool_maxsize=_CONNECTIONS, max_retries=0
                )
                session.headers["User-Agent"] = f"nhiscan/{__version__}"
                self._http = session
            return self._http

    def _iam_client(self) -> IAMClient:
        with self._lock:
            if self._iam is None:
                from nhiscan_connectors.gcp.rpc import iam_client

                self._iam = iam_client(self._credentials(), *self._rpc_target(), self._setting("ca_bundle"))
            return self._iam

    def _credentials(self) -> Credentials:
        """See `nhiscan_connectors.gcp.credentials.load`; made once."""
        from nhiscan_connectors.gcp.credentials import impersonating, load

        with self._lock:
            if self._credential is None:
                quota = self._setting("quota_project") or None
                found = load(self._setting("credentials_file"), quota)
                if chain := self._setting("impersonate_service_account"):
                    found = impersonating(found, chain, self.base("iamcredentials"), quota)
                self._credential = found
            return self._credential

    def _endpoint_template(self) -> str:
        given = self._setting("google_endpoint")
        template = given or f"https://{{service}}.{self._setting('universe_domain') or 'googleapis.com'}"
        parts = urlsplit(template)
        host = (parts.hostname or "").replace("{service}", "service")
        if "{service}" not in template or parts.query or parts.fragment or not host:
            raise UsageError(
                f"google_endpoint is {template!r}; it must be an address with {{service}} in it.",
                "Give https://{service}-NAME.p.googleapis.com for Private Service Connect, for example.",
            )
        if parts.scheme != "https" and not (parts.scheme == "http" and _loopback(host)):
            raise UsageError(f"google_endpoint is {template!r}; it must be the address of an https endpoint.")
        return template.rstrip("/")

    def _rpc_target(self) -> tuple[str, bool]:
        """Host and port of IAM's gRPC, and whether it is plain, which only this machine's own may be."""
        given = self._setting("google_grpc_endpoint")
        if not given:
            return f"{urlsplit(self.base('iam')).hostname}:443", False
        host = given.replace("{service}", "iam")
        bare = urlsplit(f"//{host}").hostname or ""
        return host, _loopback(bare) and urlsplit(self._endpoint).scheme == "http"

    def _setting(self, name: str) -> str:
        return str(self._settings.get(name) or "")


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
