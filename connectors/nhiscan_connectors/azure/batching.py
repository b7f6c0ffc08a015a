"""Graph's $batch: twenty calls in one request, each answer recorded as if it had been asked for alone.

The sink serves what a bundle has without asking. So each call is first offered to the sink with a fetch that only says
"this one is missing"; what is missing goes into batches; then the sink takes the answers like any others. A resumed
scan asks nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from nhiscan.connector import JSON, Fetch, Page, ReadError
from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.errors import refusal, retry_after
from nhiscan_connectors.common.patience import ATTEMPTS, LONGEST

if TYPE_CHECKING:
    from nhiscan_connectors.azure.calls import Calls

SIZE = 20
"""Requests that Graph takes in one batch."""

_NO_BATCHES = frozenset({400, 404, 405, 501})
"""Answers of a gateway that does not know $batch: then each call is made alone."""

_AGAIN = frozenset({429, 500, 502, 503, 504})


class _Missing(Exception):
    """The bundle does not hold this page."""

    def __init__(self, token: str | None) -> None:
        super().__init__()
        self.token = token


class _Answer(msgspec.Struct, frozen=True):
    """What one call within a batch was answered."""

    status: int
    body: JSON
    wait: float | None = None
    """Seconds that it asks to wait."""


def batch(calls: Calls, operation: Api, asked: Iterable[Mapping[str, str]]) -> list[list[dict[str, Any]]]:
    """See `Calls.batch`. Raises ValueError for an operation that is no GET of Graph."""
    if operation.plane != "graph" or operation.method != "GET":
        raise ValueError(f"{operation.name} cannot go into a batch of Graph")
    todo = list(asked)
    chunks = [todo[start : start + SIZE] for start in range(0, len(todo), SIZE)]
    done = calls.each(lambda chunk: _chunk(calls, operation, chunk), chunks)
    return [bodies for chunk in done for bodies in chunk]


def _chunk(calls: Calls, operation: Api, chunk: list[Mapping[str, str]]) -> list[list[dict[str, Any]]]:
    missing = [number for number, params in enumerate(chunk) if _is_missing(calls, operation, params)]
    answers: dict[int, _Answer | ReadError] = {}
    if len(missing) > 1:
        answers = _answers(calls, operation, {number: chunk[number] for number in missing})
    return [
        list(calls.sink.pages(operation, _served(calls, operation, params, answers.get(number)), params))
        for number, params in enumerate(chunk)
    ]


def _is_missing(calls: Calls, operation: Api, params: Mapping[str, str]) -> bool:
    """Whether the first page of a call has to be asked for; a later one is asked for alone."""

    def probe(token: str | None) -> Page:
        raise _Missing(token)

    try:
        for _ in calls.sink.pages(operation, probe, params):
            pass
    except _Missing as missing:
        return missing.token is None
    return False


def _served(calls: Calls, operation: Api, params: Mapping[str, str], answer: _Answer | ReadError | None) -> Fetch:
    """A fetch whose first page is known already."""
    alone = calls.fetch(operation, params)

    def fetch(token: str | None) -> Page:
        if token is not None or answer is None:
            return alone(token)
        if isinstance(answer, ReadError):
            raise answer
        if not 200 <= answer.status < 300:
            raise refusal(operation, answer.status, answer.body)
        if not isinstance(answer.body, dict):
            raise ReadError("failed", "the answer was not a JSON object", "NotAnAnswer")
        return Page(body=answer.body, next=calls.next_page(operation, params, answer.body))

    return fetch


def _answers(calls: Calls, operation: Api, asked: dict[int, Mapping[str, str]]) -> dict[int, _Answer | ReadError]:
    """Answers by number. What is throttled within a batch is asked again after the time that it names."""
    found: dict[int, _Answer | ReadError] = {}
    targets: dict[int, str] = {}
    for number, params in asked.items():
        try:
            targets[number] = calls.target(operation, params).removeprefix(f"/{operation.version}")
        except ReadError as error:
            found[number] = error
    for _ in range(ATTEMPTS):
        told = _posted(calls, operation, {number: targets[number] for number in targets if _open(found.get(number))})
        if told is None:
            return {}  # no batches here: each call is made alone
        found.update(told)
        waits = [answer.wait for answer in found.values() if isinstance(answer, _Answer) and _open(answer)]
        if not waits:
            break
        longest = max(wait or 1.0 for wait in waits)
        if longest > LONGEST:
            break
        calls.sessions.patience.hold(calls.queue(operation), longest)
    return found


def _open(answer: _Answer | ReadError | None) -> bool:
    """Whether an answer is still to be had."""
    return answer is None or (isinstance(answer, _Answer) and answer.status in _AGAIN)


def _posted(calls: Calls, operation: Api, targets: dict[int, str]) -> dict[int, _Answer | ReadError] | None:
    """The answers of one batch; None where the endpoint takes no batches."""
    requests = [
        {
            "id": str(number),
            "method": "GET",
            "url": target,
            "headers": {"Accept": "application/json", **dict(operation.headers)},
        }
        for number, target in targets.items()
    ]
    url = f"{calls.sessions.base('graph')}/{operation.version}/$batch"
    try:
        status, _, body = calls.request(operation, "POST", url, msgspec.json.encode({"requests": requests}))
    except ReadError as error:
        return dict.fromkeys(targets, error)
    if status in _NO_BATCHES:
        return None
    if not 200 <= status < 300:
        return dict.fromkeys(targets, _Answer(status, body))
    answers = body.get("responses") if isinstance(body, dict) else None
    told: dict[int, _Answer | ReadError] = {
        number: ReadError("failed", "the batch did not answer this call", "NotInBatch") for number in targets
    }
    for answer in answers if isinstance(answers, list) else ():
        number = int(answer["id"]) if isinstance(answer, dict) and str(answer.get("id")).isdecimal() else -1
        if number in targets and isinstance(answer.get("status"), int):
            headers = answer.get("headers")
            wait = retry_after({str(k): str(v) for k, v in headers.items()}) if isinstance(headers, dict) else None
            told[number] = _Answer(answer["status"], answer.get("body"), wait)
    return told
