"""Conditions of IAM: what is true, what is false, and what stays open."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiscan_connectors.gcp.access.conditions import holds, name_of, split
from nhiscan_connectors.gcp.access.expressions import Facts, judge, only_of, parse
from nhiscan_connectors.gcp.access.universe import BIT, EVERY

SECRET = Facts(
    names=("projects/pay/secrets/card", "projects/42/secrets/card"),
    type="secretmanager.googleapis.com/Secret",
    service="secretmanager.googleapis.com",
)
INSIDE = Facts(names=SECRET.names, inside=True, type="secretmanager.googleapis.com/SecretVersion")
ONLY = "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/viewer'])"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("resource.name == 'projects/pay/secrets/card'", True),
        ('resource.name == "projects/42/secrets/card"', True),
        ("resource.name == 'projects/pay/secrets/other'", False),
        ("resource.name != 'projects/pay/secrets/card'", False),
        ("resource.name.startsWith('projects/42/secrets/ca')", True),
        ("resource.name.startsWith('projects/43/')", False),
        ("!resource.name.startsWith('projects/42/')", False),
        ("resource.name.endsWith('/card')", True),
        ("resource.name.endsWith('/cart')", False),
        ("resource.name.extract('secrets/{x}') == 'card'", None),
        ("resource.type == 'secretmanager.googleapis.com/Secret'", True),
        ("resource.type != 'secretmanager.googleapis.com/Secret'", False),
        ("'secretmanager.googleapis.com/Secret' == resource.type", True),
        ("resource.type in ['a', 'secretmanager.googleapis.com/Secret']", True),
        ("resource.type in ['a', 'b']", False),
        ("resource.service == 'secretmanager.googleapis.com'", True),
        ("resource.service == 'storage.googleapis.com'", False),
        ("request.time < timestamp('2020-01-01T00:00:00Z')", None),
        ("request.time.getHours('Europe/Berlin') >= 9", None),
        ("resource.matchTag('1/env', 'prod')", None),
        ("resource.hasTagKeyId('tagKeys/1')", None),
        ("destination.port == 22", None),
        ("true", True),
        ("false || resource.type == 'secretmanager.googleapis.com/Secret'", True),
        ("resource.type == 'x' && request.time < timestamp('2020-01-01T00:00:00Z')", False),
        ("resource.service == 'secretmanager.googleapis.com' || request.time < timestamp('2020')", True),
        ("(resource.type == 'x' || resource.type == 'y') && true", False),
        ("!(resource.type == 'x')", True),
        ("!!(resource.type == 'x')", False),
        ("a ? b : c", None),
        ("resource.name.startsWith('a'", None),
        ("resource.name == 'a' resource.name == 'b'", None),
        ("", None),
        ("'unclosed", None),
        ("resource.name.startsWith(resource.type)", None),
        ("resource.name.startsWith(prefix)", None),
        ("resource.name.startsWith(prefix) || resource.type != 'x'", True),
        ("resource.type in ['secretmanager.googleapis.com/Secret', other]", None),
        ("size(resource.name) > 3", None),
        ("resource.name == resource.type", None),
        ("resource.type == r'secretmanager.googleapis.com/Secret'", True),
        ('"it\'s" == resource.type', False),
        ("resource.type == 'secretmanager\\.googleapis.com/Secret'", True),
    ],
)
def test_expression(text: str, expected: bool | None) -> None:
    assert judge(parse(text), SECRET) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("resource.name.startsWith('projects/pay/secrets/card')", True),
        ("resource.name.startsWith('projects/pay/secrets/card/versions/1')", None),
        ("resource.name.startsWith('projects/pay/secrets/other')", False),
        ("resource.name == 'projects/pay/secrets/card'", False),
        ("resource.name == 'projects/pay/secrets/card/versions/1'", None),
        ("resource.name != 'projects/pay/secrets/card'", True),
        ("resource.name.endsWith('/1')", None),
    ],
)
def test_something_in_the_resource_has_a_longer_name(text: str, expected: bool | None) -> None:
    assert judge(parse(text), INSIDE) is expected


def test_what_is_not_known_stays_open() -> None:
    for attribute in ("resource.name", "resource.type", "resource.service", "principal.type", "principal.subject"):
        assert judge(parse(f"{attribute} == 'x'"), Facts()) is None


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        (ONLY, ("roles/viewer",)),
        (f"{ONLY} && request.time < timestamp('2020')", ("roles/viewer",)),
        (f"!({ONLY})", ("roles/viewer",)),
        ("request.time < timestamp('2020')", None),
    ],
)
def test_roles_that_changes_are_limited_to(text: str, roles: tuple[str, ...] | None) -> None:
    assert only_of(parse(text)) == roles


def test_limited_changes_concern_permissions_to_write_policies_only() -> None:
    found = split(ONLY)
    assert found.limited & BIT["resourcemanager.projects.setiampolicy"]
    assert found.free & BIT["storage.objects.get"]
    assert not found.limited & found.free
    assert (found.free | found.limited) == EVERY


def test_changes_that_must_be_about_other_roles_depend() -> None:
    assert split(f"!({ONLY})").tied & BIT["resourcemanager.projects.setiampolicy"]
    assert not split(f"!({ONLY})").free & BIT["storage.objects.get"]


def test_types_settle_which_permissions_are_meant() -> None:
    found = split("resource.type == 'secretmanager.googleapis.com/SecretVersion'")
    assert (
        found.free
        == BIT["secretmanager.versions.access"]
        | BIT["secretmanager.versions.add"]
        | BIT["secretmanager.versions.destroy"]
    )
    assert not found.tied & BIT["storage.objects.get"]
    assert found.tied & BIT["run.services.update"], "types of Cloud Run are not told here"


def test_holds_on_one_resource() -> None:
    names = ("projects/_/buckets/acme",)
    for text, expected in (
        ("resource.name.startsWith('projects/_/buckets/acme/objects/in/')", None),
        ("resource.name.startsWith('projects/_/buckets/acme')", True),
        ("resource.name.startsWith('projects/_/buckets/other')", False),
    ):
        assert holds(text, "storage.objects.get", names, False) is expected


@pytest.mark.parametrize(
    "text",
    [
        "(" * 3000,
        "!" * 8000,
        "a." * 4000,
        "[" * 4000,
        "x(" * 2000,
        "a==" * 2500,
        "'" * 8001,
        "\\" * 5000,
        "a || " * 1600,
        "resource.name == '" + "a" * 100_000 + "'",
    ],
    ids=range(10),
)
def test_hostile_text_costs_little_and_stays_open(text: str) -> None:
    start = time.process_time()
    assert judge(parse(text), SECRET) is None
    assert time.process_time() - start < 1


@given(st.text(alphabet="ab.()'\"&|!=<>[], resourcenamtyp\\", max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_left_open(text: str) -> None:
    assert judge(parse(text), Facts()) in (True, False, None)
    name_of(text)


def test_names_are_short_and_on_one_line() -> None:
    assert name_of("a\n  &&\tb") == "a && b"
    assert len(name_of("x" * 5000)) == 240
