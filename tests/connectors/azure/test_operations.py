"""The calls that the connector declares: none returns a secret, all only read, and their fields exist."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nhiscan.errors import UsageError
from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.connector import AzureConnector
from tests.clouds.azure.specs import MISSING, VARIABLE, Specs
from tests.connectors.azure.declared import operations

ROOT = Path(__file__).parents[3]
CONNECTOR = AzureConnector()
GRAPH = [operation for operation in operations() if operation.plane == "graph"]
each = pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.name)


def test_no_sdk_is_loaded_before_something_is_asked() -> None:
    code = (
        "import sys; from nhiscan_connectors.azure import AzureConnector\n"
        "connector = AzureConnector(); connector.operations, connector.never, connector.options\n"
        "heavy = {'azure', 'requests', 'msal'} & set(sys.modules); sys.exit(repr(heavy) if heavy else 0)"
    )
    path = os.pathsep.join([str(ROOT), str(ROOT / "connectors")])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert done.returncode == 0, done.stderr


def test_names_are_unique() -> None:
    names = [operation.name for operation in operations()]
    assert len(set(names)) == len(names)
    assert len(names) == len(CONNECTOR.operations)


def test_none_is_on_the_list_of_calls_that_are_never_made() -> None:
    assert {operation.name for operation in operations()} & set(CONNECTOR.never) == set()
    assert "graph:applications.addPassword" in CONNECTOR.never
    assert all(re.fullmatch(r"[\w.]+:[\w.]+", name) for name in CONNECTOR.never)


@each
def test_an_operation_says_what_it_is_for(operation: Api) -> None:
    assert re.fullmatch(r"[\w.]+:[\w.]+", operation.name)
    assert operation.permission
    assert operation.purpose[0].islower()
    assert operation.hides
    assert not operation.purpose.endswith(".")
    assert not operation.hides.endswith(".")
    assert set(operation.fields) >= ({operation.about} if operation.about else set())


@each
def test_a_permission_is_one_that_reads(operation: Api) -> None:
    for permission in operation.permission.split(","):
        if operation.plane == "graph":
            assert re.search(r"\.Read(\.|$)", permission.strip()), permission
            assert "Write" not in permission
        else:
            assert permission.strip().endswith("/read"), permission


@pytest.mark.parametrize("operation", GRAPH, ids=lambda operation: operation.name)
def test_graph_is_asked_only_for_fields_that_microsoft_describes(operation: Api) -> None:
    specs = Specs.from_environment()
    if not specs:
        pytest.skip(MISSING)
    assert specs.unknown_fields(operation.path, operation.version, dict(operation.query).get("$select", "")) == []


def test_the_specifications_are_read_when_they_are_there() -> None:
    if not os.environ.get(VARIABLE):
        pytest.skip(MISSING)
    assert Specs.from_environment()


def test_graph_permissions_are_listed_one_a_line() -> None:
    lines = CONNECTOR.permission_policy("graph").splitlines()
    assert "User.Read.All" in lines
    assert "Application.Read.All" in lines
    assert lines == sorted(set(lines))


def test_the_role_allows_the_reads_of_azure_and_nothing_else() -> None:
    role = json.loads(CONNECTOR.permission_policy("json"))
    assert "Microsoft.Authorization/roleAssignments/read" in role["Actions"]
    assert all(action.endswith("/read") for action in [*role["Actions"], *role["DataActions"]])
    assert role["IsCustom"] is True


def test_another_form_is_not_known() -> None:
    with pytest.raises(UsageError, match="graph, json"):
        CONNECTOR.permission_policy("terraform")
