"""Who can call a function from outside: its URLs, its resource policies, and whether both let everyone in.

Source: Lambda Developer Guide, "Control access to Lambda function URLs".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from nhiscan.model import EVERYONE, AnyRecord, Policy, PolicyUse
from nhiscan_connectors.aws.access.patterns import matches
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.documents import document_text, listed, statements
from nhiscan_connectors.aws.regional import Reading, call
from nhiscan_connectors.common.fields import table, text

URLS = call(
    "lambda:ListFunctionUrlConfigs",
    "reads the URLs of functions that look like agents, and whether they ask for a signature",
    "whether a function answers the internet",
)
POLICY = call(
    "lambda:GetPolicy",
    "reads the resource policies of functions that look like agents: who may call them",
    "who may call a function by its resource policy",
    blinds=("policies", "workloads"),
)

_ACTION: Final = "lambda:invokefunctionurl"
_HARMLESS: Final = frozenset({"lambda:functionurlauthtype", "lambda:invokedviafunctionurl"})
"""Conditions that hold for every call by a URL that asks for no signature."""


def ask_exposure(calls: Calls, names: Iterable[str]) -> None:
    """Two calls a function, and one for each alias that has a URL without signature."""

    def ask(name: str) -> None:
        calls.page(POLICY, FunctionName=name)
        for config in calls.items(URLS, "FunctionUrlConfigs", FunctionName=name):
            qualifier = _qualifier(table(config))
            if qualifier and table(config).get("AuthType") == "NONE":
                calls.page(POLICY, FunctionName=name, Qualifier=qualifier)

    calls.each(ask, names)


class Exposure(msgspec.Struct, frozen=True):
    """What is known of the ways into a function."""

    public: bool | None = None
    """Whether everyone can call it by a URL without signature; None when that was not asked, or not answered."""
    url: str = ""
    url_auth: str = ""
    """"NONE" where one of its URLs asks for no signature, "AWS_IAM" where all ask for one, "" without URLs."""


class Exposures:
    """The ways into the functions of a region."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._urls = reading.by_param(URLS, "FunctionName")
        self._urls_refused = reading.refused(URLS, "FunctionName")
        self._policies: dict[tuple[str, str], object] = {}
        self._absent: set[tuple[str, str]] = set()
        for item in reading.answers.of(POLICY):
            key = (text(item.params.get("FunctionName")), text(item.params.get("Qualifier")))
            if item.body is not None:
                self._policies[key] = table(item.body).get("Policy")
            elif item.problem is None:
                self._absent.add(key)

    def of(self, name: str, arn: str) -> Exposure:
        """What is known of a function; nothing of one that was not asked about."""
        configs = [
            config
            for body in self._urls.get(name, ())
            for config in self._reading.within(URLS, body, "FunctionUrlConfigs", "AuthType", subject=arn)
        ]
        open_ones = [config for config in configs if config["AuthType"] == "NONE"]
        shown = (open_ones or configs or [{}])[0]
        url, auth = text(shown.get("FunctionUrl")), text(shown.get("AuthType"))
        answered = name in self._urls and name not in self._urls_refused
        lets_in = [self._lets_everyone(name, _qualifier(config)) for config in open_ones]
        if True in lets_in:
            public: bool | None = True
        else:
            public = None if None in lets_in or not answered else False
        return Exposure(public, url, auth)

    def policies(self, name: str, arn: str) -> Iterator[AnyRecord]:
        """The resource policies of a function and of its aliases."""
        for (function, qualifier), value in self._policies.items():
            if function == name:
                target = f"{arn}:{qualifier}" if qualifier else arn
                document, problem = document_text(value)
                id = f"{target}/policy/resource"
                yield Policy(
                    id=id,
                    provider="aws",
                    kind="resource",
                    name=f"resource policy of function {name}" + (f", alias {qualifier}" if qualifier else ""),
                    scope=self._reading.scope,
                    document=document,
                    problem=problem,
                )
                yield PolicyUse(policy=id, target=target, use="resource")

    def _lets_everyone(self, name: str, qualifier: str) -> bool | None:
        """Whether the policy lets everyone call a URL; None where it cannot be told."""
        if (name, qualifier) in self._absent:
            return False  # without a policy nobody may
        document, _ = document_text(self._policies.get((name, qualifier)))
        return None if document is None else lets_everyone(document)


def lets_everyone(document: str) -> bool | None:
    """Whether a policy, as JSON text, lets everyone call the URL of its function; None where conditions decide."""
    written = msgspec.json.decode(document).get("Statement")
    entries = written if isinstance(written, list) else [written]
    answer: bool | None = False if all(isinstance(entry, dict) for entry in entries) else None
    for _, statement in statements(document):
        if not _speaks_of_urls(statement):
            continue
        if statement.get("Effect") != "Allow":
            return None  # it takes something away, and from whom would need a caller to say
        if EVERYONE not in (statement.get("Principal"), *listed(table(statement.get("Principal")).get("AWS"))):
            continue
        keys = {str(key).lower() for tests in table(statement.get("Condition")).values() for key in table(tests)}
        if keys <= _HARMLESS:
            answer = True
        elif answer is False:
            answer = None
    return answer


def _speaks_of_urls(statement: dict[str, Any]) -> bool:
    if "NotAction" in statement:
        return not any(matches(one.lower(), _ACTION, "text") for one in listed(statement["NotAction"]))
    return any(matches(one.lower(), _ACTION, "text") for one in listed(statement.get("Action")))


def _qualifier(config: dict[str, Any]) -> str:
    """The alias that a URL belongs to: what follows the function's name in its ARN."""
    return text(config.get("FunctionArn")).partition(":function:")[2].partition(":")[2]
