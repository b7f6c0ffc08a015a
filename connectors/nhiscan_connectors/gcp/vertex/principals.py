"""What an agent acts as, in all the forms in which Google writes it.

An agent has an identity of its own (a SPIFFE principal of Google's pool for agents, whose tokens are bound to a
certificate and cannot be replayed), or a service account of the customer, or else the service agent that all engines of
the project share.

Attributes of an identity of an agent's own: "credentials" (certificate-bound), "resource" (what has it).
"""

from __future__ import annotations

import re
from typing import Final

from nhiscan.model import Identity, Signal
from nhiscan_connectors.gcp.accounts import account_of
from nhiscan_connectors.gcp.names import email_of, is_service_agent, service_account_id

OWN: Final = "agent-identity-object"
"""The signal that an identity is an agent's own."""
_AGENT: Final = re.compile(
    r"(?:principal://|spiffe://|//)?agents\.global\.([a-z0-9-]{1,80})\.system\.id\.goog/resources/([^\s]{1,1000})",
    re.ASCII,
)
_ENGINES: Final = re.compile(
    r"service-([a-z0-9.:-]{1,80})@gcp-sa-aiplatform-re\.(?:googleapis\.com|(?:iam\.)?gserviceaccount\.com)", re.ASCII
)
_EMAIL: Final = re.compile(r"[a-z0-9._%+-]{1,80}@[a-z0-9.-]{1,180}", re.ASCII)


def engines_agent(number: str) -> str:
    """Address of the service agent that engines of a project act as by default. `number`: the project's."""
    return f"service-{number}@gcp-sa-aiplatform-re.iam.gserviceaccount.com"


def agent_principal(written: str) -> str:
    """An agent's own identity as policies write it; empty for anything else."""
    if found := _AGENT.fullmatch(written.strip()):
        trust = f"org-{found[1]}" if found[1].isdigit() else found[1]
        return f"principal://agents.global.{trust}.system.id.goog/resources/{found[2]}"
    return ""


def own_principal(root: str, resource: str) -> str:
    """The identity of its own that an agent has, where Google did not write it; empty without an organization.

    `root`: what is scanned. `resource`: relative name with the number of the project.
    """
    organization = root.removeprefix("organizations/")
    if root == organization:
        return ""
    return f"principal://agents.global.org-{organization}.system.id.goog/resources/aiplatform/{resource}"


def principal_of(written: str, number: str) -> str:
    """Id of the identity behind an effective identity or a runtime identity; empty for what is none.

    `number`: of the project, for the service agent is also written with the project's id.
    """
    if own := agent_principal(written):
        return own
    bare = written.strip().removeprefix("serviceAccount:").lower()
    if found := _ENGINES.fullmatch(bare):
        return service_account_id(engines_agent(found[1] if found[1].isdigit() else number))
    if email := email_of(written.strip().removeprefix("principal:")):
        return service_account_id(email)
    return service_account_id(bare) if _EMAIL.fullmatch(bare) and bare.endswith(".gserviceaccount.com") else ""


def is_agents_own(id: str) -> bool:
    """Whether an id is that of an identity of an agent's own."""
    return bool(agent_principal(id)) and id.startswith("principal://")


def agent_identity(
    principal: str, scope: str, *, name: str = "", resource: str = "", enabled: bool | None = None
) -> Identity:
    """An identity of an agent's own, whether or not a policy names it. `scope`: of the agent."""
    facts = {"credentials": "certificate-bound", "resource": resource}
    return Identity(
        id=principal,
        provider="gcp",
        kind="google-agent-identity",
        name=name or principal.partition("/resources/")[2] or principal,
        scope=scope,
        enabled=enabled,
        attributes={key: value for key, value in facts.items() if value},
    )


def agent_records(
    principal: str,
    scope: str,
    what: str,
    source: str,
    *,
    name: str = "",
    resource: str = "",
    enabled: bool | None = None,
) -> list[Identity | Signal]:
    """The identity that an agent acts as, where nobody else tells of it. `what`: of the agent, for a sentence."""
    if is_agents_own(principal):
        return [
            agent_identity(principal, scope, name=name, resource=resource, enabled=enabled),
            *own_signal(principal, what, source),
        ]
    email = email_of(principal)
    return [account_of(email, scope=scope)] if is_service_agent(email) else []


def own_signal(principal: str, what: str, source: str) -> list[Signal]:
    """What an identity of an agent's own is, where it is named by somebody who knows no more of it."""
    detail = f"Google's pool for agents gave it to {what} alone"
    known = is_agents_own(principal)
    return [Signal(subject=principal, name=OWN, detail=detail, source=source)] if known else []
