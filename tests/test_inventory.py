"""Records that are told more than once."""

from __future__ import annotations

import msgspec
import pytest

from nhiscan.inventory import Inventory
from nhiscan.model import Identity

BARE = Identity(id="/servicePrincipals/1", provider="azure", kind="entra-managed-identity", name="bot", scope="azure:t")
RESOURCE = msgspec.structs.replace(BARE, name="resource", enabled=False, tags={"Owner": "ann@acme.example"})
OTHER = msgspec.structs.replace(BARE, name="other", tags={"Owner": "bob@acme.example"})


@pytest.mark.parametrize(
    ("records", "name", "owner"),
    [
        ((BARE,), "bot", None),
        ((BARE, RESOURCE), "bot", "ann@acme.example"),
        ((RESOURCE, BARE), "resource", "ann@acme.example"),
        ((BARE, RESOURCE, OTHER), "bot", "ann@acme.example"),
        ((OTHER, RESOURCE), "other", "bob@acme.example"),
        ((BARE, BARE, OTHER), "bot", "bob@acme.example"),
    ],
)
def test_the_first_identity_of_an_id_stays_and_takes_the_first_tags(
    records: tuple[Identity, ...], name: str, owner: str | None
) -> None:
    (found,) = Inventory(records).identities.values()
    assert (found.name, found.tags.get("Owner")) == (name, owner)
    assert found.enabled is records[0].enabled
