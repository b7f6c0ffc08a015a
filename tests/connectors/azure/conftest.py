"""Fixtures for the tests of the Azure connector."""

from tests.connectors.azure.asking import ask, asking

__all__ = ["ask", "asking"]
