"""Who may assume which role: trust policies on one side, the caller's own policies on the other.

Within an account a trust policy that names an identity is enough, unless the identity's own side denies it or, for
a role, its boundary does not allow it. A trust policy that names an account leaves the choice to the account, so
the caller's own policies must allow it; across accounts they always must.
Source: IAM User Guide, "Cross-account policy evaluation logic", "Permissions boundaries for IAM entities".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from nhiscan.model import EVERYONE, CanBecome, Trust, administrator_of
from nhiscan_connectors.aws.access.aims import AimClass, Aims, Item, known_of
from nhiscan_connectors.aws.access.conditions import Truth, any_of, holds
from nhiscan_connectors.aws.access.context import Context, direct
from nhiscan_connectors.aws.access.document import Statement
from nhiscan_connectors.aws.access.estate import Estate, Holder
from nhiscan_connectors.aws.access.hubs import UNREAD, Hubs, Reachable, Reached, sure
from nhiscan_connectors.aws.access.layers import Line, View, rule, said, stated
from nhiscan_connectors.aws.access.sameness import candidates, sameness
from nhiscan_connectors.aws.access.trust import ASSUME, Trusting, denied, names

METHOD = "sts-assume-role"

_CHOOSING = ("arnlike", "arnequals", "stringlike", "stringequals")
_FEW = 64
"""Up to this many identities are looked at one by one; a condition that chooses more leaves the answer conditional."""


class Assumable:
    """Every role that somebody may assume."""

    def __init__(self, estate: Estate, aims: Aims, hubs: Hubs) -> None:
        self._estate = estate
        self._aims = aims
        self._hubs = hubs
        self._named: dict[str, list[tuple[Trusting, Statement]]] = defaultdict(list)
        """Identity -> roles whose trust policy names it."""
        self._selected: dict[str, list[tuple[Trusting, Statement]]] = defaultdict(list)
        """Identity -> roles whose trust policy names its account and chooses the identity by a condition on its ARN."""
        self._by_account: dict[str, list[Item]] = defaultdict(list)
        """Account -> roles whose trust policy names the account; "*": everyone."""
        self._classes: dict[str, AimClass] = {}
        self._reach: dict[tuple[object, ...], Reachable] = {}
        self._sessions = {
            (holder.account, holder.name): holder.id for holder in estate.holders.values() if holder.kind == "iam-role"
        }
        self._unique = {holder.unique_id: holder.id for holder in estate.holders.values() if holder.unique_id}
        self._outside: list[CanBecome] = []
        for holder in estate.holders.values():
            if holder.kind == "iam-role":
                self._read(holder)
        for items in aims.services.values():
            items.sort(key=lambda item: item.arn)

    def _read(self, holder: Holder) -> None:
        inventory = self._estate.inventory
        uses = [use.policy for use in inventory.policy_uses_of(holder.id) if use.use == "trust"]
        unread = not inventory.knows(holder.scope, "trust", holder.id)
        for id_ in uses:
            policy = inventory.policies.get(id_)
            document = self._estate.document(policy) if policy is not None else None
            if policy is None or document is None:
                unread = True
                continue
            trusting = Trusting(role=holder.id, account=holder.account, policy=policy.name, document=document)
            for statement in trusting.allows():
                self._statement(holder, trusting, statement)
            for statement in document.statements:
                if statement.allow and statement.principals is not None and not statement.not_principal:
                    for provider in statement.principals.federated:
                        self._aims.trusting_provider[provider].append(holder.id)
        if unread:
            item = self._aims.item(holder)
            unknown = Item(item.arn, item.gains, item.name, item.known, "", (UNREAD,), item.policies)
            self._by_account[holder.account].append(unknown)
            self._aims.unread_trusts[holder.account].append(unknown)

    def _statement(self, holder: Holder, trusting: Trusting, statement: Statement) -> None:
        principals = statement.principals
        if principals is None:
            return
        item = self._aims.item(holder)
        if statement.not_principal or principals.everyone:
            self._trust_account(item, trusting, statement, EVERYONE)
            return
        for account in sorted(principals.accounts):
            self._trust_account(item, trusting, statement, account)
        for service in sorted(principals.services):
            self._trust_service(item, trusting, statement, service.removesuffix(".cn"))
        for arn in sorted(principals.arns):
            identity = self._resolve(arn)
            if identity is None:
                continue
            if identity in self._estate.holders:
                self._named[identity].append((trusting, statement))
            else:
                self._outsider(holder, statement, identity)

    def _resolve(self, arn: str) -> str | None:
        """Identity that a principal in a trust policy stands for; None for one that was deleted."""
        if not arn.startswith("arn:"):
            return self._unique.get(arn)
        parts = arn.split(":", 5)
        if len(parts) == 6 and parts[2] == "sts" and parts[5].startswith("assumed-role/"):
            name = parts[5].split("/")[1]
            return self._sessions.get((parts[4], name), f"arn:{parts[1]}:iam::{parts[4]}:role/{name}")
        return arn

    def _outsider(self, holder: Holder, statement: Statement, identity: str) -> None:
        self._outside.append(
            CanBecome(
                identity=identity,
                target=holder.id,
                method=METHOD,
                answer="conditional" if statement.tests else "allowed",
                conditions=tuple(dict.fromkeys(test.key for test in statement.tests)),
                reason=f"{identity} can assume {holder.subject} (trust policy, {statement.label})",
                fix=f"Take {identity} out of the trust policy of {holder.subject}.",
            )
        )

    def _trust_account(self, item: Item, trusting: Trusting, statement: Statement, account: str) -> None:
        known = {**direct(), **item.known}
        if account != EVERYONE:
            known["aws:principalaccount"] = (account,)
            organization = self._estate.organization(f"aws:{account}")
            if organization:
                known["aws:principalorgid"] = (organization,)
        context = Context(known)
        truth = _both(holds(statement.tests, context), trusting, "", account, context)
        truth = _limited(self._estate, trusting, "", account, context, truth)
        if truth is False:
            return
        conditions = () if truth is True else tuple(sorted(truth))
        if account == EVERYONE or account not in self._estate.by_account:
            self._outsiders(item, statement, account, conditions)
        elif self._select(trusting, statement, account):
            return
        self._by_account[account].append(
            Item(item.arn, item.gains, item.name, item.known, "", conditions, item.policies)
        )

    def _outsiders(self, item: Item, statement: Statement, account: str, conditions: tuple[str, ...]) -> None:
        who = f"account {account}" if account != EVERYONE else "everyone"
        self._outside.append(
            CanBecome(
                identity=EVERYONE if account == EVERYONE else f"aws:{account}",
                target=item.gains,
                method=METHOD,
                answer="conditional" if conditions else "allowed",
                conditions=conditions,
                reason=f"{who} can assume {item.name} (trust policy, {statement.label})",
                fix=f"Name the identities that may assume {item.name} in its trust policy.",
            )
        )

    def _select(self, trusting: Trusting, statement: Statement, account: str) -> bool:
        """Take a condition on the caller's ARN for what it is: a choice of identities, if it chooses few enough."""
        for test in statement.tests:
            if test.lower != "aws:principalarn" or test.operator not in _CHOOSING or test.quantifier or test.if_exists:
                continue
            if any("${" in value for value in test.values):
                continue
            everybody = self._aims.of(account, "principal")
            chosen = {item.gains: item for value in test.values for item in everybody.matching(value)}
            if len(chosen) > _FEW:
                continue
            for identity in chosen:
                self._selected[identity].append((trusting, statement))
            return True
        return False

    def _trust_service(self, item: Item, trusting: Trusting, statement: Statement, service: str) -> None:
        account = trusting.account
        truth = holds(statement.tests, Context({"aws:sourceaccount": (account,), **item.known}))
        if truth is False:
            return
        conditions = () if truth is True else tuple(sorted(truth))
        self._aims.services[account, service].append(
            Item(item.arn, item.gains, item.name, item.known, "", conditions, item.policies)
        )

    def of_account(self, account: str) -> AimClass:
        """Roles, of any account, that trust an account as a whole."""
        found = self._classes.get(account)
        if found is None:
            items = [*self._by_account.get(account, ()), *self._by_account.get(EVERYONE, ())]
            found = AimClass("assumable", f"role that trusts account {account}", items)
            self._classes[account] = found
        return found

    def within(self, holder: Holder) -> AimClass:
        """Roles of the holder's own account that trust it or its account."""
        key = f"within:{holder.account}"
        shared = self._classes.get(key)
        if shared is None:
            items = [item for item in self.of_account(holder.account).items if _account(item.arn) == holder.account]
            shared = self._classes[key] = AimClass(
                "assumable-within", f"role that trusts account {holder.account}", items
            )
        if holder.id not in self._named:
            return shared
        own = f"within:{holder.id}"
        found = self._classes.get(own)  # kept, for answers about a class are kept by the class itself
        if found is None:
            named = [
                self._aims.item(self._estate.holders[trusting.role])
                for trusting, statement in self._named[holder.id]
                if trusting.account == holder.account and not statement.tests
            ]
            found = self._classes[own] = AimClass(shared.id, shared.title, [*shared.items, *named])
        return found

    def powers(self, holder: Holder, context: Context, abroad: bool) -> Iterator[CanBecome]:
        """Roles that a holder may assume; `abroad`: of other accounts only."""
        if holder.kind == "root-user":
            return  # the root user cannot assume roles
        view = holder.profile.view(ASSUME)
        for statements, by_name in ((self._named, True), (self._selected, False)):
            for trusting, statement in statements.get(holder.id, ()):
                if trusting.role != holder.id and not (abroad and trusting.account == holder.account):
                    edge = self._assume_named(holder, view, context, trusting, statement, by_name)
                    if edge is not None:
                        yield edge
        if view.allows[0]:
            reachable = self._reachable(self.of_account(holder.account), holder, view, context, abroad)
            yield from self._assume_any(holder, view, context, reachable, "; the role trusts the account")
        if not abroad and holder.kind != "group":
            open_ones = self._open(holder.account)
            if open_ones.items:
                reachable = self._reachable(open_ones, holder, view, context, False, frozenset((0,)))
                yield from self._assume_any(holder, view, context, reachable, "the role trusts everyone")

    def _open(self, account: str) -> AimClass:
        """Roles of an account that trust everyone: an identity of the same account needs no permission of its own."""
        key = f"open:{account}"
        found = self._classes.get(key)
        if found is None:
            items = [item for item in self._by_account.get(EVERYONE, ()) if _account(item.arn) == account]
            found = self._classes[key] = AimClass("open-role", f"role of account {account} that trusts everyone", items)
        return found

    def _assume_named(
        self,
        holder: Holder,
        view: View,
        context: Context,
        trusting: Trusting,
        statement: Statement,
        by_name: bool,
    ) -> CanBecome | None:
        role = self._estate.holders[trusting.role]
        known = Context({**context.known, **known_of(role)})
        truth = _both(holds(statement.tests, known), trusting, holder.id, holder.account, known, holder.unique_id)
        truth = _limited(self._estate, trusting, holder.id, holder.account, known, truth)
        if truth is False:
            return None
        given: frozenset[int] = frozenset()
        if trusting.account == holder.account and by_name:
            # A boundary does not limit what a resource policy gives a user by name; it does limit a role.
            bounded = holder.profile.boundary is not None
            given = frozenset((0, 1)) if bounded and holder.kind == "iam-user" else frozenset((0,))
        ruling = rule(view, role.id, known, given=given)
        if not ruling:
            return None
        conditions = set(ruling.conditions) | (set() if truth is True else set(truth))
        source = f", {ruling.line.label}" if ruling.line is not None else ""
        return self._edge(holder, role.id, role.subject, conditions, f"trust policy, {statement.label}{source}")

    def _reachable(
        self,
        class_: AimClass,
        holder: Holder,
        view: View,
        context: Context,
        abroad: bool,
        given: frozenset[int] = frozenset(),
    ) -> Reachable:
        key = (id(class_), abroad, sameness(view, class_, context))
        found = self._reach.get(key)
        if found is None:
            items = class_.items if given else candidates(view, class_, context)
            if self._hubs.afford(len(items)):
                found = _reach(class_, items, view, context, holder.account if abroad else "", given)
            else:
                found = Reachable(class_.id, class_.title, len(class_.items), (), untold=True)
            self._reach[key] = found
        return found

    def _assume_any(
        self, holder: Holder, view: View, context: Context, reachable: Reachable, why: str
    ) -> Iterator[CanBecome]:
        if reachable.many:
            hub, shared, many = reachable.hub(self._hubs, holder.account)
            line = stated(view, reachable.targets[0].arn, context) if reachable.targets else None
            yield self._edge(holder, hub, many, set(shared), _source(line, why))
            return
        for target in reachable.targets:
            if target.gains != holder.id:
                line = stated(view, target.arn, context)
                yield self._edge(holder, target.gains, target.name, set(target.conditions), _source(line, why))

    def _edge(self, holder: Holder, target: str, name: str, conditions: set[str], source: str) -> CanBecome:
        unread = holder.boundary_unread
        note = f"; its permissions boundary could not be read ({unread})" if unread else ""
        if holder.limits_unread:
            note += "; service control policies were not readable"
        return CanBecome(
            identity=holder.id,
            target=target,
            method=METHOD,
            answer="unknown" if unread else sure(conditions),
            conditions=tuple(sorted(conditions)),
            reason=f"{holder.subject} can assume {name} ({source}){note}",
            fix=f"Take {holder.subject} out of the trust policy of {name}, or sts:AssumeRole out of its policies.",
        )

    def administrators_abroad(self) -> Iterator[CanBecome]:
        """Roles of other accounts that trust an account as a whole: whoever administers it can assume them."""
        for account in sorted(self._estate.by_account):
            for item in self._by_account.get(account, ()):
                if _account(item.arn) != account:
                    yield CanBecome(
                        identity=administrator_of(f"aws:{account}"),
                        target=item.gains,
                        method=METHOD,
                        answer=sure(item.conditions),
                        conditions=item.conditions,
                        reason=f"an administrator of account {account} can let itself assume {item.name} of account"
                        f" {_account(item.arn)}, which trusts account {account}",
                        fix=f"Name the identities that may assume {item.name} in its trust policy.",
                    )

    def outsiders(self) -> Iterator[CanBecome]:
        """Identities that are not in the inventory's accounts: other accounts, everyone, workflows, SAML subjects."""
        yield from self._outside
        for trust in self._estate.inventory.trusts:
            if trust.kind in ("oidc", "saml") and trust.identity in self._estate.holders:
                yield self._federated(trust)

    def _federated(self, trust: Trust) -> CanBecome:
        role = self._estate.holders[trust.identity]
        oidc = trust.kind == "oidc"
        keys = tuple(
            dict.fromkeys(
                guard.key for guard in trust.guards if guard.confines and guard.kind not in ("subject", "audience")
            )
        )
        return CanBecome(
            identity=trust.principal,
            target=trust.identity,
            method="sts-assume-role-with-web-identity" if oidc else "sts-assume-role-with-saml",
            answer="conditional" if keys else "allowed",
            conditions=keys,
            reason=f"{trust.principal} can assume {role.subject} ({trust.statement or 'trust policy'})",
            fix=f"Narrow the {'subject' if oidc else 'assertion'} that the trust policy of {role.subject} accepts.",
        )


def _both(truth: Truth, trusting: Trusting, arn: str, account: str, context: Context, unique_id: str = "") -> Truth:
    """An Allow of a trust policy, after its Denies."""
    if truth is False:
        return False
    against = denied(trusting, arn, account, unique_id, context)
    if against is True:
        return False
    keys = (frozenset() if truth is True else truth) | (frozenset() if against is False else against)
    return keys or True


def _source(line: Line | None, why: str) -> str:
    return f"{line.label}{why if why.startswith(';') else f'; {why}'}" if line is not None else why.lstrip("; ")


def _reach(
    class_: AimClass, items: list[Item], view: View, context: Context, but: str, given: frozenset[int]
) -> Reachable:
    """Roles that the caller's own side lets it assume; `but`: an account whose roles are left out."""
    targets: list[Reached] = []
    for item in items:
        if but and _account(item.arn) == but:
            continue
        ruling = rule(view, item.arn, Context({**context.known, **item.known}), given=given)
        if ruling:
            conditions = tuple(sorted({*item.conditions, *ruling.conditions}))
            targets.append(Reached(gains=item.gains, name=item.name, conditions=conditions, arn=item.arn))
    return Reachable(class_.id, class_.title, len(class_.items), tuple(targets))


def _limited(estate: Estate, trusting: Trusting, arn: str, account: str, context: Context, truth: Truth) -> Truth:
    """What resource control policies of the role's account leave of a trust."""
    if truth is False:
        return False
    keys: frozenset[str] = frozenset() if truth is True else truth
    layers, _ = estate.limits(f"aws:{trusting.account}", "resource-limit")
    for layer in layers:
        allows, denies = layer.of(ASSUME)
        told = [
            (line, said(line.statement, trusting.role, context))
            for line in (*allows, *denies)
            if names(line.statement, arn, account)
        ]
        against = any_of(answer for line, answer in told if not line.statement.allow)
        let_through = any_of(answer for line, answer in told if line.statement.allow)
        if against is True or let_through is False:
            return False
        for open_keys in (against, let_through):
            keys |= frozenset() if isinstance(open_keys, bool) else open_keys
    return keys or True


def _account(arn: str) -> str:
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 else ""
