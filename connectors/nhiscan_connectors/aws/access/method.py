"""What an escalation method is: the permissions that it needs, what they must be held on, and what it gives."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

Aim: TypeAlias = Literal[
    "own-user",
    "own-role",
    "own-group",
    "own-policy",
    "own-user-boundary",
    "own-role-boundary",
    "user",
    "user-without-password",
    "user-with-password",
    "user-with-inactive-key",
    "user-with-all-keys",
    "user-with-room-for-a-key",
    "user-made-admin",
    "role",
    "role-made-admin",
    "assumable-role-made-admin",
    "policy-of-user-made-admin",
    "policy-of-role-made-admin",
    "policy-of-assumable-role-made-admin",
    "group",
    "new-user",
    "new-role",
    "passed-role",
    "workload",
    "saml-provider",
    "oidc-provider",
    "permission-set",
    "secret",
    "credential",
    "guardrail",
]
"""What `on` must be held on. Also says what is gained:

own-*                administration of the account, by widening one's own permissions
own-*-boundary       whatever one's policies allow without the boundary
user*, role          that user or role
*-made-admin         administration, through a user or role that is made administrator and can be used
group                the permissions of the group
new-*                administration, through a user or role made for the purpose
passed-role          a role that is handed to a new or changed resource; it must trust the service
workload             the role that an existing resource already runs as
*-provider           every role that trusts the provider
permission-set       administration of the accounts of an Identity Center instance
secret               no identity: a Grant of `read_secrets`
credential           no identity, only one service in its name: a Grant of `administer_identities`
guardrail            no identity: a Grant of `change_guardrails`
"""


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """One way to gain power. The key is the set of permissions; ids of other catalogues are aliases."""

    id: str
    aim: Aim
    on: tuple[str, ...]
    """Permissions needed on the thing aimed at: `iam:PassRole` on the role, `lambda:InvokeFunction` on the function."""
    on_policy: tuple[str, ...] = ()
    """Permissions needed on a managed policy that the thing aimed at carries."""
    on_artifact: tuple[str, ...] = ()
    """Permissions needed on the image repository or the code that a workload is made from."""
    anywhere: tuple[str, ...] = ()
    """Permissions needed on some resource of their own kind."""
    service: str = ""
    """passed-role: the service that the role must trust, and the value of iam:PassedToService."""
    kinds: tuple[str, ...] = ()
    """workload: kinds of workload that it works on."""
    note: str = ""
    """What must hold beyond permissions; a method with a note is never better than `conditional`."""
    can: str
    """Rest of a sentence after the identity's name; `{target}` is filled in."""
    aliases: tuple[str, ...] = ()

    @property
    def permissions(self) -> frozenset[str]:
        """Everything that it needs: its key."""
        return frozenset((*self.on, *self.on_policy, *self.on_artifact, *self.anywhere))


def passed(id: str, service: str, anywhere: str, can: str, *aliases: str, note: str = "") -> Method:
    """A method that hands a role to a new or changed thing. `service` without its ".amazonaws.com"."""
    return Method(
        id=id,
        aim="passed-role",
        on=("iam:PassRole",),
        anywhere=tuple(anywhere.split()),
        service=f"{service}.amazonaws.com",
        can=can,
        aliases=aliases,
        note=note,
    )


def held(id: str, kinds: str, on: str, can: str, *aliases: str, anywhere: str = "", note: str = "") -> Method:
    """A method that makes an existing workload do as one likes. Kinds and permissions are separated by spaces."""
    return Method(
        id=id,
        aim="workload",
        on=tuple(on.split()),
        anywhere=tuple(anywhere.split()),
        kinds=tuple(kinds.split()),
        can=can,
        aliases=aliases,
        note=note,
    )
