"""The emulator as a process of its own, for what must not share this one's interpreter: kill tests and measurements."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.clouds.aws.faults import Fault

ROOT = Path(__file__).parents[3]


class AwsProcess:
    """A server process, and the control path to steer it by."""

    def __init__(self, estate: str = "none", **sizes: int) -> None:
        options = [f"--{name}={value}" for name, value in sizes.items()]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.clouds.aws.server", f"--estate={estate}", *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the AWS emulator did not start: it ended with {self._process.wait()}")
        told = json.loads(line)
        self.endpoint: str = told["endpoint"]
        self.env: dict[str, str] = told["env"]
        """Environment of a client; without what else is in this process's, see `client_env`."""

    @property
    def pid(self) -> int:
        """Id of the process."""
        return self._process.pid

    @property
    def client_env(self) -> dict[str, str]:
        """This process's environment, with nothing of AWS in it but the emulator."""
        return {**{key: value for key, value in os.environ.items() if not key.startswith("AWS_")}, **self.env}

    def fault(self, fault: Fault) -> None:
        """Put a fault in force."""
        self._ask("POST", "faults", asdict(fault))

    def heal(self) -> None:
        """Lift all faults."""
        self._ask("DELETE", "faults")

    def calls(self) -> list[dict[str, Any]]:
        """Every call so far."""
        found: list[dict[str, Any]] = self._ask("GET", "calls")
        return found

    def counts(self) -> dict[str, int]:
        """How often each "<service>:<operation>" was called."""
        found: dict[str, int] = self._ask("GET", "counts")
        return found

    def forget_calls(self) -> None:
        """Begin the log of calls anew."""
        self._ask("DELETE", "calls")

    def defects(self) -> list[str]:
        """What went wrong inside of the emulator."""
        found: list[str] = self._ask("GET", "defects")
        return found

    def reset(self) -> None:
        """Forget everything."""
        self._ask("POST", "reset")

    def seed(self, estate: str, **sizes: int) -> dict[str, str]:
        """Seed an estate; the environment of a client that may read it."""
        self.env = {**self._ask("POST", "estate", {"name": estate, **sizes}), "AWS_ENDPOINT_URL": self.endpoint}
        return self.env

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _ask(self, method: str, path: str, document: Any = None) -> Any:
        body = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(f"{self.endpoint}/_emulator/{path}", data=body, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def __enter__(self) -> AwsProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
