"""The calls that the connector declares: none returns a secret, all only read, and Google describes them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nhiscan.errors import UsageError
from nhiscan_connectors.gcp import GcpConnector
from nhiscan_connectors.gcp.api import Api, GoogleOperation, Rpc, policy, rest, rpc
from tests.clouds.gcp.specs import MISSING, Specs

ROOT = Path(__file__).parents[3]
CONNECTOR = GcpConnector()
OPERATIONS: list[GoogleOperation] = [one for one in CONNECTOR.operations if isinstance(one, Api | Rpc)]
HTTP = [one for one in OPERATIONS if isinstance(one, Api)]
NAME = re.compile(r"[\w.]+:[\w.]+")
READS = re.compile(r"\.(?:get\w*|list\w*|search\w*|query\w*|analyze\w*|aggregatedList)\Z")
each = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)


def test_no_sdk_is_loaded_before_something_is_asked() -> None:
    code = (
        "import sys; from nhiscan_connectors.gcp import GcpConnector\n"
        "connector = GcpConnector(); connector.operations, connector.never, connector.options\n"
        "heavy = {'google.auth', 'google.cloud', 'grpc', 'requests'} & set(sys.modules)\n"
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    path = os.pathsep.join([str(ROOT), str(ROOT / "connectors")])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert done.returncode == 0, done.stderr


def test_names_are_unique() -> None:
    names = [operation.name for operation in OPERATIONS]
    assert len(set(names)) == len(names)
    assert len(names) == len(CONNECTOR.operations)


def test_none_is_on_the_list_of_calls_that_are_never_made() -> None:
    assert {operation.name.partition("#")[0] for operation in OPERATIONS} & set(CONNECTOR.never) == set()
    assert "secretmanager:projects.secrets.versions.access" in CONNECTOR.never
    assert all(NAME.fullmatch(name) for name in CONNECTOR.never)


@each
def test_an_operation_says_what_it_is_for(operation: GoogleOperation) -> None:
    assert re.fullmatch(r"[\w.]+:[\w.]+(#[\w-]+)?", operation.name)
    assert operation.purpose[0].islower() or operation.purpose.split()[0].isupper()
    assert operation.hides
    assert not operation.purpose.endswith(".")
    assert not operation.hides.endswith(".")


@each
def test_a_permission_is_one_that_reads(operation: GoogleOperation) -> None:
    for permission in operation.permission.split(","):
        # What a directory's administrator grants, such as the membership of groups, is no permission of IAM.
        assert not permission or READS.search(permission.strip()), permission


@pytest.mark.parametrize("operation", HTTP, ids=lambda operation: operation.name)
def test_google_describes_the_call(operation: Api) -> None:
    specs = Specs.from_environment()
    if not specs.methods:
        pytest.skip(MISSING)
    if (operation.service, operation.path.partition("/")[0]) not in specs.versions:
        pytest.skip(f"Google's description of this version of {operation.service} is not there")
    assert specs.unknown(operation.service, operation.method, operation.path, dict(operation.query)) == []


def test_what_changes_something_or_gives_a_secret_cannot_be_declared() -> None:
    told = {"permission": "x.y.get", "purpose": "p", "hides": "h"}
    with pytest.raises(ValueError, match="read a secret"):
        rest("secretmanager:x", "v1/{+name}:access", **told)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="read a secret"):
        rest("apikeys:x", "v2/{+name}/keyString", **told)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="change nothing"):
        policy("iam:x", "v1/{+name}:setIamPolicy", **told)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="change nothing"):
        rpc("iam:x", "create_service_account_key", **told)  # type: ignore[arg-type]


def test_the_role_holds_the_permissions_of_all_calls_and_none_that_gives_a_secret() -> None:
    role = json.loads(CONNECTOR.permission_policy("json"))
    assert "iam.serviceAccounts.list" in role["includedPermissions"]
    assert all(READS.search(name) for name in role["includedPermissions"])
    forbidden = {"apikeys.keys.getKeyString", "secretmanager.versions.access", "iam.serviceAccounts.getAccessToken"}
    assert forbidden & set(role["includedPermissions"]) == set()
    assert CONNECTOR.permission_policy("gcloud").split(",") == role["includedPermissions"]


@pytest.mark.parametrize(
    ("written", "refused"),
    [
        ("iam.googleapis.com/workloadIdentityPools.list", "iam.workloadIdentityPools.list"),
        ("iam.googleapis.com/workloadIdentityPoolProviders.list", "iam.workloadIdentityPoolProviders.list"),
        ("iam.googleapis.com/workloadIdentityPoolNamespaces.list", "iam.workloadIdentityPoolNamespaces.list"),
        (
            "iam.googleapis.com/workloadIdentityPoolManagedIdentities.list",
            "iam.workloadIdentityPoolManagedIdentities.list",
        ),
        ("iam.googleapis.com/workforcePools.list", "iam.workforcePools.list"),
        ("iam.googleapis.com/workforcePoolProviders.list", "iam.workforcePoolProviders.list"),
        ("iam.googleapis.com/oauthClients.list", "iam.oauthClients.list"),
        ("run.workerpools.list", "run.workerPools.list"),
        ("dialogflow.agents.list", "dialogflow.locations.list"),
        ("cloudasset.assets.searchAllIamPolicies", "bigquery.datasets.list"),
    ],
)
def test_the_role_writes_permissions_as_roles_do(written: str, refused: str) -> None:
    # Google refuses a whole role for one name that it does not know, and its pages on methods write some differently.
    held = json.loads(CONNECTOR.permission_policy("json"))["includedPermissions"]
    assert written in held
    assert refused not in held


def test_policies_from_above_take_three_permissions() -> None:
    asked = next(one.permission for one in OPERATIONS if one.name == "cloudasset:effectiveIamPolicies.batchGet")
    verbs = ("analyzeIamPolicy", "searchAllIamPolicies", "searchAllResources")
    assert asked.split(", ") == [f"cloudasset.assets.{verb}" for verb in verbs]


def test_another_form_is_not_known() -> None:
    with pytest.raises(UsageError, match="json, gcloud"):
        CONNECTOR.permission_policy("terraform")
