"""AgentCore browsers and code interpreters, AWS's own among them, and memories with paging."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged

_SERVICE = "bedrock-agentcore-control"
_SUMMARY = ("name", "description", "status", "createdAt", "lastUpdatedAt")
_MEMORY_SUMMARY = ("arn", "id", "status", "createdAt", "updatedAt", "managedByResourceArn")


@dataclass
class Tools:
    """State of an account in a region, each record as the API shows it in full.

    Browsers and interpreters include AWS's own. Memories are moto's where there are none here.
    """

    browsers: list[dict[str, Any]] = field(default_factory=list)
    interpreters: list[dict[str, Any]] = field(default_factory=list)
    memories: list[dict[str, Any]] = field(default_factory=list)
    page: int = 100
    """Largest page; tests make it smaller than AWS's."""


def _page(
    state: Tools, key: str, items: Sequence[dict[str, Any]], params: dict[str, Any], shown: tuple[str, ...]
) -> dict[str, Any]:
    wanted = params.get("type")
    kinds = {"SYSTEM": True, "CUSTOM": False}
    fitting = [item for item in items if wanted is None or _of_aws(item) is kinds[wanted]]
    size = min(int(params.get("maxResults") or state.page), state.page)
    page, token = paged(fitting, params.get("nextToken"), size)
    cut = [{name: value for name, value in item.items() if name in shown} for item in page]
    return {key: cut, **({"nextToken": token} if token else {})}


def _of_aws(item: dict[str, Any]) -> bool:
    return any(str(value).split(":")[4:5] == ["aws"] for name, value in item.items() if name.endswith("Arn"))


def _one(items: Sequence[dict[str, Any]], key: str, id: str) -> dict[str, Any]:
    for item in items:
        if item[key] == id:
            return item
    raise ServiceError("ResourceNotFoundException", "It was not found.", 404)


@answers(_SERVICE, "ListBrowsers")
def _browsers(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(Tools)
    return _page(state, "browserSummaries", state.browsers, params, ("browserId", "browserArn", *_SUMMARY))


@answers(_SERVICE, "GetBrowser")
def _browser(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _one(context.regional(Tools).browsers, "browserId", params["browserId"])


@answers(_SERVICE, "ListCodeInterpreters")
def _interpreters(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(Tools)
    shown = ("codeInterpreterId", "codeInterpreterArn", *_SUMMARY)
    return _page(state, "codeInterpreterSummaries", state.interpreters, params, shown)


@answers(_SERVICE, "GetCodeInterpreter")
def _interpreter(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _one(context.regional(Tools).interpreters, "codeInterpreterId", params["codeInterpreterId"])


@answers(_SERVICE, "ListMemories")
def _memories(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    state = context.regional(Tools)
    return _page(state, "memories", state.memories, params, _MEMORY_SUMMARY) if state.memories else None


@answers(_SERVICE, "GetMemory")
def _memory(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    state = context.regional(Tools)
    if not state.memories:
        return None
    memory = _one(state.memories, "id", params["memoryId"])
    if params.get("view") != "without_decryption":
        return {"memory": memory}
    hidden = ("description", "indexedKeys", "namespaceKeys")
    return {"memory": {key: value for key, value in memory.items() if key not in hidden}}
