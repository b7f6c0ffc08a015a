"""No text without end comes into a record."""

from __future__ import annotations

import msgspec

from nhiscan.model import Gap, Resource
from nhiscan_connectors.common.bounds import LONGEST, bounded


def test_what_a_service_reads_again_is_not_cut() -> None:
    long = "x" * (LONGEST + 1)
    record = Resource(id=long, provider="aws", kind="k", name=long, scope="s", attributes={"a": long, "unused:a": long})
    cut = bounded(record)
    assert isinstance(cut, Resource)
    assert (len(cut.id), len(cut.name), len(cut.attributes["a"])) == (LONGEST + 1, LONGEST, LONGEST)
    assert cut.attributes["unused:a"] == long
    short = msgspec.structs.replace(record, name="n", attributes={})
    assert bounded(short) is short
    assert isinstance(bounded(Gap(connector="aws", scope="s", operation="o", reason="failed", detail=long)), Gap)
