"""Hosts of locations, and locations that do not offer what is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiscan_connectors.gcp.services.vertex_agents import SERVICE
from nhiscan_connectors.gcp.vertex import locations
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed_ai import agent, refuses
from tests.connectors.gcp.scanning import inventory_by


@pytest.mark.parametrize(
    ("location", "host"),
    [("us-central1", "us-central1-aiplatform"), ("global", "aiplatform"), ("eu", "aiplatform.eu.rep")],
)
def test_each_sort_of_location_has_its_host(location: str, host: str) -> None:
    assert locations.vertex_host(location) == host


@pytest.mark.parametrize(
    ("message", "known"),
    [
        ("Agents are not supported in region europe-west4.", True),
        ("Location europe-west4 is unsupported.", True),
        ("This is not available in the location.", True),
        ("Request contains an invalid argument.", False),
    ],
)
def test_a_location_that_does_not_offer_it_has_none_of_it(gcp: Gcp, tmp_path: Path, message: str, known: bool) -> None:
    project = gcp.company.project("lab", services=("aiplatform",))
    agent(gcp.company, project, "Robin")
    refuses(gcp.company, "europe-west4", message)
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert [one.name for one in found.workloads.values()] == ["Robin"]
    assert (found.gaps == []) is known
