"""nhiscan.toml: a typing mistake is a usage error and silences nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiscan import plugins
from nhiscan.config import Config, check_rules, listings_of, load, thresholds_of
from nhiscan.errors import UsageError


def read(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "nhiscan.toml"
    path.write_text(text)
    config = load(path)
    check_rules(config, plugins.rules())
    return config


def test_thresholds_and_lists_of_rules(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        '[rules.stale_credential]\nunused_days = 45\n[rules.agent_outside_declared_regions]\nregions = ["eu-west-1"]\n',
    )
    rules = plugins.rules()
    assert thresholds_of(rules["stale_credential"], config)["unused_days"] == 45
    assert listings_of(rules["agent_outside_declared_regions"], config) == {"regions": ("eu-west-1",)}
    assert listings_of(rules["stale_credential"], config) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[rules.nothing]\nenabled = false", "there is no rule 'nothing'"),
        ("[rules.stale_credential]\nused_days = 1", "has no threshold 'used_days'"),
        ("[rules.stale_credential]\nunused_days = -1", "must be a number that is not negative"),
        ("[rules.stale_credential]\nunused_days = true", "must be a number that is not negative"),
        ('[rules.stale_credential]\nunused_days = ["1"]', "must be a number that is not negative"),
        ("[rules.stale_credential]\nenabled = 0", "enabled must be true or false"),
        ("[rules.agent_outside_declared_regions]\nregions = 7", "must be a list of texts"),
        ("[rules.agent_outside_declared_regions]\nregions = [7]", "Expected `str`"),
        ("[rules.agent_outside_declared_regions]\nregion = []", "it has regions"),
        ("[rules.stale_credential]\nunused_days = 1.5", "Expected"),
        ("[scan]\nspeed = 1", "unknown field"),
        ("[[suppress]]\nreason = ' '\nexpires = 2027-01-01\nrule = 'stale_credential'", "must give a reason"),
        ("[[suppress]]\nreason = 'x'\nexpires = 2027-01-01", "must name a rule, a subject or a fingerprint"),
        ("[rules", "is not TOML"),
    ],
)
def test_what_is_wrong_is_one_clear_error(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text)
    assert said in caught.value.diagnostics()
