"""Fixtures for all tests."""

pytest_plugins = ["tests.clouds.aws.fixtures", "tests.clouds.azure.fixtures"]
