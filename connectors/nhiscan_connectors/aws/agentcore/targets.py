"""Targets of AgentCore gateways: what each calls, and the credential that it calls with.

Attributes of a target: `type` (LAMBDA, MCP_SERVER, OPEN_API_SCHEMA, SMITHY_MODEL, API_GATEWAY, CONNECTOR,
AGENTCORE_RUNTIME, PASSTHROUGH, PROVIDER, HTTP_CONNECTOR), `status`, `credentials` (GATEWAY_IAM_ROLE, OAUTH, API_KEY,
CALLER_IAM_CREDENTIALS, JWT_PASSTHROUGH, or "none"), `grant` and `scopes` of OAuth, `connector`, `tools` (how many
the target itself lists), `models`, `fixed_query` ("yes" where query parameters are set on it), `network` ("private"
where it is reached through a VPC). An attribute that is missing is not known, or has no meaning for the type.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from nhiscan.detectors import llm_name
from nhiscan.model import AnyRecord, Link, Resource, llm_provider
from nhiscan_connectors.aws.agentcore.endpoints import endpoint, host_of, llm_of, origin, runtime_arn
from nhiscan_connectors.aws.agentcore.gateway_calls import GET_TARGET, LIST_TARGETS
from nhiscan_connectors.aws.agentcore.identity_ids import provider_id
from nhiscan_connectors.aws.regional import Reading
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

LARGEST_SCHEMA: Final = 2_000_000
"""Characters of an API description that is looked into for the servers it names."""
MOST: Final = 5
"""Servers, models and scopes that are told of one target."""
_UNQUALIFIED: Final = 7
"""Parts of a function's ARN before the version or alias."""


class Target:
    """One target: its entry in the list, and what its own call told, if it was answered."""

    def __init__(self, reading: Reading, gateway: str, title: str, item: dict[str, Any], body: dict[str, Any]) -> None:
        self._reading = reading
        self._gateway = gateway
        self._title = title
        """How a sentence about its gateway begins: "gateway tools"."""
        self._item = item
        self._body = body
        self.id = f"{gateway}/target/{item['targetId']}"
        self.name = text(item.get("name")) or text(item.get("targetId"))
        self._llms: dict[str, None] = {}
        """LLM providers that it sends calls to."""
        self._facts: dict[str, str] = {"type": text(item.get("targetType")), "status": text(item.get("status"))}

    def records(self) -> Iterator[AnyRecord]:
        """The target, its place behind the gateway, what it calls, and the credentials that it calls with."""
        made = [*self._called(), *self._credentials(), *self._certificates()] if self._body else []
        if self._body and not any(isinstance(record, Link) and record.kind in _CALLS for record in made):
            made.append(self._link(self.id, "invokes_tool", f"calls target {self.name}"))
        yield Resource(
            id=self.id,
            provider="aws",
            kind="agentcore-gateway-target",
            name=self.name,
            scope=self._reading.scope,
            region=self._reading.region,
            node="tool",
            created_at=moment(self._item.get("createdAt")),
            attributes={key: value for key, value in self._facts.items() if value},
        )
        reason = f"target {self.name} stands behind {self._title}"
        yield Link(source=self.id, target=self._gateway, kind="part_of", reason=reason)
        yield from made

    def _link(self, target: str, kind: str, what: str) -> Link:
        return Link(source=self._gateway, target=target, kind=kind, reason=f"{self._title} {what}")

    def _called(self) -> Iterator[AnyRecord]:
        setup = table(self._body.get("targetConfiguration"))
        if self._body.get("privateEndpoint"):
            self._facts["network"] = "private"
        yield from self._mcp(table(setup.get("mcp")))
        yield from self._http(table(setup.get("http")))
        yield from self._inference(table(setup.get("inference")))

    def _mcp(self, setup: dict[str, Any]) -> Iterator[AnyRecord]:
        function = table(setup.get("lambda"))
        if arn := function_arn(function.get("lambdaArn")):
            self._type("LAMBDA")
            tools = table(function.get("toolSchema")).get("inlinePayload")
            if isinstance(tools, list):
                self._facts["tools"] = str(len(tools))
            yield self._link(arn, "invokes_tool", f"sends calls to function {arn.rpartition(':')[2]}")
        if server := table(setup.get("mcpServer")):
            self._type("MCP_SERVER")
            yield from self._address(server.get("endpoint"), "mcp-endpoint", "MCP server")
        if api := table(setup.get("apiGateway")):
            self._type("API_GATEWAY")
            yield from self._rest_api(api)
        if schema := table(setup.get("openApiSchema")):
            self._type("OPEN_API_SCHEMA")
            for url in _servers(schema.get("inlinePayload")):
                yield from self._address(url, "api-endpoint", "API")
        if setup.get("smithyModel"):
            self._type("SMITHY_MODEL")
        self._connector(table(setup.get("connector")), "CONNECTOR")

    def _http(self, setup: dict[str, Any]) -> Iterator[AnyRecord]:
        if runtime := table(setup.get("agentcoreRuntime")):
            self._type("AGENTCORE_RUNTIME")
            if arn := runtime_arn(runtime.get("arn")):
                yield self._link(arn, "invokes_tool", f"sends calls to agent runtime {arn.rpartition('/')[2]}")
        if onward := table(setup.get("passthrough")):
            self._type("PASSTHROUGH")
            if onward.get("staticQueryParameters"):
                self._facts["fixed_query"] = "yes"
            match onward.get("protocolType"):
                case "MCP":
                    yield from self._address(onward.get("endpoint"), "mcp-endpoint", "MCP server")
                case "INFERENCE":
                    yield from self._address(onward.get("endpoint"), "llm-endpoint", "model provider")
                case _:
                    yield from self._address(onward.get("endpoint"), "api-endpoint", "API")
        self._connector(table(setup.get("connector")), "HTTP_CONNECTOR")

    def _inference(self, setup: dict[str, Any]) -> Iterator[AnyRecord]:
        if provider := table(setup.get("provider")):
            self._type("PROVIDER")
            models = [
                text(model.get("model"))
                for operation in self._reading.within(GET_TARGET, provider, "operations", subject=self._gateway)
                for model in self._reading.within(GET_TARGET, operation, "models", subject=self._gateway)
            ]
            named = list(dict.fromkeys(model for model in models if model))
            self._facts["models"] = ", ".join(named[:MOST])
            yield from self._address(provider.get("endpoint"), "llm-endpoint", "model provider")
        if connector := table(setup.get("connector")):
            self._connector(connector, "CONNECTOR")
            # AWS names its connectors, so unlike that of a host this name is nobody else's choice.
            if llm := llm_name(self._facts["connector"]):
                self._llms[llm] = None
                yield self._link(llm_provider(llm), "uses_model", f"sends prompts to {llm}")

    def _type(self, name: str) -> None:
        self._facts["type"] = self._facts["type"] or name

    def _connector(self, setup: dict[str, Any], type: str) -> None:
        if setup:
            self._type(type)
            self._facts["connector"] = text(table(setup.get("source")).get("connectorId"))

    def _address(self, url: object, kind: str, what: str) -> Iterator[AnyRecord]:
        """A call to a URL: the runtime that it invokes, or the host; nothing where it is no web address."""
        if arn := runtime_arn(url):
            yield self._link(arn, "invokes_tool", f"sends calls to agent runtime {arn.rpartition('/')[2]}")
            return
        address = origin(url)
        if not address:
            return
        if provider := llm_of(address):
            self._llms[provider] = None
            if kind == "llm-endpoint":
                yield self._link(llm_provider(provider), "uses_model", f"sends prompts to {provider}")
                return
        yield endpoint(self._reading, address, kind)
        relation = "uses_model" if kind == "llm-endpoint" else "invokes_tool"
        yield self._link(address, relation, f"sends calls to the {what} at {host_of(address)}")

    def _rest_api(self, api: dict[str, Any]) -> Iterator[AnyRecord]:
        id = text(api.get("restApiId"))
        if not id:
            return
        arn = f"arn:{self._reading.partition}:apigateway:{self._reading.region}::/restapis/{id}"
        yield Resource(
            id=arn,
            provider="aws",
            kind="api-endpoint",
            name=id,
            scope=self._reading.scope,
            region=self._reading.region,
            node="tool",
        )
        stage = text(api.get("stage"))
        yield self._link(arn, "invokes_tool", f"sends calls to REST API {id}" + (f", stage {stage}" if stage else ""))

    def _credentials(self) -> Iterator[AnyRecord]:
        """What it proves itself with to what it calls. Without any, it calls as nobody."""
        kinds: list[str] = []
        for given in self._reading.within(
            GET_TARGET, self._body, "credentialProviderConfigurations", "credentialProviderType", subject=self._gateway
        ):
            kinds.append(given["credentialProviderType"])
            provider = table(given.get("credentialProvider"))
            for key, what in _PROVIDERS.items():
                held = table(provider.get(key))
                arn = provider_id(held.get("providerArn")) or text(held.get("providerArn"))
                if held.get("grantType"):
                    self._facts["grant"] = text(held.get("grantType"))
                if scopes := list(self._reading.texts(GET_TARGET, held, "scopes", subject=self._gateway)):
                    self._facts["scopes"] = " ".join(scopes[:MOST])
                if arn.startswith("arn:"):
                    yield self._link(arn, "reads_secret", f"calls target {self.name} with {what} of {arn}")
                    if given["credentialProviderType"] == "API_KEY":
                        yield from self._key_of_llms()
        nothing = self._body.get("credentialProviderConfigurations") in (None, [])
        self._facts["credentials"] = "none" if nothing else ", ".join(dict.fromkeys(kinds))

    def _key_of_llms(self) -> Iterator[Link]:
        """An API key that goes to an LLM provider is a key of that provider."""
        for name in self._llms:
            yield self._link(llm_provider(name), "holds_key_of", f"calls {name} with an API key, in target {self.name}")

    def _certificates(self) -> Iterator[AnyRecord]:
        for given in self._reading.within(GET_TARGET, self._body, "certificateConfigurations", subject=self._gateway):
            if secret := self._reading.secret_id(table(given.get("secretsManager")).get("secretArn")):
                yield self._link(secret, "reads_secret", f"takes a certificate for target {self.name} from {secret}")


_CALLS: Final = frozenset({"invokes_tool", "uses_model"})
_PROVIDERS: Final = {
    "oauthCredentialProvider": "an OAuth token",
    "apiKeyCredentialProvider": "the API key",
}


def targets_of(reading: Reading, gateways: dict[str, tuple[str, str]]) -> Iterator[AnyRecord]:
    """Targets of gateways. `gateways`: ARN and title ("gateway tools") by the id that they were asked by."""
    listed = reading.by_param(LIST_TARGETS, "gatewayIdentifier")
    details = reading.by_param(GET_TARGET, "targetId")
    behind: dict[str, str] = {}
    for id, (arn, title) in gateways.items():
        for body in listed.get(id, []):
            for item in reading.within(LIST_TARGETS, body, "items", "targetId", subject=arn):
                told = [one for one in details.get(item["targetId"], []) if text(one.get("gatewayArn")) in ("", arn)]
                behind[item["targetId"]] = arn
                yield from Target(reading, arn, title, item, told[0] if told else {}).records()
    yield from reading.gaps_of_details(
        LIST_TARGETS, "gatewayIdentifier", {id: arn for id, (arn, _) in gateways.items()}
    )
    yield from reading.gaps_of_details(GET_TARGET, "targetId", behind)


def function_arn(value: object) -> str:
    """ARN of a function without the version or alias that it is called by; empty for anything else."""
    arn = text(value)
    parts = arn.split(":")
    return ":".join(parts[:_UNQUALIFIED]) if arn.startswith("arn:") and parts[2:3] == ["lambda"] and parts[6:] else ""


def _servers(payload: object) -> list[str]:
    """Server URLs of an OpenAPI description in JSON; none for one in YAML, or that is too large to look into."""
    written = text(payload)
    if len(written) > LARGEST_SCHEMA or not written.lstrip().startswith("{"):
        return []
    try:
        servers = table(msgspec.json.decode(written)).get("servers")
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return []
    if not isinstance(servers, list):
        return []
    named = (text(server.get("url")) for server in servers if isinstance(server, dict))
    return [url for url in dict.fromkeys(named) if url][:MOST]
