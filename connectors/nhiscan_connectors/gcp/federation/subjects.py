"""Subjects: what claims beside the subject say of it, issuer by issuer.

Whoever names a repository instead of a subject still means subjects: those of the repository's jobs. Trusts are named
by subjects everywhere, so a workflow that an AWS role trusts too is one outside identity.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import msgspec

from nhiscan.access.names import literal

_ENTRA: Final = re.compile(
    r"(?:sts\.windows\.net|login\.microsoftonline\.(?:com|us)|login\.partner\.microsoftonline\.cn)/"
)
GOOGLE: Final = "accounts.google.com"
ONE_SUBJECT: Final = frozenset(
    {"oid", "appid", "azp", "client_id", "email", "preferred_username", "upn", "unique_name", "uid"}
)
"""Claims that name one user or program, where the issuer vouches for the company's own."""
TELLING: Final = frozenset({
    "sub", "oid", "email", "repository", "repository_owner", "environment", "workflow_ref", "project_path",
    "namespace_path", "ref", "ref_type", "terraform_organization_name", "terraform_project_name",
    "terraform_workspace_name", "terraform_run_phase", "terraform_full_workspace", "organization_slug",
    "pipeline_slug", "repositoryUuid", "owner", "project", "kubernetes.io.namespace",
    "kubernetes.io.serviceaccount.name", "oidc.circleci.com/project-id",
})  # fmt: skip
"""Claims that a subject is made of, at one issuer or another."""


class Told(msgspec.Struct, frozen=True):
    """A value of a claim, or a pattern of values."""

    value: str
    pattern: bool = False

    @property
    def written(self) -> str:
        """As part of a pattern."""
        return self.value if self.pattern else literal(self.value)


class Subject(msgspec.Struct, frozen=True):
    """The subjects that claims leave."""

    pattern: str = "*"
    claims: tuple[str, ...] = ()
    """Claims that the pattern says in full."""


Claims: TypeAlias = Mapping[str, Told]
_Form: TypeAlias = Callable[[str, Claims], Subject]


def subject_of(issuer: str, claims: Claims) -> Subject:
    """The subjects of an issuer whose tokens have these claims; "*" when they say nothing of it."""
    sub = claims.get("sub")
    if sub is None and "oid" in claims and _ENTRA.match(issuer.lower()):
        return Subject(claims["oid"].written, ("oid",))
    if sub is not None:
        return Subject(sub.written, ("sub",))
    if "kubernetes.io.namespace" in claims:
        return _kubernetes(issuer, claims)
    form = next((form for host, form in _FORMS if host.match(issuer.lower())), None)
    return form(issuer, claims) if form is not None else Subject()


def contradicts(issuer: str, subject: str, claims: Claims) -> bool:
    """Whether a subject, written in full, cannot be of a token with these claims: a job of another repository."""
    whole = claims.get("repository") or claims.get("repository_owner")
    if whole is None or whole.pattern or not subject.startswith("repo:") or not _GITHUB.match(issuer.lower()):
        return False
    # A subject may hold numbers since 2026: repo:acme@12/app@34:ref:refs/heads/main.
    name = re.sub(r"@\d+", "", subject.removeprefix("repo:").partition(":")[0]).lower()
    wanted = whole.value.lower()
    return name != wanted if "repository" in claims else not name.startswith(f"{wanted}/")


def _github(_: str, claims: Claims) -> Subject:
    repository, owner = claims.get("repository"), claims.get("repository_owner")
    environment = claims.get("environment")
    if repository is not None:
        used = ("repository", *(("repository_owner",) if owner and _owns(owner, repository) else ()))
        if repository.pattern and repository.value.endswith("*"):
            return Subject(f"repo:{repository.written}", used)
        if environment is not None and not environment.pattern:
            return Subject(f"repo:{repository.written}:environment:{environment.written}", (*used, "environment"))
        return Subject(f"repo:{repository.written}:*", used)
    if (flow := claims.get("workflow_ref")) is not None and not flow.pattern and flow.value.count("/") > 1:
        name = "/".join(flow.value.split("/")[:2])
        return Subject(f"repo:{literal(name)}:*")
    if owner is not None:
        return Subject(f"repo:{owner.written}{'' if owner.written.endswith('*') else '/*'}", ("repository_owner",))
    return Subject()


def _owns(owner: Told, repository: Told) -> bool:
    return not owner.pattern and repository.value.lower().startswith(f"{owner.value.lower()}/")


def _gitlab(_: str, claims: Claims) -> Subject:
    project, group = claims.get("project_path"), claims.get("namespace_path")
    if project is not None:
        begin = f"project_path:{project.written}"
        if project.pattern and begin.endswith("*"):
            return Subject(begin, ("project_path",))
        kind, ref = claims.get("ref_type"), claims.get("ref")
        if kind and ref and not kind.pattern:
            return Subject(f"{begin}:ref_type:{kind.written}:ref:{ref.written}", ("project_path", "ref_type", "ref"))
        return Subject(f"{begin}:*", ("project_path",))
    if group is not None:
        return Subject(
            f"project_path:{group.written}{'' if group.written.endswith('*') else '/*'}", ("namespace_path",)
        )
    return Subject()


def _terraform(_: str, claims: Claims) -> Subject:
    whole = claims.get("terraform_full_workspace")
    if whole is not None and not whole.pattern:
        return Subject(f"{whole.written.partition(':run_phase:')[0]}:run_phase:*", ("terraform_full_workspace",))
    names = {
        part: f"terraform_{part}_name" if part != "run_phase" else "terraform_run_phase"
        for part in ("organization", "project", "workspace", "run_phase")
    }
    used = tuple(name for name in names.values() if name in claims)
    return Subject(_parts(names, claims), used) if used else Subject()


def _buildkite(_: str, claims: Claims) -> Subject:
    names = {"organization": "organization_slug", "pipeline": "pipeline_slug"}
    used = tuple(name for name in names.values() if name in claims)
    return Subject(f"{_parts(names, claims).removesuffix(':*')}:*", used) if used else Subject()


def _vercel(_: str, claims: Claims) -> Subject:
    names = {"owner": "owner", "project": "project", "environment": "environment"}
    used = tuple(name for name in names.values() if name in claims)
    return Subject(_parts(names, claims), used) if used else Subject()


def _parts(names: Mapping[str, str], claims: Claims) -> str:
    """ "organization:acme:project:*": each part with its claim's value, and a star for one that is not told."""
    written = [f"{part}:{claims[name].written if name in claims else '*'}" for part, name in names.items()]
    while len(written) > 1 and written[-1].endswith(":*") and written[-2].endswith(":*"):
        written.pop()
    return ":".join(written)


def _bitbucket(_: str, claims: Claims) -> Subject:
    repository = claims.get("repositoryUuid")
    if repository is None or repository.pattern:
        return Subject()
    return Subject(f"{{{repository.written.strip('{}')}}}:*", ("repositoryUuid",))


def _circleci(issuer: str, claims: Claims) -> Subject:
    project, owner = claims.get("oidc.circleci.com/project-id"), issuer.partition("/org/")[2]
    if project is None or project.pattern or not owner:
        return Subject()
    return Subject(f"org/{owner}/project/{project.written}/*", ("oidc.circleci.com/project-id",))


def _kubernetes(_: str, claims: Claims) -> Subject:
    space, name = claims["kubernetes.io.namespace"], claims.get("kubernetes.io.serviceaccount.name")
    used = ("kubernetes.io.namespace", *(("kubernetes.io.serviceaccount.name",) if name else ()))
    return Subject(f"system:serviceaccount:{space.written}:{name.written if name else '*'}", used)


_GITHUB: Final = re.compile(r"token\.actions\.githubusercontent\.com|token\.actions\.[\w.-]+\.ghe\.com")
_FORMS: Final[tuple[tuple[re.Pattern[str], _Form], ...]] = (
    (_GITHUB, _github),
    (re.compile(r"gitlab\."), _gitlab),
    (re.compile(r"app\.terraform\.io"), _terraform),
    (re.compile(r"agent\.buildkite\.com"), _buildkite),
    (re.compile(r"oidc\.vercel\.com"), _vercel),
    (re.compile(r"api\.bitbucket\.org/"), _bitbucket),
    (re.compile(r"oidc\.circleci\.com/"), _circleci),
)
