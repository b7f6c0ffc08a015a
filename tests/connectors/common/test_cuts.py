"""Cuts: the same scopes are one cut, in whatever order they came."""

from __future__ import annotations

from nhiscan_connectors.common.cuts import cut, digest_of


def test_the_same_scopes_are_one_cut() -> None:
    one, other, wider = cut(["/b", "/a", "/a"]), cut(("/a", "/b")), cut(("/a", "/b", "/c"))
    assert one is not None
    assert other is not None
    assert wider is not None
    assert (one.scopes, one.digest) == (other.scopes, other.digest)
    assert one.digest != wider.digest
    assert cut(()) is None


def test_texts_do_not_run_into_each_other() -> None:
    assert len({digest_of(parts) for parts in (["ab", "c"], ["a", "bc"], ["abc"], ["c", "ab"])}) == 4
