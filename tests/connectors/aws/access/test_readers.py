"""Who can read one secret or one store of data, and which keys of LLM providers an identity may read."""

from __future__ import annotations

from typing import Any

import pytest

from nhiscan.build import build
from nhiscan.inventory import Inventory
from nhiscan.model import Grant, Policy, PolicyUse, Secret
from nhiscan_connectors.aws.access.estate import Estate as Arranged
from nhiscan_connectors.aws.access.readers import FEW, KeyReaders, readers
from tests.connectors.aws.access.estates import (
    ACCOUNT,
    OTHER,
    Estate,
    allow,
    deny,
    document,
    role_arn,
    trusts,
    user_arn,
)

PREFIX = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:"
KEY = f"{PREFIX}openai/prod-AbCdEf"
GET = "secretsmanager:GetSecretValue"


def secret(id: str = KEY, **fields: Any) -> Secret:
    name = id.rpartition(":secret:")[2].rpartition("-")[0] or id
    base = {"kind": "secretsmanager-secret", "scope": f"aws:{ACCOUNT}", "ai_provider": "openai"}
    return Secret(id=id, provider="aws", name=name, **{**base, **fields})


def reading(estate: Estate, arn: str = KEY) -> dict[str, Grant]:
    return {grant.identity: grant for grant in readers(estate.inventory(), arn)}


def links(estate: Estate) -> dict[tuple[str, str], str]:
    inventory, _ = estate.judged()
    return {(link.source, link.target): link.reason for link in inventory.links if link.kind == "may_read_secret"}


def with_policy(estate: Estate, arn: str, *statements: dict[str, Any]) -> None:
    id_ = f"{arn}/policy/resource"
    estate.add(
        Policy(
            id=id_,
            provider="aws",
            kind="resource",
            name="resource policy",
            scope=f"aws:{ACCOUNT}",
            document=document(*statements),
        ),
        PolicyUse(policy=id_, target=arn, use="resource"),
    )


@pytest.mark.parametrize(
    ("statements", "answer"),
    [
        ([allow(GET)], "allowed"),
        ([allow(GET, f"{PREFIX}openai/*")], "allowed"),
        ([allow(GET, KEY)], "allowed"),
        ([allow("secretsmanager:*")], "allowed"),
        ([allow(GET, f"{PREFIX}billing/*")], None),
        ([allow("secretsmanager:DescribeSecret")], None),
        ([allow(GET), deny(GET, f"{PREFIX}openai/*")], None),
        ([allow(GET), deny(GET, f"{PREFIX}billing/*")], "allowed"),
        ([allow(GET, Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})], "conditional"),
    ],
)
def test_own_policies_open_a_secret(statements: list[dict[str, Any]], answer: str | None) -> None:
    estate = Estate()
    arn = estate.user("ann", *statements)
    found = reading(estate)
    assert (found[arn].answer if arn in found else None) == answer


def test_the_reason_names_the_statement() -> None:
    estate = Estate()
    arn = estate.user("ann", allow(GET))
    grant = reading(estate)[arn]
    assert grant.capability == "read_secrets"
    assert grant.reason.startswith(f"user ann may {GET} on {KEY} (")


def test_identities_of_other_accounts_need_the_secrets_policy_as_well() -> None:
    estate = Estate()
    stranger = estate.user("eve", allow(GET), account=OTHER)
    assert not reading(estate)
    with_policy(estate, KEY, {**allow(GET), "Principal": {"AWS": f"arn:aws:iam::{OTHER}:root"}})
    assert set(reading(estate)) == {stranger}


def test_the_secrets_policy_is_not_enough_abroad() -> None:
    estate = Estate()
    estate.user("eve", account=OTHER)
    with_policy(estate, KEY, {**allow(GET), "Principal": {"AWS": user_arn("eve", OTHER)}})
    assert not reading(estate)


def test_at_home_the_secrets_policy_is_enough_for_whom_it_names() -> None:
    estate = Estate()
    ann = estate.user("ann")
    estate.user("bob")
    with_policy(estate, KEY, {**allow(GET), "Principal": {"AWS": ann}})
    assert set(reading(estate)) == {ann}


def test_a_deny_in_the_secrets_policy_shuts_out_what_it_allows() -> None:
    estate = Estate()
    ann = estate.user("ann")
    with_policy(
        estate, KEY, {**allow(GET), "Principal": {"AWS": ann}}, {**deny(GET), "Principal": {"AWS": ann}}
    )  # fmt: skip
    assert not reading(estate)


def test_data_is_read_by_the_actions_of_its_service() -> None:
    estate = Estate()
    ann = estate.user("ann", allow("dynamodb:Query"))
    estate.user("bob", allow("s3:GetObject"))
    assert set(reading(estate, f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders")) == {ann}


def test_a_bucket_of_which_nobody_says_whose_it_is_is_conditional() -> None:
    estate = Estate()
    ann = estate.user("ann", allow("s3:GetObject", "arn:aws:s3:::orders/2026/*"))
    estate.user("bob", allow("s3:GetObject", "arn:aws:s3:::other/*"))
    found = reading(estate, "arn:aws:s3:::orders")
    assert set(found) == {ann}
    assert found[ann].answer == "conditional"
    assert found[ann].conditions == (f"that it belongs to account {ACCOUNT}",)


def test_what_holds_no_data_has_no_readers() -> None:
    estate = Estate()
    estate.user("ann", allow("*"))
    assert not reading(estate, role_arn("x"))
    assert not reading(estate, "not an arn")


def test_roles_are_linked_to_the_llm_keys_that_they_may_read() -> None:
    estate = Estate()
    role = estate.role("bot", allow(GET, f"{PREFIX}openai/*"), trust=[trusts({"Service": "lambda.amazonaws.com"})])
    estate.add(secret(), secret(f"{PREFIX}billing/db-AbCdEf", ai_provider=""))
    told = links(estate)
    assert set(told) == {(role, KEY)}
    assert told[role, KEY].startswith("role bot may read openai/prod (")


def test_parameters_count_like_secrets() -> None:
    estate = Estate()
    parameter = f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/llm/anthropic"
    ann = estate.user("ann", allow("ssm:GetParametersByPath", f"arn:aws:ssm:*:{ACCOUNT}:parameter/llm/*"))
    estate.add(secret(parameter, kind="ssm-parameter", ai_provider="anthropic"))
    assert set(links(estate)) == {(ann, parameter)}


def test_secrets_of_another_account_are_not_linked() -> None:
    estate = Estate()
    estate.user("eve", allow(GET), account=OTHER)
    estate.add(secret())
    assert not links(estate)


def test_many_keys_are_told_by_a_hub() -> None:
    estate = Estate()
    first, second = estate.user("ann", allow(GET)), estate.user("bob", allow("secretsmanager:*"))
    keys = [f"{PREFIX}openai/k{number}-AbCdEf" for number in range(FEW + 1)]
    estate.add(*map(secret, keys))
    told = links(estate)
    hubs = {target for source, target in told if source in (first, second)}
    assert len(hubs) == 1
    assert {target for source, target in told if source in hubs} == set(keys)
    assert len(told) == 2 + len(keys)


def test_users_with_variables_in_their_policies_read_their_own() -> None:
    estate = Estate()
    own = allow(GET, f"{PREFIX}${{aws:username}}/*")
    ann, bob = estate.user("ann", own), estate.user("bob", own)
    keys = {name: f"{PREFIX}{name}/openai-AbCdEf" for name in ("ann", "bob")}
    estate.add(*[secret(key) for key in keys.values()])
    assert set(links(estate)) == {(ann, keys["ann"]), (bob, keys["bob"])}


def test_the_hubs_are_in_the_graph_as_groups() -> None:
    estate = Estate()
    estate.user("ann", allow(GET))
    estate.add(*[secret(f"{PREFIX}openai/k{number}-AbCdEf") for number in range(FEW + 1)])
    inventory: Inventory = estate.judged()[0]
    graph = build(inventory)
    hub = next(link.target for link in inventory.links_from(user_arn("ann")))
    assert graph.graph.nodes[hub]["type"] == "group"


def test_roles_alike_are_judged_once() -> None:
    estate = Estate()
    for number in range(50):
        estate.role(f"r{number}", allow(GET), service="lambda.amazonaws.com")
    estate.add(*[secret(f"{PREFIX}openai/k{number}-AbCdEf") for number in range(20)])
    arranged = Arranged(estate.inventory())
    keys = KeyReaders(arranged)
    assert sum(len(list(keys.of(holder))) for holder in arranged.holders.values()) == 50
    assert len(keys._read) == 1


def test_sentences_quote_the_identitys_own_policy() -> None:
    estate = Estate()
    text = document(allow(GET))
    for name in ("ann", "bob"):
        estate.attach(estate.user(name), text, f"{user_arn(name)}/policy/of-{name}")
    estate.add(secret())
    told = links(estate)
    assert "policy of-ann," in told[user_arn("ann"), KEY]
    assert "policy of-bob," in told[user_arn("bob"), KEY]


def test_keys_that_a_pattern_cannot_match_are_not_looked_at() -> None:
    estate = Estate()
    for number in range(200):
        key = f"{PREFIX}tenant-{number}/openai-AbCdEf"
        estate.add(secret(key))
        estate.role(f"tenant-{number}", allow(GET, key if number % 2 else f"{PREFIX}tenant-{number}/*"))
    looked_at: list[int] = []

    def afford(count: int) -> bool:
        looked_at.append(count)
        return True

    arranged = Arranged(estate.inventory())
    keys = KeyReaders(arranged, afford)
    told = [link for holder in arranged.holders.values() for link in keys.of(holder)]
    assert {(link.source.rpartition("-")[2], link.target.split("/")[0].rpartition("-")[2]) for link in told} == {
        (str(number), str(number)) for number in range(200)
    }
    assert sum(looked_at) == 200


def test_what_is_too_much_to_look_at_is_told_as_open() -> None:
    estate = Estate()
    ann = estate.user("ann", allow(GET, f"{PREFIX}openai/*"))
    estate.add(*[secret(f"{PREFIX}openai/k{number}-AbCdEf") for number in range(FEW + 1)])
    arranged = Arranged(estate.inventory())
    (link,) = KeyReaders(arranged, lambda _: False).of(arranged.holders[ann])
    assert link.target.startswith("any-of:")
    assert "where limits on 9 keys, which were too many to look at, fit" in link.reason
