"""The credential report, and which key of a user each of its slots is."""

from __future__ import annotations

import pytest

from nhiscan.model import Activity
from nhiscan_connectors.aws.iam.report import KEYS_TRACKED, PASSWORDS_TRACKED, Row, Slot, match, rows
from tests.connectors.aws.iam.support import COLUMNS, moment, root_row, row, user_arn


def read(*lines: str) -> list[Row]:
    return list(rows("\n".join((COLUMNS, *lines))))


def test_a_row_says_what_a_user_has() -> None:
    line = row(
        "ada", password_enabled="true", password_last_used="2026-11-20T08:00:00+00:00", mfa_active="TRUE",
        password_last_changed="2026-01-02T00:00:00+00:00", access_key_2_active="true",
        access_key_2_last_rotated="2025-01-02T03:04:05+00:00", access_key_2_last_used_date="2026-11-01T00:00:00+00:00",
        access_key_2_last_used_region="N/A", access_key_2_last_used_service="s3",
        cert_1_last_rotated="2020-01-01T00:00:00Z",
    )  # fmt: skip
    (ada,) = read(line)
    assert (ada.user, ada.arn, ada.password, ada.mfa) == ("ada", user_arn("ada"), True, True)
    assert ada.password_activity is not None
    assert ada.password_activity.last_used_at == moment("2026-11-20T08:00:00Z")
    (slot,) = ada.slots
    assert (slot.number, slot.active, slot.service) == (2, True, "s3")
    assert slot.activity is not None
    assert slot.activity.detail == "s3"  # not "s3 in N/A"
    (certificate,) = ada.certificates
    assert not certificate.active


def test_a_key_that_is_switched_off_is_still_a_key() -> None:
    (found,) = read(row("ci", access_key_1_last_rotated="2020-01-02T03:04:05+00:00"))
    assert [(slot.number, slot.active) for slot in found.slots] == [(1, False)]


@pytest.mark.parametrize("text", ["N/A", "no_information"])
def test_never_used_means_since_aws_keeps_track(text: str) -> None:
    (found,) = read(
        row("old", password_enabled="true", password_last_used=text, access_key_1_active="true",
            access_key_1_last_rotated="2012-01-02T03:04:05+00:00")
    )  # fmt: skip
    assert found.password_activity == Activity(observed_since=PASSWORDS_TRACKED, source="iam:GetCredentialReport")
    assert found.slots[0].activity == Activity(observed_since=KEYS_TRACKED, source="iam:GetCredentialReport")


def test_a_date_that_cannot_be_read_is_not_never() -> None:
    line = row("ada", password_enabled="true", password_last_used="last week", access_key_1_active="true")
    (found,) = read(line.replace("N/A,N/A,N/A,N/A,false", "N/A,yesterday,N/A,N/A,false", 1))
    assert found.password_activity is None
    assert found.slots[0].activity is None


def test_the_root_user_has_a_password_that_nobody_tells_of() -> None:
    (root,) = read(root_row())
    assert root.password is None
    assert root.password_changed is None


def test_user_names_may_have_commas_quoted_or_not() -> None:
    name = "team,ops"
    quoted = row(f'"{name}"', f'"{user_arn(name)}"', mfa_active="true")
    bare = row(name, user_arn(name), mfa_active="true")
    for line in (quoted, bare):
        (found,) = read(line)
        assert (found.user, found.arn, found.mfa) == (name, user_arn(name), True)


def test_a_report_that_was_cut_off_keeps_its_whole_rows() -> None:
    found = read(row("ada"), row("ben")[:60])
    assert [item.user for item in found] == ["ada"]


@pytest.mark.parametrize("content", ["", "hello", "user,arn\nada,arn:x", COLUMNS.replace("mfa_active", "mfa")])
def test_something_else_is_refused(content: str) -> None:
    with pytest.raises(ValueError, match="not a credential report: it has no column"):
        list(rows(content))


def slot(number: int, rotated: str, *, active: bool = True) -> Slot:
    return Slot(number=number, active=active, rotated=moment(rotated), activity=None)


def key(id: str, created: str, status: str = "Active") -> dict[str, str]:
    return {"AccessKeyId": id, "CreateDate": created, "Status": status}


def matched(slots: list[Slot], keys: list[dict[str, str]]) -> dict[str, int]:
    return {id: found.number for id, found in match(slots, keys).items()}


OLD, NEW = "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"


def test_one_key_is_the_one_slot_even_after_it_was_switched_off() -> None:
    assert matched([slot(1, OLD)], [key("A", OLD)]) == {"A": 1}
    assert matched([slot(1, NEW, active=False)], [key("A", OLD, "Inactive")]) == {"A": 1}


def test_a_key_that_is_younger_than_the_report_is_in_no_slot() -> None:
    """The slot is of a key that was deleted since; its last use must not be taken for that of the new key."""
    assert matched([slot(1, OLD)], [key("A", NEW)]) == {}


def test_two_keys_are_told_apart_by_the_second_on_which_they_were_made() -> None:
    assert matched([slot(1, OLD), slot(2, NEW)], [key("B", NEW), key("A", OLD)]) == {"A": 1, "B": 2}


def test_the_key_that_is_left_over_is_the_slot_that_is_left_over() -> None:
    later = slot(2, "2026-06-01T00:00:00Z", active=False)
    assert matched([slot(1, NEW), later], [key("A", NEW), key("B", OLD, "Inactive")]) == {"A": 1, "B": 2}


def test_keys_in_doubt_are_left_out() -> None:
    same = [key("A", OLD), key("B", OLD)]
    assert matched([slot(1, OLD), slot(2, OLD)], same) == {}
    both_changed = [slot(1, "2026-05-01T00:00:00Z"), slot(2, "2026-06-01T00:00:00Z")]
    assert matched(both_changed, [key("A", OLD), key("B", NEW)]) == {}
    one_deleted = [slot(1, "2026-05-01T00:00:00Z"), slot(2, NEW)]
    assert matched(one_deleted, [key("A", OLD)]) == {}
    assert matched([slot(1, OLD)], []) == {}
