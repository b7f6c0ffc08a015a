"""Seeds of what reaches into an account or out of it without IAM users: certificates, delegation, outbound tokens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tests.clouds.aws.ids import stable_hex, stable_id, stable_secret, stable_uuid
from tests.clouds.aws.overlays.iam_outside import Outside
from tests.clouds.aws.overlays.rolesanywhere import RolesAnywhere
from tests.clouds.aws.seed import Account, Role, ago


def outbound_tokens(account: Account) -> str:
    """Let identities of the account prove themselves outside of AWS; the issuer."""
    issuer = f"https://{stable_uuid(account.id, 'outbound')}.tokens.sts.global.api.aws"
    account.emulator.store.get(Outside, account.id).issuer = issuer
    return issuer


def delegation_request(
    account: Account,
    requestor: str,
    state: str = "PENDING_APPROVAL",
    created: datetime | None = None,
    expires: datetime | None = None,
    **fields: Any,
) -> str:
    """Have a partner ask for temporary access; the id of the request."""
    outside = account.emulator.store.get(Outside, account.id)
    id = stable_id("ADRQ", account.id, requestor, str(len(outside.requests)))
    outside.requests.append(
        {
            "DelegationRequestId": id,
            "OwnerAccountId": account.id,
            "RequestorId": stable_hex(12, requestor),
            "RequestorName": requestor,
            "State": state,
            "CreateDate": created or ago(3),
            "ExpirationTime": expires or ago(-4),
            "SessionDuration": 3600,
            **fields,
        }
    )
    return id


class Anywhere:
    """Roles Anywhere of an account in a region."""

    def __init__(self, account: Account, region: str = "us-east-1") -> None:
        self._account, self._region = account, region
        self._state = account.emulator.store.get(RolesAnywhere, account.id, region)

    def _arn(self, kind: str, id: str) -> str:
        return f"arn:aws:rolesanywhere:{self._region}:{self._account.id}:{kind}/{id}"

    def anchor(
        self, name: str, source: str = "CERTIFICATE_BUNDLE", created: datetime | None = None, enabled: bool = True
    ) -> str:
        """Trust a certificate authority; the ARN of the anchor."""
        id = stable_uuid(self._account.id, self._region, "anchor", name)
        pem = f"-----BEGIN CERTIFICATE-----\n{stable_secret(64, id)}\n-----END CERTIFICATE-----"
        authority = f"arn:aws:acm-pca:{self._region}:{self._account.id}:certificate-authority/{id}"
        data = {"acmPcaArn": authority} if source == "AWS_ACM_PCA" else {"x509CertificateData": pem}
        self._state.anchors.append(
            {
                "trustAnchorId": id,
                "trustAnchorArn": self._arn("trust-anchor", id),
                "name": name,
                "source": {"sourceType": source, "sourceData": data},
                "enabled": enabled,
                "createdAt": created or ago(300),
                "updatedAt": created or ago(300),
            }
        )
        return self._arn("trust-anchor", id)

    def profile(
        self,
        name: str,
        roles: Iterable[Role],
        duration: int = 3600,
        created: datetime | None = None,
        enabled: bool = True,
        **fields: Any,
    ) -> str:
        """Say which roles machines may take on; the ARN of the profile."""
        id = stable_uuid(self._account.id, self._region, "profile", name)
        self._state.profiles.append(
            {
                "profileId": id,
                "profileArn": self._arn("profile", id),
                "name": name,
                "enabled": enabled,
                "createdBy": f"arn:aws:sts::{self._account.id}:assumed-role/Admin/platform",
                "roleArns": [role.arn for role in roles],
                "managedPolicyArns": [],
                "durationSeconds": duration,
                "createdAt": created or ago(300),
                "updatedAt": created or ago(300),
                **fields,
            }
        )
        return self._arn("profile", id)

    def subject(
        self,
        x509: str,
        last_seen: datetime,
        created: datetime | None = None,
        enabled: bool = True,
        credentials: Iterable[Mapping[str, Any]] = (),
    ) -> str:
        """A machine that was seen; its id."""
        id = stable_uuid(self._account.id, self._region, "subject", x509)
        serial = str(int(stable_hex(12, x509), 16))
        seen = {
            "seenAt": last_seen,
            "serialNumber": serial,
            "issuer": "CN=Example CA",
            "enabled": True,
            "failed": False,
        }
        self._state.subjects.append(
            {
                "subjectArn": self._arn("subject", id),
                "subjectId": id,
                "enabled": enabled,
                "x509Subject": x509,
                "lastSeenAt": last_seen,
                "createdAt": created or ago(250),
                "updatedAt": last_seen,
                "credentials": [dict(credential) for credential in credentials] or [seen],
            }
        )
        return id
