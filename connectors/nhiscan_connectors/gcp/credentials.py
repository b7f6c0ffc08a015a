"""The scanner's own credentials: a file that an option names, else application default credentials."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import msgspec

from nhiscan.errors import UsageError
from nhiscan_connectors.common.fields import table, text

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

SCOPES: Final = (
    "https://www.googleapis.com/auth/cloud-platform",
    "https://www.googleapis.com/auth/cloud-identity.groups.readonly",
)
"""What a token is asked for. IAM and Resource Manager answer to no narrower scope than the first; what the scanner may
do is for its roles to limit."""
_HELP: Final = "Give the file of a service account, of a user, or of workload identity federation."


def load(file: str, quota_project: str | None) -> Credentials:
    """Credentials of a file, or those that google-auth finds in its usual places where `file` is empty.

    Raises UsageError for a file that holds none, DefaultCredentialsError where google-auth finds none.
    """
    import google.auth

    if not file:
        found, _ = google.auth.default(scopes=SCOPES, quota_project_id=quota_project)
        return found
    credentials: Credentials = _of_file(file)
    if quota_project and hasattr(credentials, "with_quota_project"):
        credentials = credentials.with_quota_project(quota_project)
    return credentials


def impersonating(source: Credentials, chain: str, endpoint: str, quota_project: str | None) -> Credentials:
    """Credentials of the last service account of a chain ("a@x, b@x"), through those before it."""
    from google.auth import impersonated_credentials

    *delegates, target = [part.strip() for part in chain.split(",")]
    return impersonated_credentials.Credentials(  # type: ignore[no-untyped-call]
        source_credentials=source,
        target_principal=target,
        target_scopes=list(SCOPES),
        # The library passes them on as they are; the API takes names of resources, not addresses.
        delegates=[f"projects/-/serviceAccounts/{email}" for email in delegates] or None,
        quota_project_id=quota_project,
        iam_endpoint_override=f"{endpoint}/v1/projects/-/serviceAccounts/{target}:generateAccessToken",
    )


def _of_file(file: str) -> Any:
    """Each kind is loaded by its own loader, as google-auth advises: a file must not choose to run a program."""
    from google.auth import aws, identity_pool
    from google.oauth2 import credentials, service_account

    if not os.path.isfile(file):
        raise UsageError(f"There are no Google credentials at {file}.", _HELP)
    with open(file, "rb") as opened:
        content = opened.read(1 << 20)
    try:
        told = table(msgspec.json.decode(content))
    except msgspec.DecodeError as error:
        raise UsageError(f"{file} holds no Google credentials: it is not JSON ({error}).", _HELP) from error
    kind, source = text(told.get("type")), table(told.get("credential_source"))
    loaders: dict[str, Callable[[], Any]] = {
        "service_account": lambda: service_account.Credentials.from_service_account_info(told, scopes=SCOPES),  # type: ignore[no-untyped-call]
        "authorized_user": lambda: credentials.Credentials.from_authorized_user_info(told),  # type: ignore[no-untyped-call]
        "external_account": lambda: (
            aws.Credentials.from_info(told, scopes=SCOPES)  # type: ignore[no-untyped-call]
            if text(source.get("environment_id")).startswith("aws")
            else identity_pool.Credentials.from_info(told, scopes=SCOPES)  # type: ignore[no-untyped-call]
        ),
    }
    if kind not in loaders or "executable" in source:
        raise UsageError(f"{file} holds credentials of a kind that cannot be used: {kind[:40] or 'none'}.", _HELP)
    try:
        return loaders[kind]()
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{file} holds no usable Google credentials: {str(error)[:200]}", _HELP) from error
