"""What tags declare, and what profiles may reach."""

from __future__ import annotations

import pytest

from nhiscan.regions import EVERYWHERE, UNTOLD, allows, declared, regions_of
from tests.rules.support import resource


@pytest.mark.parametrize("key", ["geo_restrictions", "GeoRestrictions", "nhi:regions", "data-residency"])
def test_a_tag_declares_regions_however_its_key_is_written(key: str) -> None:
    assert declared({key: "us-east-1, EU-West-1"}) == frozenset({"us-east-1", "eu-west-1"})


def test_the_first_set_of_tags_that_says_something_counts() -> None:
    assert declared({"Name": "x"}, {"nhi:regions": "eu"}, {"nhi:regions": "us"}) == frozenset({"eu"})
    assert declared({"nhi:regions": " "}) is None
    assert declared() is None


def test_an_area_stands_for_the_regions_whose_names_begin_with_it() -> None:
    assert allows(frozenset({"eu"}), "eu-west-1")
    assert allows(frozenset({"eu-west-1"}), "EU-WEST-1")
    assert not allows(frozenset({"eu"}), "europe-west4")
    assert not allows(frozenset({"eu-west-1"}), "eu-west-2")
    assert not allows(frozenset({"eu"}), EVERYWHERE)
    assert allows(frozenset({"eu"}), "westeurope", "eu")
    assert allows(frozenset({"westeurope"}), "westeurope", "eu")
    assert not allows(frozenset({"northeurope"}), "westeurope", "eu")


def test_a_profile_names_its_regions_or_all_or_nothing() -> None:
    assert regions_of(resource("p", "inference-profile", regions="eu-west-1, eu-north-1")) == frozenset(
        {
            "eu-west-1",
            "eu-north-1",
        }
    )
    assert regions_of(resource("p", "inference-profile", regions="*")) == frozenset({EVERYWHERE})
    assert regions_of(resource("p", "inference-profile", regions="global")) == frozenset({EVERYWHERE})
    assert regions_of(resource("p", "inference-profile")) is None
    assert regions_of(resource("p", "deployment", regions=UNTOLD)) is None


def test_a_hostile_tag_costs_little() -> None:
    found = declared({"nhi:regions": "a " * 1_000_000})
    assert found == frozenset({"a"})
