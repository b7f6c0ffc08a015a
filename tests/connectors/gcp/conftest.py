"""Fixtures for the tests of the Google Cloud connector."""

from tests.connectors.gcp.asking import ask, asking

__all__ = ["ask", "asking"]
