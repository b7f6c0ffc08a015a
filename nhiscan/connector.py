"""What a connector is: the interface, the operations that it declares, and the errors that it raises.

Data flows one way. `plan` and `collect` talk to the provider, and only through a `Sink`; everything after them is pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

import msgspec

from nhiscan.errors import NhiscanError
from nhiscan.model import AnyRecord, Aspect, CanBecome, GapReason, Grant

if TYPE_CHECKING:
    from nhiscan.access.proposal import Proposal, Window
    from nhiscan.access.question import Decision, Question
    from nhiscan.inventory import Inventory

JSON: TypeAlias = Any
"""What `json.loads` gives. Times that an SDK parsed may stand in it as datetimes; the bundle writes RFC 3339."""

Params: TypeAlias = Mapping[str, JSON]


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One API call that a connector may make. The one truth about calls: permissions, gaps and tests come from it."""

    name: str
    """Service and call as the SDK names them: "iam:GetAccountAuthorizationDetails"."""
    permission: str
    """Permission that allows it, as the provider's policy language writes it; empty when none is needed."""
    purpose: str
    """Why nhiscan makes it, one clause: "lists users, roles, groups and policies in one sweep"."""
    hides: str
    """What cannot be known when it is refused: "which users, roles and policies exist"."""
    blinds: tuple[Aspect, ...] = ()
    """Aspects of the scope that are unknown when it is refused."""
    drop: tuple[str, ...] = ()
    """Names of response fields, at any depth, that may carry a secret and are removed before anything is written."""
    about: str = ""
    """Parameter that names the one identity that a call is about; a refusal then blinds to that identity only."""
    below: bool = False
    """True when one answer tells of the scopes below too, so that a refusal blinds them all: a sweep of an
    organization."""
    optional: bool = False
    """True when a refusal is said but does not count as incomplete coverage (licence-bound extras)."""


class Shard(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a scan that is collected on its own: one account and region, one project, one workspace."""

    connector: str
    scope: str
    """Id of the Scope: "aws:123456789012"."""
    region: str = ""
    part: str = ""
    """Which part of the scope, when there are several: "iam", "organization"."""
    options: dict[str, str] = {}
    """What `collect` needs to find its way: a role ARN to assume. Never a secret; it is written to the manifest."""

    @property
    def id(self) -> str:
        """Stable, unique name within a scan."""
        return "/".join(p for p in (self.connector, self.scope, self.region, self.part) if p)


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of an API: its body, and the token that asks for the next one."""

    body: JSON
    next: str | None = None


Fetch: TypeAlias = Callable[[str | None], Page]
"""Fetches one page, given the token of the page before (None: the first). Raises ReadError."""


class ReadError(NhiscanError):
    """One call was not answered: becomes a Gap, the scan goes on."""

    def __init__(self, reason: GapReason, message: str, code: str = "") -> None:
        super().__init__(message)
        self.reason: GapReason = reason
        self.code = code
        """The provider's own error code."""


class CredentialsExpiredError(NhiscanError):
    """The scanner's own credentials ran out in the middle of a scan: it stops, and goes on later with --resume."""


class AbsentError(NhiscanError):
    """The provider says that there is no such thing. An answer, not a gap: recorded as an empty page."""


T = TypeVar("T")
R = TypeVar("R")


class Sink(Protocol):
    """Where `plan` and `collect` ask, and where every answer is written before it is used.

    What the bundle already holds is served from there, so a resumed scan runs the same code and asks nothing twice.
    """

    def pages(self, operation: Operation, fetch: Fetch, params: Params | None = None) -> Iterator[JSON]:
        """Yield the bodies of all pages, redacted. Ends early, with a gap recorded, when a page is refused.

        `params` tells this call from others of the same operation; it is recorded with each page.
        """
        ...

    def page(self, operation: Operation, fetch: Fetch, params: Params | None = None) -> JSON | None:
        """The body of a call that has one page; None when it was refused (a gap is recorded) or absent."""
        ...

    def each(self, function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Call `function` for each item, several at a time, and give the results in the order of `items`."""
        ...

    def refusal(self, operation: Operation) -> str:
        """What the provider answered when it last refused `operation` in this shard; empty when it did not."""
        ...

    def of(self, shard: Shard) -> Sink:
        """The sink of another shard: `plan` asks an account for its regions under that account's name."""
        ...


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """A setting of a connector: a flag of `scan` and `collect`, and a key of its table in nhiscan.toml."""

    name: str
    """As written in nhiscan.toml: "role_arn"; the flag is --role-arn."""
    help: str
    metavar: str = "TEXT"
    multiple: bool = False
    flag: bool = False
    envvar: str = ""
    default: str = ""
    secret: bool = False
    """Never written to a bundle; a resumed scan needs it again."""


Settings: TypeAlias = Mapping[str, Any]
"""Values of a connector's options by name: str, bool, or tuple of str."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an API said: one page, redacted, or its refusal."""

    operation: str
    params: dict[str, JSON] = {}
    page: int = 0
    body: JSON = None
    next: str | None = None
    """Token of the next page; None when this one is the last."""
    at: str = ""
    """When it was answered, RFC 3339 UTC."""
    problem: GapReason | None = None
    """Set when the call was refused; then `body` is None."""
    code: str = ""
    detail: str = ""
    sightings: list[dict[str, JSON]] = []
    """Secret values that stood in the answer, each as detector, path, fingerprint and last four characters."""


class Connector(Protocol):
    """A provider. Implementations take no arguments to construct and do nothing until asked."""

    @property
    def name(self) -> str:
        """As the entry point is named: "aws"."""
        ...

    @property
    def title(self) -> str:
        """For people: "Amazon Web Services"."""
        ...

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Every call that it may make."""
        ...

    @property
    def never(self) -> tuple[str, ...]:
        """Calls of this provider that return a secret and must never be made, named as Operation.name is."""
        ...

    @property
    def options(self) -> tuple[Option, ...]:
        """Its settings."""
        ...

    def plan(self, settings: Settings, sink: Sink) -> Iterable[Shard]:
        """The shards of a scan. Raises NothingReadError when the provider cannot be reached at all.

        It may ask the provider (which accounts, which regions), through `sink` like `collect`, so that these answers
        are evidence too: a resumed scan does not ask again, and a refused account list is a gap.
        """
        ...

    def collect(self, settings: Settings, shard: Shard, sink: Sink) -> None:
        """Ask for everything in one shard."""
        ...

    def read_export(self, path: Path, sink: ExportSink) -> None:
        """Turn files that people export (a CLI's JSON, a CSV) into the evidence that `collect` would have made.

        Raises InputError naming the file and the place.
        """
        ...

    def parse(self, shard: Shard, evidence: Iterable[Evidence]) -> Iterator[AnyRecord]:
        """Pure: the records that a shard's evidence amounts to. Gaps for refused calls are made by the core."""
        ...

    def join(self, inventory: Inventory) -> Iterator[AnyRecord]:
        """Pure: facts that show only when all shards are put together, such as which secret a bare name means."""
        ...

    def access(self, inventory: Inventory) -> Iterator[Grant | CanBecome | AnyRecord]:
        """Pure: this provider's policy language, evaluated over the whole inventory."""
        ...

    def decide(self, inventory: Inventory, question: Question) -> Decision:
        """Pure: may this identity do this here, and why."""
        ...

    def readers(self, inventory: Inventory, resource: str) -> Iterator[Grant]:
        """Pure: the identities of this provider that can read a secret or data, by the id of the thing.

        Nothing for a thing of another provider.
        """
        ...

    def tighten(self, inventory: Inventory, identity: str, window: Window) -> Proposal:
        """Pure: a policy for one identity that keeps what it used of its permissions. Never applied."""
        ...

    def permission_policy(self, form: str) -> str:
        """The scanner's least-privilege policy, drawn from `operations`. Raises UsageError for an unknown form."""
        ...

    @property
    def permission_forms(self) -> tuple[str, ...]:
        """Forms that `permission_policy` knows; the first is the default."""
        ...


class ExportSink(Protocol):
    """Where `read_export` puts evidence."""

    def add(self, shard: Shard, operation: Operation, body: JSON, params: Params | None = None) -> None:
        """Record one page that an export holds, redacted like any other."""
        ...

    def missing(self, shard: Shard, operation: Operation, detail: str) -> None:
        """Record that an export does not hold what `operation` would have told: a gap."""
        ...
