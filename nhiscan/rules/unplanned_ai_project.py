"""A place that an AI product made for itself when somebody tried it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.agents import hidden_scopes
from nhiscan.governance import controls
from nhiscan.inventory import Inventory
from nhiscan.places import place_name
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import credential_name, identity_name, listed, plain

UNPLANNED: Final = "shadow_ai"
"""Attribute of a resource: "true" where its name says that an AI product made the scope that it lies in."""


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each resource of a scope by whether an AI product made the scope by itself."""
    inventory = context.inventory
    unplanned = [r for r in inventory.resources.values() if r.attributes.get(UNPLANNED) == "true"]
    held = _held(inventory, {resource.scope for resource in unplanned})
    for resource in context.examine(unplanned):
        yield RULE.finding(
            resource.scope if resource.scope in inventory.scopes else resource.id,
            f"{place_name(inventory, resource.scope)} is named as {plain(resource.name.partition(' in ')[0])} names"
            " those that it makes",
            *([f"it holds {listed(held[resource.scope], 3)}"] if held[resource.scope] else []),
            related=(resource.id,),
        )
    yield from hidden_scopes(context, RULE, "which projects there are could not be read", "organization")


def _held(inventory: Inventory, scopes: set[str]) -> dict[str, list[str]]:
    """Names of what lies in some scopes, identities before credentials."""
    identities = sorted((i.scope, identity_name(i)) for i in inventory.identities.values() if i.scope in scopes)
    keys = sorted((c.scope, credential_name(c)) for c in inventory.credentials.values() if c.scope in scopes)
    found: dict[str, list[str]] = {scope: [] for scope in scopes}
    for scope, name in (*identities, *keys):
        found[scope].append(name)
    return found


RULE = Rule(
    id="unplanned_ai_project",
    title="Place that an AI product made for itself",
    severity="medium",
    confidence="medium",
    why=(
        "Somebody asked an AI product for a key and it made a project, keys and accounts in the company's name. Nobody"
        " reviewed what may be sent there, and nobody pays attention to its keys."
    ),
    remediation=(
        "Ask whoever made it what it is for; move what is needed into a project with an owner, a budget and restricted"
        " keys, and shut the rest down. Set an organization policy on who may create projects."
    ),
    references=("https://ai.google.dev/gemini-api/docs/api-key",),
    controls=controls.join(controls.OUTSIDE_POLICY, controls.ORPHAN),
    risk="AI is in use that nobody planned or reviewed: in {count} places.",
    check=check,
)
