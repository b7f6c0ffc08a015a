"""The AI census as the executive page shows it."""

from __future__ import annotations

import msgspec

from nhiscan.llm import llm_title
from nhiscan.result import ScanResult, Share
from nhiscan.terminal import count
from nhiscan_reports.html.figures import link, record_link
from nhiscan_reports.html.words import ADMIN, KINDS, PRODUCTS


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A share in a table: how many, and of how many it is not known."""

    count: str
    unknown: str
    """Empty when all could be judged."""


class PlatformRow(msgspec.Struct, frozen=True, kw_only=True):
    """The agents of one platform."""

    title: str
    agents: str
    unowned: Cell
    administrators: Cell
    standing: Cell
    public: Cell


class KeyRow(msgspec.Struct, frozen=True, kw_only=True):
    """Keys of one LLM provider in one kind of place."""

    provider: str
    place: str
    keys: str
    in_clear: bool
    shared: str


class CensusView(msgspec.Struct, frozen=True, kw_only=True):
    """The census in words and rows."""

    agents: str
    personas: str
    personas_link: str
    without_agent: str
    """Empty when everything seen runs as one of them."""
    platforms: list[PlatformRow]
    models: list[tuple[str, str]]
    owners: list[tuple[str, str]]
    keys: list[KeyRow]
    unseen: list[tuple[str, str]]
    """Name and link of scopes whose agents could not all be listed."""
    empty: bool
    """Neither agents nor AI personas nor keys were found."""


def census(result: ScanResult) -> CensusView:
    """The census of a result."""
    ai = result.summary.ai
    names = {scope.id: scope.name or scope.id for scope in result.scan.scopes}
    return CensusView(
        agents=count(ai.agents, "agent"),
        personas=count(ai.personas, "AI persona"),
        personas_link=link("identities", **{"class": "ai_persona"}),
        without_agent=count(ai.personas_without_agent, "AI persona") if ai.personas_without_agent else "",
        platforms=[
            PlatformRow(
                title=place(row.platform),
                agents=f"{row.agents:,}",
                unowned=_without(row.owned),
                administrators=_cell(row.administrators),
                standing=_cell(row.standing),
                public=_cell(row.public),
            )
            for row in ai.platforms
        ],
        models=[(model, f"{number:,}") for model, number in ai.models.items()],
        owners=[(owner, f"{number:,}") for owner, number in ai.owners.items()],
        keys=[
            KeyRow(
                provider=llm_title(row.provider),
                place=place(row.place),
                keys=f"{row.keys:,}",
                in_clear=row.in_clear,
                shared=f"{row.shared:,}",
            )
            for row in ai.keys
        ],
        unseen=[(names.get(id, id), record_link(id, identity=False)) for id in ai.unseen],
        empty=not (ai.agents or ai.personas or ai.keys),
    )


class AgentRow(msgspec.Struct, frozen=True, kw_only=True):
    """One agent in the roster."""

    name: str
    link: str
    platform: str
    scope: str
    model: str
    acts_as: list[tuple[str, str]]
    """Name and link of the identities that it acts as."""
    owners: list[str]
    admin: str
    admin_word: str
    standing: bool
    public: str


def roster(result: ScanResult) -> list[AgentRow]:
    """The agents one by one."""
    wanted = {id for item in result.summary.ai.roster for id in item.acts_as}
    names = {identity.id: identity.name or identity.id for identity in result.identities if identity.id in wanted}
    scopes = {scope.id: scope.name or scope.id for scope in result.scan.scopes}
    return [
        AgentRow(
            name=item.name or item.id,
            link=record_link(item.id, identity=False),
            platform=place(item.platform),
            scope=scopes.get(item.scope, item.scope),
            model=item.model,
            acts_as=[(names.get(id, id), record_link(id, identity=True)) for id in item.acts_as],
            owners=item.owners,
            admin=item.admin,
            admin_word=ADMIN[item.admin],
            standing=item.standing,
            public={True: "yes", False: "no", None: "not known"}[item.public],
        )
        for item in result.summary.ai.roster
    ]


def left_out(result: ScanResult) -> int:
    """Agents that the roster does not list."""
    return max(0, result.summary.ai.agents - len(result.summary.ai.roster))


def place(kind: str) -> str:
    """A kind of record as a heading: "Lambda function"."""
    if not kind:
        return "Elsewhere"
    if " " in kind or kind[0].isupper():
        return kind
    words = [KINDS.get(word, word) for word in kind.split("-")]
    text = " ".join(words)
    for product in PRODUCTS:
        text = text.replace(product.lower(), product)
    return text[0].upper() + text[1:]


def _cell(share: Share) -> Cell:
    return Cell(count=f"{share.count:,}", unknown=f"{share.unknown:,}" if share.unknown else "")


def _without(share: Share) -> Cell:
    return Cell(
        count=f"{max(share.of - share.count - share.unknown, 0):,}",
        unknown=f"{share.unknown:,}" if share.unknown else "",
    )
