"""Applications: whose credentials they are, how long they live, and whom an application trusts without one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from nhiscan.access.names import is_pattern
from nhiscan.evidence import open_bundle
from nhiscan.subjects import Width, widest
from nhiscan_connectors.azure.directory.federation import bare_issuer
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed import ago
from tests.clouds.azure.seed_directory import blueprint, certificate, federated
from tests.connectors.azure.scanning import inventory_of

GITHUB = "https://token.actions.githubusercontent.com"
AUDIENCE = "api://AzureADTokenExchange"


def test_a_secret_of_an_application_opens_its_service_principal(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    secret, key = tenant.password(days=10, lasts=90), certificate(tenant)
    app = tenant.application("pay", passwordCredentials=[secret], keyCredentials=[key])
    other = tenant.password(days=5, lasts=30)
    pay = tenant.service_principal("pay", application=app, passwordCredentials=[other])
    found = inventory_of(azure, tmp_path / "b")
    holder = f"/servicePrincipals/{pay['id']}"
    told = {credential.id: credential for credential in found.credentials_of(holder)}
    assert set(told) == {
        f"/applications/{app['id']}/passwordCredentials/{secret['keyId']}",
        f"/applications/{app['id']}/keyCredentials/{key['keyId']}",
        f"/servicePrincipals/{pay['id']}/passwordCredentials/{other['keyId']}",
    }
    first = told[f"/applications/{app['id']}/passwordCredentials/{secret['keyId']}"]
    assert (first.kind, first.lifetime, first.secret, first.long_lived) == ("client-secret", "expires", True, True)
    assert first.created_at == datetime(2026, 11, 14, 9, tzinfo=UTC)
    assert first.expires_at == datetime(2027, 2, 12, 9, tzinfo=UTC)
    public = told[f"/applications/{app['id']}/keyCredentials/{key['keyId']}"]
    assert (public.kind, public.secret, public.long_lived) == ("certificate", False, True)
    assert found.identities[holder].attributes["application"] == f"/applications/{app['id']}"
    assert found.identities[holder].created_at is not None
    assert f"/applications/{app['id']}" not in found.identities


def test_a_secret_works_until_its_end(azure: Azure, tmp_path: Path) -> None:
    # The emulator's dates are of the past, and what it answers is dated today.
    future, past = "2190-01-01T00:00:00Z", "2020-01-01T00:00:00Z"
    secrets = [azure.tenant.password(endDateTime=end, displayName=end) for end in (future, past)]
    secrets.append(azure.tenant.password(endDateTime=None, displayName="nobody says"))
    azure.tenant.application("shop", passwordCredentials=secrets)
    found = inventory_of(azure, tmp_path / "b")
    told = {credential.name: credential.status for credential in found.credentials.values()}
    assert told == {future: "active", past: "expired", "nobody says": None}


def test_an_application_without_a_service_principal_is_an_identity_of_its_own(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    app = tenant.application(
        "vendor", signInAudience="AzureADMultipleOrgs", passwordCredentials=[tenant.password()], isDisabled=True
    )
    found = inventory_of(azure, tmp_path / "b")
    alone = found.identities[f"/applications/{app['id']}"]
    assert (alone.kind, alone.enabled) == ("entra-application", False)
    assert alone.attributes["sign_in_audience"] == "AzureADMultipleOrgs"
    assert [credential.holder for credential in found.credentials.values()] == [alone.id]


@pytest.mark.parametrize(
    ("begins", "ends", "lifetime"),
    [
        (ago(1), ago(-36_000), "never_expires"),
        (None, "2299-12-31T00:00:00Z", "never_expires"),
        (None, "9999-12-31T23:59:59.9999999Z", "never_expires"),
        (ago(1), ago(-700), "expires"),
        (ago(1), None, "unknown"),
    ],
)
def test_a_far_end_is_none(azure: Azure, tmp_path: Path, begins: str | None, ends: str | None, lifetime: str) -> None:
    secret = azure.tenant.password(startDateTime=begins, endDateTime=ends)
    azure.tenant.application("pay", passwordCredentials=[secret])
    found = inventory_of(azure, tmp_path / "b")
    assert [credential.lifetime for credential in found.credentials.values()] == [lifetime]


def test_what_signs_saml_tokens_is_no_way_in(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    mark: dict[str, Any] = {"customKeyIdentifier": "c2FtbA=="}
    tenant.service_principal(
        "sso",
        keyCredentials=[
            certificate(tenant, usage="Sign", **mark),
            certificate(tenant, usage="Verify", **mark),
            certificate(tenant, displayName="CN=door"),
        ],
        passwordCredentials=[tenant.password(**mark)],
    )
    found = inventory_of(azure, tmp_path / "b")
    assert sorted((item.kind, item.long_lived) for item in found.credentials.values()) == [
        ("certificate", True),
        ("signing-certificate", False),
    ]


def test_a_workflow_has_the_name_that_other_clouds_give_it(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    app = tenant.application("deploy")
    deploy = tenant.service_principal("deploy", application=app)
    federated(tenant, app, GITHUB, "repo:acme/shop:ref:refs/heads/main")
    found = inventory_of(azure, tmp_path / "b")
    identity = f"/servicePrincipals/{deploy['id']}"
    (trust,) = found.trusts_of(identity)
    assert trust.kind == "oidc"
    assert trust.principal == "oidc:token.actions.githubusercontent.com#repo:acme/shop:ref:refs/heads/main"
    assert [(guard.kind, guard.operator, guard.values, guard.confines) for guard in trust.guards] == [
        ("subject", "equals", ("repo:acme/shop:ref:refs/heads/main",), True),
        ("audience", "equals", (AUDIENCE,), True),
    ]
    assert {signal.name for signal in found.signals_of(identity)} >= {"trusted-by-ci-oidc"}
    (provider,) = found.federation_providers.values()
    assert (provider.issuer, provider.scope) == ("token.actions.githubusercontent.com", f"azure:{tenant.id}")


def test_a_managed_identity_that_an_application_trusts_is_named_as_itself(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    host = tenant.managed_identity("host", "/subscriptions/1/resourceGroups/r/providers/Microsoft.Web/sites/h")
    app = tenant.application("pay")
    pay = tenant.service_principal("pay", application=app)
    federated(tenant, app, f"https://login.microsoftonline.com/{tenant.id}/v2.0", host["id"])
    found = inventory_of(azure, tmp_path / "b")
    (trust,) = found.trusts_of(f"/servicePrincipals/{pay['id']}")
    assert (trust.kind, trust.principal) == ("principal", f"/servicePrincipals/{host['id']}")
    assert [guard.kind for guard in trust.guards] == ["audience"]


@pytest.mark.parametrize(
    ("expression", "subject", "guards"),
    [
        (
            "claims['sub'] matches 'repo:acme/*' and claims['job_workflow_ref'] eq 'acme/ci/build.yml@main'",
            "repo:acme/*",
            [("subject", True), ("audience", True), ("other", True)],
        ),
        ("claims['sub'] matches '*'", "*", [("subject", False), ("audience", True)]),
        ("anything else", "*", [("subject", False), ("audience", True), ("other", True)]),
        # A joint inside of a quoted text is text.
        (
            "claims['job_workflow_ref'] eq 'acme/build and test.yml' and claims['sub'] matches 'repo:acme/*'",
            "repo:acme/*",
            [("subject", True), ("audience", True), ("other", True)],
        ),
        # The claim is asked for letter by letter.
        ("claims['sub'] eq '*'", "%2A", [("subject", True), ("audience", True)]),
    ],
)
def test_an_expression_is_read_or_lets_everybody_through(
    azure: Azure, tmp_path: Path, expression: str, subject: str, guards: list[tuple[str, bool]]
) -> None:
    tenant = azure.tenant
    app = tenant.application("deploy")
    federated(tenant, app, GITHUB, None, claimsMatchingExpression={"value": expression, "languageVersion": 1})
    found = inventory_of(azure, tmp_path / "b")
    (trust,) = found.trusts_of(f"/applications/{app['id']}")
    assert trust.principal == f"oidc:token.actions.githubusercontent.com#{subject}"
    assert [(guard.kind, guard.confines) for guard in trust.guards] == guards


@pytest.mark.parametrize("subject", ["*", "repo:acme/shop:*", "repo:acme/sho?"])
def test_a_star_in_a_plain_subject_is_a_star(azure: Azure, tmp_path: Path, subject: str) -> None:
    tenant = azure.tenant
    app = tenant.application("deploy")
    deploy = f"/servicePrincipals/{tenant.service_principal('deploy', application=app)['id']}"
    federated(tenant, app, GITHUB, subject)
    found = inventory_of(azure, tmp_path / "b")
    (trust,) = found.trusts_of(deploy)
    issuer = GITHUB.partition("//")[2]
    assert not is_pattern(trust.principal)
    assert trust.principal == f"oidc:{issuer}#{subject.replace('*', '%2A').replace('?', '%3F')}"
    assert (trust.guards[0].operator, trust.guards[0].values) == ("equals", (subject,))
    told = widest(trust)
    assert told is not None
    assert (told.pattern, told.width) == (subject, Width.ONE)


def test_a_credential_that_names_nobody_leaves_unknown_whom_the_issuer_vouches_for(
    azure: Azure, tmp_path: Path
) -> None:
    tenant = azure.tenant
    app = tenant.application("deploy")
    federated(tenant, app, GITHUB, None)
    found = inventory_of(azure, tmp_path / "b")
    id = f"/applications/{app['id']}"
    (trust,) = found.trusts_of(id)
    assert (trust.kind, trust.principal) == ("unknown", "oidc:token.actions.githubusercontent.com#*")
    assert not found.knows(f"azure:{tenant.id}", "trust", id)
    assert any("names nobody" in gap.detail and gap.subjects == (id,) for gap in found.gaps)


def test_all_that_an_application_trusts_is_read_though_graph_expands_twenty(azure: Azure, tmp_path: Path) -> None:
    app = azure.tenant.application("deploy")
    azure.tenant.application("plain")
    for number in range(23):
        federated(azure.tenant, app, GITHUB, f"repo:acme/r{number}:ref:refs/heads/main")
    found = inventory_of(azure, tmp_path / "b")
    assert len({trust.principal for trust in found.trusts_of(f"/applications/{app['id']}")}) == 23
    assert azure.calls.count("/applications/*/federatedIdentityCredentials") == 1


def test_a_refused_sweep_is_a_gap_that_hides_trust_only(azure: Azure, tmp_path: Path) -> None:
    app = azure.tenant.application("deploy", passwordCredentials=[azure.tenant.password()])
    azure.tenant.service_principal("deploy", application=app)
    azure.faults.add("deny", "/applications")
    found = inventory_of(azure, tmp_path / "b")
    scope = f"azure:{azure.tenant.id}"
    assert not found.knows(scope, "trust")
    assert not found.knows(scope, "credentials")
    assert not found.knows(scope, "owners")
    assert {identity.name for identity in found.identities.values()} == {"deploy"}


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ("https://Token.Actions.GithubUserContent.com/", "token.actions.githubusercontent.com"),
        (
            "https://westeurope.oic.prod-aks.azure.com/T/Guid/",
            "westeurope.oic.prod-aks.azure.com/T/Guid",
        ),
        ("no scheme", "no scheme"),
        ("", ""),
    ],
)
def test_an_issuer_is_written_without_its_scheme(written: str, bare: str) -> None:
    assert bare_issuer(written) == bare


def test_nothing_of_a_secret_is_written_down(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    given = tenant.password(hint="q7Z", secretText="q7Z~" + "never-to-be-seen")
    tenant.application("pay", passwordCredentials=[given], keyCredentials=[certificate(tenant, key="bmV2ZXI=")])
    blueprint(tenant, "helpers", passwordCredentials=[given])
    inventory_of(azure, tmp_path / "b")
    bundle = open_bundle(tmp_path / "b")
    shard = next(shard for shard in bundle.manifest.shards if shard.part == "tenant")
    written = str([item.body for item in bundle.read(shard)[0]])
    assert written.count(given["keyId"]) == 3  # of the two applications, and once more in the list of blueprints
    assert "q7Z" not in written
    assert "bmV2ZXI=" not in written
