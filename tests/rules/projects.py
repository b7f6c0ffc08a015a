"""Words for estates whose scopes are projects, as tests of rules on bindings need them."""

from __future__ import annotations

from typing import Any

from nhiscan.model import Group, Identity, Scope
from tests.rules.support import ACCOUNT, user

PROJECT = ACCOUNT
"""The project that `support.account` makes when it is told `kind="project"`; records live in it by default."""
OTHER = "gcp:other"


def project(id: str = OTHER, **fields: Any) -> Scope:
    """A project."""
    return Scope(**{"id": id, "provider": "gcp", "kind": "project", "name": id, **fields})


def service_account(id: str, **fields: Any) -> Identity:
    """A service account of `PROJECT`, a year old."""
    return user(id, **{"provider": "gcp", "kind": "google-service-account", **fields})


def group(id: str) -> Group:
    """A group of people."""
    return Group(id=id, provider="gcp", name=id, scope=ACCOUNT)
