"""When applications, and each of their secrets and certificates, were last used.

Both reports need a licence. Where they are refused, the last use is not known, which is told as a gap: it never means
that something was not used. What they tell stands with the service principals and credentials.

Calls: two lists.
"""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.directory.operations import CREDENTIAL_SIGN_INS, SIGN_INS
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.common.fields import Fields


def collect(calls: Calls) -> None:
    """Both reports."""
    calls.ask(SIGN_INS, CREDENTIAL_SIGN_INS)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """What is damaged in the reports; the rest is told with the things that were used."""
    fields = Fields(shard, answers)
    for _ in fields.items(SIGN_INS, "value", "appId"):
        pass
    for _ in fields.items(CREDENTIAL_SIGN_INS, "value", "keyId"):
        pass
    yield from fields.gaps()


SERVICE = Service(
    name="sign-ins", part="tenant", operations=(SIGN_INS, CREDENTIAL_SIGN_INS), collect=collect, parse=parse
)
