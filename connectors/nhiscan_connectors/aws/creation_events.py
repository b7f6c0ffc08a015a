"""Events of CloudTrail that tell of something made, and the little of them that nhiscan keeps.

An event holds the whole request and answer: names and values of variables, prompts, who knows what else. Of each only
the fields named here are kept, and they are picked out before anything is written. Whoever makes a call chooses much
of what its event says, so every value is taken for text of a stranger: one that is too long is left out, not cut.
Source: CloudTrail User Guide, "CloudTrail record contents" and "CloudTrail userIdentity element".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from nhiscan_connectors.common.fields import table, text

Way = tuple[str, ...]
"""Keys that lead to a field from the top of an event."""


class Creation(msgspec.Struct, frozen=True):
    """A call that makes something nhiscan lists."""

    call: str
    """As the SDK names it: "iam:CreateRole"."""
    source: str
    """Who writes the event: "iam.amazonaws.com". Several services have calls of one name."""
    made: Way
    """Where in the answer the id of what was made stands. CloudTrail writes the first letters of keys small."""
    event: str = ""
    """Name of the event where it is not that of the call."""

    @property
    def name(self) -> str:
        """Name of the event."""
        return self.event or self.call.partition(":")[2]


_AGENTCORE: Final = "bedrock-agentcore.amazonaws.com"

OF_IDENTITIES: Final = (
    Creation("iam:CreateRole", "iam.amazonaws.com", ("role", "arn")),
    Creation("iam:CreateUser", "iam.amazonaws.com", ("user", "arn")),
    Creation("iam:CreateAccessKey", "iam.amazonaws.com", ("accessKey", "accessKeyId")),
    Creation(
        "iam:CreateServiceSpecificCredential",
        "iam.amazonaws.com",
        ("serviceSpecificCredential", "serviceSpecificCredentialId"),
    ),
    Creation("iam:CreateOpenIDConnectProvider", "iam.amazonaws.com", ("openIDConnectProviderArn",)),
    Creation("iam:CreateSAMLProvider", "iam.amazonaws.com", ("sAMLProviderArn",)),
)
"""Made in IAM, which writes its events in one region of a partition."""

OF_A_REGION: Final = (
    Creation("bedrock-agentcore-control:CreateAgentRuntime", _AGENTCORE, ("agentRuntimeArn",)),
    Creation("bedrock-agentcore-control:CreateHarness", _AGENTCORE, ("harness", "arn")),
    Creation("bedrock-agentcore-control:CreateGateway", _AGENTCORE, ("gatewayArn",)),
    Creation("bedrock-agentcore-control:CreateWorkloadIdentity", _AGENTCORE, ("workloadIdentityArn",)),
    Creation("bedrock-agentcore-control:CreateCodeInterpreter", _AGENTCORE, ("codeInterpreterArn",)),
    Creation("bedrock-agentcore-control:CreateBrowser", _AGENTCORE, ("browserArn",)),
    Creation("bedrock-agent:CreateAgent", "bedrock.amazonaws.com", ("agent", "agentArn")),
    Creation("bedrock-agent:CreateFlow", "bedrock.amazonaws.com", ("arn",)),
    Creation("lambda:CreateFunction", "lambda.amazonaws.com", ("functionArn",), "CreateFunction20150331"),
    Creation("codebuild:CreateProject", "codebuild.amazonaws.com", ("project", "arn")),
    Creation("stepfunctions:CreateStateMachine", "states.amazonaws.com", ("stateMachineArn",)),
    Creation("sagemaker:CreateNotebookInstance", "sagemaker.amazonaws.com", ("notebookInstanceArn",)),
    Creation("secretsmanager:CreateSecret", "secretsmanager.amazonaws.com", ("aRN",)),
    Creation("qbusiness:CreateApplication", "qbusiness.amazonaws.com", ("applicationArn",)),
)
"""Made in a region, and told of in that region."""

_BY_NAME: Final[Mapping[tuple[str, str], Creation]] = {
    (creation.source, creation.name): creation for creation in (*OF_IDENTITIES, *OF_A_REGION)
}

_SOURCE: Final[Way] = ("eventSource",)
_NAME: Final[Way] = ("eventName",)
_TIME: Final[Way] = ("eventTime",)
_ERROR: Final[Way] = ("errorCode",)
_TYPE: Final[Way] = ("userIdentity", "type")
_ARN: Final[Way] = ("userIdentity", "arn")
_ACCOUNT: Final[Way] = ("userIdentity", "accountId")
_INVOKED_BY: Final[Way] = ("userIdentity", "invokedBy")
_ON_BEHALF_OF: Final[Way] = ("userIdentity", "onBehalfOf", "userId")
_SOURCE_IDENTITY: Final[Way] = ("userIdentity", "sessionContext", "sourceIdentity")
_ISSUER: Final[Way] = ("userIdentity", "sessionContext", "sessionIssuer", "arn")
_KEPT: Final = (
    _SOURCE, _NAME, _TIME, _ERROR, _TYPE, _ARN, _ACCOUNT, _INVOKED_BY, _ON_BEHALF_OF, _SOURCE_IDENTITY, _ISSUER,
)  # fmt: skip

_LONGEST_EVENT: Final = 1_000_000
"""Characters. CloudTrail writes no event of more than 256 KB."""
_LONGEST_VALUE: Final = 2048


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of an event. Empty texts for what it does not say."""

    creation: Creation
    made: str
    """Id of what was made; empty when the call failed or the answer was left out."""
    time: str
    failed: bool
    type: str
    """Of the caller: "IAMUser", "AssumedRole", "AWSService" ..."""
    arn: str
    account: str
    invoked_by: str
    on_behalf_of: str
    source_identity: str
    issuer: str
    """ARN of the role or user that the caller's session comes from."""


def kept_of_page(body: Mapping[str, Any]) -> dict[str, Any]:
    """A page of LookupEvents with nothing in it but what nhiscan reads. What cannot be read stays, empty.

    What was cut down once is not changed by doing it again.
    """
    events = body.get("Events")
    if not isinstance(events, list):
        return {} if events is None else {"Events": {}}
    kept = []
    for event in map(table, events):
        source = text(event.get("EventSource"))
        if source and (source, text(event.get("EventName"))) not in _BY_NAME:
            continue  # a call of the same name of another service
        kept.append({"CloudTrailEvent": kept_of_event(event.get("CloudTrailEvent"))})
    return {"Events": kept}


def kept_of_event(written: object) -> str:
    """An event as JSON text, with only those of its fields that are read; empty for one that cannot be read."""
    event = _decoded(written)
    if event is None:
        return ""
    kept: dict[str, Any] = {}
    creation = _creation(event)
    for way in (*_KEPT, *([("responseElements", *creation.made)] if creation else [])):
        if value := _at(event, way):
            here = kept
            for step in way[:-1]:
                here = here.setdefault(step, {})
            here[way[-1]] = value
    return msgspec.json.encode(kept).decode()


def read_event(written: object) -> Event | None:
    """An event, whole or as it was kept. None for what is no event, or of no call that makes something."""
    event = _decoded(written)
    creation = _creation(event) if event is not None else None
    if event is None or creation is None:
        return None
    return Event(
        creation=creation,
        made=_at(event, ("responseElements", *creation.made)),
        time=_at(event, _TIME),
        failed=bool(_at(event, _ERROR)),
        type=_at(event, _TYPE),
        arn=_at(event, _ARN),
        account=_at(event, _ACCOUNT),
        invoked_by=_at(event, _INVOKED_BY),
        on_behalf_of=_at(event, _ON_BEHALF_OF),
        source_identity=_at(event, _SOURCE_IDENTITY),
        issuer=_at(event, _ISSUER),
    )


def _decoded(written: object) -> dict[str, Any] | None:
    if not isinstance(written, str) or len(written) > _LONGEST_EVENT:
        return None
    try:
        event = msgspec.json.decode(written)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def _creation(event: Mapping[str, Any]) -> Creation | None:
    return _BY_NAME.get((_at(event, _SOURCE), _at(event, _NAME)))


def _at(event: Mapping[str, Any], way: Way) -> str:
    """The text at the end of a way; empty when there is none, or one that no name or ARN could be."""
    here: Any = event
    for step in way:
        if not isinstance(here, dict):
            return ""
        if step in here:
            here = here[step]
        else:  # services do not agree on small and capital letters
            folded = step.casefold()
            here = next((value for key, value in here.items() if key.casefold() == folded), None)
    found = text(here)
    return found if len(found) <= _LONGEST_VALUE else ""
