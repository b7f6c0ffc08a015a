"""An AI service should know who calls it."""

from __future__ import annotations

import pytest

from nhiscan.model import AnyRecord
from nhiscan.rules.ai_service_with_local_keys import HAVE_A_SWITCH, RULE
from tests.rules.support import ACCOUNT, estate, gap, link, role, secret, workload


def service(kind: str = "azure-openai-account", *, ai: bool = True, **attributes: str) -> tuple[AnyRecord, ...]:
    """An AI service with what it says of itself."""
    platform = "Azure OpenAI" if ai else ""
    return workload("ai", kind=kind, ai_platform=platform, model="gpt-4o" if ai else "", attributes=attributes)


KEYS = (secret("ai/keys", kind="azure-openai-account-keys", ai_provider="azure-openai"), link("ai/keys", "ai", "opens"))
EXAMPLE = estate(*service(local_auth="true", network="all"), *KEYS)


def test_keys_that_open_a_service_from_everywhere_are_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity, finding.related) == ("ai", "high", ("ai/keys",))
    assert finding.evidence == (
        "azure openai account ai takes standing keys of its own beside identities",
        "it serves gpt-4o",
        "it can be reached from every network, so that a key is all that a thief needs",
    )


@pytest.mark.parametrize("network", ["selected", "private", ""])
def test_a_confined_network_lessens_it(network: str) -> None:
    assert estate(*service(local_auth="true", network=network)).run(RULE).finding.severity == "medium"


def test_who_may_read_the_keys_is_told() -> None:
    readers = [record for id in ("a", "b") for record in (role(id), link(id, "ai/keys", "may_read_secret"))]
    finding = estate(*service(local_auth="true"), *KEYS, *readers).run(RULE).finding
    assert "2 identities may read the keys: a and b" in finding.evidence
    assert finding.related == ("ai/keys", "a", "b")


def test_a_service_is_known_by_its_keys() -> None:
    search = (secret("ai/keys", kind="x-keys", ai_provider="azure-search"), link("ai/keys", "ai", "opens"))
    assert estate(*service("x", ai=False, local_auth="true"), *search).run(RULE).found == ["ai"]


def test_switched_off_keys_are_clean() -> None:
    said = estate(*service(local_auth="false")).run(RULE)
    assert (said.clean, said.examined) == (True, 1)


def test_what_is_no_ai_service_or_has_no_such_switch_is_not_examined() -> None:
    storage = (secret("ai/keys", kind="azure-storage-account-keys"), link("ai/keys", "ai", "opens"))
    assert estate(*service("azure-storage-account", ai=False, local_auth="true"), *storage).run(RULE).examined == 0
    assert estate(*service("bedrock-agent")).run(RULE).examined == 0


@pytest.mark.parametrize("kind", sorted(HAVE_A_SWITCH))
def test_a_switch_that_could_not_be_read_is_unknown(kind: str) -> None:
    assert estate(*service(kind, ai=False)).run(RULE).unknown == ["ai"]


def test_services_that_could_not_be_listed_are_unknown() -> None:
    assert estate(gap("workloads")).run(RULE).unknown == [ACCOUNT]
