"""Exports: every form that people save, and every refusal with the file and the place in it."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from nhiscan import engine
from nhiscan.connector import Connector
from nhiscan.errors import InputError
from nhiscan.evidence import open_bundle
from nhiscan.inventory import Inventory
from nhiscan.model import Identity
from nhiscan.parse import parse
from nhiscan_connectors.aws.connector import AwsConnector
from tests.connectors.aws.answers import (
    ACCOUNT,
    IAM,
    SCOPE,
    allow,
    details,
    document,
    encoded,
    group,
    managed,
    report,
    report_row,
    role,
    user,
)

START = datetime(2026, 11, 24, tzinfo=UTC)
OTHER = "210987654321"
ORG = "o-abcdefghij"


def read(tmp_path: Path, export: Path) -> Inventory:
    connectors: dict[str, Connector] = {"aws": AwsConnector()}
    bundle = engine.begin(tmp_path / "bundle", {"aws": {}}, connectors, started=START)
    engine.import_exports(bundle, connectors["aws"], export)
    return parse(open_bundle(tmp_path / "bundle"), connectors).inventory


def write(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / "export" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def moved(body: dict[str, Any], account: str) -> dict[str, Any]:
    """The same in another account."""
    moved: dict[str, Any] = json.loads(json.dumps(body).replace(ACCOUNT, account))
    return moved


def operations_with_gaps(inventory: Inventory, scope: str = SCOPE) -> set[str]:
    return {gap.operation for gap in inventory.gaps if gap.scope == scope}


def people(inventory: Inventory) -> list[Identity]:
    """All but the root users, which every account has."""
    return [identity for identity in inventory.identities.values() if identity.kind != "root-user"]


def names(inventory: Inventory) -> set[str]:
    return {identity.name for identity in people(inventory)}


DETAILS = "iam:GetAccountAuthorizationDetails"
REPORT = "iam:GetCredentialReport"
PAGES = [
    {**details([user("ada")]), "IsTruncated": True, "Marker": "1"},
    {**details([user("ben")], [role("app")]), "IsTruncated": True, "Marker": "2"},
    details([user("cleo")]),
]
WHOLE = details([user("ada"), user("ben"), user("cleo")], [role("app")])
NAMES = {"ada", "ben", "cleo", "app"}

FORMS: dict[str, Callable[[], str | bytes]] = {
    "one answer": lambda: json.dumps(WHOLE),
    "a list of pages": lambda: json.dumps(PAGES),
    "pages one behind the other": lambda: "".join(json.dumps(page, indent=4) + "\n" for page in PAGES),
    "pages line by line": lambda: "\r\n".join(json.dumps(page) for page in PAGES),
    "with a byte order mark": lambda: b"\xef\xbb\xbf" + json.dumps(WHOLE).encode(),
    "as PowerShell writes it": lambda: json.dumps(WHOLE).encode("utf-16"),
    "UTF-16 without a mark": lambda: json.dumps(WHOLE).encode("utf-16-le"),
    "UTF-16 without a mark, the other end first": lambda: json.dumps(WHOLE).encode("utf-16-be"),
    "packed": lambda: gzip.compress(json.dumps(WHOLE).encode()),
    "packed in parts": lambda: (
        gzip.compress(json.dumps(PAGES[0]).encode()) + gzip.compress(json.dumps(PAGES[1:]).encode())
    ),
    "pages that overlap": lambda: json.dumps([*PAGES, PAGES[1]]) + json.dumps(WHOLE),
    "UTF-16, the other end first": lambda: b"\xfe\xff" + json.dumps(WHOLE).encode("utf-16-be"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_details_is_read(tmp_path: Path, form: str) -> None:
    inventory = read(tmp_path, write(tmp_path, "details.json", FORMS[form]()))
    assert names(inventory) == NAMES
    assert DETAILS not in operations_with_gaps(inventory)
    assert REPORT in operations_with_gaps(inventory)
    ada = f"{IAM}:user/ada"
    assert not inventory.knows(SCOPE, "mfa", ada)
    assert not inventory.knows(SCOPE, "credentials", ada)
    assert {"iam:ListServiceSpecificCredentials", "sso-admin:ListInstances"} <= operations_with_gaps(inventory)


def test_pages_may_stand_in_files_of_a_directory_with_other_things(tmp_path: Path) -> None:
    for number, page in enumerate(PAGES):
        write(tmp_path, f"deep/page{number}.json", json.dumps(page))
        # An answer of another call between two pages must not make one of them vanish.
        write(tmp_path, f"deep/page{number}b.json", json.dumps({"Organization": {"Id": ORG}}))
    write(tmp_path, "deep/report.csv", report(report_row("ada", mfa_active="true")))
    write(tmp_path, ".git/config", "not an export")
    write(tmp_path, "README.md", "not an export")
    inventory = read(tmp_path, tmp_path / "export")
    assert names(inventory) == NAMES
    assert DETAILS not in operations_with_gaps(inventory)
    assert REPORT not in operations_with_gaps(inventory)
    assert inventory.has_factor(inventory.identities[f"{IAM}:user/ada"]) is True


def test_an_account_whose_last_page_is_not_there_is_not_known(tmp_path: Path) -> None:
    export = write(tmp_path, "pages.json", json.dumps(PAGES[:2]))
    inventory = read(tmp_path, export)
    assert names(inventory) == {"ada", "ben", "app"}
    assert not inventory.knows(SCOPE, "identities")
    (gap,) = [gap for gap in inventory.gaps if gap.operation == DETAILS]
    assert "pages.json: document 2" in gap.detail
    assert gap.reason == "unsupported"


def test_a_directory_of_several_accounts_and_their_organization(tmp_path: Path) -> None:
    write(tmp_path, "one.json", json.dumps(details([user("ada")])))
    write(tmp_path, "two.json", json.dumps(moved(details([user("ben")]), OTHER)))
    accounts = [
        {"Id": ACCOUNT, "Name": "acme prod", "Status": "ACTIVE"},
        {"Id": OTHER, "Name": "acme dev", "Status": "ACTIVE"},
    ]
    write(tmp_path, "zz-accounts.json", json.dumps({"Accounts": accounts}))
    described = {"Organization": {"Id": ORG, "MasterAccountId": OTHER}}
    write(tmp_path, "zz-organization.json", json.dumps(described))
    summary = {
        "Id": "p-1",
        "Arn": f"arn:aws:organizations::{OTHER}:policy/{ORG}/service_control_policy/p-1",
        "Name": "fence",
        "Type": "SERVICE_CONTROL_POLICY",
    }
    write(tmp_path, "zz-policies.json", json.dumps({"Policies": [summary]}))
    content = json.dumps(document({"Effect": "Deny", "Action": "iam:*", "Resource": "*"}))
    write(tmp_path, "zz-policy.json", json.dumps({"Policy": {"PolicySummary": summary, "Content": content}}))
    targets = {"PolicyId": "p-1", "Targets": [{"TargetId": ACCOUNT, "Type": "ACCOUNT"}]}
    write(tmp_path, "zz-targets.json", json.dumps(targets))

    inventory = read(tmp_path, tmp_path / "export")
    places = {scope.id: (scope.name, scope.parent, scope.environment) for scope in inventory.scopes.values()}
    assert places == {
        f"aws:{ORG}": (ORG, None, None),
        SCOPE: ("acme prod", f"aws:{ORG}", "production"),
        f"aws:{OTHER}": ("acme dev", f"aws:{ORG}", "development"),
    }
    assert inventory.scopes[f"aws:{OTHER}"].attributes["management"] == "true"
    assert {i.name: i.scope for i in people(inventory)} == {"ada": SCOPE, "ben": f"aws:{OTHER}"}
    (use,) = [use for use in inventory.policy_uses if use.use == "organization-limit"]
    assert (use.policy, use.target) == (summary["Arn"], SCOPE)
    assert json.loads(inventory.policies[use.policy].document or "")["Statement"][0]["Action"] == "iam:*"
    assert inventory.knows(SCOPE, "organization")


def test_what_an_organization_export_lacks_is_said(tmp_path: Path) -> None:
    write(tmp_path, "one.json", json.dumps(WHOLE))
    write(tmp_path, "org.json", json.dumps({"Organization": {"Id": ORG}}))
    inventory = read(tmp_path, tmp_path / "export")
    assert {"organizations:ListPolicies", "organizations:ListAccounts"} <= operations_with_gaps(inventory)
    assert not inventory.knows(SCOPE, "organization")


def test_nothing_of_an_organization_is_a_gap(tmp_path: Path) -> None:
    inventory = read(tmp_path, write(tmp_path, "one.json", json.dumps(WHOLE)))
    assert not inventory.knows(SCOPE, "organization")


CSV = report(report_row("<root_account>"), report_row("ada", password_enabled="true", mfa_active="true"))


@pytest.mark.parametrize(
    "content",
    [
        CSV,
        CSV.replace("\n", "\r\n"),
        b"\xff\xfe" + CSV.encode("utf-16-le"),
        base64.b64encode(CSV.encode()),
        b'"' + base64.b64encode(CSV.encode()) + b'"\n',
        base64.encodebytes(CSV.encode()),
        json.dumps({"Content": base64.b64encode(CSV.encode()).decode(), "ReportFormat": "text/csv"}),
        json.dumps({"Content": CSV, "GeneratedTime": "2026-11-20T00:00:00Z"}),
    ],
)
def test_every_form_of_the_credential_report_is_read(tmp_path: Path, content: str | bytes) -> None:
    inventory = read(tmp_path, write(tmp_path, "report", content))
    ada = inventory.identities[f"{IAM}:user/ada"]
    assert inventory.has_factor(ada) is True
    assert [credential.kind for credential in inventory.credentials_of(ada.id)] == ["password"]
    assert not inventory.knows(SCOPE, "policies", ada.id)
    assert REPORT not in operations_with_gaps(inventory)


BIG = "x" * 200_000
REFUSED: dict[str, tuple[str | bytes, str]] = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\t \n", "is empty"),
    "cut off in the middle": (json.dumps(WHOLE)[:400], "not whole JSON: .* line 1, column"),
    "cut off second document": (json.dumps(WHOLE) + json.dumps(WHOLE)[:100], "not whole JSON"),
    "binary": (b"\x7fELF\x8b\xff\xfe\xfd", "at byte 4 it is not UTF-8"),
    "packed and cut off": (gzip.compress(json.dumps(WHOLE).encode())[:-20], "cannot be unpacked"),
    "packed and damaged": (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x00\xff\xff", "cannot be unpacked"),
    "no packing at all": (b"\x1f\x8b\xff", "cannot be unpacked"),
    "a key that stands twice": (
        json.dumps(details([user("ada")])).replace('"GroupDetailList"', '"UserDetailList"'),
        "document 1 is not JSON that an API writes: an object has 'UserDetailList' twice",
    ),
    "a key that stands twice deep inside": (
        json.dumps([WHOLE, details([user("ada", Tags=[{"Key": "a", "Value": "b"}])])]).replace('"Value"', '"Key"'),
        "an object has 'Key' twice",
    ),
    "two that differ": (
        json.dumps([details([user("ada")]), details([user("ben"), user("ada", Path="/x/")])]),
        r"document 2, UserDetailList\[1\] tells of .*user/ada otherwise than .*document 1, UserDetailList\[0\]",
    ),
    "half a character": (json.dumps(WHOLE).encode("utf-16")[:-1], "it is not UTF-16"),
    "nested too deep for the parser": ("[" * 100_000, "document 1 is nested too deep"),
    "nested too deep objects": ('{"a":' * 100_000, "document 1 is nested too deep"),
    "nested too deep for an answer": (
        json.dumps(details([user("ada", Tags=json.loads("[" * 300 + "]" * 300))])),
        "document 1 cannot be taken in: .*nested",
    ),
    "nothing that is known": (json.dumps({"Buckets": []}), r"document 1 is not an export .*\(it has Buckets\)"),
    "no keys": ("{}", r"document 1 is not an export .*no keys"),
    "an empty list": ("[]", "an empty list"),
    "a list of numbers": ("[1]", "document 1 is a number, not an object"),
    "a second document of the wrong kind": (json.dumps(WHOLE) + "[null]", "document 2 is null"),
    "two accounts": (
        json.dumps(details([user("ada")], [moved(role("app"), OTHER)])),
        f"document 1 mixes the accounts {ACCOUNT}, {OTHER}",
    ),
    "no account": (json.dumps(details()), "document 1 names no account"),
    "a list that is none": (json.dumps({"UserDetailList": {"a": 1}}), "document 1, UserDetailList is an object"),
    "a user that is none": (json.dumps(details([user("ada"), "ben"])), r"UserDetailList\[1\] is text"),
    "a user without ARN": (json.dumps(details([{"UserName": "x"}])), r"UserDetailList\[0\] has no Arn"),
    "a role without name": (json.dumps(details((), [role("x", RoleName=3)])), r"RoleDetailList\[0\] has no RoleName"),
    "not a number": (json.dumps(details([user("ada", X=float("nan"))])), "document 1 .*NaN"),
    "infinite": (json.dumps(details([user("ada")])).replace("false", "-Infinity"), "document 1 .*Infinity"),
    "a number that is too large": (json.dumps(details([user("a")])).replace("false", "1e999"), "1e999 is too large"),
    "a number without end": (json.dumps(details([user("a")])).replace("false", "9" * 9000), "number of 9000 digits"),
    "text that is no Unicode": (
        json.dumps(details([user("ada")])).replace("2024", r"\ud800"),
        "document 1 holds text that is no Unicode",
    ),
    "prose": ("Unable to locate credentials", "neither JSON nor a credential report"),
    "another table": ("a,b\n1,2\n", "neither JSON nor a credential report"),
    "a field without end": (report(report_row("ada", cert_1_active=BIG)), "neither JSON nor a credential report"),
    "a report that was cut off": (CSV[:-60], "1 of 2 rows of the report are cut off"),
    "a report of nobody": (report(), "of one account; this one of none"),
    "a report of two accounts": (
        report(report_row("ada"), report_row("ben").replace(ACCOUNT, OTHER)),
        f"of one account; this one of {ACCOUNT}, {OTHER}",
    ),
    "base64 of something else": (json.dumps({"Content": "!!!"}), "document 1, Content is neither"),
    "targets of nobody knows which policy": (
        json.dumps({"Targets": [{"TargetId": "1"}]}),
        "document 1 does not tell of which policy",
    ),
    "a key that is a command to the terminal": (json.dumps({"\x1b[2J": 1}), "not an export"),
    "an organization that is none": (json.dumps({"Organization": ["o-1"]}), "not an export"),
    "accounts that are none": (json.dumps({"Accounts": [1]}), "not an export"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_export_is_refused_with_file_and_place(tmp_path: Path, case: str) -> None:
    content, why = REFUSED[case]
    export = write(tmp_path, "damaged.json", content)
    with pytest.raises(InputError, match=why) as caught:
        read(tmp_path, export)
    assert str(export) in caught.value.message
    assert len(caught.value.diagnostics()) < 1000
    assert "\x1b" not in caught.value.message


def test_a_user_that_overlapping_pages_tell_of_twice_is_one(tmp_path: Path) -> None:
    reader = user("ada", GroupList=["readers"])
    pages = [details([reader], [role("app")], [group("readers")]), details([reader, user("ben")])]
    inventory = read(tmp_path, write(tmp_path, "pages.json", json.dumps(pages)))
    assert len(inventory.memberships) == 1
    assert len(inventory.trusts_of(f"{IAM}:role/app")) == 1


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (details([user("ada")]), "has no role, which every account has"),
        ({"UserDetailList": [user("ada")]}, "has no GroupDetailList and no RoleDetailList and no Policies"),
        ({**WHOLE, "IsTruncated": True}, "says that there are more pages"),
        ({**WHOLE, "NextToken": "x"}, "says that there are more pages"),
    ],
)
def test_details_that_are_not_whole_are_read_and_the_rest_is_not_known(
    tmp_path: Path, body: dict[str, Any], why: str
) -> None:
    inventory = read(tmp_path, write(tmp_path, "details.json", json.dumps(body)))
    assert "ada" in names(inventory)
    (gap,) = [gap for gap in inventory.gaps if gap.operation == DETAILS]
    assert why in gap.detail
    assert not inventory.knows(SCOPE, "identities")


def scp(id: str) -> dict[str, Any]:
    return {"Id": id, "Arn": f"arn:aws:organizations::{ACCOUNT}:policy/{ORG}/{id}", "Type": "SERVICE_CONTROL_POLICY"}


def organization(**changed: Any) -> dict[str, Any]:
    """Answers of an organization with one unit, in which the account stands, and one policy; by name of file."""
    files: dict[str, Any] = {
        "organization": {"Organization": {"Id": ORG, "MasterAccountId": OTHER}},
        "accounts": {"Accounts": [{"Id": ACCOUNT, "Name": "web"}, {"Id": OTHER, "Name": "top"}]},
        "roots": {"Roots": [{"Id": "r-abcd"}]},
        "units-r-abcd": {"OrganizationalUnits": [{"Id": "ou-abcd-12345678", "Name": "prod"}]},
        "accounts-ou-abcd-12345678": {"Accounts": [{"Id": ACCOUNT, "Name": "web"}]},
        "policies": {"Policies": [scp("p-abcdefgh")]},
        "policy": {"Policy": {"PolicySummary": scp("p-abcdefgh"), "Content": json.dumps(document(allow("s3:*")))}},
        "targets-p-abcdefgh": {"Targets": [{"TargetId": "r-abcd"}]},
    }
    return {name: body for name, body in (files | changed).items() if body is not None}


def read_organization(tmp_path: Path, **changed: Any) -> Inventory:
    write(tmp_path, "one.json", json.dumps(WHOLE))
    for name, body in organization(**changed).items():
        write(tmp_path, f"{name}.json", json.dumps(body))
    return read(tmp_path, tmp_path / "export")


def test_a_whole_organization_is_known_by_the_names_of_its_files(tmp_path: Path) -> None:
    inventory = read_organization(tmp_path)
    assert {scope.id: scope.parent for scope in inventory.scopes.values()} == {
        f"aws:{ORG}": None,
        "aws:r-abcd": f"aws:{ORG}",
        "aws:ou-abcd-12345678": "aws:r-abcd",
        SCOPE: "aws:ou-abcd-12345678",
        f"aws:{OTHER}": f"aws:{ORG}",
    }
    assert inventory.scopes[SCOPE].environment == "production"
    assert [use.target for use in inventory.policy_uses if use.use == "organization-limit"] == ["aws:r-abcd"]
    assert inventory.knows(SCOPE, "organization")
    assert inventory.knows(f"aws:{ORG}", "organization")


@pytest.mark.parametrize(
    ("changed", "operation", "why"),
    [
        ({"organization": None}, "organizations:DescribeOrganization", "does not hold it"),
        ({"roots": None}, "organizations:ListAccountsForParent", f"in which units {ACCOUNT} stand"),
        ({"units-r-abcd": None}, "organizations:ListAccountsForParent", f"in which units {ACCOUNT} stand"),
        ({"accounts-ou-abcd-12345678": None}, "organizations:ListAccountsForParent", f"in which units {ACCOUNT}"),
        ({"targets-p-abcdefgh": None}, "organizations:ListTargetsForPolicy", "does not hold it"),
        ({"policy": None}, "organizations:DescribePolicy", "does not hold it"),
        (
            {"policies": {"Policies": [scp("p-abcdefgh"), scp("p-other111")]}},
            "organizations:DescribePolicy",
            "p-other111",
        ),
        ({"targets-p-other111": {"Targets": []}}, "organizations:DescribePolicy", "p-other111"),
        (
            {"policies": {"Policies": [scp("p-abcdefgh"), scp("p-other111")]}},
            "organizations:ListTargetsForPolicy",
            "where p-other111 apply",
        ),
        (
            {"accounts": {"Accounts": [{"Id": OTHER}]}, "accounts-ou-abcd-12345678": None},
            "organizations:ListAccountsForParent",
            "not name the account",
        ),
    ],
)
def test_a_hole_in_an_organization_hides_the_limits_of_the_account(
    tmp_path: Path, changed: dict[str, Any], operation: str, why: str
) -> None:
    inventory = read_organization(tmp_path, **changed)
    told = [gap for gap in inventory.gaps if gap.operation == operation and gap.scope == SCOPE]
    assert any(why in gap.detail for gap in told)
    assert not inventory.knows(SCOPE, "organization")


def test_without_an_organization_no_account_knows_its_limits(tmp_path: Path) -> None:
    write(tmp_path, "one.json", json.dumps(WHOLE))
    write(tmp_path, "two.json", json.dumps(moved(WHOLE, OTHER)))
    inventory = read(tmp_path, tmp_path / "export")
    assert not inventory.knows(SCOPE, "organization")
    assert not inventory.knows(f"aws:{OTHER}", "organization")


def test_a_report_with_nul_bytes_is_read(tmp_path: Path) -> None:
    export = write(tmp_path, "report.csv", report(report_row("ada", access_key_1_last_used_service="s3\x00")))
    assert f"{IAM}:user/ada" in read(tmp_path, export).identities


def test_two_reports_of_one_account_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "2025.csv", CSV)
    write(tmp_path, "2026.csv", CSV)
    with pytest.raises(InputError, match=r"2026\.csv is a second credential report .*2025\.csv is the first"):
        read(tmp_path, tmp_path / "export")


def test_a_directory_without_exports_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "picture.png", b"\x89PNG")
    with pytest.raises(InputError, match="holds no JSON and no CSV file"):
        read(tmp_path, tmp_path / "export")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.json cannot be read: No such file"):
        read(tmp_path, tmp_path / "nothing.json")


def test_documents_in_all_writings_are_the_same(tmp_path: Path) -> None:
    text = document(allow("bedrock:InvokeModel"))
    policies = [
        managed("object", text),
        managed("text", json.dumps(text, indent=2)),
        managed("encoded", encoded(text)),
        managed("broken", "%7Bnot"),
    ]
    inventory = read(tmp_path, write(tmp_path, "details.json", json.dumps(details([user("ada")], policies=policies))))
    documents = {policy.name: policy.document for policy in inventory.policies.values()}
    assert documents["object"] == documents["text"] == documents["encoded"]
    assert json.loads(documents["object"] or "") == text
    assert documents["broken"] is None
    assert "not JSON" in inventory.policies[f"{IAM}:policy/broken"].problem
