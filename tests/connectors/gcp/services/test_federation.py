"""Workload identity pools: whom their providers and the bindings of their principals let in."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiscan.access.paths import Paths
from nhiscan.inventory import Inventory
from nhiscan.model import Identity, Scope, Trust
from nhiscan_connectors.gcp import GcpConnector
from nhiscan_connectors.gcp.services import federation, hierarchy, policies, roles, service_accounts
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed_federation import GITHUB_MAPPING, github, namespace, pool, principal, principals, provider
from tests.connectors.gcp.scanning import inventory_by

SERVICES = (federation.SERVICE, hierarchy.SERVICE, policies.SERVICE, roles.SERVICE, service_accounts.SERVICE)
DEPLOY = "//iam.googleapis.com/projects/-/serviceAccounts/deploy@pay.iam.gserviceaccount.com"
ISSUER = "token.actions.githubusercontent.com"
POOL = "//iam.googleapis.com/projects/pay/locations/global/workloadIdentityPools/ci"
USER = "iam.workloadIdentityUser"
ENTRA = "https://sts.windows.net/11111111-2222-3333-4444-555555555555/"


@pytest.fixture(params=["swept", "project by project"])
def way(request: pytest.FixtureRequest, gcp: Gcp) -> str:
    """How the organization lets itself be read."""
    if request.param != "swept":
        gcp.faults.add("deny", service="cloudasset")
    return str(request.param)


def seed(gcp: Gcp) -> tuple[str, str]:
    """A service account and a pool in one project."""
    project = gcp.company.project("pay", services=("iam",))
    return gcp.company.service_account(project, "deploy"), pool(gcp.company, project, "ci")


def read(gcp: Gcp, path: Path) -> Inventory:
    """Everything that trusts are made of."""
    return inventory_by(gcp, path / "b", *SERVICES, joined=True)


def only(found: Inventory, identity: str = DEPLOY) -> Trust:
    """The one trust of an identity."""
    (trust,) = found.trusts_of(identity)
    return trust


def test_jobs_of_a_repository_are_trusted(gcp: Gcp, tmp_path: Path, way: str) -> None:
    deploy, ci = seed(gcp)
    github(gcp.company, ci, "assertion.repository_owner == 'acme'")
    gcp.company.bind(deploy, USER, principals(ci, "attribute.repository/acme/app"))
    found = read(gcp, tmp_path)
    trust = only(found)
    assert (trust.kind, trust.principal) == ("oidc", f"oidc:{ISSUER}#repo:acme/app:*")
    assert trust.statement == "role iam.workloadIdentityUser, provider github of pool ci"
    assert [(guard.kind, guard.key.removeprefix(ISSUER), guard.values) for guard in trust.guards] == [
        ("subject", ":repository+repository_owner", ("repo:acme/app:*",)),
        ("audience", ":aud", (f"https:{POOL}/providers/github",)),
    ]
    assert {signal.name for signal in found.signals_of(DEPLOY)} == {"trusted-by-ci-oidc", "machine-account-object"}
    (issuer,) = found.federation_providers.values()
    assert (issuer.kind, issuer.issuer, issuer.enabled) == ("oidc", ISSUER, True)
    assert found.resources[issuer.id].attributes["attribute_condition"] == "assertion.repository_owner == 'acme'"
    assert found.resources[POOL].kind == "google-workload-identity-pool"
    assert gcp.calls.count("v1/projects/*/workloadIdentityPools*") == (0 if way == "swept" else 2)


@pytest.mark.parametrize(
    ("member", "condition", "subjects"),
    [
        ("*", "", ["*"]),
        ("*", "assertion.repository == 'acme/app'", ["repo:acme/app:*"]),
        ("*", 'assertion.repository_owner == "acme" && assertion.ref == "refs/heads/main"', ["repo:acme/*"]),
        ("*", "assertion.repository in ['acme/a', 'acme/b']", ["repo:acme/a:*", "repo:acme/b:*"]),
        ("*", "assertion.repository == 'a/b' || assertion.repository == 'a/c'", ["repo:a/b:*", "repo:a/c:*"]),
        ("*", "assertion.repository == 'a/b' || attribute.repository_owner == 'c'", ["repo:a/b:*", "repo:c/*"]),
        ("*", "assertion.repository.startsWith('acme/')", ["repo:acme/*"]),
        ("*", "assertion.repository.startsWith('acme')", ["repo:acme*"]),
        ("*", "assertion['repository_owner'] == 'acme'", ["repo:acme/*"]),
        ("*", "google.subject.startsWith('repo:acme/app:')", ["repo:acme/app:*"]),
        ("*", "assertion.sub.matches('^repo:acme/.*')", ["repo:acme/*"]),
        ("*", "assertion.workflow_ref == 'acme/app/.github/workflows/x.yml@refs/heads/main'", ["repo:acme/app:*"]),
        ("*", "!(assertion.repository_owner == 'acme')", ["*"]),
        ("*", "assertion.repository_owner != 'acme'", ["*"]),
        ("*", "false", []),
        ("attribute.repository/acme/app", "assertion.environment == 'prod'", ["repo:acme/app:environment:prod"]),
        ("attribute.repository/acme/app", "assertion.repository in ['acme/app', 'acme/b']", ["repo:acme/app:*"]),
        ("attribute.repository/evil/app", "assertion.repository == 'acme/app'", []),
        ("attribute.repository_owner/acme", "assertion.repository == 'acme/app'", ["repo:acme/app:*"]),
        ("attribute.repository_owner/acme", "", ["repo:acme/*"]),
        ("attribute.nobody/x", "", []),
    ],
)  # fmt: skip
def test_conditions_and_attributes_of_github(
    gcp: Gcp, tmp_path: Path, member: str, condition: str, subjects: list[str]
) -> None:
    deploy, ci = seed(gcp)
    github(gcp.company, ci, condition)
    gcp.company.bind(deploy, USER, principals(ci, member))
    found = read(gcp, tmp_path).trusts_of(DEPLOY)
    assert sorted(trust.principal for trust in found) == [f"oidc:{ISSUER}#{subject}" for subject in subjects]
    assert {trust.kind for trust in found} <= {"oidc"}


def test_a_subject_is_compared_letter_by_letter(gcp: Gcp, tmp_path: Path) -> None:
    deploy, ci = seed(gcp)
    github(gcp.company, ci)
    gcp.company.bind(deploy, USER, principal(ci, "repo:acme/app:ref:refs/heads/*"))
    trust = only(read(gcp, tmp_path))
    assert trust.principal == f"oidc:{ISSUER}#repo:acme/app:ref:refs/heads/%2A"
    assert trust.guards[0].values == ("repo:acme/app:ref:refs/heads/*",)


@pytest.mark.parametrize("owner", ["acme", "other"])
def test_a_subject_of_another_owner_passes_no_condition(gcp: Gcp, tmp_path: Path, owner: str) -> None:
    deploy, ci = seed(gcp)
    github(gcp.company, ci, "assertion.repository_owner == 'acme'")
    subject = f"repo:{owner}@12/app@34:ref:refs/heads/main"
    gcp.company.bind(deploy, USER, principal(ci, subject))
    found = [trust.principal for trust in read(gcp, tmp_path).trusts_of(DEPLOY)]
    assert found == ([f"oidc:{ISSUER}#{subject}"] if owner == "acme" else [])


@pytest.mark.parametrize(
    ("mapping", "condition", "key"),
    [
        ({"attribute.team": "assertion.sub.split(':')[1]"}, "", "attribute.team"),
        ({"attribute.team": "assertion.team"}, "assertion.sub.split(':')[0] == 'x'", "attributeCondition"),
        ({"attribute.team": "assertion.team"}, "size(assertion.team) > 3 || ", "attributeCondition"),
    ],
)
def test_what_is_not_understood_is_unknown(
    gcp: Gcp, tmp_path: Path, mapping: dict[str, str], condition: str, key: str
) -> None:
    deploy, ci = seed(gcp)
    github(gcp.company, ci, condition, attributeMapping={**GITHUB_MAPPING, **mapping})
    gcp.company.bind(deploy, USER, principals(ci, "attribute.team/red"))
    trust = only(read(gcp, tmp_path))
    assert trust.kind == "unknown"
    assert key in {guard.key for guard in trust.guards}


def test_an_attribute_that_is_put_together_is_taken_apart(gcp: Gcp, tmp_path: Path) -> None:
    deploy, ci = seed(gcp)
    joined = {**GITHUB_MAPPING, "attribute.at": 'assertion.repository + "::" + assertion.ref'}
    github(gcp.company, ci, attributeMapping=joined)
    gcp.company.bind(deploy, USER, principals(ci, "attribute.at/acme/app::refs/heads/main"))
    trust = only(read(gcp, tmp_path))
    assert trust.principal == f"oidc:{ISSUER}#repo:acme/app:*"
    assert {guard.key: guard.values for guard in trust.guards}[f"{ISSUER}:ref"] == ("refs/heads/main",)


@pytest.mark.parametrize(
    ("issuer", "mapping", "member", "subject"),
    [
        ("https://gitlab.com", {"attribute.path": "assertion.project_path"}, "attribute.path/acme/app",
         "project_path:acme/app:*"),
        ("https://gitlab.com", {"attribute.group": "assertion.namespace_path"}, "attribute.group/acme",
         "project_path:acme/*"),
        ("https://app.terraform.io", {"attribute.o": "assertion.terraform_organization_name"}, "attribute.o/acme",
         "organization:acme:project:*"),
        ("https://app.terraform.io", {"attribute.w": "assertion.terraform_full_workspace"},
         "attribute.w/organization:acme:project:p:workspace:w",
         "organization:acme:project:p:workspace:w:run_phase:*"),
        ("https://oidc.example.com", {"attribute.ns": "assertion['kubernetes.io']['namespace']"}, "attribute.ns/pay",
         "system:serviceaccount:pay:*"),
        ("https://agent.buildkite.com", {"attribute.p": "assertion.organization_slug"}, "attribute.p/acme",
         "organization:acme:pipeline:*"),
        ("https://oidc.circleci.com/org/77", {"attribute.p": "assertion['oidc.circleci.com/project-id']"},
         "attribute.p/88", "org/77/project/88/*"),
        (ENTRA, {}, "subject/99999999-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"),
    ],
)  # fmt: skip
def test_other_issuers(
    gcp: Gcp, tmp_path: Path, issuer: str, mapping: dict[str, str], member: str, subject: str
) -> None:
    deploy, ci = seed(gcp)
    whole = {"google.subject": "assertion.sub", **mapping}
    provider(gcp.company, ci, "p", oidc={"issuerUri": issuer}, attributeMapping=whole)
    sort = "principal" if member.startswith("subject/") else "principalSet"
    gcp.company.bind(deploy, USER, f"{sort}://iam.googleapis.com/{ci}/{member}")
    bare = issuer.removeprefix("https://").rstrip("/")
    assert only(read(gcp, tmp_path)).principal == f"oidc:{bare}#{subject}"


@pytest.mark.parametrize(
    ("member", "condition", "principal", "kind"),
    [
        ("*", "", "aws:222222222222", "account"),
        ("attribute.aws_role/arn:aws:sts::222222222222:assumed-role/ci", "",
         "arn:aws:iam::222222222222:role/ci", "principal"),
        ("*", "attribute.aws_role == 'arn:aws:sts::222222222222:assumed-role/ci'",
         "arn:aws:iam::222222222222:role/ci", "principal"),
        ("*", "assertion.arn.startsWith('arn:aws:sts::222222222222:assumed-role/ci/')",
         "arn:aws:iam::222222222222:role/ci", "principal"),
        ("subject/arn:aws:iam::222222222222:user/bob", "", "arn:aws:iam::222222222222:user/bob", "principal"),
        ("attribute.aws_role/arn:aws:sts::333333333333:assumed-role/ci", "", "", ""),
    ],
)  # fmt: skip
def test_aws_accounts_and_roles(
    gcp: Gcp, tmp_path: Path, member: str, condition: str, principal: str, kind: str
) -> None:
    deploy, ci = seed(gcp)
    more = {"attributeCondition": condition} if condition else {}
    provider(gcp.company, ci, "amazon", aws={"accountId": "222222222222"}, **more)
    gcp.company.bind(deploy, USER, principals(ci, member))
    found = [(trust.principal, trust.kind) for trust in read(gcp, tmp_path).trusts_of(DEPLOY)]
    assert found == ([(principal, kind)] if principal else [])


def test_an_aws_role_is_found_by_its_name(gcp: Gcp, tmp_path: Path) -> None:
    deploy, ci = seed(gcp)
    provider(gcp.company, ci, "amazon", aws={"accountId": "222222222222"})
    role = "arn:aws:sts::222222222222:assumed-role/ci/build"
    gcp.company.bind(deploy, USER, principal(ci, role))
    found = inventory_by(gcp, tmp_path / "b", *SERVICES)
    arn = "arn:aws:iam::222222222222:role/team/ci"
    found.add(Scope(id="aws:222222222222", provider="aws", kind="account", name="a"))
    found.add(Identity(id=arn, provider="aws", kind="iam-role", name="ci", scope="aws:222222222222"))
    trusts = [record for record in federation.join(found) if isinstance(record, Trust)]
    assert [trust.principal for trust in trusts] == [arn]
    assert [(guard.kind, guard.values) for guard in trusts[0].guards] == [("session-name", ("build",))]


def test_a_google_account_is_named_by_its_number(gcp: Gcp, tmp_path: Path) -> None:
    deploy, ci = seed(gcp)
    robot = gcp.company.service_account("projects/pay", "robot")
    mapping = {"google.subject": "assertion.email"}
    provider(gcp.company, ci, "g", oidc={"issuerUri": "https://accounts.google.com"}, attributeMapping=mapping)
    gcp.company.bind(deploy, USER, principal(ci, robot))
    trust = only(read(gcp, tmp_path))
    assert trust.principal == f"oidc:accounts.google.com#{gcp.emulator.state.aliases[robot]}"
    assert [guard.confines for guard in trust.guards if guard.kind == "audience"] == [False]


@pytest.mark.parametrize("off", ["provider", "pool"])
def test_what_is_disabled_lets_nobody_in(gcp: Gcp, tmp_path: Path, way: str, off: str) -> None:
    project = gcp.company.project("pay", services=("iam",))
    deploy = gcp.company.service_account(project, "deploy")
    ci = pool(gcp.company, project, "ci", disabled=off == "pool")
    github(gcp.company, ci, disabled=off == "provider")
    gcp.company.bind(deploy, USER, principals(ci))
    found = read(gcp, tmp_path)
    assert found.trusts == []
    assert [one.enabled for one in found.federation_providers.values()] == [False]


def test_access_without_a_service_account_is_trust_of_the_principal(gcp: Gcp, tmp_path: Path) -> None:
    _, ci = seed(gcp)
    github(gcp.company, ci)
    jobs = principals(ci, "attribute.repository/acme/app")
    gcp.company.bind("projects/pay", "storage.objectViewer", jobs)
    found = read(gcp, tmp_path)
    assert found.identities[jobs].kind == "google-federated-principal"
    trust = only(found, jobs)
    assert (trust.principal, trust.statement) == (f"oidc:{ISSUER}#repo:acme/app:*", "provider github of pool ci")


def test_only_roles_that_give_tokens_count(gcp: Gcp, tmp_path: Path) -> None:
    deploy, ci = seed(gcp)
    github(gcp.company, ci)
    tokens = gcp.company.role("projects/pay", "tokens", "iam.serviceAccounts.getOpenIdToken")
    looks = gcp.company.role("projects/pay", "looks", "iam.serviceAccounts.get")
    gcp.company.bind(deploy, looks, principals(ci))
    gcp.company.bind(deploy, tokens, principals(ci, "attribute.repository/acme/app"))
    assert only(read(gcp, tmp_path)).principal == f"oidc:{ISSUER}#repo:acme/app:*"


def test_the_binding_of_a_pool_that_is_gone_is_an_orphan(gcp: Gcp, tmp_path: Path, way: str) -> None:
    deploy, ci = seed(gcp)
    member = principals(ci.replace("/ci", "/gone"))
    gcp.company.bind(deploy, USER, member)
    trust = only(read(gcp, tmp_path))
    assert (trust.kind, trust.principal) == ("deleted", member)


def test_pools_that_may_not_be_read_are_unknown(gcp: Gcp, tmp_path: Path) -> None:
    deploy, ci = seed(gcp)
    github(gcp.company, ci)
    gcp.company.bind(deploy, USER, principals(ci))
    gcp.faults.add("deny", service="cloudasset")
    gcp.faults.add("deny", "v1/projects/*/workloadIdentityPools", service="iam")
    found = read(gcp, tmp_path)
    assert only(found).kind == "unknown"
    assert not found.knows(found.identities[DEPLOY].scope, "trust", DEPLOY)
    (gap,) = [gap for gap in found.gaps if gap.operation == federation.POOLS.name]
    assert gap.permission == "iam.googleapis.com/workloadIdentityPools.list"


def test_identities_of_a_trust_domain(gcp: Gcp, tmp_path: Path, way: str) -> None:
    project = gcp.company.project("pay", services=("iam",))
    domain = pool(gcp.company, project, "fleet", mode="TRUST_DOMAIN")
    namespace(gcp.company, domain, "prod", "web", "worker")
    gcp.emulator.page_size = 1
    found = read(gcp, tmp_path)
    ids = sorted(one.id for one in found.identities.values() if one.attributes.get("managed"))
    assert ids == [principal(domain, f"ns/prod/sa/{name}") for name in ("web", "worker")]


def test_a_condition_of_the_binding_is_a_guard(gcp: Gcp, tmp_path: Path) -> None:
    deploy, ci = seed(gcp)
    github(gcp.company, ci)
    gcp.company.bind(deploy, USER, principals(ci), condition="request.time < timestamp('2027-01-01T00:00:00Z')")
    assert [guard.kind for guard in only(read(gcp, tmp_path)).guards] == ["audience", "time"]


def test_damaged_providers_are_told_and_trust_nobody_knows_whom(gcp: Gcp, tmp_path: Path) -> None:
    deploy, ci = seed(gcp)
    odd = provider(gcp.company, ci, "odd", attributeMapping={"google.subject": "assertion.sub"})
    gcp.company.bind(deploy, USER, principals(ci))
    found = read(gcp, tmp_path)
    assert only(found).kind == "unknown"
    assert any(odd.rpartition("/")[2] in gap.detail for gap in found.gaps)


def test_hostile_conditions_cost_little(gcp: Gcp, tmp_path: Path) -> None:
    deploy, ci = seed(gcp)
    every = " && ".join(f"(assertion.a{n} == 'x' || assertion.b{n} == 'y')" for n in range(60))
    github(gcp.company, ci, every)
    gcp.company.bind(deploy, USER, principals(ci))
    trust = only(read(gcp, tmp_path))
    assert (trust.kind, trust.principal) == ("unknown", f"oidc:{ISSUER}#*")


@pytest.mark.parametrize(
    ("fields", "trusted", "kind", "signal"),
    [
        ({"saml": {"idpMetadataXml": "<x/>"}, "attributeMapping": {"google.subject": "assertion.subject"}},
         f"saml:{POOL}/providers/p", "saml", "oidc-trust"),
        ({"x509": {"trustStore": {}}, "attributeMapping": {"google.subject": "assertion.subject.dn.cn"}},
         f"x509:{POOL}/providers/p", "principal", "roles-anywhere-subject"),
    ],
)  # fmt: skip
def test_assertions_and_certificates(
    gcp: Gcp, tmp_path: Path, fields: dict[str, object], trusted: str, kind: str, signal: str
) -> None:
    deploy, ci = seed(gcp)
    provider(gcp.company, ci, "p", **fields)
    gcp.company.bind(deploy, USER, principal(ci, "build-1"))
    found = read(gcp, tmp_path)
    trust = only(found)
    assert (trust.principal, trust.kind) == (trusted, kind)
    assert [guard.values for guard in trust.guards] == [("build-1",)]
    assert {one.name for one in found.signals_of(DEPLOY)} == {signal, "machine-account-object"}


SAYS_ITSELF = "repo:acme/app:environment:live"
NUMBERED = "repo:acme@12/app@34:ref:refs/heads/main"


@pytest.mark.parametrize(
    ("member", "condition", "left"),
    [
        (f"subject/{SAYS_ITSELF}", "assertion.repository_owner == 'acme'", []),
        (f"subject/{SAYS_ITSELF}", "assertion.repository == 'acme/app' && assertion.environment == 'live'", []),
        (f"subject/{SAYS_ITSELF}", "assertion.repository.startsWith('acme/')", []),
        (f"subject/{SAYS_ITSELF}", "assertion.repository_owner in ['acme', 'beta']", []),
        (f"subject/{SAYS_ITSELF}", "assertion.repository_owner != 'beta'", []),
        (f"subject/{SAYS_ITSELF}", "assertion.ref == 'refs/heads/main'", ["ref"]),
        (f"subject/{SAYS_ITSELF}", "assertion.actor == 'ada'", ["actor"]),
        (f"subject/{NUMBERED}", "assertion.repository_owner_id == '12' && assertion.repository_id == '34'", []),
        (f"subject/{NUMBERED}", "assertion.repository_owner == 'acme' && assertion.ref == 'refs/heads/main'", []),
        ("*", "google.subject.startsWith('repo:acme/app:') && assertion.repository_owner == 'acme'", []),
        ("*", "google.subject.startsWith('repo:acme') && assertion.repository_owner == 'acme'", ["repository_owner"]),
        ("*", "google.subject.startsWith('repo:acme/app:environment:li') && assertion.environment == 'live'",
         ["environment"]),
    ],
)  # fmt: skip
def test_what_the_subject_says_itself_is_not_asked_for_twice(
    gcp: Gcp, tmp_path: Path, member: str, condition: str, left: list[str]
) -> None:
    deploy, ci = seed(gcp)
    github(gcp.company, ci, condition)
    name = member.removeprefix("subject/")
    gcp.company.bind(deploy, USER, principals(ci) if member == "*" else principal(ci, name))
    guards = only(read(gcp, tmp_path)).guards
    assert [guard.key.rpartition(":")[2] for guard in guards if guard.kind == "other"] == left


def test_a_branch_of_gitlab_and_an_account_of_a_cluster_say_themselves(gcp: Gcp, tmp_path: Path) -> None:
    deploy, ci = seed(gcp)
    claims = ("project_path", "ref_type", "ref", "namespace_path")
    mapping = {"google.subject": "assertion.sub", **{f"attribute.{claim}": f"assertion.{claim}" for claim in claims}}
    condition = "attribute.project_path == 'acme/app' && attribute.ref == 'main' && attribute.namespace_path == 'acme'"
    oidc = {"issuerUri": "https://gitlab.com"}
    provider(gcp.company, ci, "gitlab", oidc=oidc, attributeMapping=mapping, attributeCondition=condition)
    space = "assertion['kubernetes.io']['namespace'] == 'shop'"
    oidc = {"issuerUri": "https://oidc.eks.eu-west-1.amazonaws.com/id/AB"}
    provider(gcp.company, ci, "pods", oidc=oidc, attributeMapping=mapping, attributeCondition=space)
    gcp.company.bind(deploy, USER, principal(ci, "project_path:acme/app:ref_type:branch:ref:main"))
    gcp.company.bind(deploy, "iam.serviceAccountTokenCreator", principal(ci, "system:serviceaccount:shop:till"))
    found = {trust.principal: trust.guards for trust in read(gcp, tmp_path).trusts_of(DEPLOY)}
    branch = found["oidc:gitlab.com#project_path:acme/app:ref_type:branch:ref:main"]
    assert [guard.key for guard in branch if guard.kind == "other"] == ["gitlab.com:namespace_path"]
    pods = found[f"oidc:{oidc['issuerUri'].removeprefix('https://')}#system:serviceaccount:shop:till"]
    assert [guard.key for guard in pods if guard.kind == "other"] == []


def test_the_principals_of_a_pool_are_those_whom_its_providers_vouch_for(gcp: Gcp, tmp_path: Path) -> None:
    deploy, ci = seed(gcp)
    github(gcp.company, ci, "assertion.repository_owner == 'acme'")
    gcp.company.bind(deploy, USER, principals(ci, "attribute.repository/acme/app"))
    gcp.company.bind(deploy, USER, principal(ci, "repo:acme/app:environment:live"))
    gcp.company.bind("projects/pay", "storage.admin", principals(ci, "attribute.repository/acme/web"))
    gcp.company.bind("projects/pay", "viewer", principals(ci, "attribute.nobody/x"))
    found = read(gcp, tmp_path)
    pools = {id: [s.name for s in found.signals_of(id)] for id in found.identities if id.startswith("principal")}
    assert {id.rpartition("/workloadIdentityPools/ci/")[2]: names for id, names in pools.items()} == {
        "attribute.repository/acme/app": ["trusted-by-ci-oidc"],
        "subject/repo:acme/app:environment:live": ["trusted-by-ci-oidc"],
        "attribute.repository/acme/web": ["trusted-by-ci-oidc"],
        "attribute.nobody/x": [],
    }
    told = {signal.detail for id in pools for signal in found.signals_of(id)}
    assert told == {f"it stands for jobs that {ISSUER} vouches for"}


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("nightly", ["cross-account-trust", "machine-account-object"]),
        ("AWSReservedSSO_Admin_0123456789abcdef", ["cross-account-trust"]),
    ],
)
def test_callers_from_aws_are_programs_but_for_those_that_people_sign_in_as(
    gcp: Gcp, tmp_path: Path, role: str, names: list[str]
) -> None:
    deploy, ci = seed(gcp)
    mapping = {"google.subject": "assertion.arn", "attribute.role": "assertion.arn.extract('assumed-role/{role}/')"}
    provider(gcp.company, ci, "amazon", aws={"accountId": "222222222222"}, attributeMapping=mapping)
    gcp.company.bind(deploy, USER, principals(ci, f"attribute.role/{role}"))
    found = read(gcp, tmp_path)
    (principal_,) = [id for id in found.identities if id.startswith("principalSet:")]
    assert [signal.name for signal in found.signals_of(principal_)] == names


def test_the_name_of_a_role_alone(gcp: Gcp, tmp_path: Path) -> None:
    deploy, ci = seed(gcp)
    mapping = {"google.subject": "assertion.arn", "attribute.role": "assertion.arn.extract('assumed-role/{role}/')"}
    provider(gcp.company, ci, "amazon", aws={"accountId": "222222222222"}, attributeMapping=mapping)
    gcp.company.bind(deploy, USER, principals(ci, "attribute.role/ci"))
    assert only(read(gcp, tmp_path)).principal == "arn:aws:iam::222222222222:role/ci"


def test_a_group_of_a_provider(gcp: Gcp, tmp_path: Path) -> None:
    deploy, ci = seed(gcp)
    mapping = {"google.subject": "assertion.sub", "google.groups": "assertion.groups"}
    provider(gcp.company, ci, "p", oidc={"issuerUri": "https://login.acme.example"}, attributeMapping=mapping)
    gcp.company.bind(deploy, USER, principals(ci, "group/builders"))
    trust = only(read(gcp, tmp_path))
    assert ("login.acme.example:groups", ("builders",)) in {(guard.key, guard.values) for guard in trust.guards}


def test_each_provider_of_a_pool_counts_by_itself(gcp: Gcp, tmp_path: Path) -> None:
    deploy, ci = seed(gcp)
    github(gcp.company, ci, "assertion.repository_owner == 'acme'", id="one")
    github(gcp.company, ci, "assertion.repository_owner == 'beta'", id="two")
    provider(gcp.company, ci, "gone", oidc={"issuerUri": "https://gitlab.com"}, state="DELETED")
    gcp.company.bind(deploy, USER, principals(ci))
    gcp.company.bind(deploy, "iam.serviceAccountTokenCreator", principals(ci))
    found = read(gcp, tmp_path).trusts_of(DEPLOY)
    assert [trust.principal.partition("#")[2] for trust in found] == ["repo:acme/*", "repo:beta/*"]


def test_a_role_that_nobody_could_read_may_give_tokens(gcp: Gcp, tmp_path: Path) -> None:
    deploy, ci = seed(gcp)
    github(gcp.company, ci)
    gcp.company.bind(deploy, "projects/pay/roles/vanished", principals(ci, "attribute.repository/acme/app"))
    found = read(gcp, tmp_path)
    assert only(found).kind == "unknown"
    assert [one.name for one in found.signals_of(DEPLOY)] == ["machine-account-object"]


def test_a_provider_without_a_mapping_that_can_be_read_is_unknown(gcp: Gcp, tmp_path: Path) -> None:
    deploy, ci = seed(gcp)
    github(gcp.company, ci)
    gcp.company.bind(deploy, USER, principals(ci))
    found = inventory_by(gcp, tmp_path / "b", *SERVICES)
    (record,) = [one for one in found.resources.values() if one.kind == "google-workload-identity-provider"]
    record.attributes["attribute_mapping"] = '{"google.subject": "assert…'
    trusts = [one for one in federation.join(found) if isinstance(one, Trust)]
    assert [trust.kind for trust in trusts] == ["unknown"]


@pytest.mark.parametrize(
    ("whole", "condition"), [(True, ""), (True, "assertion.repository_owner == 'acme'"), (False, ""),
                             (False, "assertion.repository_owner == 'acme'")],
)  # fmt: skip
def test_jobs_reach_what_the_account_administers(gcp: Gcp, tmp_path: Path, whole: bool, condition: str) -> None:
    deploy, ci = seed(gcp)
    github(gcp.company, ci, condition)
    subject = "repo:acme/app:ref:refs/heads/main"
    gcp.company.bind(deploy, USER, principals(ci, "attribute.repository/acme/app") if whole else principal(ci, subject))
    gcp.company.bind("projects/pay", "owner", deploy)
    found = read(gcp, tmp_path)
    job = f"oidc:{ISSUER}#{subject}"
    found.add(Identity(id=job, provider="github", kind="workflow", name="main", scope="github:acme"))
    for record in list(GcpConnector().access(found)):
        found.add(record)
    path = Paths(found).of(job)
    assert path is not None
    assert path.degree == "allowed"
    assert path.end == DEPLOY
