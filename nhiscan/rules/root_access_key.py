"""A key with which a program can act as the first user of an account."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.governance import controls
from nhiscan.judging import is_root
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.usage import works
from nhiscan.wording import credential_name, day, identity_name, plain


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each root user by whether it holds anything but a password. One that is switched off can be switched on."""
    roots = (identity for identity in context.inventory.identities.values() if is_root(identity))
    for identity in context.examine(roots):
        if not context.knows(identity, "credentials"):
            yield RULE.unknown(identity.id, "its credentials could not be listed")
        for credential in context.inventory.credentials_of(identity.id):
            if credential.kind == "password" or not credential.secret or credential.status == "expired":
                continue
            working = works(credential, context.clock)
            state = {True: "works", False: "is switched off and can be switched on", None: "may work"}[working]
            made = f", made on {day(credential.created_at)}," if credential.created_at else ""
            yield RULE.finding(
                identity.id,
                f"{identity_name(identity)} of {plain(identity.scope)} has {credential_name(credential)}{made}"
                f" that {state}",
                key=(credential.id,),
                severity="medium" if working is False else None,
                confidence="medium" if working is None else None,
                related=(credential.id,),
            )


RULE = Rule(
    id="root_access_key",
    title="Access key of a root user",
    severity="critical",
    why=(
        "No policy of the account can limit the root user. Whoever finds its key owns the account, can close it and can"
        " lock everybody else out."
    ),
    remediation=(
        "Delete the key today; do what it was used for with a role, and manage the root users of member accounts"
        " centrally, without credentials of their own."
    ),
    references=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html",
    ),
    controls=controls.ROOT_KEY,
    risk="Keys open whole accounts without any limit: {count} of them.",
    check=check,
)
