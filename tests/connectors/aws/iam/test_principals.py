"""Users, groups, roles and policies, from authorization details in the shape that AWS gives them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from nhiscan.model import Activity, Gap, Group, Identity, Link, Membership, Policy, PolicyUse, Sighting
from nhiscan_connectors.aws.iam import operations as ops
from tests.connectors.aws.iam.support import (
    ACCOUNT,
    AT,
    MADE,
    SCOPE,
    Records,
    allow,
    answer,
    attached,
    details,
    document,
    encoded,
    group,
    managed,
    moment,
    parse,
    refused,
    report,
    role,
    role_arn,
    row,
    trusts,
    user,
    user_arn,
)

BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/limit"
LIMITED = "arn:aws:iam::aws:policy/AmazonBedrockLimitedAccess"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


def uses(records: Records, target: str) -> set[tuple[str, str]]:
    return {(use.policy, use.use) for use in records.of(PolicyUse) if use.target == target}


def policy(records: Records, id: str) -> Policy:
    (found,) = [policy for policy in records.of(Policy) if policy.id == id]
    return found


def test_a_user_with_all_that_it_can_have() -> None:
    ada = user(
        "ada", path="/people/", GroupList=["dev"], AttachedManagedPolicies=attached(ADMIN),
        UserPolicyList=[{"PolicyName": "own", "PolicyDocument": encoded(document(allow("s3:Get*")))}],
        PermissionsBoundary={"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": BOUNDARY},
        Tags=[{"Key": "Owner", "Value": "ada@example.com"}, {"Key": "empty", "Value": ""}],
    )  # fmt: skip
    records = parse(
        details(
            ada,
            groups=[group("dev", AttachedManagedPolicies=attached(BOUNDARY))],
            policies=[managed("limit", allow("*")), managed("x", allow("*"), arn=ADMIN)],
        )
    )
    arn = user_arn("ada", "/people/")
    assert records.identity("ada") == Identity(
        id=arn, provider="aws", kind="iam-user", name="ada", scope=SCOPE, created_at=moment(MADE), path="/people/",
        tags={"Owner": "ada@example.com", "empty": ""}, attributes={"unique_id": ada["UserId"]},
    )  # fmt: skip
    assert uses(records, arn) == {(f"{arn}/policy/own", "permission"), (ADMIN, "permission"), (BOUNDARY, "boundary")}
    dev = f"arn:aws:iam::{ACCOUNT}:group/teams/dev"
    assert records.of(Membership) == [Membership(member=arn, group=dev)]
    assert [g.id for g in records.of(Group)] == [dev]
    assert uses(records, dev) == {(BOUNDARY, "permission")}
    assert json.loads(policy(records, f"{arn}/policy/own").document or "") == document(allow("s3:Get*"))
    assert policy(records, ADMIN).managed_by_provider
    assert "old:*" not in str(policy(records, BOUNDARY).document)  # the version in force, not the one before


def test_a_role_with_all_that_it_can_have() -> None:
    profile = {
        "Path": "/", "InstanceProfileName": "web", "InstanceProfileId": "AIPAEXAMPLE", "CreateDate": MADE, "Roles": [],
        "Arn": f"arn:aws:iam::{ACCOUNT}:instance-profile/web",
    }  # fmt: skip
    web = role(
        "web", RoleLastUsed={"LastUsedDate": "2026-11-20T01:02:03Z", "Region": "eu-west-1"},
        InstanceProfileList=[profile],
        Tags=[{"Key": "team", "Value": "shop"}],
    )  # fmt: skip
    listed = {key: web[key] for key in ("Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument")}
    listing = {
        "Roles": [{**listed, "MaxSessionDuration": 43200, "Description": "serves the shop"}],
        "IsTruncated": False,
    }
    records = parse(details(web), answer(ops.ROLES, listing))
    assert records.identity("web") == Identity(
        id=role_arn("web"), provider="aws", kind="iam-role", name="web", scope=SCOPE, created_at=moment(MADE), path="/",
        activity=Activity(
            last_used_at=moment("2026-11-20T01:02:03Z"), detail="in eu-west-1", source=ops.DETAILS.name
        ),
        description="serves the shop", tags={"team": "shop"},
        attributes={"unique_id": web["RoleId"], "max_session_minutes": "720"},
    )  # fmt: skip
    assert uses(records, role_arn("web")) == {(f"{role_arn('web')}/trust", "trust")}
    (link,) = records.of(Link)
    assert (link.source, link.target) == (profile["Arn"], role_arn("web"))
    assert policy(records, f"{role_arn('web')}/trust").kind == "trust"


# Trap 6: documents come as objects, as JSON text or URL-encoded, with one statement or a list of them.


@pytest.mark.parametrize("form", ["object", "text", "encoded"])
def test_documents_come_in_three_forms(form: str) -> None:
    source: dict[str, Any] = {"Version": "2012-10-17", "Statement": allow("s3:*", resource="arn:aws:s3:::a%20b/*")}
    given: Any = {"object": source, "text": json.dumps(source), "encoded": encoded(source)}[form]
    records = parse(details(user("u", UserPolicyList=[{"PolicyName": "p", "PolicyDocument": given}])))
    text = policy(records, f"{user_arn('u')}/policy/p").document
    assert text is not None
    assert json.loads(text) == source


def test_pages_are_one_account() -> None:
    """A user may name a group and policies that only a later page tells of."""
    records = parse(
        details(user("ada", GroupList=["dev"], AttachedManagedPolicies=attached(BOUNDARY)), page=0),
        details(role("web"), groups=[group("dev")], page=1),
        details(policies=[managed("limit", allow("bedrock:InvokeModel"))], page=2),
    )
    assert records.of(Membership)[0].group == f"arn:aws:iam::{ACCOUNT}:group/teams/dev"
    assert "granted-ai-invoke" in records.signals(user_arn("ada"))
    assert not records.gaps(ops.DETAILS)


# Trap 4: a role that shows no use is not a role that was never used.


def test_no_use_is_recorded_for_400_days_only() -> None:
    old = parse(details(role("r"))).identity("r").activity
    assert old == Activity(observed_since=moment(AT) - timedelta(days=400), source=ops.DETAILS.name)


def test_a_missing_field_says_nothing_of_use() -> None:
    entry = role("r")
    del entry["RoleLastUsed"]
    assert parse(details(entry)).identity("r").activity is None


def test_without_the_time_of_the_answer_the_window_is_not_known() -> None:
    assert parse(details(role("r"), at="")).identity("r").activity is None


def test_a_use_at_a_time_that_cannot_be_read_is_not_no_use() -> None:
    assert parse(details(role("r", RoleLastUsed={"LastUsedDate": "once"}))).identity("r").activity is None


# Trap 5: what AWS makes for itself, and doors for people.


def test_service_linked_roles_are_told_by_their_path_and_not_by_their_name() -> None:
    path = "/aws-service-role/support.amazonaws.com/"
    linked = role("AWSServiceRoleForSupport", trusts({"Service": "support.amazonaws.com"}), path=path)
    fake = role("AWSServiceRoleForMalice", trusts({"AWS": "444455556666"}))
    records = parse(details(linked, fake))
    assert records.identity("AWSServiceRoleForSupport").managed_by_provider
    assert records.signals(linked["Arn"]) == {"service-linked-role"}
    assert not records.identity("AWSServiceRoleForMalice").managed_by_provider
    assert records.signals(fake["Arn"]) == {"cross-account-trust"}


def test_sign_on_roles_are_told_by_path_and_saml_roles_by_their_trust() -> None:
    saml = trusts({"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/okta"}, "sts:AssumeRoleWithSAML")
    path = "/aws-reserved/sso.amazonaws.com/eu-west-1/"
    sign_on = role("AWSReservedSSO_Admin_0123456789abcdef", saml, path=path)
    fake = role("AWSReservedSSO_Admin_fedcba9876543210")
    people, mixed = role("people", saml), role("mixed", saml, trusts({"AWS": ACCOUNT}))
    records = parse(details(sign_on, fake, people, mixed))
    assert [i.name for i in records.of(Identity) if i.human_access] == [sign_on["RoleName"], "people"]
    assert "identity-center-role" in records.signals(sign_on["Arn"])
    assert "identity-center-role" not in records.signals(fake["Arn"])
    assert records.signals(people["Arn"]) == {"saml-trust"}
    assert "saml-trust" not in records.signals(mixed["Arn"])


def oidc(issuer: str) -> dict[str, Any]:
    return trusts({"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}"}, "sts:AssumeRoleWithWebIdentity")


@pytest.mark.parametrize(
    ("statement", "signal"),
    [
        (trusts({"Service": "lambda.amazonaws.com"}), "trusted-by-compute-service"),
        (trusts({"Service": "states.eu-west-1.amazonaws.com"}), "trusted-by-compute-service"),
        (trusts({"Service": "bedrock-agentcore.amazonaws.com"}), "trusted-by-ai-service"),
        (trusts({"Service": "qbusiness.amazonaws.com"}), "trusted-by-ai-service"),
        (trusts({"Service": "sagemaker.amazonaws.com"}), "trusted-by-ml-service"),
        (oidc("token.actions.githubusercontent.com"), "trusted-by-ci-oidc"),
        (oidc("oidc.circleci.com/org/1234"), "trusted-by-ci-oidc"),
        (oidc("gitlab.acme.example"), "trusted-by-ci-oidc"),
        (oidc("oidc.eks.us-east-1.amazonaws.com/id/AB12"), "trusted-by-cluster-oidc"),
        (oidc("notgitlab.evil.example"), "oidc-trust"),
        (trusts({"AWS": "444455556666"}), "cross-account-trust"),
        (trusts({"AWS": "arn:aws:iam::444455556666:role/x"}), "cross-account-trust"),
    ],
)
def test_trusts_say_who_acts_with_a_role(statement: dict[str, Any], signal: str) -> None:
    assert parse(details(role("r", statement))).signals(role_arn("r")) == {signal}


def test_the_own_account_is_not_another_one() -> None:
    assert parse(details(role("r", trusts({"AWS": [ACCOUNT, role_arn("x")]})))).signals(role_arn("r")) == set()


# Signals from policies.


@pytest.mark.parametrize(
    ("actions", "said"),
    [
        (["bedrock:InvokeModel*"], True),
        (["Bedrock:*"], True),
        (["bedrock-mantle:CallWithBearerToken"], True),
        (["aws-external-anthropic:CreateInference"], True),
        (["bedrock-agentcore:GetResourceApiKey"], True),
        (["sagemaker:InvokeEndpoint"], True),
        (["*"], False),
        (["*:*"], False),
        (["sagemaker:*"], False),
        (["bedrock:List*", "bedrock:GetFoundationModel"], False),
        (["s3:*", "notbedrock:InvokeModel"], False),
    ],
)
def test_a_policy_speaks_of_ai_only_when_it_names_it(actions: list[str], said: bool) -> None:
    inline = [{"PolicyName": "p", "PolicyDocument": document(allow(*actions))}]
    records = parse(details(role("r", RolePolicyList=inline)))
    assert ("granted-ai-invoke" in records.signals(role_arn("r"))) is said


def test_a_denial_grants_nothing() -> None:
    inline = [{"PolicyName": "p", "PolicyDocument": document({**allow("bedrock:*"), "Effect": "Deny"})}]
    assert "granted-ai-invoke" not in parse(details(role("r", RolePolicyList=inline))).signals(role_arn("r"))


def test_what_a_group_holds_its_members_hold() -> None:
    team = group(
        "ml", AttachedManagedPolicies=attached(LIMITED),
        GroupPolicyList=[{"PolicyName": "p", "PolicyDocument": document(allow("bedrock:InvokeAgent"))}],
    )  # fmt: skip
    records = parse(
        details(
            user("ada", GroupList=["ml"]), user("ben"), groups=[team], policies=[managed("x", allow("*"), arn=LIMITED)]
        )
    )
    assert records.signals(user_arn("ada")) >= {"granted-ai-invoke", "ai-managed-policy"}
    assert not records.signals(user_arn("ben")) & {"granted-ai-invoke", "ai-managed-policy"}
    assert records.signals(team["Arn"]) == set()  # a group cannot act


def test_policies_of_aws_that_only_sound_like_ai_do_not_count() -> None:
    name = "arn:aws:iam::aws:policy/AmazonQLDBFullAccess"
    own = f"arn:aws:iam::{ACCOUNT}:policy/AmazonBedrockFullAccess"
    for arn in (name, own):
        entry = role("r", AttachedManagedPolicies=attached(arn))
        records = parse(details(entry, policies=[managed("p", allow("qldb:*"), arn=arn)]))
        assert "ai-managed-policy" not in records.signals(role_arn("r"))


def test_the_users_that_the_bedrock_console_makes_are_known_by_name() -> None:
    records = parse(details(user("BedrockAPIKey-x1y2"), user("my-BedrockAPIKey-x")))
    assert "bedrock-console-user" in records.signals(user_arn("BedrockAPIKey-x1y2"))
    assert "bedrock-console-user" not in records.signals(user_arn("my-BedrockAPIKey-x"))


# What cannot be read is a gap that names whom it concerns.


def test_a_malformed_policy_concerns_those_who_hold_it() -> None:
    broken = managed("broken", allow("*"))
    broken["PolicyVersionList"][0]["Document"] = "%7B%22Version"
    holders = [
        user("ada", GroupList=["dev"]),
        user("ben", AttachedManagedPolicies=attached(broken["Arn"])),
        role("r", PermissionsBoundary={"PermissionsBoundaryArn": broken["Arn"]}),
        user("cleo"),
    ]
    records = parse(
        details(*holders, groups=[group("dev", AttachedManagedPolicies=attached(broken["Arn"]))], policies=[broken])
    )
    found = policy(records, broken["Arn"])
    assert (found.document, found.problem != "") == (None, True)
    (gap,) = records.gaps(ops.DETAILS)
    assert (gap.reason, gap.blinds) == ("failed", ("policies",))
    assert set(gap.subjects) == {user_arn("ada"), user_arn("ben"), role_arn("r")}
    assert records.inventory.knows(SCOPE, "policies", user_arn("cleo"))


def test_a_malformed_inline_policy_of_a_group_concerns_its_members() -> None:
    team = group("dev", GroupPolicyList=[{"PolicyName": "p", "PolicyDocument": "}{"}])
    records = parse(details(user("ada", GroupList=["dev"]), user("ben"), groups=[team]))
    (gap,) = records.gaps(ops.DETAILS)
    assert gap.subjects == (user_arn("ada"),)


def test_a_malformed_policy_that_nobody_holds_blinds_nobody() -> None:
    broken = managed("broken", allow("*"))
    broken["PolicyVersionList"] = []
    records = parse(details(user("ada"), policies=[broken]))
    (gap,) = records.gaps(ops.DETAILS)
    assert gap.blinds == ()
    assert records.inventory.knows(SCOPE, "policies", user_arn("ada"))


def test_a_policy_whose_document_did_not_come_is_asked_for_or_said() -> None:
    entry = details(user("ada", AttachedManagedPolicies=attached(ADMIN)))
    missing = parse(entry)
    (gap,) = missing.gaps(ops.DETAILS)
    assert gap.subjects == (user_arn("ada"),)
    assert policy(missing, ADMIN).document is None
    version = {
        "PolicyVersion": {"VersionId": "v1", "Document": encoded(document(allow("*"))), "IsDefaultVersion": True}
    }
    found = parse(entry, answer(ops.POLICY_VERSION, version, PolicyArn=ADMIN, VersionId="v1"))
    assert policy(found, ADMIN).document is not None
    assert not found.gaps(ops.DETAILS)


def test_policies_of_aws_that_nobody_refers_to_are_left_out() -> None:
    records = parse(details(policies=[managed("x", allow("*"), arn=ADMIN), managed("own", allow("*"))]))
    assert [p.name for p in records.of(Policy)] == ["own"]


def test_a_group_that_the_account_does_not_tell_of_makes_its_members_unknown() -> None:
    records = parse(details(user("ada", GroupList=["ghosts"])))
    (gap,) = records.gaps(ops.DETAILS)
    assert (gap.blinds, gap.subjects) == (("policies",), (user_arn("ada"),))
    assert records.of(Membership)[0].group == f"arn:aws:iam::{ACCOUNT}:group/ghosts"


@pytest.mark.parametrize(
    "bad", [{"Arn": user_arn("x")}, {"UserName": "x"}, {**user("x"), "Tags": "none"}, {**user("x"), "GroupList": [1]}]
)
def test_an_entry_that_is_not_of_the_shape_hides_no_other_and_is_said(bad: dict[str, Any]) -> None:
    records = parse(answer(ops.DETAILS, {"UserDetailList": [bad, user("ada")]}))
    assert [i.name for i in records.of(Identity) if i.kind == "iam-user"] == ["ada"]
    (gap,) = records.gaps(ops.DETAILS)
    assert "identities" in gap.blinds
    assert gap.subjects == ()
    assert "UserDetailList" in gap.detail


def test_lists_that_are_null_are_empty() -> None:
    nulls = dict.fromkeys(("Tags", "GroupList", "AttachedManagedPolicies", "PermissionsBoundary", "UserPolicyList"))
    assert parse(details({**user("ada"), **nulls})).identity("ada").tags == {}


def test_entries_that_come_twice_count_once() -> None:
    records = parse(details(user("ada"), role("r"), page=0), details(user("ada"), role("r"), page=1))
    assert len([i for i in records.of(Identity) if i.kind != "root-user"]) == 2
    assert len(records.trusts("r")) == 1


# When the sweep is refused, other answers still tell of users and roles; the gap of the sweep itself is the core's.


def test_without_the_sweep_the_report_tells_of_users_and_the_list_of_roles() -> None:
    ci = role("ci", trusts({"AWS": "444455556666"}), path="/jobs/")
    listed = {key: ci[key] for key in ("Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument")}
    records = parse(
        refused(ops.DETAILS),
        report(row("ada", user_arn("ada", "/people/"))),
        answer(ops.ROLES, {"Roles": [{**listed, "MaxSessionDuration": 3600}]}),
    )
    ada = records.identity("ada")
    assert (ada.id, ada.path, ada.created_at) == (user_arn("ada", "/people/"), "/people/", moment(MADE))
    assert records.identity("ci").activity is None
    assert [t.principal for t in records.trusts("ci")] == ["aws:444455556666"]


def test_a_role_that_is_younger_than_the_sweep_is_not_known_to_hold_nothing() -> None:
    new = role("new")
    listed = {key: new[key] for key in ("Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument")}
    records = parse(details(role("old")), answer(ops.ROLES, {"Roles": [listed]}))
    assert {i.name for i in records.of(Identity) if i.kind == "iam-role"} == {"old", "new"}
    (gap,) = records.gaps(ops.DETAILS)
    assert (gap.blinds, gap.subjects) == (("policies", "activity"), (role_arn("new"),))


def test_a_sweep_that_ends_early_does_not_blame_what_it_did_not_come_to() -> None:
    records = parse(
        details(user("ada", GroupList=["dev"], AttachedManagedPolicies=attached(ADMIN))),
        refused(ops.DETAILS, "throttled", page=1),
    )
    assert records.identity("ada").id == user_arn("ada")
    assert not records.gaps(ops.DETAILS)  # the core says that the call was throttled


def test_a_secret_in_a_tag_or_a_document_is_seen_where_it_stood() -> None:
    entry = details(
        user("ada", Tags=[{"Key": "note", "Value": "[redacted:anthropic-key:ab]"}]),
        role("r", RolePolicyList=[{"PolicyName": "p", "PolicyDocument": document(allow("s3:*"))}]),
    )
    found = [
        {"detector": "anthropic-key", "ai_provider": "anthropic", "fingerprint": "ab", "last4": "wxyz", "name": "note",
         "path": ["UserDetailList", 0, "Tags", 0, "Value"], "decoded": {}},
        {"detector": "github-token", "ai_provider": "", "fingerprint": "cd", "last4": "", "name": "Resource",
         "path": ["RoleDetailList", 0, "RolePolicyList", 0, "PolicyDocument", "Statement", 0, "Resource"]},
    ]  # fmt: skip
    records = parse(msgspec.structs.replace(entry, sightings=found))
    assert [(s.subject, s.where, s.detector, s.ai_provider) for s in records.of(Sighting)] == [
        (user_arn("ada"), "tag note", "anthropic-key", "anthropic"),
        (role_arn("r"), "policy p", "github-token", ""),
    ]


def test_nothing_answered_is_nothing_found_and_says_so() -> None:
    records = parse(quiet=False)
    assert not records.of(Identity)
    assert all(isinstance(record, Gap) for record in records)
    assert not records.inventory.knows(SCOPE, "credentials")
