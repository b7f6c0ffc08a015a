"""Fixtures for all tests."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("nhiscan", deadline=None)
settings.load_profile("nhiscan")  # a busy machine is no defect; time is measured in the bench

pytest_plugins = ["tests.clouds.aws.fixtures", "tests.clouds.azure.fixtures", "tests.clouds.gcp.fixtures"]
