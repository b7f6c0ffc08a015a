"""An application of another company, or open to every company, that may do much here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

from nhiscan.governance import controls
from nhiscan.judging import judged_identities
from nhiscan.model import Identity
from nhiscan.privilege import Privilege, privilege
from nhiscan.result import Severity
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import identity_name, plain

OPEN_AUDIENCES: Final = frozenset(
    {"azureadmultipleorgs", "azureadandpersonalmicrosoftaccount", "personalmicrosoftaccount"}
)
"""What the attribute "sign_in_audience" says, in lower case, of an application that people of any tenant sign in to."""

_Kind: TypeAlias = Literal["foreign", "open"]


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each application whose home is another tenant, and each of the company's own that any tenant may use.

    An agent that is made from a blueprint has its home where the blueprint has it, and is told with the blueprint.
    """
    for identity in judged_identities(context):
        kind = _kind(identity)
        if kind is None or identity.attributes.get("blueprint_app_id"):
            continue
        context.examined += 1
        held = privilege(context, identity)
        if held.unread:
            yield RULE.unknown(identity.id, "it is not this tenant's alone, and what it may do could not be read")
        elif held.evidence:
            yield RULE.finding(
                identity.id,
                _whose(identity, kind),
                *held.evidence,
                *_publisher(identity, kind),
                key=(kind,),
                severity=_severity(held, kind),
                confidence=None if held.sure else "medium",
            )


def _kind(identity: Identity) -> _Kind | None:
    home = identity.attributes.get("owner_tenant", "").lower()
    if home and home != identity.scope.rpartition(":")[2].lower():
        return "foreign"
    return "open" if identity.attributes.get("sign_in_audience", "").lower() in OPEN_AUDIENCES else None


def _whose(identity: Identity, kind: _Kind) -> str:
    name = identity_name(identity)
    if kind == "foreign":
        return f"{name} is an application of another tenant, {plain(identity.attributes['owner_tenant'])}"
    return f"{name} is an application of this tenant that people and programs of every other tenant may sign in to"


def _publisher(identity: Identity, kind: _Kind) -> Iterator[str]:
    if kind == "foreign":
        publisher = identity.attributes.get("publisher")
        yield f"its verified publisher is {plain(publisher)}" if publisher else "it has no verified publisher"


def _severity(held: Privilege, kind: _Kind) -> Severity:
    if not held.sure:
        return "low"
    if kind == "foreign":
        return "high" if held.grave else "medium"
    return "high" if held.powerful else "medium"


RULE = Rule(
    id="powerful_multi_tenant_application",
    title="Application of many tenants with high permissions",
    severity="high",
    why=(
        "Whoever breaks into the company that runs it, or finds it careless about whose tokens it takes, acts here with"
        " its permissions. Nobody here keeps its secrets or sees them stolen."
    ),
    remediation=(
        "Take away the permissions that its purpose does not need, and confine it to named resources; withdraw the"
        " consent where nobody uses it. Set an application of your own to one tenant unless customers sign in to it."
    ),
    references=(
        "https://learn.microsoft.com/en-us/entra/identity-platform/howto-convert-app-to-be-multi-tenant",
        "https://learn.microsoft.com/en-us/entra/identity/enterprise-apps/manage-application-permissions",
    ),
    controls=controls.join(controls.THIRD_PARTY, controls.OVER_PRIVILEGED),
    risk=(
        "Applications that other companies run, or that other companies can sign in to, may do much in the company's"
        " own directory and clouds: {count} of them."
    ),
    check=check,
)
