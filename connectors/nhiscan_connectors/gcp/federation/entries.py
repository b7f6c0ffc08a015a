"""Entries: whom a provider lets be a principal of its pool, under the names that all connectors use."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from typing import Final, Literal, TypeAlias

import msgspec

from nhiscan.inventory import Inventory
from nhiscan.model import Guard, GuardKind, Trust
from nhiscan.subjects import SHARED_ISSUERS, widest
from nhiscan_connectors.gcp.federation import amazon
from nhiscan_connectors.gcp.federation.conditions import alternatives
from nhiscan_connectors.gcp.federation.members import Member
from nhiscan_connectors.gcp.federation.needs import Need, Needs, meets, needs_of, together, unread
from nhiscan_connectors.gcp.federation.providers import Provider
from nhiscan_connectors.gcp.federation.spoken import spoken
from nhiscan_connectors.gcp.federation.subjects import (
    GOOGLE,
    ONE_SUBJECT,
    TELLING,
    Claims,
    Subject,
    Told,
    contradicts,
    subject_of,
)

_MOST: Final = 64
"""Subjects that one alternative is spelled out into; of more only the guards tell."""
_Kind: TypeAlias = Literal["principal", "saml", "unknown"]
_GOOGLE_AUDIENCE: Final = ".apps.googleusercontent.com"


class Directory(msgspec.Struct, frozen=True):
    """What other connectors and shards know of those who come from outside."""

    roles: dict[tuple[str, str], str]
    """ARNs of AWS roles by account and name: a session does not tell the path of its role."""
    unique_ids: dict[str, str]
    """Unique ids of Google's service accounts by address."""
    applications: dict[str, str]
    """Object ids of Entra's service principals by application id."""

    @classmethod
    def of(cls, inventory: Inventory) -> Directory:
        """The directory of an inventory."""
        found = cls({}, {}, {})
        for identity in inventory.identities.values():
            match identity.provider, identity.kind:
                case "aws", "iam-role":
                    parts = identity.id.split(":", 5)
                    if len(parts) == 6:
                        found.roles.setdefault((parts[4], identity.id.rpartition("/")[2]), identity.id)
                case "gcp", "google-service-account":
                    if identity.email and (unique := identity.attributes.get("unique_id")):
                        found.unique_ids[identity.email] = unique
                case "azure", _ if (app := identity.attributes.get("app_id")) and "/servicePrincipals/" in identity.id:
                    found.applications[app] = identity.id.rpartition("/")[2]
        return found


def entries(provider: Provider, member: Member, directory: Directory) -> Iterator[Trust]:
    """Trusts in whom a provider lets be a member, with no identity filled in; none where nobody can be it."""
    if not provider.open:
        return
    for needs in _admitted(provider, member):
        match provider.form:
            case "oidc":
                yield from _oidc(provider, needs, directory)
            case "aws":
                yield from _aws(provider, needs, directory)
            case "saml":
                yield _plain(f"saml:{provider.id}", provider.id, "saml", needs)
            case "x509":
                yield _plain(f"x509:{provider.id}", provider.id, "principal", needs)
            case _:
                yield _plain(f"oidc:{provider.id}#*", provider.id, "unknown", needs)


def _admitted(provider: Provider, member: Member) -> list[Needs]:
    """What a token must say to pass the provider's condition and to be the member."""
    if provider.mapping is None:
        return [(unread("attributeMapping"),)]
    match member.part:
        case "everyone":
            asked: list[Needs] = [()]
        case "other":
            asked = [(unread(member.attribute, member.value),)]
        case _:
            asked = needs_of(provider.mapping, member.attribute, "equals", (member.value,))
    if provider.form == "aws":
        asked = [amazon.read(needs, provider.mapping, provider.account) for needs in asked]
    passed = alternatives(provider.condition, provider.mapping) if asked else []
    if provider.form == "aws":
        passed = [amazon.read(needs, provider.mapping, provider.account) for needs in passed]
    both = (together(*one, *other) for one in asked for other in passed)
    return list(dict.fromkeys(needs for needs in both if needs is not None))


def _oidc(provider: Provider, needs: Needs, directory: Directory) -> Iterator[Trust]:
    issuer = provider.issuer
    if not issuer:
        yield _plain(f"oidc:{provider.id}#*", provider.id, "unknown", needs)
        return
    known = tuple(_known(need, issuer, directory) for need in needs)
    for claims in _spelled_out(known):
        told = {need.claim: Told(need.values[0], need.how == "like") for need in claims if _tells(need)}
        subject = subject_of(issuer, told)
        exact = told.get("sub")
        if exact is not None and not exact.pattern and contradicts(issuer, exact.value, told):
            continue
        fixed = spoken(issuer, subject.pattern) if subject.claims else {}
        left = [
            n for n in known if n.claim not in subject.claims and not (n.claim in fixed and meets(n, fixed[n.claim]))
        ]
        guards = (
            *_subject_guard(issuer, subject, told),
            *(_guard(issuer, need) for need in left),
            _audience(provider),
        )
        trust = Trust(identity="", principal=f"oidc:{issuer}#{subject.pattern}", kind="oidc", guards=guards)
        open_question = any(need.how == "unread" for need in claims) and widest(trust) is None
        yield msgspec.structs.replace(trust, kind="unknown") if open_question else trust


def _known(need: Need, issuer: str, directory: Directory) -> Need:
    """A need of a claim that another connector's records turn into the subject."""
    if need.how != "equals":
        return need
    if need.claim == "email" and issuer == GOOGLE:
        found = tuple(directory.unique_ids.get(value, "") for value in need.values)
    elif need.claim in ("appid", "azp") and "/" in issuer:
        found = tuple(directory.applications.get(value.lower(), "") for value in need.values)
    else:
        return need
    return Need(claim="sub", how="equals", values=found) if all(found) else need


def _tells(need: Need) -> bool:
    return need.claim in TELLING and need.how in ("equals", "like") and len(need.values) == 1


def _spelled_out(needs: Needs) -> Iterator[Needs]:
    """The same needs, each claim that tells of the subject with one value at a time."""
    size = 1
    choices: list[list[Need]] = []
    for need in needs:
        several = need.claim in TELLING and need.how in ("equals", "like") and len(need.values) > 1
        if several and size * len(need.values) <= _MOST:
            size *= len(need.values)
            choices.append([msgspec.structs.replace(need, values=(value,)) for value in need.values])
        else:
            choices.append([need])
    yield from (tuple(chosen) for chosen in islice(product(*choices), _MOST))


def _subject_guard(issuer: str, subject: Subject, claims: Claims) -> Iterator[Guard]:
    if not subject.claims:
        return
    key = f"{issuer}:{'+'.join(subject.claims)}"
    only = claims[subject.claims[0]]
    if subject.claims[0] in ("sub", "oid") and not only.pattern:
        yield Guard(kind="subject", key=key, operator="equals", values=(only.value,))
    else:
        wide = not subject.pattern.strip("*?")
        yield Guard(kind="subject", key=key, operator="like", values=(subject.pattern,), confines=not wide)


def _guard(issuer: str, need: Need) -> Guard:
    """What a need on a claim does to narrow a trust."""
    if need.how == "unread":
        return Guard(kind="other", key=need.claim, values=need.values)
    kind: GuardKind = "other"
    if need.claim in ("sub", "subject"):
        kind = "subject"
    elif need.claim == "aud":
        kind = "audience"
    elif need.claim in ONE_SUBJECT and need.how == "equals" and (issuer == GOOGLE or issuer not in SHARED_ISSUERS):
        kind = "subject"
    confines = need.how == "equals" or (need.how == "like" and all(value.strip("*?") for value in need.values))
    return Guard(kind=kind, key=f"{issuer}:{need.claim}", operator=need.how, values=need.values, confines=confines)


def _audience(provider: Provider) -> Guard:
    """Google takes no token without an audience that it knows; but mostly the caller chooses what a token says."""
    values = provider.audiences or (f"https:{provider.id}",)
    fixed = provider.issuer != GOOGLE or all(value.endswith(_GOOGLE_AUDIENCE) for value in values)
    return Guard(kind="audience", key=f"{provider.issuer}:aud", operator="equals", values=values, confines=fixed)


def _aws(provider: Provider, needs: Needs, directory: Directory) -> Iterator[Trust]:
    if not amazon.ACCOUNT.fullmatch(provider.account):
        yield _plain(f"oidc:{provider.id}#*", provider.id, "unknown", needs)
        return
    if any(need.claim == "account" and need.how == "equals" and provider.account not in need.values for need in needs):
        return
    named = next((need for need in needs if need.claim == "arn" and need.how in ("equals", "like")), None)
    others = tuple(_guard(provider.issuer, need) for need in needs if need is not named and need.claim != "account")
    if named is None:
        yield Trust(identity="", principal=f"aws:{provider.account}", kind="account", guards=others)
        return
    for value in named.values[:_MOST]:
        caller = amazon.caller(value, pattern=named.how == "like")
        if caller is None:
            more = _guard(provider.issuer, msgspec.structs.replace(named, values=(value,)))
            yield Trust(identity="", principal=f"aws:{provider.account}", kind="account", guards=(more, *others))
        elif caller.account == provider.account:
            arn = directory.roles.get((caller.account, caller.role), caller.arn) if caller.role else caller.arn
            session = caller.session
            told = Guard(kind="session-name", key="sts:RoleSessionName", operator="StringLike", values=(session,))
            yield Trust(identity="", principal=arn, kind="principal", guards=(*((told,) if session else ()), *others))


def _plain(principal: str, issuer: str, kind: _Kind, needs: Needs) -> Trust:
    guards = tuple(_guard(issuer, need) for need in needs)
    return Trust(identity="", principal=principal, kind=kind, guards=guards)
