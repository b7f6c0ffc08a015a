"""Redaction: secret values are replaced before anything is written, and only a trace of each is kept.

A trace is the detector, the place, a keyed fingerprint and the last four characters. Values of environment variables
are dropped whether or not a detector knows them: only their names leave the connector, and the few shapes of value
that say where something is and can be no secret (`_kept`).

Detectors that know a form by itself look at every text, in policy documents too: none of them fires on an ARN, an id,
a digest or a word, which the tests hold against every policy that AWS manages. Those that need a name look only where
one stands beside the value. So there are no fields that must be spared.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Collection
from datetime import date, datetime
from operator import is_
from typing import Any, Final, NamedTuple

import msgspec

from nhiscan.connector import JSON, ReadError
from nhiscan.decode import account_of_access_key, decode
from nhiscan.detectors import (
    DETECTORS,
    OURS,
    Detector,
    detectors_near,
    is_placeholder,
    llm_name,
    looks_random,
    may_hold,
    names_a_secret,
    replace_all,
    replace_named,
    role_of,
)

DEEPEST: Final = 150
"""Levels of nesting in an answer; no provider nests so deep, and a hostile export could nest for ever."""

VARIABLES: Final = frozenset(
    {
        "Environment", "environment", "Variables", "variables", "EnvironmentVariables", "environmentVariables",
        "environment_variables", "environmentVariablesOverride", "RuntimeEnvironmentVariables",
        "buildEnvironmentVariables", "secureEnvironmentVariables", "DefaultArguments", "NonOverridableArguments",
        "Env", "env", "envVars", "env_vars", "spark_env_vars", "appSettings", "AppSettings", "connectionStrings",
        "Headers", "headers", "customHeaders", "remoteMcp", "staticQueryParameters", "HeaderParameters",
        "QueryStringParameters", "BodyParameters", "profileProperties", "tokenUrlCustomProperties",
        "AirflowConfigurationOptions", "ConnectionProperties", "HyperParameters",
        "envVariables", "buildEnvVariables", "userEnvVars", "airflowConfigOverrides", "betaSettings",
    }
)  # fmt: skip
"""Fields that hold environment variables or headers: a map, a list of names and values, or JSON text of either."""

_WRAPPERS = frozenset({"Environment", "environment", "Env", "env"})
"""Those of them that may also be a description of an environment, with the variables in a field below."""
_DESCRIPTIONS = frozenset({"agentCoreRuntimeEnvironment", "AirflowVersion"})
"""Fields that are found in a description of an environment and never among its variables."""
_USER_MAPS = frozenset({"tags", "Tags", "labels", "Labels", "metadata", "Metadata", "annotations", "Annotations"})
"""Fields whose keys people choose, as they choose the names of variables."""
_NAME_KEYS = ("name", "Name", "key", "Key", "ParameterKey", "OutputKey", "OptionName", "TagKey", "variable")
_VALUE_KEYS = frozenset({"value", "Value", "ParameterValue", "OutputValue", "OptionSettingValue", "TagValue"})
_PARAMETERS = frozenset({"ParameterValue", "OutputValue"})
"""Those of them that hold what people hand to templates: passwords of any strength, as in variables."""
_REFERENCE_KEYS = frozenset(
    {"valueFrom", "ValueFrom", "valueSource", "secretRef", "secretKeyRef", "configMapKeyRef", "fieldRef", "secretName"}
)
"""Parts of a variable that say where its value is kept."""
_KIND_KEYS = frozenset({"type", "Type", "source", "scope", "slot"})

_SHORTEST: Final = 9
"""Characters of the shortest text that a detector fires on: "a://b:c@d"."""

NAMED: Final = "named-secret"
"""The detector of values that are secrets by their name alone."""

_KEY_ID = next(d for d in DETECTORS if d.id == "aws-access-key-id").pattern
_ASSIGNED = re.compile(r"=[\"']?([^\s\"'&;,<>=]{12,})")
_ASSIGNED_NAME = re.compile(r"(?<![\w.-])-{0,2}([A-Za-z_][\w.-]{1,80})\Z", re.ASCII)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The trace of one secret value."""

    detector: str
    """Id of the detector, or `NAMED`."""
    ai_provider: str
    """LLM provider that it opens, by its form or else by its name; empty when none is known."""
    path: list[str | int]
    """Keys and indexes that lead to it from the top of the answer."""
    name: str
    """Name of the field or variable that held it."""
    fingerprint: str
    last4: str
    """Empty for values of fewer than 20 characters, where four would tell too much, and for private keys."""
    decoded: dict[str, str] = {}
    """What the format says without a network, and what stands beside it: account, access key id, expiry."""


class Redactor:
    """Replaces secrets in answers. `key` makes the fingerprints: one key, one estate. Several threads may share it."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def fingerprint(self, value: str) -> str:
        """Keyed hash of a value, 16 hex digits."""
        return hmac.new(self._key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:16]

    def redact(
        self, body: JSON, *, drop: frozenset[str] = frozenset(), variables: frozenset[str] = VARIABLES
    ) -> tuple[Any, list[Found]]:
        """`body` without secrets, and the traces of those that stood in it. `body` stays as it is; parts of it in
        which nothing stands are shared with the answer, not copied.

        Fields named in `drop` become "[dropped]" at any depth. Values in fields named in `variables` are environment
        variables. Bytes become text, tuples and sets lists, and what JSON has no word for its text. Redacting twice
        changes nothing more. Raises ReadError for nesting deeper than any provider's.
        """
        work = _Work(self.fingerprint, drop, variables)
        return work.walk(body, _NOWHERE, _TOP, user=False), work.found


class _Name(NamedTuple):
    """What a key or a variable's name means for the value beside it."""

    shown: str
    """The name, itself redacted."""
    role: int = 0
    near: tuple[Detector, ...] = ()
    """Detectors that the name makes worth trying."""


_PLAIN, _DROPPED, _VARIABLES, _VALUE, _USER = range(5)
_NOWHERE = _Name("")
_TOP: Final = -1
"""The place of what stands in nothing, and the place of a key, which has only that of its object."""
_INERT: Final = frozenset({str, type(None), bool, int, float, datetime})
"""Types of values that stay as they are, when the texts among them were looked at."""


class _Work:
    """One call of `Redactor.redact`."""

    def __init__(self, fingerprint: Callable[[str], str], drop: frozenset[str], variables: frozenset[str]) -> None:
        self.found: list[Found] = []
        self._fingerprint = fingerprint
        self._drop = drop
        self._variables = variables
        self._path: list[str | int] = []
        self._around: list[Any] = []
        self._names: dict[str, _Name] = {}
        self._plain: dict[str, _Name] = {}
        self._key_ids: dict[int, tuple[Any, set[str]]] = {}

    def walk(self, value: JSON, name: _Name, leaf: str | int, *, user: bool) -> JSON:
        """A redacted copy of a value that stands under `leaf`. `user`: in a map whose keys people chose."""
        if type(value) is str:
            return self._text(value, name, leaf, user=user)
        if isinstance(value, dict):
            return self._mapping(value, name, leaf, user=user)
        if isinstance(value, list | tuple):
            return self._sequence(value, name, leaf, user=user)
        if isinstance(value, set | frozenset):
            return self._sequence(sorted(value, key=str), name, leaf, user=user)
        if value is None or isinstance(value, bool | int | float | datetime | date):
            return value
        return self._text(_as_text(value), name, leaf, user=user)

    def _enter(self, value: JSON, leaf: str | int) -> None:
        if len(self._around) >= DEEPEST:
            raise ReadError("failed", f"The answer is nested deeper than {DEEPEST} levels; it was not read.", "TooDeep")
        self._around.append(value)
        self._path.append(leaf)

    def _leave(self) -> None:
        self._around.pop()
        self._path.pop()

    def _name(self, key: str) -> _Name:
        known = self._names.get(key)
        if known is not None:
            return known
        before = len(self.found)
        shown = self._text(key, _NOWHERE, _TOP, user=False)
        role = (
            _DROPPED if key in self._drop
            else _VARIABLES if key in self._variables
            else _VALUE if key in _VALUE_KEYS
            else _USER if key in _USER_MAPS
            else _PLAIN
        )  # fmt: skip
        name = _Name(shown, role, detectors_near(key))
        if len(self.found) == before:  # a key that is a secret leaves a trace each time
            if len(self._names) >= 50_000:  # keys without end, of a map whose keys are data
                self._names.clear()
                self._plain.clear()
            self._names[key] = name
            if role is _PLAIN and not name.near and not OURS.search(key):
                self._plain[key] = name
        return name

    def _mapping(self, value: dict[Any, JSON], name: _Name, leaf: str | int, *, user: bool) -> dict[Any, JSON]:
        self._enter(value, leaf)
        plain = self._plain
        out: dict[Any, JSON]
        if user or not value.keys() <= plain.keys():
            out = {}
            for key, item in value.items():
                here, shown = self._key(key, out)
                out[shown] = self._special(value, item, here, name, shown, user=user)
        else:  # the common case: most time goes into saying that nothing is here
            out = value
            texts: list[str] = []
            for key, item in value.items():
                kind = type(item)
                if kind is str:
                    texts.append(item)
                elif kind not in _INERT:
                    new = self.walk(item, plain.get(key) or self._name(key), key, user=False)
                    if new is not item:
                        out = dict(value) if out is value else out
                        out[key] = new
            if texts and may_hold("\n".join(texts)):
                out = dict(value) if out is value else out
                for key, item in value.items():
                    if type(item) is str:
                        out[key] = self._text(item, plain.get(key) or self._name(key), key, user=False)
        self._leave()
        return out

    def _special(
        self, around: dict[Any, JSON], item: JSON, here: _Name, above: _Name, leaf: str | int, *, user: bool
    ) -> JSON:
        if here.role is _DROPPED:
            return "[dropped]"
        if here.role is _VARIABLES:
            return self._environment(item, leaf, wrapper=leaf in _WRAPPERS)
        if here.role is _VALUE:
            # In {"Key": "OPENAI_API_KEY", "Value": "..."} the name of the value stands beside it.
            label = _label(around)
            if leaf in _PARAMETERS and isinstance(item, str):
                return self._variable(item, self._name(label), leaf)
            return self.walk(item, self._name(label) if label else above, leaf, user=bool(label))
        return self.walk(item, here, leaf, user=user or here.role is _USER)

    def _key(self, key: object, taken: dict[Any, JSON]) -> tuple[_Name, Any]:
        """What a key means, and the key to write: without a secret, not taken yet, and itself where JSON knows it."""
        if type(key) is not str and (key is None or isinstance(key, bool | int | float | datetime | date)):
            return _NOWHERE, key
        name = self._name(key if type(key) is str else _as_text(key))
        shown, number = name.shown, 1
        while shown in taken:
            number += 1
            shown = f"{name.shown} ({number})"
        return name, shown

    def _sequence(self, items: Collection[JSON], name: _Name, leaf: str | int, *, user: bool) -> Collection[JSON]:
        self._enter(items, leaf)
        out: list[JSON] = []
        flag: _Name | None = None
        texts = [item for item in items if type(item) is str]
        # A text that begins with two dashes names the text after it: ["--api-key", "..."].
        if not texts or user or name.near or may_hold(joined := "\n".join(texts)) or "--" in joined:
            for item in items:
                out.append(self.walk(item, flag or name, len(out), user=user or flag is not None))
                flag = self._name(item) if type(item) is str and item[:2] == "--" and "=" not in item else None
        elif len(texts) == len(items):
            out = texts
        else:
            for item in items:
                out.append(item if type(item) in _INERT else self.walk(item, name, len(out), user=False))
        self._leave()
        same = type(items) is list and all(map(is_, items, out))
        return items if same else out

    # Environment variables

    def _environment(self, value: JSON, leaf: str | int, *, wrapper: bool) -> JSON:
        """A map or list of variables, without their values."""
        if isinstance(value, str | bytes | bytearray | memoryview):
            return self._environment_text(_as_text(value), leaf)
        if not isinstance(value, dict | list | tuple):
            return self.walk(value, _NOWHERE, leaf, user=False)
        self._enter(value, leaf)
        out: JSON
        if isinstance(value, list | tuple):
            out = [self._item(item, index) for index, item in enumerate(value)]
        else:
            wraps = wrapper and any(
                key in _DESCRIPTIONS or (key in self._variables and isinstance(item, dict | list | tuple))
                for key, item in value.items()
            )
            out = {}
            for key, item in value.items():
                here, shown = self._key(key, out)
                if here.role is _DROPPED:
                    out[shown] = "[dropped]"
                elif wraps and not str(key).isupper():
                    out[shown] = self._special(value, item, here, _NOWHERE, shown, user=True)
                else:
                    out[shown] = self._variable(item, here, shown)
        self._leave()
        return out

    def _environment_text(self, value: str, leaf: str | int) -> JSON:
        """Variables that stand as JSON in a text. Any other text is the name of an environment, not its variables."""
        if value.lstrip()[:1] not in ("[", "{") or OURS.match(value):
            return self._text(value, _NOWHERE, leaf, user=False)
        depth = len(self._around)
        try:
            return json.dumps(self._environment(json.loads(value), leaf, wrapper=False), default=str)
        except (ValueError, RecursionError, ReadError):  # no JSON after all, or nested too deeply: then none of it
            del self._around[depth:], self._path[depth:]
            return "[value]"

    def _item(self, item: JSON, index: int) -> JSON:
        """One of a list of variables: an object, "NAME=value", or a name alone."""
        if not isinstance(item, str):
            return self._variable(item, _NOWHERE, index)
        text, equals, value = item.partition("=")
        if equals and _VARIABLE.fullmatch(text) and not looks_random(text):
            name = self._name(text)
            return f"{name.shown}={self._variable(value, name, index)}"
        return item if _CONSTANT.fullmatch(item) else self._variable(item, _NOWHERE, index)

    def _variable(self, item: JSON, name: _Name, leaf: str | int) -> JSON:
        """What stands in place of a variable's value."""
        if item is None or isinstance(item, bool):
            return item
        if isinstance(item, dict):
            self._enter(item, leaf)
            out: JSON = self._entry(item, name)
            self._leave()
            return out
        if isinstance(item, list | tuple):
            self._enter(item, leaf)
            out = [self._variable(inner, name, index) for index, inner in enumerate(item)]
            self._leave()
            return out
        if isinstance(item, set | frozenset):
            return self._variable(sorted(item, key=str), name, leaf)
        text = _as_text(item)
        shown = self._value(text, name, leaf)
        return item if shown == text and isinstance(item, int) else shown

    def _entry(self, item: dict[Any, JSON], name: _Name) -> dict[Any, JSON]:
        """A variable as an object. Where its value is kept stays, and of one in a list its name and its type."""
        label = "" if name.shown else _label(item)
        name = self._name(label) if label else name
        stored = bool(label) and item.get("type") in _STORES
        out: dict[Any, JSON] = {}
        for key, inner in item.items():
            here, shown = self._key(key, out)
            if here.role is _DROPPED:
                out[shown] = "[dropped]"
            elif key in _REFERENCE_KEYS or (label and key in _NAME_KEYS and isinstance(inner, str)):
                out[shown] = self.walk(inner, _NOWHERE, shown, user=False)
            elif isinstance(inner, str) and (
                (label and key in _KIND_KEYS and _KIND.fullmatch(inner))
                or (stored and _STORED.fullmatch(inner) and not looks_random(inner))
            ):
                out[shown] = self.walk(inner, name, shown, user=True)
            else:
                out[shown] = self._variable(inner, name, shown)
        return out

    def _value(self, value: str, name: _Name, leaf: str | int) -> str:
        if not value or OURS.fullmatch(value):
            return value
        before = len(self.found)
        self._text(value, name, leaf, user=False)
        if len(self.found) > before:
            return f"[value:{self.found[before].fingerprint}]"
        secret = names_a_secret(name.shown)
        kept = _kept(value, name.shown, secret=secret)
        if kept is not None:
            return kept
        # Shorter ones are too easily guessed for a hash of them to be kept.
        if secret and len(value) >= 8 and not is_placeholder(value):
            return f"[value:{self._trace(NAMED, '', value, name, leaf).fingerprint}]"
        return "[value]"

    # Texts

    def _text(self, text: str, name: _Name, leaf: str | int, *, user: bool) -> str:
        """A text without the secrets in it. `leaf` is its place in what is being walked."""
        if len(text) < _SHORTEST or OURS.fullmatch(text):
            return text
        whole = text
        known: dict[str, dict[str, str]] = {}

        def trace(detector: Detector, secret: str) -> str:
            if detector.id not in known:  # once for all hits, for it looks at the whole text
                known[detector.id] = self._beside(detector, whole)
            return self._replaced(detector, secret, name, leaf, known[detector.id])

        if name.near:
            text = replace_named(text, name.near, trace)
        if may_hold(text):
            text = replace_all(text, trace)
            if "=" in text:
                text = self._assigned(text, leaf)
        if user and text == whole and names_a_secret(name.shown) and looks_random(text):
            return f"[redacted:{NAMED}:{self._trace(NAMED, '', text, name, leaf).fingerprint}]"
        return text

    def _assigned(self, text: str, leaf: str | int) -> str:
        """NAME=value where the name is a secret's and the value looks like one."""

        def replace(match: re.Match[str]) -> str:
            name = _ASSIGNED_NAME.search(text[max(0, match.start() - 84) : match.start()])
            if name is None or not names_a_secret(name[1]) or not looks_random(match[1]) or OURS.fullmatch(match[1]):
                return match[0]
            made = self._trace(NAMED, "", match[1], _Name(name[1]), leaf)
            return f"{match[0][: match.start(1) - match.start()]}[redacted:{NAMED}:{made.fingerprint}]"

        return _ASSIGNED.sub(replace, text)

    def _replaced(self, detector: Detector, secret: str, name: _Name, leaf: str | int, facts: dict[str, str]) -> str:
        id = "gcp-service-account-key" if "client_email" in facts else detector.id
        made = self._trace(id, detector.ai_provider, secret, name, leaf, {**_decoded(detector.id, secret), **facts})
        return f"[redacted:{id}:{made.fingerprint}]"

    def _trace(
        self, id: str, ai: str, secret: str, name: _Name, leaf: str | int, facts: dict[str, str] | None = None
    ) -> Found:
        private = "PRIVATE KEY" in secret
        made = Found(
            detector=id,
            ai_provider=ai or llm_name(name.shown),
            path=[step for step in (*self._path, leaf) if step != _TOP],
            name=name.shown[:512],
            # The same key with other line ends is the same key.
            fingerprint=self._fingerprint(re.sub(r"\\[nr]|\s", "", secret) if private else secret),
            last4=secret[-4:] if len(secret) >= 20 and not private else "",
            decoded=self._quiet(facts) if facts else {},
        )
        self.found.append(made)
        return made

    def _quiet(self, facts: dict[str, str]) -> dict[str, str]:
        """Facts in which no secret stands: whoever makes a token chooses what it says."""
        work = _Work(self._fingerprint, frozenset(), frozenset())
        return {key: value for key, value in facts.items() if value == work.walk(value, _NOWHERE, _TOP, user=False)}

    def _beside(self, detector: Detector, text: str) -> dict[str, str]:
        """What the surroundings of a secret say of it: the id of a key, the account that a key opens."""
        if detector.id == "aws-secret-access-key":
            ids = {match[0] for match in _KEY_ID.finditer(text)} or self._key_ids_around()
            return _facts_of_key(next(iter(ids))) if len(ids) == 1 else {}
        if detector.id == "private-key":
            around = self._around[-1] if self._around else None
            return _facts_of_account(around if isinstance(around, dict) and "client_email" in around else text)
        return {}

    def _key_ids_around(self) -> set[str]:
        """Access key ids among the values beside this one, or in the list of pairs that it is one of."""
        for around in reversed(self._around[-2:]):
            if id(around) not in self._key_ids:
                values = around.values() if isinstance(around, dict) else around
                ids = {
                    text
                    for item in values
                    for text in (item.values() if isinstance(item, dict) else (item,))
                    if isinstance(text, str) and _KEY_ID.fullmatch(text)
                }
                self._key_ids[id(around)] = (around, ids)  # with the object itself, so that its id stays its own
            if ids := self._key_ids[id(around)][1]:
                return ids
        return set()


def _as_text(value: object) -> str:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | bytearray | memoryview) else str(value)


def _label(item: dict[Any, JSON]) -> str:
    """What an object with a name and a value calls its value."""
    return next((str(item[key]) for key in _NAME_KEYS if isinstance(item.get(key), str)), "")


def _decoded(detector: str, secret: str) -> dict[str, str]:
    if detector == "gcp-service-account-key":
        try:
            return _facts_of_account(base64.b64decode(secret[: len(secret) // 4 * 4]).decode("utf-8", "replace"))
        except (ValueError, binascii.Error):
            return {}
    try:
        return decode(detector, secret)
    except (AttributeError, OSError):  # claims that are no object, times that no calendar has
        return {}


def _facts_of_key(key_id: str) -> dict[str, str]:
    # Ids from before 2019 begin with a letter up to P, and do not hold the account.
    account = account_of_access_key(key_id) if key_id[4] > "P" or key_id[4].isdigit() else ""
    return {"access_key_id": key_id, "account": account} if account else {"access_key_id": key_id}


def _facts_of_account(source: dict[Any, JSON] | str) -> dict[str, str]:
    """What the JSON of a Google service account key says, as an object or as text."""
    if isinstance(source, dict):
        return {key: source[key][:320] for key in _ACCOUNT if isinstance(source.get(key), str)}
    facts = {}
    for key, pattern in _ACCOUNT.items():
        match = pattern.search(source)
        if match:
            facts[key] = match[1]
    return facts


_ACCOUNT = {
    key: re.compile(rf'\\?"{key}\\?"\s{{0,4}}:\s{{0,4}}\\?"([^"\\]{{1,320}})\\?"')
    for key in ("client_email", "private_key_id", "project_id")
}

# Values of variables

_STORES = frozenset({"PARAMETER_STORE", "SECRETS_MANAGER"})
_STORED = re.compile(r"[\w./:@+=-]{1,512}", re.ASCII)
_KIND = re.compile(r"[A-Za-z_]{1,24}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,127}")
_CONSTANT = re.compile(r"[A-Z][A-Z0-9]{0,30}(?:_[A-Z0-9]{1,30}){1,10}")
_REFERENCE = re.compile(
    r"arn:aws[a-z-]{0,12}:[a-z0-9-]{1,40}:[a-z0-9-]{0,30}:(?:\d{12}|aws)?:[\w/.:*+=@,-]{1,512}"
    r"|\$\{arn:aws[a-z-]{0,12}:[a-z0-9-]{1,40}:[a-z0-9-]{0,30}:\d{12}:[\w/.:*+=@,-]{1,512}\}"
    r"|\$\{[A-Za-z0-9_.]{1,128}\}|\$\([A-Za-z0-9_.]{1,128}\)"
    r"|\{\{resolve:(?:ssm|ssm-secure|secretsmanager):[\w/.:+=@-]{1,512}\}\}"
    r"|@Microsoft\.KeyVault\([\w:/.;=-]{1,512}\)"
    r"|(?://[a-z.]{1,60}\.googleapis\.com/)?projects/[\w.:-]{1,64}(?:/[a-z][A-Za-z]{1,40}/[\w.-]{1,255}){1,4}"
    r"|/subscriptions/[0-9a-f-]{36}(?:/[\w.() -]{1,128}){0,16}"
    r"|op://[\w -]{1,64}/[\w -]{1,64}/[\w -]{1,64}|secretref:[a-z0-9-]{1,253}"
    r"|[a-z0-9.-]{1,64}@[a-z0-9.-]{1,100}\.gserviceaccount\.com",
    re.ASCII,
)
_BOOLEAN = re.compile(r"true|false|yes|no|on|off|enabled|disabled|none|null", re.IGNORECASE)
_PLACES = (
    "(?:north|south|east|west|central)+(?:us|europe|asia|india)|(?:australia|brazil|canada|france|germany|israel|italy"
    "|japan|korea|mexico|norway|poland|qatar|southafrica|spain|sweden|switzerland|uae|uk)(?:north|south|east|west"
    "|central)+"
)
_HARMLESS = re.compile(
    r"-?\d{1,6}"
    # Regions of AWS, Google and Azure
    r"|[a-z]{2}(?:-[a-z]{2,5})?-(?:north|south|east|west|central){1,2}-\d"
    r"|(?:africa|asia|australia|europe|me|northamerica|southamerica|us)-(?:north|south|east|west|central){1,2}\d{1,2}"
    rf"(?:-[a-f])?|(?:{_PLACES})\d?"
    # Models
    r"|(?:[a-z]{2,6}\.)?(?:ai21|amazon|anthropic|cohere|deepseek|google|meta|mistral|openai|qwen|stability|writer)"
    r"[./][a-z0-9.:-]{3,60}|(?:chatgpt|claude|codestral|command|deepseek|embed|gemini|gemma|gpt|grok|llama|ministral"
    r"|mistral|mixtral|nova|o[1-9]|phi|qwen|text-embedding|titan|whisper)[a-z0-9.]{0,4}(?:-[a-z0-9.:]{1,16}){0,6}",
)
_URL = re.compile(
    r"([a-z][a-z0-9+.-]{1,20}://)(?:[^/?#\s]{0,512}@)?"
    r"([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,9}\.?(?::\d{1,5})?)(?:[/?#]|\Z)"
)
_HOST = re.compile(r"(?:[a-z0-9-]{1,63}\.){1,10}[a-z]{2,24}(?::\d{1,5})?")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_STORE_NAME = re.compile(r"/?[\w.-]{1,128}(?:/[\w.-]{1,128}){0,15}", re.ASCII)


def _kept(value: str, name: str, *, secret: bool) -> str | None:
    """What may be kept of a variable's value, because it says where or which and opens nothing; None for nothing.

    References to stores, identities and resources; on and off; ids of access keys: under any name. Under a name that
    is not a secret's: small numbers, regions, models, the scheme and host of a URL; and where the name says that it is
    one, a host, a UUID, the name of a secret or parameter.
    """
    if _REFERENCE.fullmatch(value) or _BOOLEAN.fullmatch(value) or _KEY_ID.fullmatch(value):
        return value
    if secret:
        return None
    if _HARMLESS.fullmatch(value):
        return value
    if url := _URL.match(value):
        return url[1] + url[2]
    role = role_of(name)
    if (role == "host" and _HOST.fullmatch(value)) or (role == "id" and _UUID.fullmatch(value)):
        return value
    if role == "stored" and _STORE_NAME.fullmatch(value) and not looks_random(value):
        return value
    return None
