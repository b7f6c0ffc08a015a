"""IAM's server certificates, with their own dates: moto gives all of them the same."""

from __future__ import annotations

from typing import Any

from tests.clouds.aws.ids import stable_id
from tests.clouds.aws.overlay import Context, answers, iam_page


@answers("iam", "ListServerCertificates")
def _list(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    from moto.iam.models import iam_backends

    prefix = params.get("PathPrefix") or "/"
    shown = []
    for certificate in iam_backends[context.account]["aws"].certificates.values():
        if certificate.path.startswith(prefix):
            expires = getattr(certificate, "expires", None)
            shown.append(
                {
                    "Path": certificate.path,
                    "ServerCertificateName": certificate.cert_name,
                    "ServerCertificateId": stable_id("ASCA", context.account, certificate.cert_name),
                    "Arn": certificate.arn,
                    "UploadDate": getattr(certificate, "uploaded", context.now),
                    **({"Expiration": expires} if expires else {}),
                }
            )
    return iam_page("ServerCertificateMetadataList", shown, params)
