"""What an identity may do that is dangerous in the wrong hands."""

from __future__ import annotations

import pytest

from nhiscan.model import AnyRecord, Capability
from nhiscan.privilege import Privilege, privilege
from nhiscan.result import AdminVerdict
from nhiscan.rules.long_lived_credential import RULE
from tests.rules.support import estate, gap, may, user


def held(*records: AnyRecord, admin: AdminVerdict = "no") -> Privilege:
    """The privilege of a user in an estate with these records."""
    context = estate(user("app"), *records, admins={"app": admin}).context(RULE)
    return privilege(context, context.inventory.identities["app"])


def test_an_identity_that_may_nothing_has_none() -> None:
    assert held() == Privilege(powerful=False, grave=False, sure=False, unread=False, evidence=())


@pytest.mark.parametrize(
    ("capability", "anywhere", "grave"),
    [
        ("administer_identities", True, True),
        ("change_guardrails", True, False),
        ("read_secrets", False, True),
        ("destroy", False, True),
        ("run_code", False, False),
        ("write_data", False, False),
        ("read_data", False, False),
    ],
)
def test_some_capabilities_are_dangerous_only_when_they_cover_everything(
    capability: Capability, anywhere: bool, grave: bool
) -> None:
    assert bool(held(may("app", capability, "one/thing")).evidence) is anywhere
    assert held(may("app", capability)).evidence
    assert held(may("app", capability)).grave is grave


def test_calling_models_is_not_among_them() -> None:
    assert not held(may("app", "invoke_models")).evidence


def test_what_holds_on_a_condition_is_told_only_where_nothing_is_sure() -> None:
    maybe = may("app", "destroy", answer="conditional")
    alone = held(maybe)
    assert (alone.sure, alone.grave) == (False, False)
    assert alone.evidence[0].endswith("destroy data and systems if a condition holds")
    both = held(maybe, may("app", "read_data"))
    assert (both.sure, both.grave) == (True, False)
    assert "destroy" not in " ".join(both.evidence)


@pytest.mark.parametrize("admin", ["is", "can_become"])
def test_an_administrator_is_powerful_without_any_grant(admin: AdminVerdict) -> None:
    found = held(admin=admin)
    assert (found.powerful, found.grave, found.sure, found.unread) == (True, True, True, False)
    assert len(found.evidence) == 1


def test_what_could_not_be_read_counts_only_where_nothing_is_known() -> None:
    assert held(admin="unknown").unread
    assert held(gap("policies")).unread
    assert held(may("app", "administer", answer="unknown")).unread
    assert not held(may("app", "read_data"), gap("policies")).unread
