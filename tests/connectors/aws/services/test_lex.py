"""Amazon Lex over a socket: bots, their roles, their languages, what they call and who may talk to them."""

from __future__ import annotations

import json
from pathlib import Path

from nhiscan.model import RunsAs
from nhiscan_connectors.aws.services.lex import ALIAS, BOT, LIST, LOCALE, LOCALES, POLICY, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.overlays.lex import Lex
from tests.clouds.aws.seed import ago
from tests.clouds.aws.seed_assistants import lex_bot
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, parse, refused
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ROLE = f"{IAM}:role/aws-service-role/lexv2.amazonaws.com/AWSServiceRoleForLexV2Bots_X"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:fulfil"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:deepgram-AbCdEf"
MODEL = f"arn:aws:bedrock:{REGION}::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"
SMART = {
    "speechRecognitionSettings": {
        "speechModelPreference": "Deepgram",
        "speechModelConfig": {"deepgramConfig": {"apiTokenSecretArn": SECRET}},
    },
    "generativeAISettings": {
        "runtimeSettings": {
            "slotResolutionImprovement": {
                "enabled": True,
                "bedrockModelSpecification": {
                    "modelArn": MODEL,
                    "guardrail": {"identifier": "gr-1", "version": "1"},
                    "customPrompt": "the code word is swordfish",
                },
            }
        },
        "buildtimeSettings": {"sampleUtteranceGeneration": {"enabled": False}},
    },
}


def arn_of(bot: str) -> str:
    return f"arn:aws:lex:{REGION}:{ACCOUNT}:bot/{bot}"


def test_a_bot_and_all_that_it_reaches(aws: Aws, tmp_path: Path) -> None:
    other = lex_bot(aws.account, "billing", ROLE, region=REGION)
    member = {
        "botMemberId": other,
        "botMemberName": "billing",
        "botMemberAliasId": "ALIAS00001",
        "botMemberAliasName": "live",
        "botMemberVersion": "1",
    }
    bot = lex_bot(
        aws.account,
        "desk",
        ROLE,
        region=REGION,
        locales={"en_GB": SMART, "de_DE": {}},
        function=f"{FUNCTION}:live",
        botMembers=[member],
    )
    aws.emulator.store.get(Lex, aws.account.id, REGION).page = 1
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    arn = arn_of(bot)
    workload = inventory.workloads[arn]
    assert (workload.kind, workload.name, workload.agent, workload.ai_platform) == (
        "lex-bot",
        "desk",
        True,
        "Amazon Lex",
    )
    assert workload.public is False
    assert (workload.model, workload.created_at, workload.updated_at) == (MODEL, ago(200), ago(20))
    assert workload.attributes == {
        "type": "Bot",
        "status": "Available",
        "locales": "de_DE, en_GB",
        "generative": "slotResolutionImprovement",
        "models": MODEL,
        "guardrails": "gr-1",
        "aliases": "live",
        "error_log": "false",
    }
    assert RunsAs(workload=arn, identity=ROLE, detail="bot role") in inventory.runs_as
    assert {(link.kind, link.target) for link in inventory.links_from(arn)} == {
        ("reads_secret", SECRET),
        ("invokes_tool", FUNCTION),
        ("collaborates_with", arn_of(other)),
    }
    (call,) = [link for link in inventory.links_from(arn) if link.kind == "invokes_tool"]
    assert call.reason == "bot desk calls function fulfil behind alias live"
    assert not inventory.gaps
    assert aws.calls.count("lexv2-models", "ListBots") == 2
    assert b"swordfish" not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_policies_of_a_bot_and_of_an_alias(aws: Aws, tmp_path: Path) -> None:
    bot = lex_bot(aws.account, "desk", ROLE, region=REGION)
    state = aws.emulator.store.get(Lex, aws.account.id, REGION)
    alias = f"arn:aws:lex:{REGION}:{ACCOUNT}:bot-alias/{bot}/{state.aliases[bot][0]['botAliasId']}"
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "lex:*"}]}
    state.policies[alias] = json.dumps(policy)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    (found,) = inventory.policies.values()
    assert json.loads(found.document or "") == policy
    assert found.id == f"{alias}/policy/resource"
    assert found.name == f"resource policy of bot-alias/{bot}/{alias.rpartition('/')[2]}"
    # An alias is no record of its own: its policy speaks of the bot.
    assert [(use.policy, use.target, use.use) for use in inventory.policy_uses] == [(found.id, arn_of(bot), "resource")]
    assert not inventory.gaps


def test_an_empty_region_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("lexv2-models") == 1


def test_a_denied_list_hides_agents(aws: Aws, tmp_path: Path) -> None:
    lex_bot(aws.account, "desk", ROLE, region=REGION)
    aws.faults.deny("lexv2-models", "ListBots")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    (gap,) = inventory.gaps
    assert gap.permission == "lex:ListBots"
    assert not inventory.knows(SCOPE, "agents")


def test_what_was_refused_of_one_bot_is_told_of_that_bot() -> None:
    inventory = parse(
        REGION_SHARD,
        [
            answer(LIST, {"botSummaries": [{"botId": "B", "botName": "desk"}]}),
            refused(BOT, botId="B"),
            refused(LOCALES, botId="B", botVersion="DRAFT"),
            refused(ALIAS, botId="B", botAliasId="A"),
            refused(POLICY, resourceArn=arn_of("B")),
        ],
    )
    assert not inventory.runs_as
    assert {gap.operation for gap in inventory.gaps} == {BOT.name, LOCALES.name, ALIAS.name, POLICY.name}
    assert {gap.subjects for gap in inventory.gaps} == {(arn_of("B"),)}


def test_damaged_and_hostile_bots() -> None:
    locale = {
        "localeId": "en_US",
        "generativeAISettings": {"runtimeSettings": {"x": 1, "y": {"enabled": True, "bedrockModelSpecification": []}}},
        "speechRecognitionSettings": {"speechModelConfig": {"deepgramConfig": {"apiTokenSecretArn": "not-an-arn"}}},
    }
    alias = {
        "botAliasLocaleSettings": {
            "en_US": {"enabled": True, "codeHookSpecification": {"lambdaCodeHook": {"lambdaARN": "http://evil"}}},
            "de_DE": "x",
        }
    }
    inventory = parse(
        REGION_SHARD,
        [
            answer(LIST, {"botSummaries": [{"botId": "B", "botName": ["x"]}, {"botName": "c"}, 3]}),
            answer(BOT, {"roleArn": "arn:aws:iam::aws:role", "botMembers": [{"botMemberName": "x"}]}, botId="B"),
            answer(LOCALES, {"botLocaleSummaries": [{}]}, botId="B", botVersion="DRAFT"),
            answer(LOCALE, locale, botId="B", botVersion="DRAFT", localeId="en_US"),
            answer(ALIAS, alias, botId="B", botAliasId="A"),
            answer(POLICY, {"policy": '{"Statement": []}'}, resourceArn="arn:aws:lex:elsewhere"),
        ],
    )
    (bot,) = inventory.workloads.values()
    assert bot.name == "B"
    assert bot.attributes["generative"] == "y"
    assert bot.model == ""
    assert not inventory.links
    assert not inventory.runs_as
    assert not inventory.policies
    told = " ".join(gap.detail for gap in inventory.gaps)
    assert "botSummaries[1] has no botId" in told
    assert "botMembers[0] has no botMemberId" in told
    assert "botLocaleSummaries[0] has no localeId" in told
