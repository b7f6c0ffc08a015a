"""`python -m tests.clouds.record_demo`: records the embedded sample estate anew, with the real collectors.

With a directory, as in `python -m tests.clouds.record_demo /tmp/estate`, it is recorded there for a look at it, and
neither the embedded estate nor the README changes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from moto.moto_api._internal import mock_random

from nhiscan import engine, plugins
from nhiscan.demo import ESTATE
from nhiscan.evidence import create
from tests.clouds.aws.company import REGIONS, company_estate
from tests.clouds.aws.emulator import Emulator
from tests.clouds.aws.estates import client_environment
from tests.clouds.aws.seed import NOW, Seed
from tests.clouds.aws.server import AwsServer
from tests.clouds.azure.company import CompanyState, company_tenant
from tests.clouds.azure.emulator import Emulator as AzureEmulator
from tests.clouds.azure.https import Asked, Reply
from tests.clouds.azure.server import AzureServer
from tests.clouds.azure.state import CLIENT_SECRET
from tests.clouds.gcp.company import company_organization
from tests.clouds.gcp.company_shape import ORGANIZATION
from tests.clouds.gcp.company_shape import CompanyState as GoogleState
from tests.clouds.gcp.server import GcpServer

README = Path(__file__).parents[2] / "README.md"
KEY = b"the sample estate has no secrets"


class _Public(AzureEmulator):
    """The company's tenant, whose answers name Graph where they would name this machine and the port of this run."""

    def __init__(self) -> None:
        super().__init__()
        self.state = CompanyState()
        company_tenant(self.state)

    def __call__(self, asked: Asked) -> Reply:
        """See `Emulator.__call__`."""
        answer = super().__call__(asked)
        if "/oauth2/" in asked.target or "/openid-configuration" in asked.target:
            return answer
        assert b"extLink" not in answer.content, "a next page would be looked for on Graph itself"
        return replace(answer, content=answer.content.replace(self.endpoint.encode(), b"https://graph.microsoft.com"))


def main(estate: Path = ESTATE) -> None:
    """Replace the bundle in `estate`."""
    mock_random.seed(1)  # what moto makes up is the same in every recording
    emulator = Emulator()
    company = company_estate(Seed(emulator))
    shutil.rmtree(estate, ignore_errors=True)
    with (
        tempfile.TemporaryDirectory() as directory,
        AwsServer(emulator) as aws,
        AzureServer(Path(directory), _Public()) as azure,
        GcpServer(Path(directory)) as google,
    ):
        google.emulator.state = GoogleState()
        company_organization(google.emulator.state)
        os.environ.update({**client_environment(), **company.session, "AWS_ENDPOINT_URL": aws.endpoint})
        os.environ.update({"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"})
        connectors = plugins.connectors()
        settings: dict[str, dict[str, Any]] = {
            "aws": {"organization": True, "region": list(REGIONS)},
            "azure": {},
            "gcp": {"scope": [f"organizations/{ORGANIZATION}"]},
        }
        manifest = engine.manifest_of(settings, connectors, started=NOW)
        bundle = create(estate, manifest, key=KEY)
        manner = engine.Manner(fan_out=1, now=lambda: NOW + timedelta(minutes=2))
        # What leads to the emulator goes the way of secrets, which no bundle holds: it is of this machine and this run.
        here = {"azure": {**azure.settings, "client_secret": CLIENT_SECRET}, "gcp": google.settings}
        engine.collect(bundle, connectors, here, workers=1, manner=manner)
        azure.emulator.check()
        google.emulator.check()
    print(
        f"recorded {len(bundle.manifest.shards)} shards, {sum(f.stat().st_size for f in estate.rglob('*.zst')):,} bytes"
    )


def show() -> None:
    """Put what `nhiscan demo` prints into the README."""
    with tempfile.TemporaryDirectory() as directory:
        done = subprocess.run(
            [sys.executable, "-m", "nhiscan", "demo", "-o", "nhiscan-report"],
            cwd=directory, capture_output=True, text=True, check=True, env={"COLUMNS": "80", "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
    printed = "\n".join(line.rstrip() for line in done.stdout.splitlines())
    block = f"<!-- demo -->\n```\n{printed}\n```\n<!-- /demo -->"
    README.write_text(re.sub(r"<!-- demo -->.*?<!-- /demo -->", lambda _: block, README.read_text(), flags=re.DOTALL))


if __name__ == "__main__":
    if elsewhere := sys.argv[1:]:
        main(Path(elsewhere[0]))
    else:
        main()
        show()
