"""Versions of agents and flows: people work on the draft, aliases send callers to numbered versions.

What runs for callers is what an alias routes to. The draft runs too, for everybody who may use the test alias. So
nhiscan reads the draft and each version that an alias routes to; versions that no alias routes to cannot be called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from nhiscan.connector import Operation
from nhiscan_connectors.aws.bedrock.names import DRAFT
from nhiscan_connectors.aws.regional import Reading
from nhiscan_connectors.common.fields import text

_NUMBER = re.compile(r"[0-9]{1,5}", re.ASCII)


def routed_versions(aliases: Iterable[object], field: str) -> list[str]:
    """Numbered versions that aliases route to, newest first, from the list entries of aliases.

    `field`: the name that an alias's route gives the version.
    """
    found = {version for alias in aliases for version in _routes(alias, field) if version != DRAFT}
    return sorted(found, key=int, reverse=True)


def alias_text(aliases: Iterable[dict[str, Any]], name: str, field: str) -> str:
    """Aliases and where they route to, for reports: "live (3), test (DRAFT)"; an alias alone where none says."""
    told = []
    for alias in aliases:
        versions = " ".join(dict.fromkeys(_routes(alias, field)))
        told.append(f"{alias[name]} ({versions})" if versions else str(alias[name]))
    return ", ".join(told)


def _routes(alias: object, field: str) -> Iterator[str]:
    routes = alias.get("routingConfiguration") if isinstance(alias, dict) else None
    for route in routes if isinstance(routes, list) else []:
        version = text(route.get(field)) if isinstance(route, dict) else ""
        if version == DRAFT or _NUMBER.fullmatch(version):
            yield version


def called(version: str) -> str:
    """A version as sentences name it: "draft", "version 3"."""
    return "draft" if version == DRAFT else f"version {version}"


def by_params(reading: Reading, operation: Operation, *names: str) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Bodies that are objects, each with the values of the parameters that told its call from others."""
    for _ in reading.bodies(operation):
        pass  # damaged pages are noted
    for item in reading.answers.of(operation):
        if isinstance(item.body, dict):
            yield tuple(text(item.params.get(name)) for name in names), item.body
