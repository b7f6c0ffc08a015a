"""Amazon Lex: bots, the role that each acts as, the functions and models behind it, and who outside may talk to it.

Languages are read of the version that is being worked on (DRAFT), aliases with the functions that they call. A bot is
an agent of little freedom: it follows dialogues that people drew, until a model is set to resolve what callers say.
Callers must sign their calls, so `public` is False; the channels of chat services that V2 can be connected to have no
API, and who writes to a bot there is not seen.

Attributes of a bot: `type` (Bot, BotNetwork), `status`, `locales`, `generative` (features that ask a model), `models`
(their ARNs), `guardrails`, `aliases`, `error_log` ("true", "false").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Link, Policy, PolicyUse, Workload
from nhiscan_connectors.aws.agentcore.targets import function_arn
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.documents import document_text
from nhiscan_connectors.aws.regional import Reading, call
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

PLATFORM: Final = "Amazon Lex"
_DRAFT: Final = "DRAFT"

LIST = call(
    "lexv2-models:ListBots",
    "lists conversational bots",
    "which bots exist",
    permission="lex:ListBots",
    blinds=("agents", "workloads"),
)
BOT = call(
    "lexv2-models:DescribeBot",
    "tells the role that a bot acts as",
    "the role of the bot and the bots that it hands conversations to",
    permission="lex:DescribeBot",
    blinds=("agents", "workloads"),
)
LOCALES = call(
    "lexv2-models:ListBotLocales",
    "lists the languages of a bot",
    "which models and keys the bot uses",
    permission="lex:ListBotLocales",
    blinds=("agents",),
)
LOCALE = call(
    "lexv2-models:DescribeBotLocale",
    "tells the models and the speech service that a bot uses in a language",
    "which models and keys the bot uses",
    permission="lex:DescribeBotLocale",
    blinds=("agents",),
    # What people tell the model is theirs, and says nothing that nhiscan reads.
    drop=("customPrompt", "customDisambiguationMessage"),
)
ALIASES = call(
    "lexv2-models:ListBotAliases",
    "lists the doors through which callers reach a bot",
    "which functions the bot calls",
    permission="lex:ListBotAliases",
    blinds=("agents",),
)
ALIAS = call(
    "lexv2-models:DescribeBotAlias",
    "tells the function that a bot calls behind an alias",
    "which functions the bot calls",
    permission="lex:DescribeBotAlias",
    blinds=("agents",),
)
POLICY = call(
    "lexv2-models:DescribeResourcePolicy",
    "reads the policy that a bot or an alias carries itself",
    "who outside of the account may talk to the bot",
    permission="lex:DescribeResourcePolicy",
    blinds=("policies",),
)


def collect(calls: Calls) -> None:
    """One call in a region without bots; four for each bot, one for each language and two for each alias."""
    reading = Reading(calls.shard, Answers(()))
    bots = [id for item in calls.items(LIST, "botSummaries") if (id := text(item.get("botId")))]
    calls.each(lambda bot: calls.page(BOT, botId=bot), bots)

    def locales(bot: str) -> list[tuple[str, str]]:
        items = calls.items(LOCALES, "botLocaleSummaries", botId=bot, botVersion=_DRAFT)
        return [(bot, locale) for item in items if (locale := text(item.get("localeId")))]

    def aliases(bot: str) -> list[tuple[str, str]]:
        items = calls.items(ALIASES, "botAliasSummaries", botId=bot)
        return [(bot, alias) for item in items if (alias := text(item.get("botAliasId")))]

    spoken = [pair for pairs in calls.each(locales, bots) for pair in pairs]
    calls.each(lambda pair: calls.page(LOCALE, botId=pair[0], botVersion=_DRAFT, localeId=pair[1]), spoken)
    doors = [pair for pairs in calls.each(aliases, bots) for pair in pairs]
    calls.each(lambda pair: calls.page(ALIAS, botId=pair[0], botAliasId=pair[1]), doors)
    arns = [_bot_arn(reading, bot) for bot in bots] + [_alias_arn(reading, *pair) for pair in doors]
    calls.each(lambda arn: calls.page(POLICY, resourceArn=arn), arns)


def _bot_arn(reading: Reading, bot: str) -> str:
    return reading.arn("lex", f"bot/{bot}")


def _alias_arn(reading: Reading, bot: str, alias: str) -> str:
    return reading.arn("lex", f"bot-alias/{bot}/{alias}")


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a bot."""
    reading = Reading(shard, answers)
    details = reading.details(BOT, "botId")
    locales, aliases = reading.by_param(LOCALE, "botId"), reading.by_param(ALIAS, "botId")
    spoken, listed = reading.by_param(LOCALES, "botId"), reading.by_param(ALIASES, "botId")
    arns: dict[str, str] = {}
    policies: dict[str, str] = {}
    """Bot by the ARN of what may carry a policy."""
    for item in reading.items(LIST, "botSummaries", "botId"):
        bot = item["botId"]
        arn = arns[bot] = _bot_arn(reading, bot)
        policies[arn] = arn
        name = text(item.get("botName")) or bot
        for body in spoken.get(bot, ()):
            for _ in reading.within(LOCALES, body, "botLocaleSummaries", "localeId", subject=arn):
                pass  # all that matters of a language is told by its own call; a damaged entry is told of here
        names: list[str] = []
        for body in listed.get(bot, ()):
            for alias in reading.within(ALIASES, body, "botAliasSummaries", "botAliasId", subject=arn):
                policies[_alias_arn(reading, bot, alias["botAliasId"])] = arn
                names.append(text(alias.get("botAliasName")) or alias["botAliasId"])
        yield from _bot(reading, arn, name, item, details.get(bot, {}), locales.get(bot, ()), names)
        yield from _functions(arn, name, aliases.get(bot, ()))
        yield from _network(reading, arn, name, details.get(bot, {}))
    yield from _policies(reading, policies)
    for operation in (BOT, LOCALES, LOCALE, ALIASES, ALIAS):
        yield from reading.gaps_of_details(operation, "botId", arns)
    yield from reading.gaps_of_details(POLICY, "resourceArn", policies)
    yield from reading.gaps()


def _bot(
    reading: Reading,
    arn: str,
    name: str,
    item: dict[str, Any],
    body: dict[str, Any],
    locales: Iterable[dict[str, Any]],
    aliases: list[str],
) -> Iterator[AnyRecord]:
    spoken = sorted(locales, key=lambda locale: text(locale.get("localeId")))
    uses = _models(spoken)
    errors = table(body.get("errorLogSettings")).get("enabled")
    facts = {
        "type": text(item.get("botType")) or text(body.get("botType")),
        "status": text(item.get("botStatus")),
        "locales": ", ".join(filter(None, (text(locale.get("localeId")) for locale in spoken))),
        "generative": ", ".join(sorted(uses)),
        "models": ", ".join(dict.fromkeys(model for models in uses.values() for model in models)),
        "guardrails": ", ".join(dict.fromkeys(_guardrails(spoken))),
        "aliases": ", ".join(aliases),
        "error_log": str(errors).lower() if isinstance(errors, bool) else "",
    }
    yield Workload(
        id=arn,
        provider="aws",
        kind="lex-bot",
        name=name,
        scope=reading.scope,
        region=reading.region,
        agent=True,
        ai_platform=PLATFORM,
        model=next((model for models in uses.values() for model in models), ""),
        created_at=moment(body.get("creationDateTime")),
        updated_at=moment(item.get("lastUpdatedDateTime")),
        public=False,
        attributes={key: value for key, value in facts.items() if value},
    )
    yield from reading.runs_as(arn, body.get("roleArn"), "bot role")
    secrets: dict[str, str] = {}
    for locale in spoken:
        speech = table(table(locale.get("speechRecognitionSettings")).get("speechModelConfig"))
        if secret := reading.secret_id(table(speech.get("deepgramConfig")).get("apiTokenSecretArn")):
            secrets.setdefault(secret, text(locale.get("localeId")))
    for secret, language in secrets.items():
        reason = f"bot {name} takes its key of Deepgram from {secret} ({language})"
        yield Link(source=arn, target=secret, kind="reads_secret", reason=reason)


def _generative(locale: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Features of a language that are switched on and ask a model, with the settings of that model."""
    settings = table(locale.get("generativeAISettings"))
    for moment_of_use in ("runtimeSettings", "buildtimeSettings"):
        for feature, value in sorted(table(settings.get(moment_of_use)).items()):
            if table(value).get("enabled") is True:
                yield str(feature), table(table(value).get("bedrockModelSpecification"))


def _models(locales: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    """ARNs of models by the feature that asks them; a feature may be on without naming one."""
    found: dict[str, list[str]] = defaultdict(list)
    for locale in locales:
        for feature, model in _generative(locale):
            arn = text(model.get("modelArn"))
            found[feature] += [arn] if arn and arn not in found[feature] else []
        speech = table(table(locale.get("unifiedSpeechSettings")).get("speechFoundationModel"))
        if arn := text(speech.get("modelArn")):
            found["speech"] += [arn] if arn not in found["speech"] else []
    return found


def _guardrails(locales: Iterable[dict[str, Any]]) -> Iterator[str]:
    for locale in locales:
        for _, model in _generative(locale):
            if identifier := text(table(model.get("guardrail")).get("identifier")):
                yield identifier


def _functions(arn: str, name: str, aliases: Iterable[dict[str, Any]]) -> Iterator[Link]:
    called: dict[str, str] = {}
    for alias in sorted(aliases, key=lambda alias: text(alias.get("botAliasId"))):
        for _, settings in sorted(table(alias.get("botAliasLocaleSettings")).items()):
            hook = table(table(table(settings).get("codeHookSpecification")).get("lambdaCodeHook"))
            function = function_arn(hook.get("lambdaARN"))
            if table(settings).get("enabled") is True and function:
                called.setdefault(function, text(alias.get("botAliasName")))
    for function, alias_name in called.items():
        reason = f"bot {name} calls function {function.rpartition(':')[2]} behind alias {alias_name}"
        yield Link(source=arn, target=function, kind="invokes_tool", reason=reason)


def _network(reading: Reading, arn: str, name: str, body: dict[str, Any]) -> Iterator[Link]:
    for member in reading.within(BOT, body, "botMembers", "botMemberId", subject=arn):
        other = text(member.get("botMemberName")) or member["botMemberId"]
        reason = f"bot {name} hands conversations to bot {other}"
        target = _bot_arn(reading, member["botMemberId"])
        yield Link(source=arn, target=target, kind="collaborates_with", reason=reason)


def _policies(reading: Reading, carriers: dict[str, str]) -> Iterator[AnyRecord]:
    """Policies of bots and of their aliases; both speak of who may use the bot.

    `carriers`: ARN of the bot by the ARN of what may carry a policy.
    """
    for carrier, body in reading.details(POLICY, "resourceArn").items():
        written = body.get("policy")
        if carrier not in carriers or not written:
            continue
        document, problem = document_text(written)
        id = f"{carrier}/policy/resource"
        yield Policy(
            id=id,
            provider="aws",
            kind="resource",
            name=f"resource policy of {carrier.partition(':lex:')[2].split(':', 2)[-1]}",
            scope=reading.scope,
            document=document,
            problem=problem,
        )
        yield PolicyUse(policy=id, target=carriers[carrier], use="resource")


SERVICE = Service(
    name="lexv2-models",
    part="region",
    operations=(LIST, BOT, LOCALES, LOCALE, ALIASES, ALIAS, POLICY),
    collect=collect,
    parse=parse,
)
