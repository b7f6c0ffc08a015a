"""What another tenant runs, or may use, should not hold much power here."""

from __future__ import annotations

from typing import Any

import pytest

from nhiscan.model import Capability, Identity
from nhiscan.result import AdminVerdict, Severity
from nhiscan.rules.powerful_multi_tenant_application import RULE
from tests.rules.support import estate, gap, may, user

HERE = "111122223333"
THERE = "99990000"


def application(*, home: str = HERE, audience: str = "AzureADMyOrg", **attributes: str) -> Identity:
    """A service principal by its home and by who may sign in to it."""
    given: dict[str, Any] = {"owner_tenant": home, "sign_in_audience": audience, **attributes}
    return user("app", kind="entra-service-principal", attributes=given)


FOREIGN = application(home=THERE, audience="AzureADMultipleOrgs", publisher="Vendor\nInc")
OPEN = application(audience="AzureADMultipleOrgs")
EXAMPLE = estate(FOREIGN, may("app", "read_data"))


def test_an_application_of_another_tenant_that_reads_all_data_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert finding.severity == "medium"
    assert finding.evidence == (
        "entra service principal app is an application of another tenant, 99990000",
        "entra service principal app may read data",
        "app may read_data on *",
        "its verified publisher is Vendor Inc",
    )


def test_a_missing_publisher_is_told() -> None:
    said = estate(application(home=THERE), may("app", "read_data")).run(RULE)
    assert "it has no verified publisher" in said.text


def test_ones_own_application_that_is_open_to_all_tenants_is_found() -> None:
    finding = estate(OPEN, may("app", "read_data")).run(RULE).finding
    assert "may sign in to" in finding.evidence[0]
    assert all("publisher" not in sentence for sentence in finding.evidence)


@pytest.mark.parametrize(
    ("app", "capability", "admin", "severity"),
    [
        (FOREIGN, "read_data", "is", "high"),
        (FOREIGN, "administer_identities", "no", "high"),
        (FOREIGN, "write_data", "no", "medium"),
        (OPEN, "read_data", "can_become", "high"),
        (OPEN, "administer_identities", "no", "medium"),
    ],
)
def test_how_bad_it_is_depends_on_the_power(
    app: Identity, capability: Capability, admin: AdminVerdict, severity: Severity
) -> None:
    assert estate(app, may("app", capability), admins={"app": admin}).run(RULE).finding.severity == severity


def test_power_on_a_condition_is_less_sure() -> None:
    finding = estate(FOREIGN, may("app", "destroy", answer="conditional")).run(RULE).finding
    assert (finding.severity, finding.confidence) == ("low", "medium")


def test_an_application_of_this_tenant_alone_is_not_examined() -> None:
    said = estate(application(), may("app", "destroy"), admins={"app": "is"}).run(RULE)
    assert (said.clean, said.examined) == (True, 0)


def test_without_power_or_with_power_over_one_thing_it_is_clean() -> None:
    assert estate(FOREIGN).run(RULE).clean
    assert estate(FOREIGN, may("app", "read_data", "azure:one:thing")).run(RULE).clean
    assert estate(FOREIGN, may("app", "invoke_models")).run(RULE).clean


def test_the_providers_own_and_agents_of_a_blueprint_are_left_out() -> None:
    agent = application(home=THERE, blueprint_app_id="b")
    assert estate(agent, may("app", "destroy")).run(RULE).examined == 0
    first_party = user("app", attributes={"owner_tenant": THERE}, managed_by_provider=True)
    assert estate(first_party, may("app", "destroy")).run(RULE).examined == 0


def test_what_could_not_be_read_is_unknown() -> None:
    assert estate(FOREIGN, gap("policies")).run(RULE).unknown == ["app"]
    assert estate(FOREIGN, admins={"app": "unknown"}).run(RULE).unknown == ["app"]
    assert estate(FOREIGN, may("app", "administer", answer="unknown")).run(RULE).unknown == ["app"]
    assert estate(FOREIGN, may("app", "destroy"), gap("policies")).run(RULE).found == ["app"]
