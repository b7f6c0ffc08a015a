"""What a registry record describes: the agent, server or resource that it names by ARN, address or name.

The content of a record is text that anybody who may publish wrote: an MCP server's description, an agent's card,
free JSON. It is read with bounds on size, depth and number, and whatever cannot be read names nothing. Only fields
that say where something is count; an ARN in a tool's description names nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from nhiscan_connectors.aws.agentcore.endpoints import origin, runtime_arn
from nhiscan_connectors.common.fields import table, text

LONGEST: Final = 110_000
"""Characters of a content that is read; AWS takes 102,400."""
DEEPEST: Final = 6
MOST: Final = 10
"""ARNs, and addresses, that one record can name."""
MOST_VALUES: Final = 20_000
"""Values of a content that are looked at."""

ARN = re.compile(r"arn:aws[a-z-]{0,12}:[a-z0-9-]{2,40}:[a-z0-9-]{0,30}:(?:\d{12})?:[\w/.:+=@-]{1,512}", re.ASCII)
_PLACES: Final = frozenset({"url", "uri", "endpoint", "arn", "server", "baseurl", "serverurl", "resource", "target"})
"""Fields that say where something is, in lower case without signs; those that end in "url" or "arn" count as well."""


class Named(msgspec.Struct):
    """What a record names."""

    arns: dict[str, None] = msgspec.field(default_factory=dict)
    addresses: dict[str, None] = msgspec.field(default_factory=dict)
    """Scheme and host of what it names by URL."""
    name: str = ""
    """The name that the content gives itself."""
    unreadable: bool = False
    """Whether there was content that could not be read."""

    def place(self, value: object) -> None:
        """Take in where something is, an ARN or a URL; anything else is passed over."""
        written = text(value)
        if runtime := runtime_arn(written):
            self._add(self.arns, runtime)
        elif ARN.fullmatch(written):
            self._add(self.arns, written)
        elif address := origin(written):
            self._add(self.addresses, address)

    @staticmethod
    def _add(found: dict[str, None], value: str) -> None:
        if len(found) < MOST:
            found[value] = None


def named_by(descriptors: object) -> Named:
    """What the `descriptors` of a record name, in either of AWS's two registry services."""
    named = Named()
    kinds = table(descriptors)
    for written in _contents(kinds):
        content = _decoded(written)
        if content is None:
            named.unreadable = True
            continue
        named.name = named.name or text(content.get("name"))[:256]
        for value in _places(content):
            named.place(value)
    for kind in kinds.values():
        named.place(table(table(table(kind).get("source")).get("fromUrl")).get("url"))
    return named


def _contents(kinds: dict[str, Any]) -> Iterator[object]:
    """Descriptions of servers, cards of agents, and free JSON. Skills and tools say what, not where."""
    yield table(table(kinds.get("mcp")).get("server")).get("inlineContent")
    yield table(table(kinds.get("a2a")).get("agentCard")).get("inlineContent")
    yield table(kinds.get("custom")).get("inlineContent")
    yield table(kinds.get("mcpServer")).get("data")
    yield table(kinds.get("a2aAgentCard")).get("data")
    yield table(kinds.get("custom")).get("data")


def _decoded(content: object) -> dict[str, Any] | None:
    """The JSON object that a content is; an empty one where there is none, None where it is something else."""
    if content is None:
        return {}
    written = text(content)
    if len(written) > LONGEST:
        return None
    try:
        decoded = msgspec.json.decode(written)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return None
    return decoded if isinstance(decoded, dict) else None


def _places(content: dict[str, Any]) -> Iterator[str]:
    """Texts in fields that say where something is, from the top down."""
    todo: list[tuple[Any, int]] = [(content, 0)]
    looked_at = 0
    for here, depth in todo:
        pairs = here.items() if isinstance(here, dict) else ((None, item) for item in here)
        for key, value in pairs:
            looked_at += 1
            if looked_at > MOST_VALUES:
                return
            if isinstance(value, str) and key is not None and _says_where(key):
                yield value
            elif isinstance(value, dict | list) and depth < DEEPEST and key not in _ASIDE:
                todo.append((value, depth + 1))


_ASIDE: Final = frozenset(
    {"provider", "repository", "icons", "securitySchemes", "tools", "skills", "packages", "_meta"}
)
"""Parts of a description with URLs that lead elsewhere: to a company, to code, to an issuer of tokens."""
_ELSEWHERE: Final = frozenset({"documentationurl", "iconurl", "websiteurl", "helpurl", "logourl", "schemaurl"})


def _says_where(key: str) -> bool:
    word = "".join(character for character in key[:64].lower() if character.isalnum())
    return (word in _PLACES or word.endswith(("url", "arn"))) and word not in _ELSEWHERE
