"""What the format of a found credential says by itself: account, key id, expiry. No network, no secret kept."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

_LONGEST = 16_384


def decode(detector: str, value: str) -> dict[str, str]:
    """Facts in a credential, by detector id. Never raises: what cannot be read is left out."""
    reader = _READERS.get(detector)
    if reader is None or len(value) > _LONGEST:
        return {}
    try:
        return reader(value)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, OSError, RecursionError):
        return {}  # a value that only looks like one says nothing, and that is no fault


def account_of_access_key(key_id: str) -> str:
    """The AWS account that an access key id belongs to; empty when it cannot be told.

    The account stands in the id itself: five bits a character after the prefix, the lowest bit of the first byte
    group shifted out. Ids from before 2019 do not hold it.
    """
    if not re.fullmatch(r"A[A-Z0-9]{3}[A-Z2-7]{16}", key_id):
        return ""
    number = int.from_bytes(base64.b32decode(key_id[4:])[:6], "big")
    return f"{(number & 0x7FFFFFFFFF80) >> 7:012d}"


def _unpad(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_" if "-" in text or "_" in text else None)


def _bedrock_short(value: str) -> dict[str, str]:
    query = parse_qs(_unpad(value.removeprefix("bedrock-api-key-")).decode().partition("?")[2])
    key_id, _, region, *_ = query["X-Amz-Credential"][0].split("/")
    issued = datetime.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    expires = issued + timedelta(seconds=int(query["X-Amz-Expires"][0]))
    return {
        "access_key_id": key_id,
        "account": account_of_access_key(key_id),
        "region": region,
        "issued_at": issued.isoformat().replace("+00:00", "Z"),
        "expires_at": expires.isoformat().replace("+00:00", "Z"),
    }


def _bedrock_long(value: str) -> dict[str, str]:
    # The public half comes first: "BedrockAPIKey-xxxx-at-<account>:<secret>".
    public = _unpad(value.removeprefix("ABSK")).decode("utf-8").partition(":")[0]
    user, _, account = public.rpartition("-at-")
    facts = {"user": user or public}
    if re.fullmatch(r"\d{12}", account):
        facts["account"] = account
    return facts


def _token(value: str) -> dict[str, str]:
    claims = json.loads(_unpad(value.split(".")[1]))
    facts = {name: str(claims[name])[:200] for name in ("iss", "sub", "aud") if isinstance(claims.get(name), str)}
    if isinstance(claims.get("exp"), int):
        facts["expires_at"] = datetime.fromtimestamp(claims["exp"], UTC).isoformat().replace("+00:00", "Z")
    return facts


def _github_app(value: str) -> dict[str, str]:
    match = re.match(r"ghs_(\d{1,12})_(.+)\Z", value)
    return {"app_id": match[1], **_token(match[2])} if match else {}


_READERS = {
    "bedrock-short-term-key": _bedrock_short,
    "bedrock-long-term-key": _bedrock_long,
    "json-web-token": _token,
    "github-app-token": _github_app,
}
