"""An estate of any size, made up: the same number gives the same result, in the shapes that real estates have."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from nhiscan.census import take_census
from nhiscan.model import Capability
from nhiscan.result import (
    SCHEMA_VERSION,
    SEVERITIES,
    AdminVerdict,
    BrokenPlugin,
    CapabilityItem,
    CheckResult,
    ConnectorResult,
    Coverage,
    CredentialResult,
    EdgeResult,
    EvidenceItem,
    FindingResult,
    GapResult,
    IdentityClass,
    IdentityResult,
    NodeResult,
    OwnerItem,
    ScanInfo,
    ScanResult,
    ScopeResult,
    SecretResult,
    SuppressionResult,
    UnknownItem,
    WorkloadResult,
)
from nhiscan.summary import summarise
from tests.reports.sample_rules import RULES

CLOCK: Final = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)

_TEAMS: Final = (
    "payments",
    "search",
    "data-platform",
    "support",
    "mobile",
    "growth",
    "security",
    "billing",
    "logistics",
)
_TASKS: Final = ("deploy", "ingest", "export", "sync", "backup", "indexer", "notifier", "gateway", "reporting", "etl")
_AGENTS: Final = (
    "triage-agent",
    "code-reviewer",
    "support-assistant",
    "research-agent",
    "invoice-copilot",
    "sql-agent",
)
_PEOPLE: Final = ("ana.costa", "ben.okafor", "chen.wei", "dora.szabo", "eli.haddad", "fay.lindqvist", "gus.romero")
_DATA: Final[tuple[Capability, ...]] = ("read_data", "write_data", "run_code", "read_secrets", "invoke_models")


def sample(size: int = 60, seed: int = 7) -> ScanResult:
    """A result with `size` identities."""
    return _Maker(size, seed).result()


class _Maker:
    """Makes one estate; holds what has been made so far."""

    def __init__(self, size: int, seed: int) -> None:
        self._size = size
        self._random = random.Random(seed)
        self._identities: list[IdentityResult] = []
        self._credentials: list[CredentialResult] = []
        self._workloads: list[WorkloadResult] = []
        self._edges: list[EdgeResult] = []
        self._findings: list[FindingResult] = []
        self._nodes: dict[str, NodeResult] = {}
        self._accounts = [f"{4000_0000_0000 + 137 * n}" for n in range(max(2, size // 150))]
        self._unknown = dict.fromkeys(RULES, 0)

    def result(self) -> ScanResult:
        """Everything, put together."""
        for scope in self._accounts:
            self._node(f"administrator:aws:{scope}", "administration", f"administration of account {scope}")
        for number in range(self._size):
            self._identity(number)
        scopes = self._scopes()
        gaps = self._gaps()
        secrets = self._secrets()
        rank = {severity: place for place, severity in enumerate(SEVERITIES)}
        self._findings.sort(key=lambda finding: (rank[finding.severity], finding.rule, finding.subject))
        self._identities.sort(key=lambda identity: identity.id)
        asked = sum(scope.asked for scope in scopes)
        answered = sum(scope.answered for scope in scopes)
        return ScanResult(
            schema_version=SCHEMA_VERSION,
            scan=ScanInfo(
                started=CLOCK - timedelta(minutes=41),
                finished=CLOCK,
                clock=CLOCK,
                nhiscan_version="0.1.0",
                connectors=[
                    ConnectorResult(name="aws", title="Amazon Web Services", status="incomplete", detail="3 gaps"),
                    ConnectorResult(name="openai", title="OpenAI", status="failed", detail="no admin key was given"),
                ],
                scopes=scopes,
                coverage=Coverage(asked=asked, answered=answered, share=round(answered / asked, 4), complete=False),
                broken_plugins=[
                    BrokenPlugin(group="nhiscan.reports", name="slides", error="ImportError: no module named pptx")
                ],
            ),
            summary=summarise(
                self._identities,
                self._credentials,
                self._findings,
                scopes,
                RULES,
                take_census(
                    self._identities, self._credentials, self._workloads, secrets, self._edges, ["aws:333344445555"]
                ),
            ),
            identities=self._identities,
            credentials=self._credentials,
            workloads=self._workloads,
            secrets=secrets,
            nodes=sorted(self._nodes.values(), key=lambda node: node.id),
            edges=sorted(self._edges, key=lambda edge: (edge.source, edge.kind, edge.target, edge.reason)),
            findings=self._findings,
            gaps=gaps,
            suppressions=self._suppressions(),
            checks=self._checks(),
        )

    def _node(self, id: str, type: str, name: str) -> str:
        self._nodes.setdefault(id, NodeResult(id=id, type=type, name=name, provider="aws"))
        return id

    def _edge(self, source: str, target: str, kind: str, reason: str, **more: Any) -> None:
        self._edges.append(EdgeResult(source=source, target=target, kind=kind, reason=reason, **more))

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _days_ago(self, most: int, least: int = 0) -> datetime:
        return CLOCK - timedelta(days=self._random.randint(least, most), seconds=self._random.randint(0, 86_000))

    def _identity(self, number: int) -> None:
        choose = self._random.choice
        account = self._accounts[number % len(self._accounts)]
        class_: IdentityClass = self._random.choices(
            ("legacy_service", "ai_persona", "human", "unknown"), weights=(62, 11, 15, 12)
        )[0]
        match class_:
            case "human":
                name, kind = f"{choose(_PEOPLE)}{number}", "iam-user"
            case "ai_persona":
                name, kind = f"{choose(_TEAMS)}-{choose(_AGENTS)}-{number}", "iam-role"
            case _:
                name, kind = f"{choose(_TEAMS)}-{choose(_TASKS)}-{number}", choose(("iam-role", "iam-role", "iam-user"))
        id = f"arn:aws:iam::{account}:{kind.removeprefix('iam-')}/{name}"
        admin: AdminVerdict = self._random.choices(
            ("no", "is", "can_become", "conditional", "latent", "unknown"), weights=(78, 3, 5, 3, 3, 8)
        )[0]
        managed = class_ == "legacy_service" and self._chance(0.12)
        unseen = account == self._accounts[-1]
        unknowns = [UnknownItem(rule="stale_identity", why="its last use could not be read")] if unseen else []
        if unseen:
            self._unknown["stale_identity"] += 1
        owners = [] if managed or self._chance(0.4) else self._owners()
        used = None if unseen or self._chance(0.2) else self._days_ago(500)
        self._identities.append(
            IdentityResult(
                id=id,
                provider="aws",
                kind=kind,
                name=name,
                scope=f"aws:{account}",
                class_=class_,
                confidence=round(
                    self._random.uniform(0.2, 0.59) if class_ == "unknown" else self._random.uniform(0.6, 0.99), 2
                ),
                evidence=self._evidence(class_),
                leaning="ai_persona" if class_ == "unknown" and self._chance(0.5) else None,
                settle="A list of the models that its workloads call would settle it." if class_ == "unknown" else "",
                mixed=self._chance(0.02),
                managed_by_provider=managed,
                owners=owners,
                created_at=self._days_ago(2200, 30),
                last_used_at=used,
                last_use="unknown" if unseen else "used" if used else "never",
                enabled=None if kind == "iam-role" else True,
                mfa=self._chance(0.8) if class_ == "human" else None,
                admin=admin,
                admin_reason=self._admin_reason(name, account, admin),
                capabilities=self._capabilities(name, account, class_, admin),
                risk_score=min(100, int(self._random.expovariate(1 / 18)) + 30 * (admin == "is")),
                unknowns=unknowns,
                description=f"Used by the {choose(_TEAMS)} team for {choose(_TASKS)}." if self._chance(0.3) else "",
                tags={"Team": choose(_TEAMS), "CostCenter": str(1000 + number % 40)} if self._chance(0.6) else {},
                attributes={"unique_id": f"AROA{number:012d}", "max_session_minutes": "60"},
            )
        )
        self._connections(id, name, account, class_, owners)
        self._keys(id, name, account, kind)
        self._powers(id, name, account, admin)
        if not owners and not managed and class_ != "human":
            self._finding("ownerless_identity", id, f"nobody is named as answering for {name}")
        if used and (CLOCK - used).days > 180:
            self._finding(
                "stale_identity", id, f"{name} was last used on {used.date()}, {(CLOCK - used).days} days ago"
            )

    def _owners(self) -> list[OwnerItem]:
        team, person = self._random.choice(_TEAMS), self._random.choice(_PEOPLE)
        owners = [OwnerItem(owner=f"team-{team}@example.com", kind="team", source="tag Team", exists=None)]
        if self._chance(0.4):
            left = self._chance(0.2)
            owners.append(OwnerItem(owner=f"{person}@example.com", kind="owner", source="tag Owner", exists=not left))
        return owners

    def _evidence(self, class_: IdentityClass) -> list[EvidenceItem]:
        lines: dict[str, tuple[tuple[str, IdentityClass, float, Any, str], ...]] = {
            "legacy_service": (
                ("trusted-by-lambda", "legacy_service", 0.7, "structural", "is trusted by lambda.amazonaws.com"),
                ("runs-workload", "legacy_service", 0.5, "usage", "runs the function that the deployment made"),
                ("no-password", "human", -0.5, "structural", "has no console password"),
                ("service-calls", "legacy_service", 0.35, "usage", "called s3 and sqs on 29 of the last 30 days"),
                ("task-name", "legacy_service", 0.1, "lexical", "has the word of a task in its name"),
                ("no-models", "ai_persona", -0.3, "capability", "may not invoke any model"),
            ),
            "ai_persona": (
                ("agent-runtime", "ai_persona", 0.97, "authoritative", "is trusted by bedrock-agentcore.amazonaws.com"),
                ("invokes-models", "ai_persona", 0.3, "capability", "may invoke the models of Amazon Bedrock"),
                ("agent-name", "ai_persona", 0.15, "lexical", "has the word agent in its name"),
            ),
            "human": (
                ("has-mfa-device", "human", 0.9, "structural", "has 1 MFA device"),
                ("console-sign-in", "human", 0.8, "usage", "signed in to the console in the last 30 days"),
            ),
            "unknown": (
                ("invokes-models", "ai_persona", 0.3, "capability", "may invoke the models of Amazon Bedrock"),
                ("runs-workload", "legacy_service", 0.2, "usage", "runs a container whose image is not known"),
            ),
        }
        return [
            EvidenceItem(signal=s, class_=c, weight=w, tier=t, detail=d, source="iam:GetAccountAuthorizationDetails")
            for s, c, w, t, d in lines[class_]
        ]

    def _admin_reason(self, name: str, account: str, admin: AdminVerdict) -> str:
        match admin:
            case "is":
                return f"policy AdministratorAccess allows {name} every action in account {account}"
            case "can_become" | "conditional":
                return f"role {name} can create access keys for user deploy (policy {name}-ci, statement 1)"
            case "unknown":
                return f"the policy {name}-inline could not be read"
            case _:
                return ""

    def _capabilities(
        self, name: str, account: str, class_: IdentityClass, admin: AdminVerdict
    ) -> list[CapabilityItem]:
        found = [
            CapabilityItem(
                capability=capability,
                resource=f"arn:aws:s3:::{self._random.choice(_TEAMS)}-{self._random.choice(_TASKS)}-{account[-4:]}/*",
                answer=self._random.choices(("allowed", "conditional", "unknown"), weights=(8, 2, 1))[0],
                conditions=["aws:SourceVpce"] if self._chance(0.1) else [],
                reason=f"policy {name}-access, statement {self._random.randint(1, 4)} allows it",
            )
            for capability in self._random.sample(_DATA, k=self._random.randint(2, 5))
        ]
        if admin == "is":
            found.insert(
                0,
                CapabilityItem(
                    capability="administer",
                    resource="*",
                    answer="allowed",
                    reason="policy AdministratorAccess, statement 1",
                ),
            )
        return found

    def _connections(self, id: str, name: str, account: str, class_: IdentityClass, owners: list[OwnerItem]) -> None:
        for owner in owners:
            target = self._node(f"owner:{owner.owner}", "owner", owner.owner)
            self._edge(id, target, "owned_by", f"{name} is answered for by {owner.owner} ({owner.source})")
        if class_ == "human":
            group = self._node(f"arn:aws:iam::{account}:group/developers", "group", "developers")
            self._edge(id, group, "member_of", f"{name} is a member of developers")
            return
        service = "bedrock-agentcore.amazonaws.com" if class_ == "ai_persona" else "lambda.amazonaws.com"
        principal = self._node(f"service:{service}", "service", service)
        self._edge(principal, id, "trusted_by", f"{name} trusts {service} (trust policy, statement 1)")
        if self._chance(0.7):
            self._workload(id, name, account, class_)
        self._uses(id, name, account, class_)

    def _uses(self, id: str, name: str, account: str, class_: IdentityClass) -> None:
        """Secrets, models and tools; some of them many identities have in common."""
        for _ in range(self._random.randint(0, 5)):
            secret = f"{self._random.choice(_TEAMS)}/{self._random.choice(_TASKS)}"
            target = self._node(f"arn:aws:secretsmanager:eu-west-1:{account}:secret:{secret}", "secret", secret)
            self._edge(
                id, target, "reads_secret", f"{name} can read secret {secret} (policy {name}-access, statement 2)"
            )
        if class_ == "ai_persona":
            model = self._random.choice(("claude-sonnet", "claude-haiku", "nova-pro", "llama-70b"))
            target = self._node(f"model:bedrock:{model}", "model", model)
            self._edge(id, target, "uses_model", f"{name} is set up to use {model}")
            tool = self._random.choice(("issue-tracker", "mail", "payments-api", "warehouse"))
            target = self._node(f"tool:{account}:{tool}", "tool", tool)
            self._edge(
                id, target, "invokes_tool", f"{name} sends calls to tool {tool} through gateway tools-{account[-4:]}"
            )

    def _workload(self, id: str, name: str, account: str, class_: IdentityClass) -> None:
        agent = class_ == "ai_persona"
        arn = f"arn:aws:lambda:eu-west-1:{account}:function:{name}"
        self._workloads.append(
            WorkloadResult(
                id=arn,
                provider="aws",
                kind="agentcore-runtime" if agent else "lambda-function",
                name=name,
                scope=f"aws:{account}",
                region="eu-west-1",
                agent=agent,
                ai_platform="bedrock-agentcore" if agent else "",
                model="anthropic.claude-sonnet" if agent else "",
                public=None if self._chance(0.3) else False,
                runs_as=[id],
                owners=[],
                created_at=self._days_ago(900, 10),
                variables=["LOG_LEVEL", "TABLE_NAME"],
            )
        )
        self._edge(arn, id, "runs_as", f"{name} runs as {name} (execution role)")

    def _keys(self, id: str, name: str, account: str, kind: str) -> None:
        if kind != "iam-user":
            return
        for _ in range(self._random.randint(1, 2)):
            key = f"AKIA{self._random.getrandbits(60):016X}"
            used = None if self._chance(0.3) else self._days_ago(400)
            self._credentials.append(
                CredentialResult(
                    id=key,
                    provider="aws",
                    kind="access-key",
                    holder=id,
                    scope=f"aws:{account}",
                    name=key,
                    status=self._random.choices(("active", "inactive", None), weights=(85, 10, 5))[0],
                    created_at=self._days_ago(1500, 5),
                    rotated_at=None,
                    expires_at=None,
                    lifetime="never_expires",
                    long_lived=True,
                    service="",
                    ai_provider="",
                    last_used_at=used,
                    last_use="used" if used else "never",
                    last_use_detail="s3 in eu-west-1" if used else "",
                )
            )
            self._edge(id, key, "has_credential", f"{name} is authenticated by access-key {key}")
            self._finding("long_lived_credential", key, f"access key {key} of {name} never expires", related=[id])

    def _powers(self, id: str, name: str, account: str, admin: AdminVerdict) -> None:
        target = f"administrator:aws:{account}"
        if admin == "is":
            self._finding("administrator_identity", id, f"policy AdministratorAccess allows {name} every action")
        answers = {"can_become": "allowed", "conditional": "conditional", "latent": "latent"}
        if admin in answers:
            reason = f"role {name} can create access keys for user deploy (policy {name}-ci, statement 1)"
            self._edge(
                id,
                target,
                "can_become",
                reason,
                answer=answers[admin],
                conditions=["aws:MultiFactorAuthPresent"] if admin == "conditional" else [],
                fix=f"remove iam:CreateAccessKey from policy {name}-ci",
            )
            self._finding("can_become_administrator", id, reason, related=[target])
        if len(self._identities) > 3 and self._chance(0.2):
            other = self._random.choice(self._identities[:-1])
            self._edge(id, other.id, "can_become", f"role {name} may assume {other.name} (trust policy, statement 1)")

    def _finding(self, rule: str, subject: str, *evidence: str, related: list[str] | None = None) -> None:
        declared = RULES[rule]
        self._findings.append(
            FindingResult(
                rule=rule,
                title=declared.title,
                severity=declared.severity,
                confidence="high",
                subject=subject,
                evidence=list(evidence),
                controls=declared.control_names,
                remediation=declared.remediation,
                fingerprint=f"{self._random.getrandbits(128):032x}",
                related=related or [],
            )
        )

    def _scopes(self) -> list[ScopeResult]:
        top = ScopeResult(
            id="aws:o-example",
            provider="aws",
            kind="organization",
            name="Example Group",
            parent=None,
            environment=None,
            asked=12,
            answered=12,
        )
        return [
            top,
            *(
                ScopeResult(
                    id=f"aws:{account}",
                    provider="aws",
                    kind="account",
                    name=f"{_TEAMS[number % len(_TEAMS)]}-{('prod', 'dev', 'stage')[number % 3]}-{number}",
                    parent="aws:o-example",
                    environment=("production", "development", "staging")[number % 3],
                    asked=40,
                    answered=37 if account == self._accounts[-1] else 40,
                )
                for number, account in enumerate(self._accounts)
            ),
        ]

    def _gaps(self) -> list[GapResult]:
        scope = f"aws:{self._accounts[-1]}"
        return [
            GapResult(
                connector="aws",
                scope=scope,
                region="",
                operation="iam:GenerateCredentialReport",
                reason="denied",
                permission="iam:GenerateCredentialReport",
                hides="when passwords and keys were last used",
                detail="AccessDenied: not authorized to perform iam:GenerateCredentialReport",
            ),
            *(
                GapResult(
                    connector="aws",
                    scope=scope,
                    region=region,
                    operation="lambda:ListFunctions",
                    reason="throttled",
                    permission="",
                    hides="which functions run as which role",
                )
                for region in ("eu-west-1", "us-east-1")
            ),
        ]

    def _secrets(self) -> list[SecretResult]:
        account = self._accounts[0]
        return [
            SecretResult(
                id="sighting:4fd1c6",
                provider="openai",
                kind="openai-project-key",
                name="openai-project-key …x9Qz",
                scope=f"aws:{account}",
                region="",
                ai_provider="openai",
                created_at=None,
                rotated_at=None,
                seen_in=[self._workloads[0].id] if self._workloads else [],
                last4="x9Qz",
            )
        ]

    def _suppressions(self) -> list[SuppressionResult]:
        return [
            SuppressionResult(
                rule="long_lived_credential",
                subject="AKIAEXAMPLE",
                fingerprint="",
                reason="the vendor has no other way; contract ends in March",
                expires="2027-03-31",
                expired=False,
                matched=1,
            ),
            SuppressionResult(
                rule="stale_identity",
                subject="*",
                fingerprint="",
                reason="migration",
                expires="2026-06-30",
                expired=True,
                matched=0,
            ),
        ]

    def _checks(self) -> list[CheckResult]:
        return [
            CheckResult(
                rule=rule.id,
                title=rule.title,
                severity=rule.severity,
                why=rule.why,
                remediation=rule.remediation,
                references=list(rule.references),
                controls=rule.control_names,
                examined=self._size,
                found=sum(finding.rule == rule.id for finding in self._findings),
                unknown=self._size if rule.id == "broken_rule" else self._unknown[rule.id],
                failed="KeyError: 'Statement'" if rule.id == "broken_rule" else "",
            )
            for rule in RULES.values()
        ]
