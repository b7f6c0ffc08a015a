"""Holds calls and answers against Microsoft's own descriptions of its APIs, where the machine has them.

NHISCAN_SPECS names the directory: `graph_v1_nhi.openapi.json` and `azure/authorization_2022-04-01_get.swagger.json`.
Without it nothing is checked. A path that the descriptions do not know is not judged.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator
from openapi_schema_validator import OAS30Validator

from tests.clouds.azure.calls import Call
from tests.clouds.azure.https import Reply

VARIABLE = "NHISCAN_SPECS"
MISSING = f"{VARIABLE} does not name a directory with Microsoft's API descriptions: calls are not held against them"
_FILES = {"graph": "graph_v1_nhi.openapi.json", "arm": "azure/authorization_2022-04-01_get.swagger.json"}


@dataclass(frozen=True)
class _Described:
    """One path of a description."""

    pattern: re.Pattern[str]
    weight: int
    parameters: dict[str, dict[str, Any]]
    """Those of the query, by name."""
    validator: Any
    """Of the answer."""
    fields: frozenset[str]
    """What $select may name; empty: not told."""


class Specs:
    """The descriptions that are there."""

    def __init__(self, directory: Path | None) -> None:
        self._paths: dict[str, list[_Described]] = {}
        self.checked = 0
        """Calls that were held against a description."""
        if directory is not None:
            for plane, name in _FILES.items():
                if (directory / name).is_file():
                    self._paths[plane] = list(_described(json.loads((directory / name).read_text())))

    @classmethod
    def from_environment(cls) -> Specs:
        """The descriptions that NHISCAN_SPECS names; none where it names none."""
        named = os.environ.get(VARIABLE, "")
        return cls(Path(named) if named else None)

    def __bool__(self) -> bool:
        return bool(self._paths)

    def unknown_fields(self, path: str, version: str, select: str) -> list[str]:
        """Fields of a $select that Graph's description lacks; none for a path or version that it does not know."""
        fitting = [item for item in self._paths.get("graph", ()) if item.pattern.fullmatch(path)]
        if version != "v1.0" or not fitting:
            return []
        fields = max(fitting, key=lambda item: item.weight).fields
        return [name for name in select.split(",") if name and fields and name not in fields]

    def problems(self, call: Call, answer: Reply) -> list[str]:
        """What is wrong with a call, and with the answer when it is a success."""
        version = {"graph": "v1.0", "arm": "2022-04-01"}.get(call.plane)
        if call.version != version or call.method != "GET":
            return []
        fitting = [item for item in self._paths.get(call.plane, ()) if item.pattern.fullmatch(call.path)]
        if not fitting:
            return []
        self.checked += 1
        described = max(fitting, key=lambda item: item.weight)
        found = list(_wrong_query(described, call))
        if answer.status == 200 and answer.content.startswith(b"{"):
            body = json.loads(answer.content)
            # Azure Resource Manager answers null where its descriptions only let a field be absent.
            errors = described.validator.iter_errors(_without_nulls(body) if call.plane == "arm" else body)
            found += [f"{call}: answer, {'/'.join(map(str, error.path))}: {error.message[:200]}" for error in errors]
        return found


def _wrong_query(described: _Described, call: Call) -> list[str]:
    known = {name.lower(): schema for name, schema in described.parameters.items()}
    known.setdefault("$skiptoken", {})  # what stands in a link to the next page is the service's own affair
    found = [f"{call}: there is no parameter {name}" for name in call.query if name.lower() not in known]
    for name, value in call.query.items():
        schema = known.get(name.lower(), {})
        if schema.get("type") == "integer" and not _fits(value, schema):
            found.append(f"{call}: {name}={value} is not allowed")
    selected = [name for name in call.query.get("$select", "").split(",") if name]
    if described.fields:
        found += [f"{call}: $select names {name}" for name in selected if name not in described.fields]
    return found


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _fits(value: str, schema: dict[str, Any]) -> bool:
    return value.isdecimal() and schema.get("minimum", 0) <= int(value) <= schema.get("maximum", int(value))


def _described(spec: dict[str, Any]) -> list[_Described]:
    is_openapi = "openapi" in spec
    # References in a schema point into the whole description, so each schema carries what they point at.
    shared = {key: spec[key] for key in ("components", "definitions") if key in spec}
    kind: Any = OAS30Validator if is_openapi else Draft4Validator
    found = []
    for template, methods in spec["paths"].items():
        for operation in (item for method, item in methods.items() if method == "get"):
            ok = operation["responses"]["200"]
            schema = ok["content"]["application/json"]["schema"] if is_openapi else ok["schema"]
            parts = re.split(r"(\{\w+\})", template)
            # A scope is a path of its own.
            pattern = "".join(
                (".+" if part == "{scope}" else "[^/]+") if part.startswith("{") else re.escape(part) for part in parts
            )
            found.append(
                _Described(
                    pattern=re.compile(pattern, re.IGNORECASE),
                    weight=len(re.sub(r"\{\w+\}", "", template)),
                    parameters={
                        item["name"]: item.get("schema", item)
                        for item in operation.get("parameters", ())
                        if item["in"] == "query"
                    },
                    validator=kind({**schema, **shared}),
                    fields=_fields(spec, schema) if is_openapi else frozenset(),
                )
            )
    return found


def _fields(spec: dict[str, Any], schema: dict[str, Any]) -> frozenset[str]:
    reference = schema.get("properties", {}).get("value", {}).get("items", {}).get("$ref", "")
    name = reference.rpartition("/")[2]
    return frozenset(spec.get("components", {}).get("schemas", {}).get(name, {}).get("properties", ()))
