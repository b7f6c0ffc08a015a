"""A server that gives the answers that it is told to, for what the emulator of Google Cloud never says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.clouds.loopback import Handler, LoopbackServer


@dataclass
class Said:
    """One answer. Text is sent as it is, anything else as JSON."""

    status: int
    body: Any = ""
    headers: list[str] = field(default_factory=list)

    @property
    def content(self) -> bytes:
        """What is sent."""
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


@dataclass
class Scripted:
    """Answers in order; the last one again and again. Each request stands in `heard`."""

    endpoint: str
    answers: list[Said]
    heard: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)
    """Method, path, headers (in lower case) and body."""

    @property
    def settings(self) -> dict[str, str]:
        """Settings that lead the connector here."""
        return {"google_endpoint": f"{self.endpoint}/{{service}}"}


@contextmanager
def scripted(*answers: Said) -> Iterator[Scripted]:
    """Serve some answers."""
    found = Scripted("", list(answers))

    class Answering(Handler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode() if length else ""
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.heard.append((self.command, self.path, headers, body))
            said = found.answers.pop(0) if len(found.answers) > 1 else found.answers[0]
            self.send(f"{said.status} Said", ["Content-Type: application/json", *said.headers], said.content)

        do_GET = do_POST = answer

    defects: list[str] = []
    server = LoopbackServer(Answering, defects.append)
    found.endpoint = server.endpoint
    try:
        yield found
    finally:
        server.stop()
    assert defects == []
