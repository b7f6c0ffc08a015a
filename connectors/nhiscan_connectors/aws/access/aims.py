"""What escalation methods aim at: users, roles, groups and workloads of an account, found by resource pattern."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from nhiscan.inventory import Inventory
from nhiscan.model import Workload
from nhiscan_connectors.aws.access.context import ABSENT, Context, Values
from nhiscan_connectors.aws.access.estate import Estate, Holder
from nhiscan_connectors.aws.access.patterns import compiled, has_wildcard, literal_prefix, literal_suffix
from nhiscan_connectors.aws.access.wording import kind as kind_name

END = "\U0010ffff"


class Item(msgspec.Struct, frozen=True, gc=False, eq=False):
    """One thing that can be aimed at."""

    arn: str
    """What policies call it."""
    gains: str
    """Id of the identity, or of the power, that is gained through it."""
    name: str
    """For sentences: "user deploy"."""
    known: dict[str, Values]
    """Condition keys that the thing itself decides."""
    workload: str = ""
    """For sentences, when the thing is a workload: "lambda-function pay"."""
    conditions: tuple[str, ...] = ()
    """What its own side demands."""
    policies: tuple[str, ...] = ()
    """Managed policies of the account's own that it carries."""
    artifacts: tuple[str, ...] = ()
    """ARNs of the image repositories and code objects that a workload is made from, as far as they are known."""


class AimClass:
    """Items of one kind in one account, by ARN."""

    def __init__(self, id: str, title: str, items: Iterable[Item]) -> None:
        self.id = id
        self.title = title
        """For sentences: "user of account 111122223333"."""
        self.items = sorted(items, key=lambda item: (item.arn, item.gains))
        self._arns = [item.arn for item in self.items]
        self._reversed: list[tuple[str, int]] | None = None
        self._fragments: dict[str, list[int]] | None = None
        self._last: tuple[str, list[Item]] = ("", [])

    def matching(self, pattern: str) -> list[Item]:
        """Items that a resource pattern without variables matches; looks at few others."""
        if pattern == "*":
            return self.items
        if pattern != self._last[0]:
            self._last = (pattern, self._matching(pattern))  # all methods ask for one caller's patterns in a row
        return self._last[1]

    def _matching(self, pattern: str) -> list[Item]:
        prefix = literal_prefix(pattern)
        start = bisect_left(self._arns, prefix)
        end = bisect_left(self._arns, prefix + END)
        if not has_wildcard(pattern):
            return [item for item in self.items[start:end] if item.arn == pattern]
        match = compiled(pattern, "resource").match
        if end - start > _FEW:
            found = min(self._by_suffix(pattern), self._by_fragment(pattern), key=len)
            if len(found) < end - start:
                return [self.items[n] for n in sorted(found) if match(self._arns[n])]
        return [item for item in self.items[start:end] if match(item.arn)]

    def may_match(self, pattern: str) -> bool:
        """False when a resource pattern certainly matches no item."""
        prefix = literal_prefix(pattern)
        start = bisect_left(self._arns, prefix)
        return start < len(self._arns) and self._arns[start].startswith(prefix)

    def _by_suffix(self, pattern: str) -> Sequence[int]:
        """Places of items that end as a pattern does."""
        suffix = literal_suffix(pattern)[::-1]
        if not suffix:
            return range(len(self.items))
        if self._reversed is None:
            self._reversed = sorted((arn[::-1], n) for n, arn in enumerate(self._arns))
        start = bisect_left(self._reversed, (suffix, -1))
        end = bisect_left(self._reversed, (suffix + END, -1))
        return [n for _, n in self._reversed[start:end]]

    def _by_fragment(self, pattern: str) -> Sequence[int]:
        """Places of items that hold the rarest three characters that stand in a row in a pattern."""
        if self._fragments is None:
            self._fragments = defaultdict(list)
            for n, arn in enumerate(self._arns):
                for fragment in {arn[i : i + _LONG] for i in range(len(arn) - _LONG + 1)}:
                    self._fragments[fragment].append(n)
        rarest: Sequence[int] = range(len(self.items))
        for piece in _WILDCARDS.split(pattern):
            for i in range(len(piece) - _LONG + 1):
                found = self._fragments.get(piece[i : i + _LONG], ())
                if len(found) < len(rarest):
                    rarest = found
        return rarest


_FEW = 64
_LONG = 3
_WILDCARDS = re.compile(r"[*?]")


class Aims:
    """All aim classes of an estate, made when first asked for."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._inventory: Inventory = estate.inventory
        self._classes: dict[tuple[str, str], AimClass] = {}
        self._workloads: dict[tuple[str, str], list[Item]] | None = None
        self.services: dict[tuple[str, str], list[Item]] = defaultdict(list)
        """(account, service) -> roles that the service may take on; filled from trust policies."""
        self.unread_trusts: dict[str, list[Item]] = defaultdict(list)
        """Account -> roles whose trust policy could not be read: any service may take them on."""
        self.trusting_provider: dict[str, list[str]] = defaultdict(list)
        """Id of a SAML or OIDC provider -> roles that trust it."""

    def of(self, account: str, kind: str, detail: str = "") -> AimClass:
        """The class of a kind of aim in an account."""
        key = (account, f"{kind}:{detail}" if detail else kind)
        found = self._classes.get(key)
        if found is None:
            found = self._classes[key] = self._make(account, kind, detail)
        return found

    def _make(self, account: str, kind: str, detail: str) -> AimClass:
        id_ = f"{kind}:{detail}" if detail else kind
        holders = self._estate.by_account.get(account, [])
        match kind:
            case "passed-role":
                return AimClass(
                    id_,
                    f"role of account {account} that trusts {detail}",
                    [*self.services[account, detail], *self.unread_trusts[account]],
                )
            case "workload":
                items = [item for one in detail.split(",") for item in self._running(account, one)]
                words = " or ".join(kind_name(one) for one in detail.split(","))
                return AimClass(id_, f"{words} of account {account}", items)
            case "group":
                return AimClass(id_, f"group of account {account}", self._groups(account))
            case "saml-provider" | "oidc-provider":
                return AimClass(id_, f"{kind_name(kind)} of account {account}", self._providers(account, kind))
            case "principal":
                return AimClass(id_, f"identity of account {account}", map(self.item, holders))
            case "role":
                roles = (h for h in holders if h.kind == "iam-role" and not h.service_linked)
                return AimClass(id_, f"role of account {account}", map(self.item, roles))
            case _:
                users = (h for h in holders if h.kind == "iam-user" and self._fits(h, kind))
                return AimClass(id_, f"{kind_name(kind)} of account {account}", map(self.item, users))

    def item(self, holder: Holder) -> Item:
        """A user or role as something that can be aimed at."""
        return Item(
            arn=holder.id,
            gains=holder.id,
            name=holder.subject,
            known=known_of(holder),
            policies=self.own_policies(holder),
        )

    def own_policies(self, holder: Holder) -> tuple[str, ...]:
        """Managed policies that a holder carries and that somebody in the account could rewrite."""
        policies = self._inventory.policies
        return tuple(
            id_
            for id_ in holder.policies
            if (policy := policies.get(id_)) is not None
            and policy.kind == "managed"
            and not policy.managed_by_provider
            and ":aws:policy/" not in id_
        )

    def _fits(self, holder: Holder, kind: str) -> bool:
        """Whether a user's credentials are as a method needs them; yes where they are not known."""
        if kind == "user" or not self._inventory.knows(holder.scope, "credentials", holder.id):
            return True
        credentials = self._inventory.credentials_of(holder.id)
        keys = [credential for credential in credentials if credential.kind == "access-key"]
        match kind:
            case "user-without-password":
                return not any(credential.kind == "password" for credential in credentials)
            case "user-with-password":
                return any(credential.kind == "password" for credential in credentials)
            case "user-with-inactive-key":
                return any(key.status == "inactive" for key in keys)
            case "user-with-all-keys":
                return len(keys) >= _KEYS
            case _:
                return len(keys) < _KEYS

    def _running(self, account: str, kind: str) -> list[Item]:
        if self._workloads is None:
            self._workloads = defaultdict(list)
            for runs in self._inventory.runs_as:
                workload = self._inventory.workloads.get(runs.workload)
                if workload is None or workload.provider != "aws" or runs.by_platform:
                    continue  # what only the platform holds is not had by whoever takes the workload over
                role = self._estate.holders.get(runs.identity)
                account = workload.scope.removeprefix("aws:")
                arn, tags, title = self._handle(workload)
                self._workloads[account, workload.kind].append(
                    Item(
                        arn=arn,
                        gains=runs.identity,
                        name=role.subject if role is not None else runs.identity,
                        known=_tagged(tags, account),
                        workload=title,
                        artifacts=tuple(_artifacts(workload.attributes.values())),
                    )
                )
        return self._workloads.get((account, kind), [])

    def _handle(self, workload: Workload) -> tuple[str, dict[str, str], str]:
        """ARN, tags and name of what somebody takes hold of to have a workload: of a part of a cluster, the cluster."""
        cluster = _cluster_of(workload)
        if cluster:
            known = self._inventory.workloads.get(cluster)
            tags = known.tags if known is not None else {}
            return cluster, tags, f"{kind_name('eks-cluster')} {cluster.rpartition('/')[2]}"
        return workload.id, workload.tags, f"{kind_name(workload.kind)} {workload.name}"

    def _groups(self, account: str) -> list[Item]:
        return [
            Item(arn=group.id, gains=group.id, name=f"group {group.name}", known=_tagged({}, account))
            for group in self._inventory.groups.values()
            if group.provider == "aws" and group.scope == f"aws:{account}"
        ]

    def _providers(self, account: str, kind: str) -> list[Item]:
        items: list[Item] = []
        for provider in self._inventory.federation_providers.values():
            if provider.scope != f"aws:{account}" or f"{provider.kind}-provider" != kind:
                continue
            for role in self.trusting_provider[provider.id]:
                holder = self._estate.holders.get(role)
                name = f"{kind_name(kind)} {provider.name}"
                known = _tagged(provider.tags, account)
                items.append(
                    Item(
                        arn=provider.id, gains=role, name=holder.subject if holder else role, known=known, workload=name
                    )
                )
        return items


def _cluster_of(workload: Workload) -> str:
    """ARN of the EKS cluster that a workload is part of; empty for anything else."""
    cluster = workload.attributes.get("cluster", "") if workload.kind.startswith("eks-") else ""
    if not cluster or cluster.startswith("arn:"):
        return cluster
    return f"{workload.id.rpartition(':')[0]}:cluster/{cluster}"  # arn:...:nodegroup/CLUSTER/NAME/ID


_KEYS = 2  # AWS allows two access keys a user


_IMAGE = re.compile(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/([^:@\s]+)")
_CODE = re.compile(r"s3://([^/\s]+)/(\S+)")


def _artifacts(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        image, code = _IMAGE.match(value), _CODE.match(value)
        if image is not None:
            yield f"arn:aws:ecr:{image[2]}:{image[1]}:repository/{image[3]}"
        elif code is not None:
            yield f"arn:aws:s3:::{code[1]}/{code[2]}"


def known_of(holder: Holder) -> dict[str, Values]:
    """Condition keys that a user or role decides when something is done to it."""
    known = _tagged(holder.tags, holder.account)
    known["iam:permissionsboundary"] = (holder.boundary,) if holder.boundary else ()
    known["aws:resourcetag/"] = known["iam:resourcetag/"] = ABSENT  # its other tags are known not to be there
    for key, value in holder.tags.items():
        known[f"iam:resourcetag/{key.lower()}"] = (value,)
    return known


def _tagged(tags: dict[str, str], account: str) -> dict[str, Values]:
    known: dict[str, Values] = {"aws:resourceaccount": (account,)}
    for key, value in tags.items():
        known[f"aws:resourcetag/{key.lower()}"] = (value,)
    return known


def with_item(context: Context, item: Item) -> Context:
    """A context in which the item's own keys are known as well."""
    return Context({**context.known, **item.known})
