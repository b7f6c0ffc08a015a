"""Names of things in Google Cloud: every id that nhiscan gives goes through this module.

Google writes one thing in several ways: a project by its id or its number, a service account by its address or its
unique id. Records name a project by its id and a service account by its address, in full resource names, so that a
policy, an asset and a list agree. Members of policies keep the form that policies give them ("user:ada@acme.example").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias

PROJECTS: Final = "//cloudresourcemanager.googleapis.com/projects/"
FOLDERS: Final = "//cloudresourcemanager.googleapis.com/folders/"
ORGANIZATIONS: Final = "//cloudresourcemanager.googleapis.com/organizations/"
SERVICE_ACCOUNTS: Final = "//iam.googleapis.com/projects/-/serviceAccounts/"
PRINCIPALS: Final = ("principal://", "principalSet://")
AUTHENTICATED: Final = "allAuthenticatedUsers"
"""Anybody with a Google account, of any organisation."""

MemberKind: TypeAlias = Literal[
    "user", "group", "domain", "service-account", "principal", "principal-set", "everyone", "authenticated",
    "basic-role", "deleted", "unknown",
]  # fmt: skip

_PROJECT_PART: Final = re.compile(r"(?<=/projects/)[^/]+")
_ACCOUNT: Final = re.compile(r"//iam\.googleapis\.com/projects/[^/]+/serviceAccounts/([^/]+)(/.*)?", re.DOTALL)
_CONTAINER: Final = re.compile(r"(?:organizations|folders)/\d{1,30}|projects/[^/]{1,80}", re.ASCII)
_KINDS: Final[Mapping[str, MemberKind]] = {
    "user": "user",
    "group": "group",
    "domain": "domain",
    "serviceaccount": "service-account",
    "principal": "principal",
    "principalset": "principal-set",
    "projectowner": "basic-role",
    "projecteditor": "basic-role",
    "projectviewer": "basic-role",
    "deleted": "deleted",
}


def container(relative: str) -> str:
    """Full resource name of an organization, folder or project: `container("folders/12")`; empty for anything else."""
    if not _CONTAINER.fullmatch(relative):
        return ""
    return f"//cloudresourcemanager.googleapis.com/{relative}"


def relative(full: str) -> str:
    """A full resource name without its service: "projects/pay-prod"."""
    return full[2:].partition("/")[2] if full.startswith("//") else full


def project_scope(project: str) -> str:
    """Scope of a project, by its id."""
    return f"{PROJECTS}{project}"


def service_account_id(email: str) -> str:
    """Id of a service account, by its address."""
    return f"{SERVICE_ACCOUNTS}{email.strip().lower()}"


def key_id(email: str, key: str) -> str:
    """Id of a service account's key."""
    return f"{service_account_id(email)}/keys/{key}"


def email_of(account: str) -> str:
    """Address of a service account, from its id or from a resource name of it; empty where it names none."""
    if found := _ACCOUNT.fullmatch(account):
        return found[1].lower() if "@" in found[1] else ""
    return ""


def member_kind(member: str) -> MemberKind:
    """What a member of a policy is."""
    if member == "allUsers":
        return "everyone"
    if member == AUTHENTICATED:
        return "authenticated"
    return _KINDS.get(member.partition(":")[0].lower(), "unknown")


def principal_id(member: str) -> str:
    """Id under which records name a member of a policy.

    A service account has the id of its identity, allUsers is everyone ("*"). Others keep their form, with addresses in
    lower case. Principals of pools keep theirs letter by letter, for subjects may differ in case alone.
    """
    kind = member_kind(member)
    form, _, rest = member.partition(":")
    match kind:
        case "everyone":
            return "*"
        case "service-account":
            # A workload identity of a GKE cluster is written as a service account "<pool>[<namespace>/<name>]".
            return service_account_id(rest)
        case "user" | "group" | "domain":
            return f"{form.lower()}:{rest.strip().lower()}"
        case _:
            return member


class Projects:
    """Which number is which project, as far as a shard or an export tells."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        """`pairs`: number and id."""
        self._ids = {number: id for number, id in pairs if number and id}
        self.numbers = {id: number for number, id in self._ids.items()}

    def id_of(self, written: str) -> str:
        """Id of a project that is written as an id or a number; a number that nobody explains stays one."""
        bare = written.removeprefix("projects/")
        return self._ids.get(bare, bare)

    def scope(self, written: str) -> str:
        """Scope of a project that is written as an id or a number, with or without "projects/"."""
        return project_scope(self.id_of(written))

    def normal(self, full: str) -> str:
        """A full resource name as records write it: projects by id, service accounts by address."""
        if found := _ACCOUNT.fullmatch(full):
            account, rest = found[1], found[2] or ""
            return f"{service_account_id(account)}{rest}" if "@" in account else full
        if full.startswith(PRINCIPALS):
            return full
        return _PROJECT_PART.sub(lambda found: self.id_of(found[0]), full, count=1)

    def project_in(self, full: str) -> str:
        """Id of the project that a resource name names; empty where it names none, or "-"."""
        found = _PROJECT_PART.search(full)
        id = self.id_of(found[0]) if found else ""
        return "" if id == "-" else id


_GOOGLES: Final = (
    "bigquery-encryption", "cloud-cdn-fill", "cloud-filer", "cloud-memcache-sa", "cloud-ml", "cloud-redis", "cloud-tpu",
    "cloudcomposer-accounts", "compute-system", "container-analysis", "container-engine-robot", "containerregistry",
    "dataflow-service-producer-prod", "dataproc-accounts", "dlp-api", "endpoints-portal", "firebase-rules",
    "gae-api-prod", "gcf-admin-robot", "gcp-gae-service", "gcp-ri-aiplatform", "gcp-ri-contactcenterinsights",
    "gcp-ri-identitypool", "gs-project-accounts", "remotebuildexecution", "security-center-api",
    "serverless-robot-prod", "service-consumer-management", "service-networking", "sourcerepo-service-accounts",
    "storage-transfer-service",
)  # fmt: skip
"""Projects of Google's own in which service agents live, besides "gcp-sa-..." and those of google.com.

A name alone tells nothing: anybody may call an account "service-123456789012" in a project of theirs. An agent of a
project that is not named here counts as an account of somebody else's, which is the safer mistake."""
_AGENT: Final = re.compile(
    rf"[a-z0-9-]{{1,60}}@(?:{'|'.join(_GOOGLES)})\.iam\.gserviceaccount\.com"
    r"|[a-z0-9-]{1,60}@gcp-sa-[a-z0-9-]{1,60}\.(?:iam\.)?gserviceaccount\.com"
    r"|\d{1,20}@cloudservices\.gserviceaccount\.com"
    r"|\d{1,20}@cloudbuild\.gserviceaccount\.com"
    r"|[a-z0-9-]{1,60}@system\.gserviceaccount\.com"
    r"|[a-z0-9-]{1,60}@(?:[a-z0-9-]{1,40}\.)?google\.com\.iam\.gserviceaccount\.com",
    re.ASCII,
)
_COMPUTE: Final = re.compile(r"\d{1,20}-compute@developer\.gserviceaccount\.com", re.ASCII)
_PROJECT_OF: Final = re.compile(r"[a-z0-9-]{1,80}@([a-z0-9.-]{1,80})\.iam\.gserviceaccount\.com")


def is_service_agent(email: str) -> bool:
    """Whether a service account is one that Google made for a service of its own, and runs."""
    return _AGENT.fullmatch(email.lower()) is not None


def default_account(email: str) -> str:
    """ "compute" or "appengine" for a project's default service account; empty for any other."""
    low = email.lower()
    if _COMPUTE.fullmatch(low):
        return "compute"
    return "appengine" if low.endswith("@appspot.gserviceaccount.com") else ""


def project_of_account(email: str) -> str:
    """Id of the project that an address tells; empty where it tells none."""
    low = email.lower()
    if low.endswith("@appspot.gserviceaccount.com"):
        written = low.partition("@")[0]
    else:
        found = None if is_service_agent(low) else _PROJECT_OF.fullmatch(low)
        written = found[1] if found else ""
    # The project of a domain-scoped organisation is written "name.example.com" here and "example.com:name" elsewhere.
    name, dot, domain = written.partition(".")
    return f"{domain}:{name}" if dot else name
