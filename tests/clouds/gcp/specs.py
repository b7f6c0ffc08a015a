"""Google's own descriptions of its APIs, where they are there: requests and answers are held against them.

NHISCAN_SPECS names the directory that holds them, in `gcp_discovery`. Without it nothing is checked.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.clouds.gcp.answers import Item
from tests.clouds.gcp.calls import Call

VARIABLE = "NHISCAN_SPECS"
MISSING = f"Google's descriptions of its APIs are not there ({VARIABLE})"
_COMMON = frozenset({"alt", "fields", "key", "prettyPrint", "quotaUser", "$.xgafv"})


@dataclass
class _Method:
    id: str
    http: str
    pattern: re.Pattern[str]
    query: frozenset[str]
    response: str


@dataclass
class Specs:
    """The descriptions of some services. One that is not described is not checked."""

    methods: dict[str, list[_Method]] = field(default_factory=dict)
    schemas: dict[str, Item] = field(default_factory=dict)
    versions: set[tuple[str, str]] = field(default_factory=set)
    """Services that are described, with the version."""

    @classmethod
    def from_environment(cls) -> Specs:
        """Those under NHISCAN_SPECS; none without it."""
        found = cls()
        directory = os.environ.get(VARIABLE)
        for path in sorted(Path(directory, "gcp_discovery").glob("*.json")) if directory else ():
            found._read(json.loads(path.read_text()))
        return found

    def _read(self, document: Item) -> None:
        service = document["name"]
        self.versions.add((service, document["version"]))
        self.schemas.setdefault(service, {}).update(document.get("schemas", {}))

        def walk(node: Item) -> None:
            for method in node.get("methods", {}).values():
                path = method.get("flatPath") or method["path"]
                pattern = re.sub(r"\\\{\w+\\\}", "[^/:]+", re.escape(path))
                asked = frozenset(n for n, p in method.get("parameters", {}).items() if p.get("location") == "query")
                response = method.get("response", {}).get("$ref", "")
                self.methods.setdefault(service, []).append(
                    _Method(method["id"], method["httpMethod"], re.compile(pattern), asked, response)
                )
            for child in node.get("resources", {}).values():
                walk(child)

        walk(document)

    def unknown(self, service: str, http: str, template: str, query: dict[str, str]) -> list[str]:
        """What Google does not describe of a call that is declared with a path of fields."""
        path = re.sub(r"\{(\+?)(\w+)\}", self._sample, template)
        for method in self.methods.get(service, ()):
            if method.http == http and method.pattern.fullmatch(path):
                return [f"{method.id} takes no parameter {name}" for name in sorted(set(query) - method.query)]
        return [f"Google describes no {http} {path}"]

    @staticmethod
    def _sample(found: re.Match[str]) -> str:
        """A value of a field: a container where it takes slashes."""
        return "projects/x" if found[1] else "x"

    def of_request(self, call: Call) -> list[str]:
        """What is wrong with a request."""
        method = self._method(call)
        if method is None:
            described = (call.service, call.path.partition("/")[0]) in self.versions and call.method != "RPC"
            return [f"Google describes no {call}"] if described else []
        odd = sorted(set(call.query) - method.query - _COMMON)
        return [f"{method.id} takes no parameter {name}" for name in odd]

    def of_answer(self, call: Call, answer: Any) -> list[str]:
        """What is wrong with an answer of the emulator."""
        method = self._method(call)
        if method is None or not method.response:
            return []
        return [f"{method.id} answers {one}" for one in self._wrong(call.service, method.response, answer, "")][:3]

    def _method(self, call: Call) -> _Method | None:
        for method in self.methods.get(call.service, ()):
            if method.http == call.method and method.pattern.fullmatch(call.path):
                return method
        return None

    def _wrong(self, service: str, name: str, value: Any, place: str) -> list[str]:
        schema = self.schemas[service].get(name, {})
        return self._against(service, schema, value, place)

    def _against(self, service: str, schema: Item, value: Any, place: str) -> list[str]:
        if "$ref" in schema:
            return self._wrong(service, schema["$ref"], value, place)
        kind = schema.get("type", "any")
        if kind == "object" and "properties" in schema:
            if not isinstance(value, dict):
                return [f"{place or 'a body'} that is no object"]
            known = schema["properties"]
            found = [f"an unknown field {place}.{key}" for key in value if key not in known]
            for key, inner in value.items():
                if key in known:
                    found += self._against(service, known[key], inner, f"{place}.{key}")
            return found
        if kind == "array":
            if not isinstance(value, list):
                return [f"{place} that is no list"]
            return [wrong for inner in value[:20] for wrong in self._against(service, schema["items"], inner, place)]
        if kind == "string":
            if not isinstance(value, str):
                return [f"{place} that is no text"]
            if "enum" in schema and value not in schema["enum"]:
                return [f"{place} {value!r}, which is none of its values"]
        if kind == "boolean" and not isinstance(value, bool):
            return [f"{place} that is no truth value"]
        return []
