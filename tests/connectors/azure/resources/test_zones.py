"""Where a model that Azure serves may work on what it is sent."""

from __future__ import annotations

import pytest

from nhiscan.regions import UNTOLD
from nhiscan_connectors.azure.resources.zones import EU, US, regions_of, width_of, zone_of


@pytest.mark.parametrize(
    ("sku", "width", "regions"),
    [
        ("GlobalStandard", "global", "*"),
        ("GlobalBatch", "global", "*"),
        ("GlobalProvisionedManaged", "global", "*"),
        ("DeveloperTier", "global", "*"),
        ("DataZoneStandard", "data-zone", "eu"),
        ("datazoneprovisionedmanaged", "data-zone", "eu"),
        ("Standard", "region", "westeurope"),
        ("ProvisionedManaged", "region", "westeurope"),
        ("StandardPlus", "", UNTOLD),
        ("", "", UNTOLD),
    ],
)
def test_the_sku_says_how_far_data_may_travel(sku: str, width: str, regions: str) -> None:
    assert (width_of(sku), regions_of(sku, "westeurope")) == (width, regions)


def test_a_zone_is_that_of_the_location() -> None:
    assert not EU & US
    assert [zone_of(location) for location in ("swedencentral", "eastus2", "usgovvirginia", "uksouth", "")] == [
        "eu",
        "us",
        "us-gov",
        "",
        "",
    ]
    # A zone that is not known is none, and not the world.
    assert regions_of("DataZoneStandard", "uksouth") == UNTOLD
    assert regions_of("Standard", "") == UNTOLD
