"""nhiscan.toml: what a company sets once, for every scan."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from nhiscan.classify.names import ClassifyConfig
from nhiscan.errors import UsageError
from nhiscan.result import Severity
from nhiscan.rule import Rule

DEFAULT_FILE = Path("nhiscan.toml")


class ScanConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[scan]: defaults of the command line."""

    connectors: list[str] = []
    """Connectors to scan when none is named."""
    output: str = ""
    fail_on: Severity | None = None
    max_workers: int | None = None


class OwnersConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[owners]: where owners are written."""

    tags: list[str] = []
    """Further tag keys that name an owner, beside the usual ones."""


class Suppression(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[[suppress]]: a finding that is known and accepted, for a while."""

    reason: str
    """Why; shown in every report."""
    expires: date
    """Last day on which it holds."""
    rule: str = ""
    subject: str = ""
    """Id, or a glob over ids."""
    fingerprint: str = ""


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of nhiscan.toml."""

    scan: ScanConfig = ScanConfig()
    connectors: dict[str, dict[str, Any]] = {}
    """[connectors.<name>]: options of a connector, named as its flags."""
    rules: dict[str, dict[str, int | bool | list[str]]] = {}
    """[rules.<rule id>]: thresholds, lists, and `enabled = false`."""
    suppress: list[Suppression] = []
    classify: ClassifyConfig = ClassifyConfig()
    owners: OwnersConfig = OwnersConfig()


def load(path: Path | None) -> Config:
    """Read the configuration: the file that was named, else ./nhiscan.toml, else the defaults.

    Raises UsageError naming the file, the key and what is wrong with it.
    """
    if path is None:
        if not DEFAULT_FILE.exists():
            return Config()
        path = DEFAULT_FILE
    try:
        with path.open("rb") as file:
            raw = tomllib.load(file)
        return msgspec.convert(raw, Config)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path} is not TOML: {error}.") from error
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: {error}.", "docs/configuration.md lists every key.") from error


def thresholds_of(rule: Rule, config: Config) -> dict[str, int]:
    """The thresholds of a rule: its defaults, and what the company set. Raises UsageError for a name it has not."""
    values = {threshold.name: threshold.default for threshold in rule.thresholds}
    lists = {listing.name for listing in rule.listings}
    for name, value in config.rules.get(rule.id, {}).items():
        if name == "enabled" or name in lists:
            continue
        if name not in values:
            known = ", ".join((*values, *sorted(lists))) or "no thresholds"
            raise UsageError(f"[rules.{rule.id}] has no threshold {name!r}; it has {known}.")
        if isinstance(value, bool | list) or value < 0:
            raise UsageError(f"[rules.{rule.id}] {name} must be a number that is not negative.")
        values[name] = value
    return values


def listings_of(rule: Rule, config: Config) -> dict[str, tuple[str, ...]]:
    """The lists of a rule that the company set. Raises UsageError for one that is no list of texts."""
    values: dict[str, tuple[str, ...]] = {}
    for listing in rule.listings:
        value = config.rules.get(rule.id, {}).get(listing.name, [])
        if not isinstance(value, list):
            raise UsageError(f'[rules.{rule.id}] {listing.name} must be a list of texts: ["...", "..."].')
        values[listing.name] = tuple(value)
    return values


def check_rules(config: Config, rules: Mapping[str, Rule]) -> None:
    """Raise UsageError where the configuration names rules or thresholds that do not exist."""
    for name in config.rules:
        if name not in rules:
            raise UsageError(f"[rules.{name}]: there is no rule {name!r}.", "`nhiscan plugins` lists the rules.")
        thresholds_of(rules[name], config)
        listings_of(rules[name], config)
        if not isinstance(config.rules[name].get("enabled", True), bool):
            raise UsageError(f"[rules.{name}] enabled must be true or false.")
    for suppression in config.suppress:
        if not (suppression.rule or suppression.subject or suppression.fingerprint):
            raise UsageError("[[suppress]] must name a rule, a subject or a fingerprint.")
        if suppression.rule and suppression.rule not in rules:
            raise UsageError(f"[[suppress]] names the rule {suppression.rule!r}, which does not exist.")
        if not suppression.reason.strip():
            raise UsageError("[[suppress]] must give a reason.")
