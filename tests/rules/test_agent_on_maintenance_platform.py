"""A platform that is being wound down is no place for agents."""

from __future__ import annotations

from nhiscan.rules.agent_on_maintenance_platform import RULE
from tests.rules.support import ACCOUNT, agent, estate, gap

OLD = {"maintenance_mode": "true"}
EXAMPLE = estate(*agent("helper", ai_platform="Agents Classic", attributes=OLD))


def test_an_agent_on_an_old_platform_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert finding.severity == "low"
    assert finding.evidence == (
        "agent runtime helper runs on Agents Classic, which its maker has put into maintenance mode",
    )


def test_an_agent_elsewhere_is_clean() -> None:
    assert estate(*agent("helper", attributes={"maintenance_mode": "false"})).run(RULE).clean
    said = estate(*agent("helper")).run(RULE)
    assert said.clean
    assert said.examined == 1


def test_what_could_not_be_read_is_unknown() -> None:
    assert estate(gap("agents")).run(RULE).unknown == [ACCOUNT]
