"""Redaction: secret values are replaced before anything is written, and only a trace of each is kept.

A trace is the detector, the place, a keyed fingerprint and the last four characters. Values of environment variables
are dropped whether or not a detector knows them: only names leave the connector.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import date, datetime
from typing import Any, Final

import msgspec

from nhiscan.connector import JSON
from nhiscan.decode import decode
from nhiscan.detectors import DETECTORS, Detector, llm_name, names_a_secret
from nhiscan.errors import InputError

DEEPEST: Final = 150
"""Levels of nesting in an answer; no provider nests so deep, and a hostile export could nest for ever."""

_SHORTEST: Final = 16
_CONTEXTUAL = tuple(d for d in DETECTORS if d.near is not None)
_PLAIN = tuple(d for d in DETECTORS if d.near is None)
# One pass over a value says whether any detector is worth trying: most values of an answer hold nothing.
_HINT = re.compile("|".join(sorted({re.escape(hint) for d in _PLAIN for hint in d.hints}, key=len, reverse=True)))
_NEAR = re.compile("|".join(f"(?:{d.near.pattern})" for d in _CONTEXTUAL if d.near), re.IGNORECASE)

_ENVIRONMENTS = frozenset(
    {
        "Environment",
        "environment",
        "Variables",
        "EnvironmentVariables",
        "environmentVariables",
        "RuntimeEnvironmentVariables",
        "DefaultArguments",
        "env",
    }
)
"""Fields that hold environment variables, as a map or as a list of name and value."""
_NAME_KEYS = ("name", "Name", "key", "Key")
_VALUE_KEYS = ("value", "Value")

# Values of variables that are kept, for they say where something is and can be no secret.
_KEPT = re.compile(
    r"(?:arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:\d{0,12}:[A-Za-z0-9/_.:*+=@-]{1,400}"
    r"|[a-z]{2}(?:-[a-z]{2,9}){1,2}-\d"
    r"|true|false|True|False|\d{1,6}"
    r"|(?:us\.|eu\.|apac\.|global\.)?(?:anthropic|amazon|meta|mistral|cohere|openai|deepseek|ai21|stability)\.[a-z0-9.:-]{3,80}"
    r"|(?:gpt|claude|gemini|o[134]|llama|mistral|command|nova|titan)-[a-z0-9.:-]{1,60})\Z"
)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The trace of one secret value."""

    detector: str
    ai_provider: str
    path: list[str | int]
    """Keys and indexes that lead to it from the top of the answer."""
    name: str
    """Name of the field or variable that held it."""
    fingerprint: str
    last4: str
    decoded: dict[str, str] = {}


class Redactor:
    """Replaces secrets in answers. `key` makes the fingerprints; one key, one estate."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def fingerprint(self, value: str) -> str:
        """Keyed hash of a value, 16 hex digits."""
        return hmac.new(self._key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:16]

    def redact(self, body: JSON, *, drop: frozenset[str] = frozenset()) -> tuple[Any, list[Found]]:
        """A copy of `body` without secrets, and the traces of those that stood in it.

        Fields named in `drop` are removed at any depth. Raises InputError for nesting deeper than any provider's.
        """
        found: list[Found] = []
        return self._walk(body, (), "", drop, found), found

    def _walk(
        self, value: JSON, path: tuple[str | int, ...], name: str, drop: frozenset[str], found: list[Found]
    ) -> JSON:
        if isinstance(value, str):
            return self._text(value, path, name, found)
        if len(path) > DEEPEST:
            raise InputError(f"An answer is nested deeper than {DEEPEST} levels; nhiscan does not read it.")
        if isinstance(value, dict):
            out: dict[str, JSON] = {}
            label = _label(value)
            for key, item in value.items():
                here = (*path, key)
                if key in drop:
                    out[key] = "[dropped]"
                elif key in _ENVIRONMENTS and isinstance(item, dict | list):
                    out[key] = self._environment(item, here, drop, found)
                else:
                    # In {"Key": "OPENAI_API_KEY", "Value": "..."} the name of the value stands beside it.
                    out[key] = self._walk(item, here, label if label and key in _VALUE_KEYS else str(key), drop, found)
            return out
        if isinstance(value, list | tuple):
            return [self._walk(item, (*path, number), name, drop, found) for number, item in enumerate(value)]
        if value is None or isinstance(value, bool | int | float | datetime | date):
            return value
        return self._text(str(value), path, name, found)

    def _environment(self, value: JSON, path: tuple[str | int, ...], drop: frozenset[str], found: list[Found]) -> JSON:
        """A map or list of variables, without their values."""
        if isinstance(value, list):
            return [self._variable(item, (*path, number), drop, found) for number, item in enumerate(value)]
        if set(value) & _ENVIRONMENTS and all(isinstance(item, dict | list) for item in value.values()):
            return self._walk(value, path, "", drop, found)
        return {
            key: self._variable_value(item, (*path, key), str(key), found)
            if isinstance(item, str)
            else self._walk(item, (*path, key), str(key), drop, found)
            for key, item in value.items()
        }

    def _variable(self, item: JSON, path: tuple[str | int, ...], drop: frozenset[str], found: list[Found]) -> JSON:
        if not isinstance(item, dict):
            return self._walk(item, path, "", drop, found)
        name = _label(item)
        return {
            key: self._variable_value(inner, (*path, key), name, found)
            if key in _VALUE_KEYS and isinstance(inner, str)
            else self._walk(inner, (*path, key), str(key), drop, found)
            for key, inner in item.items()
        }

    def _variable_value(self, value: str, path: tuple[str | int, ...], name: str, found: list[Found]) -> str:
        if not value:
            return value
        before = len(found)
        self._text(value, path, name, found)
        if len(found) > before:
            return f"[redacted:{found[-1].detector}:{found[-1].fingerprint}]"
        if _KEPT.match(value):
            return value
        if names_a_secret(name) and len(value) >= 8:
            trace = self._trace("value-of-secret-variable", llm_name(name), value, path, name)
            found.append(trace)
            return f"[redacted:{trace.detector}:{trace.fingerprint}]"
        return "[value]"

    def _text(self, value: str, path: tuple[str | int, ...], name: str, found: list[Found]) -> str:
        if len(value) < _SHORTEST:
            return value
        if _HINT.search(value) is not None:
            for detector in _PLAIN:
                if any(hint in value for hint in detector.hints):
                    value = self._apply(detector, value, path, name, found)
        if name and _NEAR.search(name[:512]):
            for detector in _CONTEXTUAL:
                if detector.near is not None and detector.near.search(name[:512]):
                    value = self._apply(detector, value, path, name, found)
        return value

    def _apply(self, detector: Detector, value: str, path: tuple[str | int, ...], name: str, found: list[Found]) -> str:
        def replace(match: re.Match[str]) -> str:
            whole = match.group(0)
            secret = match.group("secret") if "secret" in detector.pattern.groupindex else whole
            if secret.startswith("[redacted:"):
                return whole
            trace = self._trace(detector.id, detector.ai_provider, secret, path, name)
            found.append(trace)
            return whole.replace(secret, f"[redacted:{detector.id}:{trace.fingerprint}]")

        return detector.pattern.sub(replace, value)

    def _trace(self, id: str, ai: str, secret: str, path: tuple[str | int, ...], name: str) -> Found:
        return Found(
            detector=id,
            ai_provider=ai or llm_name(name),
            path=list(path),
            name=name,
            fingerprint=self.fingerprint(secret),
            last4=secret[-4:] if len(secret) >= 20 and id != "private-key" else "",
            decoded=decode(id, secret),
        )


def _label(item: dict[str, JSON]) -> str:
    """What an object with a name and a value calls its value."""
    return next((str(item[key]) for key in _NAME_KEYS if isinstance(item.get(key), str)), "")
