"""A role for everything in the hands of a program."""

from __future__ import annotations

import pytest

from nhiscan.result import AdminVerdict
from nhiscan.rules.basic_role import RULE
from tests.rules.projects import service_account
from tests.rules.support import assigned, estate, gap, role_definition

EDITOR = role_definition("roles/editor", name="Editor", attributes={"basic": "write"})
VIEWER = role_definition("roles/viewer", name="Viewer", attributes={"basic": "read"})
EXAMPLE = estate(service_account("deploy"), EDITOR, assigned("deploy", "roles/editor"))


def test_a_program_that_may_change_everything_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity, finding.confidence) == ("deploy", "high", "medium")
    assert finding.evidence[0].startswith("google service account deploy may change everything in aws:111122223333")


def test_one_that_only_reads_is_less_bad_and_the_wider_role_is_told() -> None:
    said = estate(service_account("x"), VIEWER, assigned("x", "roles/viewer"), classes={"x": "legacy_service"}).run(
        RULE
    )
    assert (said.finding.severity, said.finding.confidence) == ("low", "high")
    both = estate(service_account("x"), EDITOR, VIEWER, assigned("x", "roles/viewer"), assigned("x", "roles/editor"))
    assert both.run(RULE).finding.severity == "high"


@pytest.mark.parametrize("admin", ["is", "can_become"])
def test_administrators_are_told_elsewhere(admin: AdminVerdict) -> None:
    assert estate(service_account("x"), EDITOR, assigned("x", "roles/editor"), admins={"x": admin}).run(RULE).clean


def test_people_and_fine_roles_are_clean_and_hidden_policies_are_not() -> None:
    person = estate(service_account("ada"), EDITOR, assigned("ada", "roles/editor"), classes={"ada": "human"})
    assert person.run(RULE).clean
    assert (
        estate(service_account("x"), role_definition("roles/run.admin"), assigned("x", "roles/run.admin"))
        .run(RULE)
        .clean
    )
    assert estate(service_account("x"), gap("policies")).run(RULE).unknown == ["x"]
