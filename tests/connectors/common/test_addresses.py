"""Origins of web addresses: nothing of what may be secret, and nothing of what is no such address."""

from __future__ import annotations

import pytest

from nhiscan_connectors.common.addresses import origin


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Tools.Example/mcp?key=1#x", "https://tools.example"),
        ("https://ann:secret@tools.example:443/", "https://tools.example"),
        ("http://tools.example:8080", "http://tools.example:8080"),
        ("http://tools.example:80", "http://tools.example"),
        ("ftp://tools.example", ""),
        ("https://", ""),
        ("https://tools.example:port", ""),
        ("https://[::1", ""),
        ("", ""),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, expected: str) -> None:
    assert origin(url) == expected
