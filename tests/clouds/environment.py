"""The environment of a test that signs in to an emulator."""

from __future__ import annotations

import os

import pytest


def bare(monkeypatch: pytest.MonkeyPatch, *prefixes: str) -> None:
    """Take away variables by how their names begin, for credentials of this machine; no proxy stands between."""
    for name in [name for name in os.environ if name.startswith(prefixes)]:
        monkeypatch.delenv(name)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
