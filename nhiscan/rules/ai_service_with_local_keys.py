"""An AI service that takes keys of its own beside identities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.agents import hidden_scopes
from nhiscan.governance import controls
from nhiscan.model import Secret, Workload
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import listed, plain, workload_name

HAVE_A_SWITCH: Final = frozenset({
    "azure-openai-account", "azure-foundry-account", "azure-ai-services-account", "azure-search-service",
})  # fmt: skip
"""Kinds of workloads that always say whether they take keys, where they could be read."""


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each AI service that can take keys of its own, by whether it does.

    The age of the entry in which such keys are kept is judged by `unrotated_llm_secret`.
    """
    keys = _keys(context)
    for service in context.inventory.workloads.values():
        told = service.attributes.get("local_auth")
        if not _is_ai(service, keys.get(service.id)) or (told is None and service.kind not in HAVE_A_SWITCH):
            continue
        context.examined += 1
        if told == "true":
            yield _found(context, service, keys.get(service.id))
        elif told != "false":
            yield RULE.unknown(service.id, "whether it takes keys of its own could not be read")
    yield from hidden_scopes(context, RULE, "which AI services stand there could not be read", "workloads", "agents")


def _keys(context: RuleContext) -> dict[str, Secret]:
    """The entry that stands for the keys of each service, by the service."""
    found: dict[str, Secret] = {}
    for link in context.inventory.links:
        secret = context.inventory.secrets.get(link.source) if link.kind == "opens" else None
        if secret is not None and secret.kind.endswith("-keys"):
            known = found.setdefault(link.target, secret)
            found[link.target] = min(known, secret, key=lambda one: one.id)
    return found


def _is_ai(service: Workload, keys: Secret | None) -> bool:
    by_platform = service.agent or service.machine_learning or bool(service.ai_platform)
    return by_platform or service.kind in HAVE_A_SWITCH or (keys is not None and bool(keys.ai_provider))


def _found(context: RuleContext, service: Workload, keys: Secret | None) -> Outcome:
    evidence = [f"{workload_name(service)} takes standing keys of its own beside identities"]
    if service.model:
        evidence.append(f"it serves {plain(service.model)}")
    anywhere = service.attributes.get("network") == "all"
    if anywhere:
        evidence.append("it can be reached from every network, so that a key is all that a thief needs")
    readers = _readers(context, keys)
    if readers:
        evidence.append(f"{_count(readers)} may read the keys: {listed(map(context.graph.name_of, readers), 3)}")
    related = (keys.id, *readers) if keys else ()
    return RULE.finding(service.id, *evidence, severity="high" if anywhere else None, related=related)


def _readers(context: RuleContext, keys: Secret | None) -> list[str]:
    if keys is None:
        return []
    return sorted({link.source for link in context.inventory.links_to(keys.id) if link.kind == "may_read_secret"})


def _count(readers: list[str]) -> str:
    return "1 identity" if len(readers) == 1 else f"{len(readers)} identities"


RULE = Rule(
    id="ai_service_with_local_keys",
    title="AI service that takes standing keys",
    severity="medium",
    why=(
        "Its keys never end, open all of it, and belong to nobody: the log cannot say who used one, and whoever copies"
        " one runs models at the company's cost from anywhere that the network lets in."
    ),
    remediation=(
        "Let programs use identities with a role on the service, then switch its local authentication off and forbid it"
        " by policy; until then renew both keys and shut the network."
    ),
    references=(
        "https://learn.microsoft.com/en-us/azure/ai-services/disable-local-auth",
        "https://learn.microsoft.com/en-us/azure/search/search-security-enable-roles",
    ),
    controls=controls.join(controls.LONG_LIVED, controls.SHARED, controls.MODEL_ABUSE),
    risk=(
        "AI services can be used with keys that never end and belong to nobody, so their theft goes unnoticed until the"
        " bill comes: {count} services."
    ),
    check=check,
)
