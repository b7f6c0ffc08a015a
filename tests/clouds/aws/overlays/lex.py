"""Amazon Lex (V2): bots with their languages, aliases and policies. moto keeps no languages and pages nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged


@dataclass
class Lex:
    """State of an account in a region."""

    bots: list[dict[str, Any]] = field(default_factory=list)
    """Each as DescribeBot shows it."""
    locales: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Languages of the draft by the id of their bot, each as DescribeBotLocale shows it."""
    aliases: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By the id of their bot, each as DescribeBotAlias shows it."""
    policies: dict[str, str] = field(default_factory=dict)
    """By the ARN of what carries them."""
    page: int = 1000
    """Largest page; tests make it smaller than AWS's."""


_BOT = ("botId", "botName", "description", "botStatus", "lastUpdatedDateTime", "botType")
_LOCALE = ("localeId", "localeName", "botLocaleStatus", "lastUpdatedDateTime")
_ALIAS = ("botAliasId", "botAliasName", "botVersion", "botAliasStatus", "creationDateTime", "lastUpdatedDateTime")


def _page(
    state: Lex, key: str, items: list[dict[str, Any]], shown: tuple[str, ...], params: dict[str, Any]
) -> dict[str, Any]:
    page, token = paged(items, params.get("nextToken"), min(state.page, int(params.get("maxResults") or 1000)))
    summaries = [{name: item[name] for name in shown if name in item} for item in page]
    return {key: summaries, **({"nextToken": token} if token else {})}


def _one(items: list[dict[str, Any]], key: str, id: str) -> dict[str, Any]:
    for item in items:
        if item[key] == id:
            return item
    raise ServiceError("ResourceNotFoundException", f"There is no {key} {id}.", 404)


@answers("lexv2-models", "ListBots")
def _bots(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(Lex)
    return _page(state, "botSummaries", state.bots, _BOT, params)


@answers("lexv2-models", "DescribeBot")
def _bot(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _one(context.regional(Lex).bots, "botId", params["botId"])


@answers("lexv2-models", "ListBotLocales")
def _locales(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(Lex)
    return _page(state, "botLocaleSummaries", state.locales.get(params["botId"], []), _LOCALE, params)


@answers("lexv2-models", "DescribeBotLocale")
def _locale(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _one(context.regional(Lex).locales.get(params["botId"], []), "localeId", params["localeId"])


@answers("lexv2-models", "ListBotAliases")
def _aliases(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(Lex)
    return _page(state, "botAliasSummaries", state.aliases.get(params["botId"], []), _ALIAS, params)


@answers("lexv2-models", "DescribeBotAlias")
def _alias(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _one(context.regional(Lex).aliases.get(params["botId"], []), "botAliasId", params["botAliasId"])


@answers("lexv2-models", "DescribeResourcePolicy")
def _policy(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    arn = params["resourceArn"]
    policy = context.regional(Lex).policies.get(arn)
    if policy is None:
        raise ServiceError("ResourceNotFoundException", "The resource carries no policy.", 404)
    return {"resourceArn": arn, "policy": policy, "revisionId": "1"}
