"""A result in which every text that anybody could have chosen is an attack."""

from __future__ import annotations

import zlib
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from nhiscan.result import ScanResult

FLAG: Final = "__executed"
"""Property of the window that the attacks set."""

_SUFFIX: Final = (
    f'"\'><img src=x onerror="window.{FLAG}=1"><svg/onload=window.{FLAG}=1>'
    f"</script></style></textarea></title><script>window.{FLAG}=1</script>"
    f"<iframe srcdoc='<script>parent.{FLAG}=1</script>'></iframe><!--<script>"
    f"<a href=javascript:window.{FLAG}=1>x</a><style>*{{display:none}}</style><base href=https://attacker.example/>"
    f"{{{{ 7*'7' }}}}{{% raw %}}${{window.{FLAG}=1}}\u2028\u2029\u202e\x00\x1b[2J&lt;b&gt;"
)
_PREFIXES: Final = (
    "",
    f"javascript:window.{FLAG}=1//",
    "data:text/html,<script>alert(1)</script>",
    "#/identity/",
    '" autofocus onfocus="alert(1)" x="',
    "__proto__",
    "=HYPERLINK(",
)

T = TypeVar("T")


def attack(text: str) -> str:
    """The attack in place of a text: always the same for the same text, so that ids still meet."""
    return f"{_PREFIXES[zlib.crc32(text.encode()) % len(_PREFIXES)]}{text}{_SUFFIX}"


def planted(result: ScanResult) -> ScanResult:
    """The result with an attack in every text, but for the keywords that the schema lists and the counts by them."""
    whole: ScanResult = _planted(result, ScanResult)
    counts = {"classes": result.summary.classes, "findings": result.summary.findings}
    return msgspec.structs.replace(whole, summary=msgspec.structs.replace(whole.summary, **counts))


def _planted(value: Any, hint: Any) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    match value:
        case None | bool() | int() | float() | datetime():
            return value
        case str():
            return value if _is_keyword(hint) else attack(value)
        case list():
            return [_planted(item, arguments[0]) for item in value]
        case dict():
            return {_planted(key, arguments[0]): _planted(item, arguments[1]) for key, item in value.items()}
        case msgspec.Struct():
            hints = get_type_hints(type(value))
            fields = {name: _planted(getattr(value, name), hints[name]) for name in value.__struct_fields__}
            return type(value)(**fields)
    raise TypeError(f"{origin or hint} is not planned for")


def _is_keyword(hint: Any) -> bool:
    """Whether only the keywords of a Literal, or nothing, may stand there."""
    if get_origin(hint) is Literal:
        return True
    if isinstance(hint, UnionType):
        return all(part is NoneType or get_origin(part) is Literal for part in get_args(hint))
    return False
