"""Spoken: claims that a subject fixes by its own words.

Whoever may only be "repo:acme/app:environment:live" is a job of acme's; that a provider also asks for the owner acme
asks for nothing more.
"""

from __future__ import annotations

import re
from typing import Final

_WILD: Final = re.compile(r"[*?]")
# A subject may hold numbers since 2026: repo:acme@12/app@34:ref:refs/heads/main.
_GITHUB: Final = re.compile(
    r"repo:(?P<repository_owner>[^/:@]+)(?:@(?P<repository_owner_id>\d+))?/"
    r"(?:(?P<repository>[^/:@]+)(?:@(?P<repository_id>\d+))?:"
    r"(?:environment:(?P<environment>[^:]+)\Z|ref:(?P<ref>[^:]+)\Z)?)?"
)
_GITLAB: Final = re.compile(r"project_path:(?P<project_path>[^:]+):(?:ref_type:(?P<ref_type>[^:]+):ref:(?P<ref>.+)\Z)?")
_KUBERNETES: Final = re.compile(r"system:serviceaccount:(?P<namespace>[^:]+):(?P<account>[^:]+\Z)?")
_FORMS: Final = (
    (re.compile(r"token\.actions\.githubusercontent\.com|token\.actions\.[\w.-]+\.ghe\.com"), _GITHUB),
    (re.compile(r"gitlab\."), _GITLAB),
    (re.compile(""), _KUBERNETES),
)
_CLAIMS: Final = {"namespace": "kubernetes.io.namespace", "account": "kubernetes.io.serviceaccount.name"}
"""Claims by the groups that read them, where the two are not called alike."""
_TO_THE_END: Final = frozenset({"environment", "ref", "account"})


def spoken(issuer: str, subject: str) -> dict[str, str]:
    """Claims that each token of these subjects has, with their values.

    `subject` is written out or a pattern; of a pattern only what stands in full before its first wildcard counts.
    """
    wild = _WILD.search(subject)
    form = next(form for host, form in _FORMS if host.match(issuer.lower()))
    found = form.match(subject if wild is None else subject[: wild.start()])
    if found is None:
        return {}
    told = {
        _CLAIMS.get(group, group): value
        for group, value in found.groupdict().items()
        if value and (wild is None or group not in _TO_THE_END)
    }
    if form is _GITHUB and "repository" in told:
        told["repository"] = f"{told['repository_owner']}/{told['repository']}"
    return told
