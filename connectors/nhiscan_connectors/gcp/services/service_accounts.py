"""Service accounts with their keys, when they were made, and when they last signed in.

IAM does not know when an account was made; Cloud Asset Inventory does. Both tell of keys that people made and of those
that Google rotates for itself, which are counted only. The year 9999 as the end of a key means that it has none.

The activity analyzer knows sign-ins with access tokens and keys. It does not know requests with an API key that is
bound to an account, nor what an account does in Workspace for people, by domain-wide delegation: such accounts may look
idle and be in daily use. Nothing is said of their activity, as far as they are known, nor of that of delegated keys.

Attributes of an account: "unique_id", "oauth2_client_id", "default" (compute, appengine), "system_keys", and
"activity_hidden_by" (the API key that hides its use), "domain_wide_delegation" ("true" for clients that the scanner was
told of). Attributes of a key: "origin", "algorithm", "disable_reason",
"extended_status", "reported" (exposed, compromised: Google found it where it should not be).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from nhiscan.connector import Operation, Shard
from nhiscan.model import Activity, AnyRecord, Credential, Signal
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.gaps import gap_of
from nhiscan_connectors.common.times import moment
from nhiscan_connectors.gcp.accounts import account_of
from nhiscan_connectors.gcp.api import Api, rest, rpc
from nhiscan_connectors.gcp.assets import ACCOUNT_AGES, ACCOUNTS, CONTAINERS, SERVICE_ACCOUNT, Reading, data_of, sweep
from nhiscan_connectors.gcp.bindings import holders
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.lists import listed
from nhiscan_connectors.gcp.names import SERVICE_ACCOUNTS, default_account, email_of, service_account_id
from nhiscan_connectors.gcp.plan import DELEGATED, projects_of
from nhiscan_connectors.gcp.service import Answers, Service
from nhiscan_connectors.gcp.services.api_keys import bound_accounts

KEY = "iam.googleapis.com/ServiceAccountKey"
KEYS = sweep("service-account-keys", KEY, hides="which keys service accounts have", blinds=("credentials",))
LIST = rpc(
    "iam:projects.serviceAccounts.list",
    "list_service_accounts",
    request=(("page_size", 100),),
    permission="iam.serviceAccounts.list",
    purpose="lists a project's service accounts, where Cloud Asset Inventory may not be read",
    hides="which service accounts the project has",
    blinds=("identities",),
    there=True,
)
KEYS_OF = rpc(
    "iam:projects.serviceAccounts.keys.list",
    "list_service_account_keys",
    permission="iam.serviceAccountKeys.list",
    purpose="lists the keys of a service account, where Cloud Asset Inventory may not be read",
    hides="which keys the service account has",
    blinds=("credentials",),
    there=True,
)
POLICY_OF = rpc(
    "iam:projects.serviceAccounts.getIamPolicy",
    "get_iam_policy",
    request=(("options.requested_policy_version", 3),),
    permission="iam.serviceAccounts.getIamPolicy",
    purpose="tells who may act as a service account, where Cloud Asset Inventory may not be read",
    hides="who may act as the service account",
    blinds=("trust",),
    there=True,
)


def _activity(kind: str, what: str) -> Api:
    return rest(
        f"policyanalyzer:projects.locations.activityTypes.activities.query#{what}",
        f"v1/projects/{{of}}/locations/global/activityTypes/{kind}/activities:query",
        size=1000,
        permission=f"policyanalyzer.{kind}Activities.query",
        purpose=f"tells when {what.replace('-', ' ')} last signed in",
        hides=f"when {what.replace('-', ' ')} of the project were last used",
        blinds=("activity",),
        below=True,
        there=True,
    )


ACCOUNT_USE = _activity("serviceAccountLastAuthentication", "service-accounts")
KEY_USE = _activity("serviceAccountKeyLastAuthentication", "service-account-keys")
_DEFAULTS = {"compute": "Compute Engine and what is built on it", "appengine": "App Engine and older functions"}
_UNIQUE = re.compile(r"\d{1,30}", re.ASCII)
_NEVER = 9000
"""Years from which on a key does not expire."""


def collect(calls: Calls) -> None:
    """Two sweeps, or three calls an account; then two calls a project for when they were last used."""
    place = calls.place
    if place.part == "estate" and place.swept:
        calls.ask(ACCOUNT_AGES)
        # Documented for projects only; an organization's answer could not be told from an empty one.
        calls.each(lambda use: calls.ask(use[0], of=use[1]), _uses(calls))
    elif place.part == "project" and not place.swept:
        emails = [
            email
            for item in calls.items(LIST, "accounts", name=f"projects/{place.project}")
            if "@" in (email := text(table(item).get("email")))
        ]
        calls.each(lambda email: calls.ask(KEYS_OF, name=f"projects/-/serviceAccounts/{email}"), emails)
        calls.each(lambda email: calls.ask(POLICY_OF, resource=f"projects/-/serviceAccounts/{email}"), emails)
        calls.ask(ACCOUNT_USE, KEY_USE, of=place.project)


def _uses(calls: Calls) -> list[tuple[Api, str]]:
    """What to ask of which project: one without accounts, or without keys that people made, has nothing to tell."""
    accounts = {text(data_of(row).get("projectId")) for row in calls.listed(ACCOUNTS, "assets")}
    keys = {
        # "projects/<id>/serviceAccounts/<address>/keys/<key>"
        text(data.get("name")).removeprefix("projects/").partition("/")[0]
        for data in map(data_of, calls.listed(KEYS, "assets"))
        if text(data.get("keyType")) != "SYSTEM_MANAGED"
    }
    some = ((KEY_USE, keys), (ACCOUNT_USE, accounts))
    return [(use, project) for use, told in some for project in projects_of(calls) if project in told]


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Accounts, keys that people made, and who may act as an account."""
    reading = Reading(shard, answers)
    accounts = _Accounts(reading)
    yield from accounts.identities()
    yield from accounts.keys()
    for name, bodies in reading.by_param(POLICY_OF, "resource").items():
        id = service_account_id(name.rpartition("/")[2])
        for body in bodies:
            yield from holders(reading, POLICY_OF, body, id, subject=id)
    yield from accounts.refusals()
    yield from reading.gaps()


class _Told(NamedTuple):
    """An account, as it was told of."""

    data: dict[str, Any]
    project: str
    source: str
    """Name of the operation that told."""


class _Made(NamedTuple):
    """A key that people made."""

    data: dict[str, Any]
    holder: str
    project: str


class _Accounts:
    """What one shard tells of service accounts."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._bound = bound_accounts(reading)
        self._delegated = frozenset(reading.shard.options.get(DELEGATED, "").split(","))
        self._ages = {
            reading.resource(item["name"]): moment(item.get("createTime"))
            for item in reading.items(ACCOUNT_AGES, "results", "name")
        }
        self._told = self._all()
        self._silent = {id for id, (data, _, _) in self._told.items() if self._delegated & _clients(data)}
        """Accounts that act for people: Google does not count what they do in Workspace."""
        self._system: dict[str, int] = defaultdict(int)
        self._made = self._keys()
        self._account_use, self._key_use = self._use(ACCOUNT_USE), self._use(KEY_USE)

    def identities(self) -> Iterator[AnyRecord]:
        """Every account. One whose address cannot be read is told as damage."""
        for id, (data, project, source) in self._told.items():
            if kind := default_account(text(data.get("email"))):
                yield Signal(
                    subject=id,
                    name="platform-default-account",
                    detail=f"it is the project's default account for {_DEFAULTS[kind]}",
                    source=source,
                )
            facts = {
                "unique_id": text(data.get("uniqueId")),
                "oauth2_client_id": text(data.get("oauth2ClientId")),
                "system_keys": str(self._system[id]) if self._system[id] else "",
                "activity_hidden_by": self._bound.get(id, ""),
                "domain_wide_delegation": "true" if id in self._silent else "",
            }
            yield Signal(
                subject=id,
                name="machine-account-object",
                detail="Google Cloud holds it as an account for programs",
                source=source,
            )
            yield account_of(
                text(data.get("email")),
                scope=self._reading.projects.scope(project),
                name=text(data.get("displayName")),
                description=text(data.get("description")),
                enabled=_is_enabled(data),
                created_at=self._ages.get(id),
                activity=None if id in self._bound or id in self._silent else self._account_use.get(id),
                attributes=facts,
                listed=True,
            )

    def keys(self) -> Iterator[Credential]:
        """Keys that people made."""
        for id, (data, holder, project) in sorted(self._made.items()):
            ends = moment(data.get("validBeforeTime"))
            never = ends is not None and ends.year >= _NEVER
            statuses = [text(table(one).get("key")) for one in listed(data, "extendedStatus")]
            facts = {
                "origin": text(data.get("keyOrigin")).lower(),
                "algorithm": text(data.get("keyAlgorithm")),
                "disable_reason": text(data.get("disableReason")).removeprefix("SERVICE_ACCOUNT_KEY_DISABLE_REASON_"),
                "extended_status": ",".join(sorted(one for one in statuses if one)),
                "reported": _reported(text(data.get("disableReason")), *statuses),
            }
            yield Credential(
                id=id,
                provider="gcp",
                kind="google-service-account-key",
                holder=holder,
                scope=self._reading.projects.scope(project),
                name=id.rpartition("/")[2],
                status={True: "active", False: "inactive", None: None}[_is_enabled(data)],
                created_at=moment(data.get("validAfterTime")),
                expires_at=None if never else ends,
                lifetime="never_expires" if never else "expires" if ends else "unknown",
                long_lived=True,
                activity=None if holder in self._silent else self._key_use.get(id),
                attributes={key: value for key, value in facts.items() if value},
            )

    def refusals(self) -> Iterator[AnyRecord]:
        """A project that does not tell when its accounts were used leaves them unknown, and no others."""
        reading = self._reading
        accounts, keys = _by_project(self._told), _by_project(self._made)
        for use, ids in ((ACCOUNT_USE, accounts), (KEY_USE, keys)):
            refused = [item for item in reading.answers.of(use) if item.problem is not None]
            if {reading.projects.id_of(text(item.params.get("of"))) for item in refused} >= accounts.keys():
                continue  # none was answered: that is told for everything at once
            for problem in sorted({item.problem for item in refused if item.problem is not None}):
                alike = [item for item in refused if item.problem == problem]
                projects = {reading.projects.id_of(text(item.params.get("of"))) for item in alike}
                subjects = sorted(id for project in projects for id in ids.get(project, ()))
                more = f" (and {len(alike) - 1} more calls alike)" if len(alike) > 1 else ""
                if subjects:
                    yield gap_of(reading.shard, use, problem, f"{alike[0].detail}{more}", subjects=tuple(subjects))
        for operation, param in ((KEYS_OF, "name"), (POLICY_OF, "resource")):
            for item in reading.answers.of(operation):
                if item.problem is not None:
                    email = text(item.params.get(param)).rpartition("/")[2]
                    if not email:
                        continue  # of an export that holds none of them: that blinds the whole scope
                    id = service_account_id(email)
                    yield gap_of(reading.shard, operation, item.problem, item.detail, subjects=(id,))

    def _all(self) -> dict[str, _Told]:
        """Every account, by id."""
        reading = self._reading
        found: dict[str, _Told] = {}
        for asset in reading.assets(ACCOUNTS, SERVICE_ACCOUNT):
            self._take(found, ACCOUNTS, asset.data, asset.project)
        for item in reading.items(LIST, "accounts", "email"):
            self._take(found, LIST, item, text(item.get("projectId")) or reading.place.project)
        return found

    def _take(self, found: dict[str, _Told], operation: Operation, data: dict[str, Any], project: str) -> None:
        email = text(data.get("email"))
        if "@" in email:
            project = text(data.get("projectId")) or project
            found[service_account_id(email)] = _Told(data, project, operation.name)
        else:
            self._reading.leave_out(operation, f"{text(data.get('name'))[:200] or 'an account'} has no address")

    def _keys(self) -> dict[str, _Made]:
        """Every key that people made, by id; those of Google are counted."""
        reading = self._reading
        found: dict[str, _Made] = {}
        told: list[tuple[Operation, str, dict[str, Any]]] = []
        told += [(KEYS, asset.name, asset.data) for asset in reading.assets(KEYS, KEY)]
        for bodies in reading.by_param(KEYS_OF, "name").values():
            told += [(KEYS_OF, text(i["name"]), i) for b in bodies for i in reading.within(KEYS_OF, b, "keys", "name")]
        for operation, name, data in told:
            own = text(data.get("name"))
            name = name if email_of(name) or not own else reading.resource(f"//iam.googleapis.com/{own}")
            holder = self._holder(operation, name)
            if not holder:
                continue
            if text(data.get("keyType")) == "SYSTEM_MANAGED":
                self._system[holder] += 1
            else:
                project = self._told[holder].project if holder in self._told else reading.project_of(name)
                found[f"{holder}/keys/{name.rpartition('/')[2]}"] = _Made(data, holder, project)
        return found

    def _holder(self, operation: Operation, name: str) -> str:
        """Id of the account that a key belongs to; one that no list tells of keeps its number."""
        if email := email_of(name):
            return service_account_id(email)
        told = f"key {name[:200]} belongs to no account that is known"
        owner, _, key = name.partition("/keys/")
        unique = owner.rpartition("/serviceAccounts/")[2]
        if not key or not _UNIQUE.fullmatch(unique):
            self._reading.leave_out(operation, told)
            return ""
        holder = f"{SERVICE_ACCOUNTS}{unique}"
        # Where all accounts were told with their numbers it is an account that was just made, or is gone, and hides
        # no other's keys. Else it may be anybody's.
        listed = all(text(data.get("uniqueId")) for data, _, _ in self._told.values())
        whole = listed and all(item.problem is None for item in self._reading.answers.of(ACCOUNTS))
        self._reading.leave_out(operation, told, holder if whole else "")
        return holder

    def _use(self, operation: Operation) -> dict[str, Activity]:
        """When accounts, or keys, were last used, by id."""
        found: dict[str, Activity] = {}
        for item in self._reading.items(operation, "activities", "fullResourceName"):
            period, told = table(item.get("observationPeriod")), table(item.get("activity"))
            used = moment(told.get("lastAuthenticatedTime"))
            id = self._reading.resource(item["fullResourceName"])
            # An account that was deleted and made anew has the address of the old one, and none of its history.
            unique = text(table(told.get("serviceAccount")).get("serviceAccountId"))
            known = text(self._told[id].data.get("uniqueId")) if id in self._told else ""
            if unique and known and unique != known:
                continue
            before = found[id].last_used_at if id in found else None
            if before is not None and (used is None or used <= before):
                continue
            found[id] = Activity(
                last_used_at=used,
                observed_since=moment(period.get("startTime")),
                source=operation.name.partition("#")[0],
            )
        return found


def _is_enabled(data: dict[str, Any]) -> bool | None:
    """JSON leaves out what is false; None where the answer says something that is neither."""
    disabled = data.get("disabled", False)
    return not disabled if isinstance(disabled, bool) else None


def _by_project(told: Mapping[str, _Told | _Made]) -> dict[str, list[str]]:
    """Ids of accounts or keys by their project."""
    found: dict[str, list[str]] = defaultdict(list)
    for id, one in told.items():
        found[one.project].append(id)
    return found


def _clients(data: dict[str, Any]) -> set[str]:
    """The names under which a directory may let an account act for people."""
    return {text(data.get("oauth2ClientId")), text(data.get("uniqueId"))} - {""}


def _reported(*words: str) -> str:
    """What Google found out about a key, by the names of its enumerations; "EXPOSED" stays even when it is enabled."""
    for word, told in (("COMPROMISE", "compromised"), ("EXPOSED", "exposed")):
        if any(word in name for name in words):
            return told
    return ""


SERVICE = Service(
    name="service-accounts",
    part="any",
    operations=(ACCOUNTS, KEYS, ACCOUNT_AGES, LIST, KEYS_OF, POLICY_OF, ACCOUNT_USE, KEY_USE, CONTAINERS),
    collect=collect,
    parse=parse,
)
