"""The crosswalk names only controls that exist, and joins them without loss."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from nhiscan.governance import controls
from nhiscan.governance.controls import FRAMEWORKS, join

KINDS = sorted(
    name for name, value in vars(controls).items() if name.isupper() and name != "FRAMEWORKS" and name[0] != "_"
)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_fault_names_known_controls(kind: str) -> None:
    mapping = getattr(controls, kind)
    assert isinstance(mapping, Mapping)
    assert mapping
    for framework, ids in mapping.items():
        assert ids
        assert len(ids) == len(set(ids))
        assert set(ids) <= FRAMEWORKS[framework].titles.keys()
    assert list(mapping) == [name for name in FRAMEWORKS if name in mapping]


def test_every_control_that_has_a_title_is_spoken_to_or_completes_a_list() -> None:
    used = {(framework, id) for kind in KINDS for framework, ids in getattr(controls, kind).items() for id in ids}
    known = {(name, id) for name, framework in FRAMEWORKS.items() for id in framework.titles}
    assert used == known


def test_a_join_keeps_everything_once_in_one_order() -> None:
    first = {"NIST 800-53": ("AC-2", "IA-5"), "GDPR": ("Art. 32",)}
    second = {"OWASP NHI": ("NHI1:2025",), "NIST 800-53": ("IA-5", "PS-4")}
    assert join(first, second) == {
        "OWASP NHI": ("NHI1:2025",),
        "NIST 800-53": ("AC-2", "IA-5", "PS-4"),
        "GDPR": ("Art. 32",),
    }
    assert list(join(first, second)) == ["OWASP NHI", "NIST 800-53", "GDPR"]
    assert first == {"NIST 800-53": ("AC-2", "IA-5"), "GDPR": ("Art. 32",)}


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_a_framework_says_which_edition_and_where(name: str) -> None:
    framework = FRAMEWORKS[name]
    assert framework.name == name
    assert framework.edition
    assert framework.url.startswith("https://")
