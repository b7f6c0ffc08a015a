"""A role of somebody who is gone."""

from __future__ import annotations

from nhiscan.rules.orphan_binding import RULE
from tests.rules.support import ACCOUNT, assigned, estate, gap

GONE = "deleted:serviceAccount:old@p.iam.gserviceaccount.com?uid=1"
EXAMPLE = estate(assigned(GONE, "roles/editor", orphaned=True))


def test_a_role_of_what_was_deleted_is_found_where_it_is_given() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity, finding.related) == (ACCOUNT, "low", (GONE,))
    assert finding.evidence == (
        f"1 role on account {ACCOUNT} still names what was deleted",
        "serviceAccount:old@p.iam.gserviceaccount.com holds editor",
    )


def test_several_on_one_place_are_one_finding() -> None:
    said = estate(assigned(GONE, "roles/a", orphaned=True), assigned("deleted:user:x", "roles/b", orphaned=True))
    assert said.run(RULE).finding.evidence[0] == f"2 roles on account {ACCOUNT} still name what was deleted"


def test_living_holders_are_clean_and_hidden_policies_are_not() -> None:
    assert estate(assigned("ada", "roles/editor")).run(RULE).clean
    assert estate(gap("policies")).run(RULE).unknown == [ACCOUNT]
