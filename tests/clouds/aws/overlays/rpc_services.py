"""Services whose model names a binary protocol first: boto3 speaks JSON with them, and so must the overlay."""

from __future__ import annotations

from typing import Final

from tests.clouds.aws.untyped import moto_module

_BINARY: Final = "smithy-rpc-v2-cbor"

for _table in (moto_module("core.parse").PROTOCOL_PARSERS, moto_module("core.serialize").SERIALIZERS):
    _table.setdefault(_BINARY, _table["json"])
