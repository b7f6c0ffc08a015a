"""The people of the company in Entra: who they are, how they sign in, and which of them administer."""

from __future__ import annotations

from typing import Final

from tests.clouds.aws.company_people import PEOPLE
from tests.clouds.azure.seed import Tenant, ago, ahead
from tests.clouds.azure.seed_directory import (
    APPLICATION_ADMINISTRATOR,
    GLOBAL_ADMINISTRATOR,
    directory_role,
    hold_role,
    registered,
    schedule,
)
from tests.clouds.azure.state import Item

SECURITY_READER: Final = "5d6b6bb7-de71-4623-b4af-96380a352509"

_HERE: Final = {
    "robert.keller": (1.2, ("microsoftAuthenticatorPush",)),
    "helena.brandt": (0.6, ("fido2SecurityKey",)),
    "yusuf.demir": (0.7, ("fido2SecurityKey", "microsoftAuthenticatorPush")),
    "ingrid.solberg": (0.5, ("windowsHelloForBusiness", "microsoftAuthenticatorPush")),
    "tomas.herrera": (0.8, ("microsoftAuthenticatorPush",)),
    "peter.novak": (0.9, ()),
    "mei.tanaka": (1.1, ("microsoftAuthenticatorPush",)),
    "chloe.martin": (0.6, ("softwareOneTimePasscode",)),
    "olivia.chen": (0.7, ("microsoftAuthenticatorPush",)),
    "mateo.silva": (2.3, ("mobilePhone",)),
    "leila.haddad": (1.4, ("microsoftAuthenticatorPush",)),
    "elif.kaya": (0.9, ("microsoftAuthenticatorPush",)),
}
"""Days since the last sign-in, and the second factors, by the address before the @."""


def seed_people(tenant: Tenant) -> dict[str, Item]:
    """Make users, groups and holders of directory roles. Gives users and groups by address or name."""
    found: dict[str, Item] = {}
    for number, (name, address, title, department) in enumerate(PEOPLE):
        if address in _HERE:
            days, methods = _HERE[address]
            found[address] = tenant.user(
                name,
                jobTitle=title,
                department=department,
                employeeId=f"HL{1003 + 7 * number}",
                createdDateTime=ago(2200 - 61 * number),
                signInActivity={"lastSignInDateTime": ago(days), "lastNonInteractiveSignInDateTime": ago(days)},
            )
            registered(tenant, found[address], *methods, mfa=bool(methods))
    # He left in the spring: his account was closed, and what he made still stands in his name.
    found["viktor.lindqvist"] = tenant.user(
        "Viktor Lindqvist",
        accountEnabled=False,
        department="Integration",
        createdDateTime=ago(1985),
        signInActivity={"lastSignInDateTime": ago(214)},
    )
    registered(tenant, found["viktor.lindqvist"], "microsoftAuthenticatorPush")
    found["breakglass"] = tenant.user(
        "Emergency Access", createdDateTime=ago(1400), signInActivity={"lastSignInDateTime": ago(92)}
    )
    registered(tenant, found["breakglass"], "fido2SecurityKey")
    _groups(tenant, found)
    _roles(tenant, found)
    return found


def _groups(tenant: Tenant, found: dict[str, Item]) -> None:
    for name, members, owner, assignable in (
        ("Cloud Administrators", ("ingrid.solberg", "tomas.herrera"), "ingrid.solberg", True),
        ("Data Platform", ("olivia.chen", "mateo.silva", "leila.haddad"), "olivia.chen", None),
    ):
        found[name] = tenant.group(
            name,
            members=tuple(found[address] for address in members),
            isAssignableToRole=assignable,
            createdDateTime=ago(1100),
        )
        tenant.relate("groups", found[name], "owners", found[owner])


def _roles(tenant: Tenant, found: dict[str, Item]) -> None:
    directory_role(
        tenant,
        "Global Administrator",
        GLOBAL_ADMINISTRATOR,
        "microsoft.directory/applications/allProperties/allTasks",
        "microsoft.directory/servicePrincipals/allProperties/allTasks",
        "microsoft.directory/roleAssignments/allProperties/allTasks",
        "microsoft.directory/users/authenticationMethods/create",
        "microsoft.directory/users/password/update",
    )
    directory_role(
        tenant,
        "Application Administrator",
        APPLICATION_ADMINISTRATOR,
        "microsoft.directory/applications/create",
        "microsoft.directory/applications/credentials/update",
        "microsoft.directory/applications/owners/update",
        "microsoft.directory/servicePrincipals/credentials/update",
    )
    directory_role(tenant, "Security Reader", SECURITY_READER, "microsoft.directory/auditLogs/allProperties/read")
    # Operations got it for the migration of the mailboxes, and nobody took it back.
    hold_role(tenant, found["peter.novak"], GLOBAL_ADMINISTRATOR)
    hold_role(tenant, found["breakglass"], GLOBAL_ADMINISTRATOR)
    hold_role(tenant, found["helena.brandt"], SECURITY_READER)
    eligible = "roleEligibilityScheduleInstances"
    schedule(tenant, eligible, found["ingrid.solberg"], GLOBAL_ADMINISTRATOR, ends=ahead(160))
    schedule(tenant, eligible, found["tomas.herrera"], APPLICATION_ADMINISTRATOR, ends=ahead(160))
