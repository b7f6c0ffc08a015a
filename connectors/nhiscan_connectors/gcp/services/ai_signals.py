"""What roles and projects say of service accounts as AI's: facts that show only when all shards are put together.

An account whose every role is one for users of AI services, and which nothing that was listed runs as, exists to call
models. A project named gen-lang-client-<digits> was made by Google AI Studio when somebody asked it for a key of the
Gemini API: AI that nobody planned. Anybody may name a project so; the name is a hint and decides nothing.

An agent's own identity exists though no policy names it and the agent itself could not be listed.

No calls of its own. Resources: "google-ai-studio-project" (attributes "project", "number", "shadow_ai").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nhiscan.connector import Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Identity, Resource, Signal
from nhiscan.wording import listed
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.names import PROJECTS, project_of_account, project_scope
from nhiscan_connectors.gcp.service import Answers, Service
from nhiscan_connectors.gcp.vertex.joining import projects_in
from nhiscan_connectors.gcp.vertex.principals import OWN, agent_identity, is_agents_own

_AI_ROLE: Final = re.compile(
    r"roles/(?:aiplatform\.(?:user|expressUser|agent(?:ContextEditor|DefaultAccess|EngineUser)|endpointUser)"
    r"|discoveryengine\.\w+|ml\.\w+)",
    re.ASCII,
)
"""Roles for those who call models and agents. A service agent's role and an administrator's speak for others."""
_NOT_OF_USERS: Final = re.compile(r"roles/\w+\.(?:serviceAgent|admin)", re.ASCII)
_STUDIO: Final = re.compile(r"gen-lang-client-\d{4,20}", re.ASCII)
_MOST_NAMED: Final = 3


def collect(_: Calls) -> None:
    """Nothing is asked."""


def parse(_: Shard, __: Answers) -> Iterator[AnyRecord]:
    """No shard tells enough by itself."""
    return iter(())


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """Signals on service accounts, and projects of AI Studio."""
    for scope in list(inventory.scopes.values()):
        id = scope.id.removeprefix(PROJECTS)
        if scope.provider == "gcp" and scope.kind == "project" and is_of_studio(id):
            facts = {"project": scope.id, "number": scope.attributes.get("number", ""), "shadow_ai": "true"}
            yield Resource(
                id=f"//generativelanguage.googleapis.com/projects/{id}",
                provider="gcp",
                kind="google-ai-studio-project",
                name=f"Google AI Studio in project {id}",
                scope=scope.id,
                attributes={key: value for key, value in facts.items() if value},
            )
    yield from _named_alone(inventory)
    for identity in list(inventory.identities.values()):
        if identity.provider == "gcp" and identity.kind == "google-service-account":
            yield from _of_account(inventory, identity)


def _named_alone(inventory: Inventory) -> Iterator[Identity]:
    """Identities of agents that only a registry, an auth provider, a summary of accesses or a policy names."""
    projects = projects_in(inventory)
    named = {one.subject for one in inventory.signals if one.name == OWN and is_agents_own(one.subject)}
    named |= {one.principal for one in inventory.assignments if is_agents_own(one.principal)}
    known = inventory.scopes
    top = min((id for id, one in known.items() if one.provider == "gcp" and one.parent not in known), default="")
    for principal in sorted(named - inventory.identities.keys()):
        scope = project_scope(projects.project_in(principal.partition("/resources/")[2]))
        yield agent_identity(principal, scope if scope in known else top)


def is_of_studio(project: str) -> bool:
    """Whether a project is named as Google AI Studio names those that it makes."""
    return _STUDIO.fullmatch(project) is not None


def _of_account(inventory: Inventory, identity: Identity) -> Iterator[Signal]:
    project = project_of_account(identity.email or "") or identity.scope.removeprefix(PROJECTS)
    if is_of_studio(project):
        detail = f"it lives in project {project}, which is named as Google AI Studio names the ones that it makes"
        yield Signal(subject=identity.id, name="ai-studio-project", detail=detail)
    held = inventory.assignments_of(identity.id)
    roles = sorted({one.role for one in held})
    only_ai = bool(roles) and all(_AI_ROLE.fullmatch(role) and not _NOT_OF_USERS.fullmatch(role) for role in roles)
    if only_ai and not inventory.workloads_running_as(identity.id):
        sources = sorted({one.source for one in held if one.source})
        detail = f"all that it holds is {listed(roles, _MOST_NAMED)}"
        yield Signal(subject=identity.id, name="ai-roles-only", detail=detail, source=listed(sources))


SERVICE = Service(name="ai-signals", part="any", operations=(), collect=collect, parse=parse, join=join)
