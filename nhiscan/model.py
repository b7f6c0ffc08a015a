"""The records: one vocabulary of typed, frozen facts for every cloud, SaaS and LLM provider.

Connectors yield them, the graph is built from them, rules read them. Ids are the provider's own
(an ARN, an Azure object or resource id, a full resource name). Times are aware datetimes in UTC.
`None` always means "not known", never "nothing": an empty tuple or an explicit `never` says the latter.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Base of all records: immutable, compared by value."""


Aspect: TypeAlias = Literal[
    "identities",
    "credentials",
    "activity",
    "mfa",
    "policies",
    "trust",
    "owners",
    "workloads",
    "secrets",
    "agents",
    "organization",
    "usage",
]
"""A kind of knowledge that an API call gives. A gap in the call makes that aspect of its scope unknown."""


class Activity(Record, frozen=True, kw_only=True):
    """When something was last used, as far as the provider tells. `None` in place of it: not known at all."""

    last_used_at: datetime | None = None
    """Last use; None when there was none since `observed_since`."""
    observed_since: datetime | None = None
    """Start of the window in which the provider would have noticed a use; None: since creation."""
    detail: str = ""
    """Where and with what, for people: "s3 in eu-west-1"."""
    source: str = ""
    """The call that said so, for example "iam:GenerateCredentialReport"."""


class Scope(Record, frozen=True, kw_only=True, tag="scope"):
    """A place that holds identities: account, organization, subscription, project, tenant."""

    id: str
    """Provider and native id: "aws:123456789012"."""
    provider: str
    kind: str
    """organization | organizational-unit | account | tenant | subscription | project ..."""
    name: str
    parent: str | None = None
    """Id of the scope above it."""
    environment: str | None = None
    """"production", "staging", "development" where a tag or name says so."""
    attributes: dict[str, str] = {}


class Identity(Record, frozen=True, kw_only=True, tag="identity"):
    """Someone or something that can act: a user, role, service account, application, agent identity."""

    id: str
    provider: str
    kind: str
    """The provider's word for it: "iam-user", "iam-role", "service-principal", "service-account"."""
    name: str
    scope: str
    """Id of the Scope it lives in."""
    created_at: datetime | None = None
    enabled: bool | None = None
    """Whether it can act now; None when the provider has no such switch."""
    activity: Activity | None = None
    """Last use of the identity itself; use of its credentials stands with them."""
    managed_by_provider: bool = False
    """Made and run by the provider: service-linked roles, service agents, first-party applications."""
    human_access: bool = False
    """A door for people, not an actor of its own: Identity Center and SAML roles."""
    email: str | None = None
    description: str = ""
    path: str = ""
    tags: dict[str, str] = {}
    attributes: dict[str, str] = {}
    """Provider facts that a report may show: "max_session_minutes", "unique_id"."""


class Group(Record, frozen=True, kw_only=True, tag="group"):
    """A set of identities that hold permissions together. It cannot act itself."""

    id: str
    provider: str
    name: str
    scope: str
    created_at: datetime | None = None
    protected: bool | None = None
    """Only the provider's own privileged administrators, and its owners, may change who belongs to it, and take over
    those who do; None when not told."""


class Membership(Record, frozen=True, kw_only=True, tag="membership"):
    """`member` belongs to `group`."""

    member: str
    group: str


class Credential(Record, frozen=True, kw_only=True, tag="credential"):
    """What an identity proves itself with. Never its value."""

    id: str
    provider: str
    kind: str
    """"access-key", "password", "service-specific", "ssh-key", "signing-certificate", "client-secret" ..."""
    holder: str
    """Id of the identity that it authenticates."""
    scope: str
    name: str = ""
    status: Literal["active", "inactive", "expired"] | None = None
    created_at: datetime | None = None
    rotated_at: datetime | None = None
    """Last change of the secret itself; None when it is the same since `created_at`."""
    expires_at: datetime | None = None
    lifetime: Literal["never_expires", "expires", "unknown"] = "unknown"
    """`never_expires` is a fact that the provider states, or an expiry so far off that it means the same."""
    long_lived: bool = False
    """A standing secret that works until someone revokes it, where a short-lived one could serve."""
    secret: bool = True
    """False for public halves and factors whose theft from the provider's side gives nothing."""
    service: str = ""
    """The only service that it opens: "bedrock.amazonaws.com"; empty when it opens all that the holder may."""
    ai_provider: str = ""
    """LLM provider that it opens: "bedrock", "openai", "anthropic"."""
    activity: Activity | None = None
    tags: dict[str, str] = {}
    attributes: dict[str, str] = {}
    """Provider facts that a rule or a report may need: "disable_reason", "restricted_to"."""


class Factor(Record, frozen=True, kw_only=True, tag="factor"):
    """A second factor that a person signs in with."""

    id: str
    identity: str
    kind: Literal["totp", "hardware", "passkey", "push", "sms", "unknown"]
    phishing_resistant: bool | None = None
    enabled_at: datetime | None = None


class FactorState(Record, frozen=True, kw_only=True, tag="factor-state"):
    """Whether an identity has any second factor, where the provider says only that."""

    identity: str
    present: bool
    source: str = ""


class FederationProvider(Record, frozen=True, kw_only=True, tag="federation-provider"):
    """An outside issuer that a scope trusts to vouch for identities."""

    id: str
    provider: str
    kind: Literal["oidc", "saml", "x509", "outbound-oidc"]
    scope: str
    name: str
    issuer: str = ""
    audiences: tuple[str, ...] = ()
    created_at: datetime | None = None
    expires_at: datetime | None = None
    enabled: bool | None = None
    tags: dict[str, str] = {}


GuardKind: TypeAlias = Literal[
    "external-id",
    "organization",
    "account",
    "principal",
    "source-account",
    "source-arn",
    "subject",
    "audience",
    "mfa",
    "network",
    "session-name",
    "tag",
    "time",
    "other",
]


class Guard(Record, frozen=True, kw_only=True):
    """A condition that narrows a trust: what it looks at, and the values that it lets through."""

    kind: GuardKind
    key: str
    """The provider's own condition key: "aws:SourceArn", "token.actions.githubusercontent.com:sub"."""
    operator: str = ""
    values: tuple[str, ...] = ()
    confines: bool = True
    """False when the values let everything through ("*"), or when the operator passes an absent key."""


class Trust(Record, frozen=True, kw_only=True, tag="trust"):
    """`identity` may be taken on by `principal`: one entry a trusted principal and statement."""

    identity: str
    principal: str
    """Who is trusted, under the one name that all connectors use: an id, "aws:<account>", "oidc:<issuer>#<subject>",
    "saml:<provider id>", "service:<name>", "*" for everyone."""
    kind: Literal["everyone", "account", "principal", "service", "oidc", "saml", "deleted", "unknown"]
    guards: tuple[Guard, ...] = ()
    statement: str = ""
    """Where it is written: "trust policy, statement 2 (AllowCI)"."""
    source: str = ""
    """The call that showed it."""


class Policy(Record, frozen=True, kw_only=True, tag="policy"):
    """A permission document of a provider, kept whole for that provider's own evaluator."""

    id: str
    """ARN or resource id; for an inline policy "<holder id>/policy/<name>"."""
    provider: str
    kind: Literal["managed", "inline", "organization", "resource", "trust", "role-definition"]
    name: str
    scope: str
    document: str | None = None
    """JSON text of the document; None when it could not be read."""
    problem: str = ""
    """Why the document cannot be used: "not JSON: Expecting value at character 17"."""
    managed_by_provider: bool = False
    attributes: dict[str, str] = {}


class PolicyUse(Record, frozen=True, kw_only=True, tag="policy-use"):
    """`policy` applies to `target` (an identity, a group, a scope, a resource) in the given way."""

    policy: str
    target: str
    use: Literal["permission", "boundary", "organization-limit", "resource-limit", "resource", "trust"]


class Assignment(Record, frozen=True, kw_only=True, tag="assignment"):
    """A person or group may take on a role-like set of permissions in a scope (Identity Center, PIM)."""

    principal: str
    role: str
    """Id of the permission set, role definition or identity that is assigned."""
    scope: str
    eligible: bool = False
    """True when it must be activated first."""
    condition: str = ""
    """Condition under which it holds, in the provider's own language; empty when there is none."""
    created_at: datetime | None = None
    expires_at: datetime | None = None
    orphaned: bool = False
    """The provider itself says that the principal was deleted. It gives nobody anything, and waits for a namesake."""
    id: str = ""
    """The provider's own id of the assignment, where it has one."""
    source: str = ""


class Workload(Record, frozen=True, kw_only=True, tag="workload"):
    """Something that runs: a function, task, pipeline, notebook, agent runtime."""

    id: str
    provider: str
    kind: str
    """"lambda-function", "agentcore-runtime", "bedrock-agent", "ecs-task-definition" ..."""
    name: str
    scope: str
    region: str = ""
    agent: bool = False
    """An AI agent or a part of one, by what the platform says it is."""
    machine_learning: bool = False
    """Trains, tunes or serves a model: a notebook, a training job, an endpoint. Not an agent by that alone."""
    ai_platform: str = ""
    """Product that runs the agent, for people: "Bedrock AgentCore", "Amazon Q Business"."""
    model: str = ""
    """Model that it is set up to use, where the platform says."""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    public: bool | None = None
    """Whether it answers callers from the internet without authorisation; None when not known."""
    variables: tuple[str, ...] = ()
    """Names of its environment variables, never their values."""
    tags: dict[str, str] = {}
    attributes: dict[str, str] = {}


class RunsAs(Record, frozen=True, kw_only=True, tag="runs-as"):
    """`workload` acts as `identity`."""

    workload: str
    identity: str
    detail: str = ""
    """"execution role", "task role", "target role"."""
    by_platform: bool = False
    """True when the platform uses the identity for the workload (to pull its image, to write its logs) and the
    workload's own code never holds it."""


class Secret(Record, frozen=True, kw_only=True, tag="secret"):
    """An entry of a secret store: names and dates, never the value."""

    id: str
    provider: str
    kind: str
    name: str
    scope: str
    region: str = ""
    encrypted: bool | None = None
    ai_provider: str = ""
    """LLM provider whose key it seems to hold, judged by name, tags and description."""
    created_at: datetime | None = None
    rotated_at: datetime | None = None
    rotation: bool | None = None
    activity: Activity | None = None
    owner_hint: str = ""
    description: str = ""
    tags: dict[str, str] = {}
    attributes: dict[str, str] = {}


class Resource(Record, frozen=True, kw_only=True, tag="resource"):
    """A thing that is neither an identity, nor runs, nor is a secret, and matters for those that do: a registry, a
    guardrail, a tool's endpoint, a policy engine, an inference profile."""

    id: str
    provider: str
    kind: str
    """"agent-registry", "registry-record", "policy-engine", "inference-profile", "mcp-endpoint" ..."""
    name: str
    scope: str
    region: str = ""
    node: Literal["tool", "model", "other"] = "other"
    """What it is in the graph."""
    created_at: datetime | None = None
    tags: dict[str, str] = {}
    attributes: dict[str, str] = {}


class Sighting(Record, frozen=True, kw_only=True, tag="sighting"):
    """A secret value was seen in the open. The value itself was dropped at once."""

    detector: str
    """Which pattern matched: "openai-service-account-key"."""
    fingerprint: str
    """Keyed hash of the value: the same value has the same fingerprint within one estate."""
    last4: str
    subject: str
    """Id of the record in which it stood."""
    where: str
    """"environment variable OPENAI_API_KEY"."""
    scope: str
    ai_provider: str = ""
    decoded: dict[str, str] = {}
    """What the format itself says without a network: account, access key id, expiry."""


class Ownership(Record, frozen=True, kw_only=True, tag="ownership"):
    """Who answers for something, and how we know."""

    subject: str
    owner: str
    """Name, e-mail address or id of a person or team, as written."""
    kind: Literal["owner", "sponsor", "team", "creator", "manager"] = "owner"
    source: str = ""
    """Provenance: "tag Owner"."""


LinkKind: TypeAlias = Literal[
    "collaborates_with",
    "invokes_tool",
    "uses_model",
    "reads_secret",
    "may_read_secret",
    "holds_key_of",
    "stored_in",
    "registered_in",
    "governed_by",
    "part_of",
    "logs_to",
    "federates",
    "hands_out",
    "runs",
    "triggers",
    "administers",
    "signs_in_to",
]
"""Relations that the core gives a meaning.

`collaborates_with`: an agent hands work to another. `invokes_tool`: an agent, gateway or workload calls something that
acts for it. `uses_model`: a workload is set up with a model. `reads_secret`: a workload is configured with an entry of
a secret store. `may_read_secret`: an identity's permissions open a secret. `holds_key_of`: a workload or a secret has
the key of an LLM provider, whose id is `llm_provider(name)`. `stored_in`: a credential provider keeps its value in a
secret. `registered_in`: an agent stands in a registry. `governed_by`: an agent or gateway is bound by a policy engine
or guardrail. `part_of`: an endpoint, alias or version belongs to a workload. `federates`: a cluster or issuer vouches
for an outside identity. `runs`: a service keeps tasks of a definition running. `triggers`: events start a workload.
`administers`, `signs_in_to`: an identity is let into a cluster.
"""


class Link(Record, frozen=True, kw_only=True, tag="link"):
    """A relation between two records that has no record of its own."""

    source: str
    target: str
    kind: str
    """`LinkKind` names those that the core knows; a connector may add its own."""
    reason: str
    """A sentence: "gateway tools sends calls to function pay"."""


class Signal(Record, frozen=True, kw_only=True, tag="signal"):
    """A fact that speaks for or against a class; the table in `nhiscan.classify` gives it its weight."""

    subject: str
    name: str
    """Key of the table: "has-mfa-device"."""
    detail: str
    """The fact as a sentence: "has 1 MFA device"."""
    source: str = ""


class Usage(Record, frozen=True, kw_only=True, tag="usage"):
    """A service or action that an identity may use, and when it last did: one line of a provider's usage data."""

    identity: str
    service: str
    """The provider's prefix: "s3", "bedrock"."""
    action: str = ""
    """"s3:GetObject"; empty for the service as a whole."""
    last_used_at: datetime | None = None
    """None: not since `observed_since`."""
    observed_since: datetime | None = None
    """Start of the provider's memory; None: not told."""
    granted: bool = True
    """False for use of something that no policy grants any more."""
    source: str = ""


Answer: TypeAlias = Literal["allowed", "denied", "conditional", "unknown"]

Capability: TypeAlias = Literal[
    "administer",
    "administer_identities",
    "read_secrets",
    "read_data",
    "write_data",
    "run_code",
    "invoke_models",
    "change_guardrails",
    "destroy",
]
"""What an identity can do, in words that hold for every cloud. `administer` is all of them in a scope."""


class Grant(Record, frozen=True, kw_only=True, tag="grant"):
    """An identity holds a capability, as its provider's evaluator found."""

    identity: str
    capability: Capability
    resource: str
    """Resource or scope that it covers; "*" for all of the identity's scope."""
    answer: Literal["allowed", "conditional", "unknown"]
    """`unknown`: a document that decides it was not readable."""
    conditions: tuple[str, ...] = ()
    """Condition keys that decide, when `conditional`."""
    reason: str = ""
    """A sentence, with the statement that it came from."""


class Confinement(Record, frozen=True, kw_only=True, tag="confinement"):
    """Policies let an identity act only in some regions, whatever else they allow."""

    identity: str
    regions: tuple[str, ...]
    """As the provider names them; may hold patterns of its policy language."""
    reason: str
    """A sentence: what confines it."""


class CanBecome(Record, frozen=True, kw_only=True, tag="can-become"):
    """An identity can act as another one, or make itself an administrator of a scope."""

    identity: str
    target: str
    """Identity that is gained, or `administrator_of(scope)`."""
    method: str
    """Id of the method: "sts-assume-role", "iam-create-access-key"."""
    answer: Literal["allowed", "conditional", "latent", "unknown"]
    """`latent`: the permissions are there, the role or resource that the method needs is not."""
    deploys: bool = False
    """All that is needed was given on the target by name, and it takes running something new or changed as the target.

    That is what whoever deploys a program holds on the program's identity.
    """
    conditions: tuple[str, ...] = ()
    reason: str = ""
    """A sentence: "role ci can create access keys for user deploy (policy ci-admin, statement 1)"."""
    fix: str = ""
    """The cheapest change that breaks it."""


GapReason: TypeAlias = Literal["denied", "throttled", "unsupported", "failed", "not_licensed"]


class Gap(Record, frozen=True, kw_only=True, tag="gap"):
    """Something could not be looked at."""

    connector: str
    scope: str
    region: str = ""
    operation: str
    reason: GapReason
    permission: str = ""
    """The permission that is missing, when `denied`."""
    hides: str = ""
    """What cannot be known without it."""
    detail: str = ""
    """What the provider answered, shortened."""
    blinds: tuple[Aspect, ...] = ()
    """Aspects of the scope that are unknown because of it."""
    subjects: tuple[str, ...] = ()
    """Ids of the records that it concerns; empty: every one in the scope."""
    below: bool = False
    """The call would have told of everything in the scopes below too: one sweep of an organization."""


AnyRecord: TypeAlias = (
    Scope
    | Identity
    | Group
    | Membership
    | Credential
    | Factor
    | FactorState
    | FederationProvider
    | Trust
    | Policy
    | PolicyUse
    | Assignment
    | Workload
    | RunsAs
    | Secret
    | Resource
    | Sighting
    | Ownership
    | Link
    | Signal
    | Usage
    | Grant
    | Confinement
    | CanBecome
    | Gap
)

EVERYONE = "*"
"""The principal that stands for anybody at all."""


def administrator_of(scope: str) -> str:
    """Name of the power to administer `scope`, for use as the target of a `CanBecome`."""
    return f"administrator:{scope}"


def llm_provider(name: str) -> str:
    """Id of an LLM provider in the graph: `llm_provider("openai")`."""
    return f"llm:{name}"
