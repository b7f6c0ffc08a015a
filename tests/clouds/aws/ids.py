"""Ids that look like AWS's and are the same on each run, because they follow from what they name."""

from __future__ import annotations

import base64
import hashlib
import uuid
from typing import Final

_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_OFFSET: Final = int.from_bytes(base64.b32decode("QAAAAAAA"), "big")
_NAMESPACE: Final = uuid.UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")


def stable_id(prefix: str, account: str, *what: str) -> str:
    """A unique id of AWS: four letters for the kind, the account encoded as AWS does, and a tail.

    Keys (AKIA, ASIA) have 20 characters, everything else has 21.
    """
    number = int(account)
    place = base64.b32encode((number // 2 + _OFFSET).to_bytes(5, "big")).decode()
    digest = hashlib.blake2b("\0".join((prefix, account, *what)).encode(), digest_size=20).digest()
    letters = base64.b32encode(digest).decode().rstrip("=")
    half = _ALPHABET[16:] if number % 2 else _ALPHABET[:16]
    length = 20 if prefix in ("AKIA", "ASIA") else 21
    body = prefix + place + half[digest[0] % 16]
    return body + letters[: length - len(body)]


def account_of(id: str) -> str:
    """Account that a unique id belongs to."""
    number = int.from_bytes(base64.b32decode(id[4:12] + id[12:20].ljust(8, "A"))[:6], "big")
    return f"{(number & 0x7FFFFFFFFF80) >> 7:012d}"


def stable_uuid(*what: str) -> str:
    """A UUID that follows from what it names."""
    return str(uuid.uuid5(_NAMESPACE, "\0".join(what)))


def stable_hex(length: int, *what: str) -> str:
    """`length` hexadecimal digits that follow from what they name."""
    digest = hashlib.blake2b("\0".join(what).encode(), digest_size=32).hexdigest()
    return digest[:length]


def stable_secret(length: int, *what: str) -> str:
    """Letters and digits that follow from what they name; no secret, but in the form of one."""
    digest = hashlib.blake2b("\0".join(what).encode(), digest_size=64).digest()
    text = base64.b64encode(digest).decode().replace("+", "x").replace("/", "y").rstrip("=")
    return (text * (length // len(text) + 1))[:length]
