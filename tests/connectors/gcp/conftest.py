"""Fixtures for the tests of the Google Cloud connector."""
