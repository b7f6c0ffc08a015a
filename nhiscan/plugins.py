"""Extension points: connectors, reports and rules, ours and anybody's, found by entry point and loaded when used."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import msgspec

from nhiscan.connector import Connector
from nhiscan.report import Report
from nhiscan.rule import Rule

GROUPS = ("nhiscan.connectors", "nhiscan.reports", "nhiscan.rules")


class Broken(msgspec.Struct, frozen=True):
    """An extension that did not load."""

    group: str
    name: str
    error: str


class Loaded(msgspec.Struct, frozen=True):
    """What one group of entry points gave."""

    found: dict[str, Any]
    """Extensions by name."""
    broken: list[Broken]
    origin: dict[str, str]
    """Distribution that each came from."""


def _load(group: str, entry: EntryPoint) -> Any | Broken:
    try:
        loaded = entry.load()
        return loaded if group == "nhiscan.rules" else loaded()
    except Exception as error:  # a stranger's code may raise anything; it is shown as broken and never ends a scan
        return Broken(group, entry.name, f"{type(error).__name__}: {error}")


@cache
def load(group: str) -> Loaded:
    """Load every extension of a group, once a process. One that raises is among `broken`."""
    found: dict[str, Any] = {}
    broken: list[Broken] = []
    origin: dict[str, str] = {}
    for entry in sorted(entry_points(group=group), key=lambda e: (e.name, e.value)):
        thing = _load(group, entry)
        if isinstance(thing, Broken):
            broken.append(thing)
        elif entry.name in found:
            if entry.value not in origin[entry.name]:
                broken.append(Broken(group, entry.name, f"another extension of that name came first ({entry.value})"))
        else:
            found[entry.name] = thing
            origin[entry.name] = f"{entry.value} ({entry.dist.name if entry.dist else 'unknown'})"
    return Loaded(found, broken, origin)


def connectors() -> Mapping[str, Connector]:
    """Connectors by name."""
    return load("nhiscan.connectors").found


def reports() -> Mapping[str, Report]:
    """Reports by name."""
    return load("nhiscan.reports").found


@cache
def _rules() -> Loaded:
    """Rules of every package that a `nhiscan.rules` entry names: each module of it holds one, as RULE."""
    packages = load("nhiscan.rules")
    found: dict[str, Any] = {}
    broken = list(packages.broken)
    origin: dict[str, str] = {}
    for package in packages.found.values():
        for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
            name = f"{package.__name__}.{module.name}"
            try:
                rule = importlib.import_module(name).RULE
                if not isinstance(rule, Rule):
                    raise TypeError("RULE is not a nhiscan.rule.Rule")
            except Exception as error:  # as above
                broken.append(Broken("nhiscan.rules", module.name, f"{type(error).__name__}: {error}"))
                continue
            if rule.id in found:
                broken.append(Broken("nhiscan.rules", module.name, f"another rule has the id {rule.id}"))
            else:
                found[rule.id] = rule
                origin[rule.id] = name
    return Loaded(found, broken, origin)


def rules() -> Mapping[str, Rule]:
    """Rules by id."""
    return _rules().found


def broken() -> list[Broken]:
    """Every extension that did not load."""
    return [
        *load("nhiscan.connectors").broken,
        *load("nhiscan.reports").broken,
        *_rules().broken,
    ]


def origin(group: str) -> Mapping[str, str]:
    """Where each extension of a group came from."""
    return _rules().origin if group == "nhiscan.rules" else load(group).origin
