"""Whom connections trust: the authorities of an option, whatever the environment says."""

from __future__ import annotations

from typing import Any

import requests
from requests.adapters import HTTPAdapter


class Trusting(HTTPAdapter):
    """Trusts the authorities of a file; where none is given, those of requests and the environment.

    requests itself lets REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE outdo what a session was told.
    """

    def __init__(self, ca_bundle: str, **settings: Any) -> None:
        self._authorities = ca_bundle
        super().__init__(**settings)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """See `HTTPAdapter.send`."""
        return super().send(request, stream, timeout, self._authorities or verify, cert, proxies)


def session(ca_bundle: str) -> requests.Session:
    """A session for tokens."""
    made = requests.Session()
    mount(made, ca_bundle)
    return made


def mount(made: requests.Session, ca_bundle: str, **settings: Any) -> None:
    """Let a session trust the authorities of a file. `settings`: of an HTTPAdapter."""
    for scheme in ("https://", "http://"):
        made.mount(scheme, Trusting(ca_bundle, **settings))
