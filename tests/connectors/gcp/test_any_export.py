"""Damaged exports are read, or refused in one sentence that names the place; nothing else comes of them."""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nhiscan.connector import Evidence
from nhiscan_connectors.gcp import GcpConnector
from tests.clouds.gcp.fixtures import Gcp
from tests.connectors.azure.damage import damaged
from tests.connectors.gcp import exported
from tests.connectors.gcp.exported import refusal_of
from tests.connectors.kept import Kept

ROUNDS = 300
_WORDS = st.sampled_from(
    ["", "x", "projects/p", "projects/1", "organizations/1", "folders/2", "//iam.googleapis.com/projects/p/x",
     "\x1b[2J",
     "cloudresourcemanager.googleapis.com/Project", "iam.googleapis.com/ServiceAccount", "roles/owner", "allUsers",
     "projects/p/serviceAccounts/a@p.iam.gserviceaccount.com", "projects/-", "-", "//", "user:a@b.c"]
)  # fmt: skip
_KEYS = st.sampled_from(
    ["name", "asset_type", "assetType", "resource", "data", "iam_policy", "policy", "bindings", "role", "members",
     "ancestors", "email", "projectId", "projectNumber", "parent", "type", "id", "labels", "organization", "project",
     "folders", "assets", "results", "items", "keys", "kind", "selfLink", "apiVersion", "metadata", "fullResourceName",
     "activityType", "activity", "includedPermissions", "state", "etag", "versionedResources", "config"]
)  # fmt: skip
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**20) | _WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=6),
    max_leaves=25,
)


def outcome(path: Path) -> tuple[Kept, bool]:
    """What came of an export, and whether it was refused. Every other error fails the test."""
    sink = Kept()
    error = refusal_of(path, sink)
    if error is not None:
        assert "\x1b" not in error.message
        assert len(error.diagnostics()) < 1000
        assert str(path) in error.message or "nothing that nhiscan reads" in error.message
    return sink, error is not None


def parsed(sink: Kept) -> None:
    """Whatever was taken in is parsed without a defect: services turn one into a gap that says so."""
    connector = GcpConnector()
    vars(connector)["services"] = exported.SERVICES
    for id in dict.fromkeys(shard.id for shard, _, _ in sink.pages):
        shard = next(one for one, _, _ in sink.pages if one.id == id)
        evidence = [Evidence(operation=name, body=body) for one, name, body in sink.pages if one.id == id]
        for record in connector.parse(shard, evidence):
            assert not str(getattr(record, "detail", "")).startswith("the parser raised"), record


def test_a_damaged_export_is_read_or_refused(gcp: Gcp, tmp_path: Path) -> None:
    exported.company(gcp.company)
    state = gcp.emulator.state
    documents: list[Any] = [
        *exported.resources(state),
        *exported.iam_policies(state),
        *exported.searched(state)[:5],
        *exported.activities(state),
        *[row["resource"]["data"] for row in exported.resources(state)],
    ]
    read, refused = 0, 0
    for number in range(ROUNDS):
        chance = random.Random(number)
        path = tmp_path / f"{number}.json"
        chosen = [damaged(chance.choice(documents), chance, share=0.03) for _ in range(4)]
        text = "\n".join(json.dumps(item) for item in chosen)
        path.write_text(text if chance.random() < 0.8 else text[: chance.randrange(len(text))])
        sink, was_refused = outcome(path)
        read, refused = read + (not was_refused), refused + was_refused
        if not was_refused:
            assert sink.lacking
            parsed(sink)
    assert read > ROUNDS / 10
    assert refused > ROUNDS / 10


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_VALUES, max_size=4), st.sampled_from(["lines", "list", "page"]))
def test_anything_that_is_json_is_read_or_refused(entries: list[Any], form: str) -> None:
    match form:
        case "lines":
            text = "\n".join(json.dumps(entry) for entry in entries)
        case "list":
            text = json.dumps(entries)
        case _:
            text = json.dumps({"assets": entries})
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "p-1.iam-policy.json"
        path.write_text(text)
        sink, refused = outcome(path)
        if not refused:
            parsed(sink)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "x.json"
        path.write_bytes(content)
        outcome(path)
