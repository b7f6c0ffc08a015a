"""Issuers of tokens that are known by name: build platforms, and clusters of Kubernetes."""

from __future__ import annotations

import re
from typing import Final

_CI_HOSTS: Final = frozenset({
    "token.actions.githubusercontent.com", "gitlab.com", "agent.buildkite.com", "app.terraform.io",
    "oidc.codefresh.io", "vstoken.dev.azure.com", "app.harness.io", "api.pulumi.com", "oidc.semaphoreci.com",
})  # fmt: skip
_CI_ENDS: Final = (
    ".circleci.com", ".actions.githubusercontent.com", ".app.spacelift.io", ".semaphoreci.com", ".ghe.com",
)  # fmt: skip
_CI_PATHS: Final = re.compile(r"api\.bitbucket\.org/2\.0/workspaces/|gitlab\.[a-z0-9.-]+\Z|oidc\.vercel\.com(?:/|\Z)")
# Google's: of a cluster in Google Cloud, of a member of a fleet that stands anywhere, and of one that Google runs in
# another cloud. Azure's: of its public cloud, and of those for governments and China.
_CLUSTERS: Final = re.compile(
    r"oidc\.eks\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|api\.aws)/id/"
    r"|container\.googleapis\.com/v1[a-z0-9]*/projects/[^/]+/(?:locations|zones)/[^/]+/clusters/"
    r"|gkehub\.googleapis\.com/projects/[^/]+/locations/[^/]+/memberships/"
    r"|(?:[a-z0-9-]+-)?gkemulticloud\.googleapis\.com/v1[a-z0-9]*/projects/[^/]+/locations/[^/]+/[a-z]+clusters/"
    r"|(?:[a-z0-9-]+\.)?oic\.prod-aks\.azure\.(?:com|us|cn)/"
)


def is_ci_issuer(issuer: str) -> bool:
    """Whether an issuer, without its scheme, vouches for the jobs of a build platform."""
    low = issuer.lower()
    host = low.partition("/")[0]
    return host in _CI_HOSTS or host.endswith(_CI_ENDS) or _CI_PATHS.match(low) is not None


def is_cluster_issuer(issuer: str) -> bool:
    """Whether an issuer, without its scheme, vouches for the pods of a Kubernetes cluster."""
    return _CLUSTERS.match(issuer.lower()) is not None
