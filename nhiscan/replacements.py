"""Replacements: what could take the place of a stored secret, by what is known of who uses it."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from nhiscan.model import Credential, Identity, Sighting
from nhiscan.rule import RuleContext
from nhiscan.wording import identity_name, listed, plain, workload_name

_MOST_PLACES: Final = 3


class Replacements:
    """What the estate offers in place of stored secrets; read once for all credentials."""

    def __init__(self, context: RuleContext) -> None:
        self._inventory = context.inventory
        self._places: defaultdict[str, list[Sighting]] = defaultdict(list)
        """Where a credential was seen in the open, by the id that its value gives away."""
        for sighting in context.inventory.sightings:
            for value in set(sighting.decoded.values()):
                if value in context.inventory.credentials:
                    self._places[value].append(sighting)
        self._issuers: defaultdict[str, list[str]] = defaultdict(list)
        """Outside issuers that a scope trusts already."""
        for provider in context.inventory.federation_providers.values():
            if provider.kind == "oidc" and provider.enabled is not False:
                self._issuers[provider.scope].append(provider.issuer or provider.name)

    def of(self, credential: Credential, holder: Identity | None) -> tuple[str, ...]:
        """What could take the place of a credential, as sentences; a general word when nothing is known."""
        found = [self._of_place(sighting) for sighting in self._places.get(credential.id, ())[:_MOST_PLACES]]
        runs = self._inventory.workloads_running_as(holder.id) if holder else []
        if names := sorted(self._workload_name(run.workload) for run in runs):
            found.append(f"the platform already runs {listed(names, 3)} as its holder without a stored secret")
        if credential.ai_provider:
            found.append("the AI service also takes short-lived keys and the session of a role")
        if issuers := sorted(self._issuers.get(credential.scope, ())):
            found.append(f"where a job of {listed(issuers, 3)} uses it, the trust in that issuer can take its place")
        return tuple(found) or (
            "where its user runs in the cloud, the identity that the platform gives can take its place; elsewhere the"
            " trust in an outside issuer or a certificate can",
        )

    def _of_place(self, sighting: Sighting) -> str:
        where = f"it stands in {plain(sighting.where)} of {self._workload_name(sighting.subject)}"
        runs = self._inventory.identities_run_by(sighting.subject)
        identities = [self._inventory.identities.get(run.identity) for run in runs]
        names = sorted(identity_name(identity) for identity in identities if identity is not None)
        if names:
            return (
                f"{where}, which already runs as {listed(names, 3)}; that identity can be given what the secret is for"
            )
        return f"{where}, which the platform can give an identity of its own"

    def _workload_name(self, id: str) -> str:
        workload = self._inventory.workloads.get(id)
        return workload_name(workload) if workload else plain(id)
