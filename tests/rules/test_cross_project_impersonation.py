"""A way through the wall between two projects."""

from __future__ import annotations

from nhiscan.rules.cross_project_impersonation import RULE
from tests.rules.projects import OTHER, project, service_account
from tests.rules.support import ACCOUNT, Estate, becomes, gap

HERE = project(ACCOUNT, name="lab")
THERE = project(name="pay")
BUILD, PAY = service_account("build"), service_account("pay", scope=OTHER)


def two(*records: object, **more: object) -> Estate:
    return Estate(records=(HERE, THERE, BUILD, PAY, *records), **more)  # type: ignore[arg-type]


EXAMPLE = two(becomes("build", "pay", reason="build holds Token Creator on pay"))


def test_a_way_into_another_project_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity, finding.related) == ("build", "medium", ("pay",))
    assert finding.evidence == (
        "google service account build of project lab can act as google service account pay of project pay",
        "build holds Token Creator on pay",
    )


def test_an_administrator_there_makes_it_worse_and_a_condition_less_bad() -> None:
    assert two(becomes("build", "pay"), admins={"pay": "is"}).run(RULE).finding.severity == "high"
    assert two(becomes("build", "pay", answer="conditional")).run(RULE).finding.severity == "low"


def test_whoever_deploys_a_program_is_told_as_that() -> None:
    finding = two(becomes("build", "pay", deploys=True)).run(RULE).finding
    assert finding.severity == "low"
    assert finding.evidence[-1] == "that takes running something as it, as whoever deploys it does"
    assert two(becomes("build", "pay", deploys=True), admins={"pay": "is"}).run(RULE).finding.severity == "high"
    tokens = becomes("build", "pay", method="gcp-get-access-token")
    assert two(becomes("build", "pay", deploys=True), tokens).run(RULE).finding.severity == "medium"


def test_within_a_project_and_for_administrators_it_is_clean() -> None:
    beside = service_account("beside")
    assert two(beside, becomes("build", "beside")).run(RULE).clean
    assert two(becomes("build", "pay"), admins={"build": "is"}).run(RULE).clean
    assert two(becomes("build", "pay", answer="latent")).run(RULE).clean


def test_what_could_not_be_read_is_unknown() -> None:
    assert two(gap("policies")).run(RULE).unknown == ["build"]
