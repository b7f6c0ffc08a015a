"""Subjects: how wide a trust in an outside issuer opens the door.

An issuer that vouches for jobs or pods says in each token's subject whose job it is. A trust compares the subject with
patterns, and a `*` in the wrong place lets in the jobs of strangers. What the parts of a subject mean differs from one
issuer to the next; the table below knows the common forms, and what it does not know is unknown, not narrow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import IntEnum
from typing import Final

import msgspec

from nhiscan.model import Guard, Trust
from nhiscan.trusts import confining


class Width(IntEnum):
    """Whom a pattern lets in, narrowest first."""

    ONE = 0
    """One subject, or a few of one unit: a branch, an environment, a tag."""
    NAMES = 1
    """One unit by its name alone, with the number that would tell it from a namesake left open."""
    UNIT = 2
    """Everything that runs in one repository, project or pipeline, whatever its branch."""
    OWNER = 3
    """Several units of one owner: an organization, a group, a namespace."""
    UNKNOWN = 4
    """A form that the table does not know."""
    PARTIAL = 5
    """Every owner whose name begins like this; a stranger may choose such a name."""
    EVERYONE = 6
    """Everybody whom the issuer vouches for."""


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """How an issuer writes its subjects."""

    prefix: str
    owner: re.Pattern[str]
    """The owner, written out in full, with the sign that ends it."""
    unit: re.Pattern[str]
    """The unit, written out in full, with the sign that ends it."""
    owner_word: str
    unit_word: str


def _form(prefix: str, owner: str, unit: str, owner_word: str, unit_word: str) -> Form:
    return Form(
        prefix=prefix, owner=re.compile(owner), unit=re.compile(unit), owner_word=owner_word, unit_word=unit_word
    )


_NEVER: Final = r"(?!)"

FORMS: Final = (
    # GitHub, in both forms: repo:org/name:ref:refs/heads/main, and with numbers that outlive a rename since July 2026:
    # repo:org@123/name@456:ref:refs/heads/main. A name has no "@" in it.
    _form("repo:", r"[^/@]+(?:@\d+/|/|@)", r"(?<=/)[^:@]+(?:@\d+:|:|@)", "organization", "repository"),
    # GitHub, where a company chose the parts of the subject itself.
    _form("repository_owner:", r"[^:]+:", _NEVER, "organization", "repository"),
    _form("repository_owner_id:", r"[^:]+:", _NEVER, "organization", "repository"),
    _form("repository_id:", r"[^:]+:", r"", "repository", "repository"),
    _form("repository:", r"[^/]+/", r"[^:]+:", "organization", "repository"),
    _form("job_workflow_ref:", r"[^/]+/", r"[^/]+/", "organization", "repository"),
    # GitLab: project_path:group/project:ref_type:branch:ref:main
    _form("project_path:", r"[^/]+/", r"[^:]+:", "group", "project"),
    # Terraform: organization:org:project:p:workspace:w:run_phase:apply; Buildkite: organization:org:pipeline:p:ref:r
    _form(
        "organization:", r"[^:]+:", r"(?:pipeline:[^:]+:|project:[^:]+:workspace:[^:]+:)", "organization", "workspace"
    ),
    # Vercel: owner:team:project:name:environment:production
    _form("owner:", r"[^:]+:", r"project:[^:]+:", "team", "project"),
    # CircleCI: org/<id>/project/<id>/user/<id>
    _form("org/", r"[^/]+/", r"project/[^/]+/", "organization", "project"),
    # Bitbucket: {repository}:{environment}:{step}
    _form("{", r"[0-9A-Fa-f-]+\}:", r"", "repository", "repository"),
    # Kubernetes: system:serviceaccount:namespace:name
    _form("system:serviceaccount:", r"[^:]+:", _NEVER, "namespace", "service account"),
)

CLAIMS: Final[Mapping[str, Width]] = {
    "repository": Width.UNIT,
    "repository_id": Width.UNIT,
    "job_workflow_ref": Width.UNIT,
    "project_id": Width.UNIT,
    "project_path": Width.UNIT,
    "repository_owner": Width.OWNER,
    "repository_owner_id": Width.OWNER,
    "enterprise": Width.OWNER,
    "enterprise_id": Width.OWNER,
    "namespace_id": Width.OWNER,
    "namespace_path": Width.OWNER,
}
"""Claims beside the subject that say whose job it is, and how far a fixed value narrows a trust.

`ref`, `environment`, `workflow` and `actor` are not among them: anybody's repository may have a branch called main.
"""

_PINS: Final = frozenset({"ref", "environment", "workflow_ref"})
"""Claims that say of a unit that is known which of its branches or environments it must be."""

SHARED_ISSUERS: Final = frozenset(
    {
        "token.actions.githubusercontent.com",
        "gitlab.com",
        "app.terraform.io",
        "agent.buildkite.com",
        "oidc.vercel.com",
        "accounts.google.com",
        "cognito-identity.amazonaws.com",
        "www.amazon.com",
        "graph.facebook.com",
    }
)
"""Issuers that vouch for anybody who opens an account with them."""

AUDIENCE_ISSUERS: Final = frozenset(
    {"accounts.google.com", "cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com"}
)
"""Issuers that set the audience themselves, to the application that asked. Elsewhere the caller chooses it."""

_WILD: Final = re.compile(r"[*?]")
_OPEN_NUMBER: Final = re.compile(r"@\*(?=[/:])")
_ANY_REST: Final = re.compile(r"[*?].*|ref:(?:refs/)?(?:heads/)?\*|ref_type:\*|ref_type:branch:ref:\*", re.DOTALL)
_EXACT: Final = re.compile(r"(?:.*:)?(?:stringequals.*|equals|eq|==?|exact)", re.IGNORECASE)


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a pattern amounts to."""

    pattern: str
    width: Width
    literal: bool = False
    """Whether a star in it is only a star."""
    owner_word: str = "owner"
    unit_word: str = "unit"


def issuer_of(trust: Trust) -> str:
    """The issuer of a trusted `oidc:<issuer>#<subject>`, without its scheme."""
    issuer = trust.principal.removeprefix("oidc:").partition("#")[0]
    return issuer.partition("://")[2].rstrip("/").casefold() if "://" in issuer else issuer.rstrip("/").casefold()


def read_pattern(pattern: str, *, literal: bool = False) -> Reading:
    """How wide a subject pattern is. In a `literal` one a `*` is only a star."""
    if literal or not _WILD.search(pattern):
        return Reading(pattern=pattern, width=Width.ONE, literal=literal)
    fixed = _OPEN_NUMBER.sub("", pattern) if pattern.startswith("repo:") else pattern
    wild = _WILD.search(fixed)
    if wild is None:
        return Reading(pattern=pattern, width=Width.NAMES, owner_word="organization", unit_word="repository")
    literally = fixed[: wild.start()]
    form = next((form for form in FORMS if literally.startswith(form.prefix)), None)
    if form is None:
        undecided = not literally or any(form.prefix.startswith(literally) for form in FORMS)
        return Reading(pattern=pattern, width=Width.EVERYONE if undecided else Width.UNKNOWN)
    return Reading(
        pattern=pattern, width=_width(form, literally, fixed), owner_word=form.owner_word, unit_word=form.unit_word
    )


def _width(form: Form, literally: str, pattern: str) -> Width:
    start = len(form.prefix)
    if start == len(literally):
        return Width.EVERYONE
    owner = form.owner.match(literally, start)
    if owner is None:
        return Width.PARTIAL
    unit = form.unit.match(literally, owner.end())
    if unit is None:
        return Width.OWNER
    return Width.UNIT if _ANY_REST.fullmatch(pattern, unit.end()) else Width.ONE


def readings_of(trust: Trust) -> list[list[Reading]]:
    """What each condition on whose job it is lets in: all conditions must hold, of each one pattern must match.

    Empty when nothing says whose job it must be.
    """
    conditions = [[_reading(guard, value) for value in guard.values] for guard in confining(trust, "subject")]
    conditions += [
        [_claim_reading(guard, claim, value) for value in guard.values]
        for guard in confining(trust)
        if guard.kind != "subject" and (claim := guard.key.rpartition(":")[2].casefold()) in CLAIMS
    ]
    subject = trust.principal.partition("#")[2]
    if not any(guard.kind == "subject" for guard in trust.guards) and subject.strip("*"):
        conditions.append([read_pattern(subject)])
    # A condition without values, or one of whose values is a bare pattern "*", says nothing.
    return [readings for readings in conditions if readings and all(map(_says_whose, readings))]


def _says_whose(reading: Reading) -> bool:
    return bool(reading.pattern if reading.literal else reading.pattern.strip("*"))


def widest(trust: Trust) -> Reading | None:
    """The widest pattern of the condition that narrows the trust most; None when none narrows it.

    All of a repository, of which a claim beside the subject leaves one branch, is one subject.
    """
    conditions = readings_of(trust)
    if not conditions:
        return None
    tops = [max(readings, key=lambda reading: (reading.width, reading.pattern)) for readings in conditions]
    found = min(tops, key=lambda reading: (reading.width, reading.pattern))
    if found.width is Width.UNIT and any(map(_pins, confining(trust))):
        return msgspec.structs.replace(found, width=Width.NAMES if _OPEN_NUMBER.search(found.pattern) else Width.ONE)
    return found


def _pins(guard: Guard) -> bool:
    """Whether a condition leaves branches or environments that are written out in full."""
    if guard.kind == "subject" or guard.key.rpartition(":")[2].casefold() not in _PINS or not guard.values:
        return False
    return _EXACT.fullmatch(guard.operator) is not None or not any(_WILD.search(value) for value in guard.values)


def _reading(guard: Guard, value: str) -> Reading:
    return read_pattern(value, literal=_EXACT.fullmatch(guard.operator) is not None)


def _claim_reading(guard: Guard, claim: str, value: str) -> Reading:
    wild = None if _EXACT.fullmatch(guard.operator) else _WILD.search(value)
    if wild is None:
        width = CLAIMS[claim]
    elif not wild.start():
        width = Width.EVERYONE
    else:
        width = Width.OWNER if "/" in value[: wild.start()] else Width.PARTIAL
    return Reading(pattern=value, width=width, owner_word="organization", unit_word="repository")
