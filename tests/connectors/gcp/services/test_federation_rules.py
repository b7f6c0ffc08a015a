"""What the core rules say of trusts that workload identity federation amounts to."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiscan.model import AnyRecord
from nhiscan.rule import Finding, Rule
from nhiscan.rules import (
    trust_deleted_principal,
    trust_everyone,
    trust_oidc_wildcard_subject,
    trust_oidc_without_subject,
)
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed_federation import github, principal, principals
from tests.connectors.gcp.services.test_federation import DEPLOY, ISSUER, USER, read, seed
from tests.rules.support import Estate, Said

WIDE, NOBODY = trust_oidc_wildcard_subject.RULE, trust_oidc_without_subject.RULE


def said(gcp: Gcp, path: Path, member: str, condition: str, *rules: Rule) -> list[Said]:
    """What rules say of an account that jobs may act as."""
    deploy, ci = seed(gcp)
    github(gcp.company, ci, condition)
    member = member.replace("POOL", ci).replace("GONE", ci.replace("/ci", "/gone"))
    gcp.company.bind(deploy, USER, member)
    found = read(gcp, path)
    records: tuple[AnyRecord, ...] = (*found.scopes.values(), *found.identities.values(), *found.trusts, *found.gaps)
    return [Estate(records=records).run(rule) for rule in rules]


@pytest.mark.parametrize(
    "condition", ["", "assertion.ref == 'refs/heads/main'", "assertion.repository_owner != 'acme'"]
)
def test_a_pool_that_says_nothing_of_owners_is_open_to_strangers(gcp: Gcp, tmp_path: Path, condition: str) -> None:
    without, wide = said(gcp, tmp_path, principals("POOL"), condition, NOBODY, WIDE)
    (finding,) = of_deploy(without)
    assert finding.severity == "critical"
    assert finding.evidence[:2] == (
        f"google service account deploy trusts the issuer {ISSUER} (role iam.workloadIdentityUser, provider github of"
        " pool ci) for every subject",
        "that lets in anybody who has an account with it",
    )
    assert of_deploy(wide) == []


@pytest.mark.parametrize(
    ("member", "condition", "severity", "lets_in"),
    [
        ("*", "assertion.repository_owner == 'acme'", "low", "more than one repository of the organization"),
        ("attribute.repository/acme/app", "", "info",
         "every branch and every event of the repository, reviewed or not"),
        ("*", "assertion.repository.startsWith('acme')", "high",
         "every organization whose name begins like this, and a stranger may choose such a name"),
    ],
)  # fmt: skip
def test_width_is_that_of_condition_and_binding_together(
    gcp: Gcp, tmp_path: Path, member: str, condition: str, severity: str, lets_in: str
) -> None:
    without, wide = said(gcp, tmp_path, principals("POOL", member), condition, NOBODY, WIDE)
    assert of_deploy(without) == []
    (finding,) = of_deploy(wide)
    assert (finding.severity, finding.evidence[1]) == (severity, f"that lets in {lets_in}")


def test_one_subject_is_no_finding(gcp: Gcp, tmp_path: Path) -> None:
    member = principal("POOL", "repo:acme/app:ref:refs/heads/main")
    without, wide = said(gcp, tmp_path, member, "", NOBODY, WIDE)
    assert of_deploy(without) == of_deploy(wide) == []


def test_what_is_not_understood_is_told_as_unknown(gcp: Gcp, tmp_path: Path) -> None:
    condition = "assertion.sub.split(':')[0] == 'x'"
    without, wide, everyone = said(gcp, tmp_path, principals("POOL"), condition, NOBODY, WIDE, trust_everyone.RULE)
    assert of_deploy(without) == of_deploy(wide) == of_deploy(everyone) == []
    assert DEPLOY in everyone.unknown


def test_a_pool_that_is_gone_is_a_deleted_principal(gcp: Gcp, tmp_path: Path) -> None:
    (deleted,) = said(gcp, tmp_path, principals("GONE"), "", trust_deleted_principal.RULE)
    (finding,) = of_deploy(deleted)
    assert finding.evidence[0].endswith("(role iam.workloadIdentityUser, pool gone), which was deleted")


def of_deploy(what: Said) -> list[Finding]:
    """Findings on the service account."""
    return [finding for finding in what.findings if finding.subject == DEPLOY]
