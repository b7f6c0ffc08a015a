"""CloudTrail's event history over a socket: who made what is there, and nothing else of what events hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.model import Shape, StructureShape
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiscan import engine
from nhiscan.connector import Settings
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Link, Ownership
from nhiscan.sink import BundleSink, Stop
from nhiscan_connectors.aws import plan as planning
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.connector import OPTIONS, AwsConnector
from nhiscan_connectors.aws.creation_events import OF_A_REGION, OF_IDENTITIES, Creation, kept_of_event, kept_of_page
from nhiscan_connectors.aws.creators import KIND, LOOKUP, BriefCalls, join_creators
from nhiscan_connectors.aws.services import agentcore_runtimes, cloudtrail_creators, cloudtrail_identity_creators, iam
from nhiscan_connectors.aws.session import Sessions
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed import ago, trust_service
from tests.clouds.aws.seed_findings import happened, role_caller, user_caller
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, parse, refused
from tests.connectors.aws.support_options import joined, parsed_with

REGION = "eu-west-1"
HOME = "us-east-1"
LAMBDA, AGENTCORE, BEDROCK = (f"{name}.amazonaws.com" for name in ("lambda", "bedrock-agentcore", "bedrock"))
IAM_EVENTS = "iam.amazonaws.com"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:pay"
SSO = "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef"
# Made up; in two parts, so that no scanner of secrets takes it for one.
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYzzzzzzzKEY"
OPENAI_KEY = (
    "sk-proj-"
    + "a1B2c3D4e5F6g7H8i9J0" * 3
    + "kLmNoPqRsTuVwX"
    + "T3BlbkFJ"
    + "z9Y8x7W6v5U4t3S2r1Q0" * 3
    + "pOnMlKjIhGfEdC"
)


def complete(aws: Aws, tmp_path: Path, *options: str) -> Inventory:
    """What IAM and CloudTrail tell, put together."""
    services = [(iam.SERVICE, ""), (cloudtrail_identity_creators.SERVICE, ""), (cloudtrail_creators.SERVICE, REGION)]
    inventory = parsed_with(aws, tmp_path, services, *(options or ("creators",))).inventory
    return joined(cloudtrail_creators.SERVICE, inventory)


def makers(inventory: Inventory) -> dict[str, tuple[str, str]]:
    """Owner and provenance of each thing that a person made."""
    assert all(ownership.kind == "creator" for ownership in inventory.ownerships)
    return {ownership.subject: (ownership.owner, ownership.source) for ownership in inventory.ownerships}


def created_by(inventory: Inventory) -> dict[str, tuple[str, str]]:
    """Identity and reason of each thing that no person is known to have made."""
    return {link.source: (link.target, link.reason) for link in inventory.links if link.kind == "created_by"}


def bundle_of(tmp_path: Path) -> bytes:
    """All that was written, unpacked."""
    import zstandard

    found = []
    for path in tmp_path.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            found.append(data)
            if data.startswith(zstandard.MAGIC_NUMBER.to_bytes(4, "little")):
                found.append(zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read())
    return b"".join(found)


def made_role(aws: Aws, name: str, who: dict[str, Any], **fields: Any) -> str:
    """A role, and the event that tells of its making; its ARN."""
    arn = aws.account.role(name, trust_service("lambda")).arn
    happened(aws.account, IAM_EVENTS, "CreateRole", who, {"role": {"arn": arn, "roleName": name}}, **fields)
    return arn


def test_without_the_option_nothing_is_asked(aws: Aws, tmp_path: Path) -> None:
    inventory = complete(aws, tmp_path, "usage")
    assert not aws.calls.count("cloudtrail")
    assert not inventory.resources


def test_the_option_reaches_every_shard() -> None:
    (option,) = [option for option in OPTIONS if option.name == planning.CREATORS]
    assert option.flag
    settings_: Settings = {"creators": True, "usage": False}
    assert planning._options(settings_) == {"creators": "yes"}
    assert planning._options({"creators": False, "usage": True}) == {"usage": "yes"}


def test_people_who_made_things_are_creators(aws: Aws, tmp_path: Path) -> None:
    account = aws.account
    account.user("ann").password()
    sso = made_role(aws, "by-sso", role_caller(account, SSO, "ann@example.com"))
    named = made_role(aws, "by-name", role_caller(account, "dev", "bob@example.com"))
    source = made_role(aws, "by-source", role_caller(account, "dev", "i-0abc", source="carol"))
    behalf = made_role(aws, "by-behalf", role_caller(account, "app", "q", onBehalfOf={"userId": "u-1"}))
    console = made_role(aws, "by-console", user_caller(account, "ann"))
    assert makers(complete(aws, tmp_path)) == {
        sso: ("ann@example.com", "cloudtrail:LookupEvents CreateRole (session of Identity Center)"),
        named: ("bob@example.com", "cloudtrail:LookupEvents CreateRole (session name)"),
        source: ("carol", "cloudtrail:LookupEvents CreateRole (source identity)"),
        behalf: (
            "arn:aws:identitystore:::user/u-1",
            "cloudtrail:LookupEvents CreateRole (on behalf of a user of Identity Center)",
        ),
        console: (f"{IAM}:user/ann", "cloudtrail:LookupEvents CreateRole"),
    }


def test_machines_that_made_things_own_nothing(aws: Aws, tmp_path: Path) -> None:
    account = aws.account
    account.user("ci")
    account.role("deploy", trust_service("codebuild"))
    deploy = role_caller(account, "deploy", "gh-42", invokedBy="cloudformation.amazonaws.com")
    role = made_role(aws, "by-role", deploy)
    user = made_role(aws, "by-user", user_caller(account, "ci"))
    google = made_role(aws, "by-google", role_caller(account, "gcp", "ci@p.iam.gserviceaccount.com"))
    root = made_role(aws, "by-root", {"type": "Root", "arn": f"{IAM}:root", "accountId": ACCOUNT})
    made_role(aws, "by-aws", {"type": "AWSService", "invokedBy": "ecs.amazonaws.com"})
    # Anybody can name a role and a session like those of Identity Center; only AWS can use its path.
    fake = made_role(aws, "by-fake", role_caller(account, "AWSReservedSSO_Admin_0123456789abcdef", "root"))
    inventory = complete(aws, tmp_path)
    assert not inventory.ownerships
    found = created_by(inventory)
    assert found[role] == (
        f"{IAM}:role/deploy",
        "role deploy made it in session gh-42 through cloudformation.amazonaws.com on 2026-11-14 (CreateRole)",
    )
    assert found[user] == (f"{IAM}:user/ci", "user ci made it on 2026-11-14 (CreateRole)")
    assert {found[arn][0] for arn in (google, root, fake)} == {
        f"{IAM}:role/gcp",
        f"{IAM}:root",
        f"{IAM}:role/AWSReservedSSO_Admin_0123456789abcdef",
    }
    assert len(found) == 5


def test_keys_and_things_of_a_region(aws: Aws, tmp_path: Path) -> None:
    account = aws.account
    ann = role_caller(account, SSO, "ann@example.com")
    ci = account.user("ci")
    key, bedrock = ci.key(), ci.service_credential()
    response = {"accessKey": {"accessKeyId": key, "userName": "ci", "status": "Active"}}
    happened(account, IAM_EVENTS, "CreateAccessKey", ann, response)
    response = {"serviceSpecificCredential": {"serviceSpecificCredentialId": bedrock, "userName": "ci"}}
    happened(account, IAM_EVENTS, "CreateServiceSpecificCredential", ann, response)
    client = aws.client("bedrock-agentcore-control", REGION)
    role = account.role("agent", trust_service("bedrock-agentcore")).arn
    container = {"containerConfiguration": {"containerUri": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/a:1"}}
    runtime = client.create_agent_runtime(
        agentRuntimeName="helper",
        agentRuntimeArtifact=container,
        roleArn=role,
        networkConfiguration={"networkMode": "PUBLIC"},
    )["agentRuntimeArn"]
    happened(account, AGENTCORE, "CreateAgentRuntime", ann, {"agentRuntimeArn": runtime}, region=REGION)
    # Another service's call of the same name, and something that is gone again.
    happened(account, "datasync.amazonaws.com", "CreateAgent", ann, {"agentArn": runtime}, region=REGION)
    happened(account, LAMBDA, "CreateFunction20150331", ann, {"functionArn": FUNCTION}, region=REGION)
    services = [
        (iam.SERVICE, ""),
        (cloudtrail_identity_creators.SERVICE, ""),
        (agentcore_runtimes.SERVICE, REGION),
        (cloudtrail_creators.SERVICE, REGION),
    ]
    inventory = parsed_with(aws, tmp_path, services, "creators").inventory
    found = makers(joined(cloudtrail_creators.SERVICE, inventory))
    assert set(found) == {key, bedrock, runtime}
    assert {owner for owner, _ in found.values()} == {"ann@example.com"}
    history = inventory.resources[f"{SCOPE}/{REGION}/event-history"]
    assert (history.kind, history.attributes["events"]) == (KIND, "2")
    assert "datasync" not in bundle_of(tmp_path).decode(errors="replace")


def test_iam_is_asked_where_it_writes_its_events(aws: Aws, tmp_path: Path) -> None:
    complete(aws, tmp_path)
    asked = [(call.region, call.params["LookupAttributes"][0]["AttributeValue"]) for call in aws.calls.of("cloudtrail")]
    assert sorted(asked) == sorted(
        [*((HOME, creation.name) for creation in OF_IDENTITIES), *((REGION, creation.name) for creation in OF_A_REGION)]
    )


def test_the_last_maker_of_a_thing_and_pages(aws: Aws, tmp_path: Path) -> None:
    account = aws.account
    for number in range(60):
        response = {"role": {"arn": f"{IAM}:role/gone{number}"}}
        happened(account, IAM_EVENTS, "CreateRole", user_caller(account, "ci"), response, at=ago(20 + number / 10))
    first, second = (role_caller(account, SSO, f"{name}@example.com") for name in ("ann", "bob"))
    again = made_role(aws, "again", second, at=ago(5))
    response = {"role": {"arn": again}}
    happened(account, IAM_EVENTS, "CreateRole", first, response, at=ago(80))
    denied = role_caller(account, SSO, "eve@example.com")
    happened(account, IAM_EVENTS, "CreateRole", denied, response, at=ago(1), errorCode="EntityAlreadyExists")
    assert {owner for owner, _ in makers(complete(aws, tmp_path)).values()} == {"bob@example.com"}
    assert aws.calls.count("cloudtrail", region=HOME) == len(OF_IDENTITIES) + 1


def test_requests_variables_and_secrets_never_reach_the_bundle(aws: Aws, tmp_path: Path) -> None:
    account = aws.account
    variables = {"environment": {"variables": {"DB_PASSWORD": "hunter2-hunter2", "STAGE": "very-private"}}}
    response = {"functionArn": FUNCTION, "environment": {"variables": {"DB_PASSWORD": "hunter2-hunter2"}}}
    happened(
        account,
        LAMBDA,
        "CreateFunction20150331",
        role_caller(account, SSO, "ann@example.com", accessKeyId="ASIAY34FZKBOKMUTVV7A"),
        response,
        region=REGION,
        requestParameters=variables,
    )
    key = account.user("ci").key()
    leaked = {"accessKey": {"accessKeyId": key, "secretAccessKey": SECRET_KEY, "note": "kept-nowhere"}}
    happened(account, IAM_EVENTS, "CreateAccessKey", role_caller(account, SSO, OPENAI_KEY), leaked)
    inventory = complete(aws, tmp_path)
    written = bundle_of(tmp_path)
    assert b"ann@example.com" in written  # so what is looked for would be found
    for value in ("hunter2-hunter2", "very-private", SECRET_KEY, "kept-nowhere", OPENAI_KEY, "ASIAY34FZKBOKMUTVV7A"):
        assert value.encode() not in written
    assert b"198.51.100.7" not in written
    assert OPENAI_KEY not in repr(list(inventory.ownerships)) + repr(inventory.resources)
    (sighting,) = inventory.sightings
    assert (sighting.ai_provider, sighting.where) == ("openai", "an event of CloudTrail")


def test_a_refusal_is_told_once_and_ends_the_asking(aws: Aws, tmp_path: Path) -> None:
    aws.faults.deny("cloudtrail", "LookupEvents")
    inventory = complete(aws, tmp_path)
    gaps = [gap for gap in inventory.gaps if gap.operation == LOOKUP.name]
    assert [(gap.region, gap.permission) for gap in gaps] == [("", LOOKUP.permission), (REGION, LOOKUP.permission)]
    assert not [resource for resource in inventory.resources.values() if resource.kind == KIND]
    assert aws.calls.count("cloudtrail") == 2


def test_what_was_read_before_a_refusal_counts(aws: Aws, tmp_path: Path) -> None:
    arn = made_role(aws, "app", role_caller(aws.account, SSO, "ann@example.com"))
    for number in range(60):
        response = {"role": {"arn": f"{IAM}:role/gone{number}"}}
        happened(aws.account, IAM_EVENTS, "CreateRole", user_caller(aws.account, "ci"), response, at=ago(20))
    aws.faults.deny("cloudtrail", "LookupEvents", region=HOME, after=1)
    inventory = complete(aws, tmp_path)
    assert set(makers(inventory)) == {arn}
    assert [gap.region for gap in inventory.gaps if gap.operation == LOOKUP.name] == [""]
    assert aws.calls.count("cloudtrail", region=HOME) == 3  # two pages of one name, and the next name


@pytest.mark.parametrize(
    ("configured", "home"),
    [("eu-west-1", "us-east-1"), ("cn-northwest-1", "cn-north-1"), ("us-gov-east-1", "us-gov-west-1")],
)
def test_iam_writes_its_events_in_one_region_of_a_partition(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, configured: str, home: str
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", configured)
    bundle = engine.begin(tmp_path / "bundle", {"aws": {}}, {"aws": AwsConnector()}, started=ago(0))
    sink = BundleSink(bundle, REGION_SHARD, stop=Stop())
    assert BriefCalls(Calls(Sessions({}), REGION_SHARD, sink)).home == home
    sink.close()


def test_a_throttled_answer_is_asked_for_again(aws: Aws, tmp_path: Path) -> None:
    arn = made_role(aws, "app", role_caller(aws.account, SSO, "ann@example.com"))
    aws.faults.throttle("cloudtrail", "LookupEvents", times=1)
    inventory = complete(aws, tmp_path)
    assert arn in makers(inventory)
    assert not [gap for gap in inventory.gaps if gap.operation == LOOKUP.name]


# Pure


def fields_at(shape: Shape | None, way: tuple[str, ...]) -> bool:
    """Whether a structure has a field at the end of a way, whatever letters are capital."""
    for step in way:
        if not isinstance(shape, StructureShape):
            return False
        shape = next((member for name, member in shape.members.items() if name.casefold() == step.casefold()), None)
    return shape is not None and shape.type_name == "string"


@pytest.mark.parametrize("creation", [*OF_IDENTITIES, *OF_A_REGION], ids=lambda creation: creation.call)
def test_the_answer_of_each_call_says_what_was_made(creation: Creation) -> None:
    service, _, call = creation.call.partition(":")
    model = botocore.session.get_session().get_service_model(service)
    assert fields_at(model.operation_model(call).output_shape, creation.made)
    assert creation.source == f"{model.signing_name}.amazonaws.com"


def written(name: str = "CreateRole", source: str = IAM_EVENTS, **fields: Any) -> str:
    return json.dumps({"eventName": name, "eventSource": source, "eventTime": "2026-11-01T00:00:00Z", **fields})


def histories(*events: Any) -> Inventory:
    return parse(REGION_SHARD, [answer(LOOKUP, {"Events": [{"CloudTrailEvent": event} for event in events]})])


def test_an_export_that_holds_whole_events_is_read_as_well() -> None:
    caller = {"type": "AssumedRole", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/x/ann@example.com"}
    whole = written(
        userIdentity=caller, responseElements={"Role": {"ARN": f"{IAM}:role/app"}}, requestParameters={"a": 1}
    )
    kept = kept_of_event(whole)
    assert json.loads(kept) == {
        "eventSource": IAM_EVENTS,
        "eventName": "CreateRole",
        "eventTime": "2026-11-01T00:00:00Z",
        "userIdentity": caller,
        "responseElements": {"role": {"arn": f"{IAM}:role/app"}},
    }
    assert kept_of_event(kept) == kept
    for event in (whole, kept):
        (history,) = histories(event).resources.values()
        assert f"made:{IAM}:role/app" in history.attributes


def test_an_answer_that_was_left_out_is_counted() -> None:
    (history,) = histories(written(responseElements=None)).resources.values()
    assert (history.attributes["events"], history.attributes["events_without_id"]) == ("1", "1")


def test_values_that_are_too_long_are_left_out_and_not_cut() -> None:
    (history,) = histories(written(responseElements={"role": {"arn": "a" * 3000}})).resources.values()
    assert not [key for key in history.attributes if key.startswith("made:")]


@pytest.mark.parametrize("event", ["", "{", "[]", "7", "[" * 100_000, '{"a": 1}' + " " * 1_000_000, 7, None, "\udc80"])
def test_an_event_that_cannot_be_read_is_told(event: Any) -> None:
    assert kept_of_page({"Events": [{"CloudTrailEvent": event}]}) == {"Events": [{"CloudTrailEvent": ""}]}
    if event == "\udc80":
        return  # no bundle could hold it
    (gap,) = histories(event).gaps
    assert "Events[0] has no CloudTrailEvent" in gap.detail


@pytest.mark.parametrize("body", [{"Events": "text"}, {"Events": [7]}, "text"])
def test_a_damaged_page_is_told(body: Any) -> None:
    inventory = parse(REGION_SHARD, [answer(LOOKUP, body)])
    assert [gap.operation for gap in inventory.gaps] == [LOOKUP.name]


def test_what_was_refused_makes_no_history() -> None:
    assert not parse(REGION_SHARD, [refused(LOOKUP)]).resources


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([IAM_EVENTS, "CreateRole"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from([
            "type", "arn", "sessionContext", "sessionIssuer", "sourceIdentity", "onBehalfOf", "userId", "invokedBy",
            "role", "Role", "ARN",
        ]),
        inner,
        max_size=5,
    ),
    max_leaves=10,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(ANY, ANY, ANY, ANY)
def test_any_event(identity: Any, response: Any, time: Any, other: Any) -> None:
    app = f"{IAM}:role/app"
    well = written(userIdentity={"type": "IAMUser", "arn": f"{IAM}:user/ci"}, responseElements={"role": {"arn": app}})
    odd = (
        written(userIdentity=identity, responseElements=response)
        if time is None
        else written(userIdentity=identity, responseElements=response, eventTime=time, errorCode=other)
    )
    inventory = histories(well, odd, json.dumps(other))
    (history,) = inventory.resources.values()
    assert f"made:{app}" in history.attributes
    assert not [gap for gap in inventory.gaps if gap.operation.startswith("parse")]
    told: list[AnyRecord] = list(join_creators(inventory))
    assert all(isinstance(record, Ownership | Link) for record in told)
