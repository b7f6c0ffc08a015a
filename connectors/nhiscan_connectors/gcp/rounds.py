"""One question for many places: asked of all of them, or of a few where it is plain that no other would answer.

Some of Google's quotas are so small (five reads of deny policies a minute) that an estate of thousands of projects
cannot be asked in one night. What was not asked for that reason is told, place by place, like what was refused.
"""

from __future__ import annotations

import threading
import weakref
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

from nhiscan.connector import Evidence, Page, ReadError
from nhiscan.model import Aspect, Gap, GapReason
from nhiscan_connectors.common.fields import text
from nhiscan_connectors.common.gaps import gap_of
from nhiscan_connectors.gcp.api import Api
from nhiscan_connectors.gcp.assets import Reading
from nhiscan_connectors.gcp.calls import Calls

T = TypeVar("T")

HOPELESS: Final = 20
"""Places that refuse, with none that answers, before the others are left alone."""
PATIENT: Final = 50
"""Places that are worth waiting for one by one: ten minutes, where five of them may be asked a minute."""
THROTTLED: Final = 3
"""Places that a used-up quota keeps from answering, however long was waited, before the others are left alone."""


class Round:
    """Asks one operation of one place after the other. Safe to call from several threads."""

    def __init__(self, calls: Calls, operation: Api) -> None:
        self._calls = calls
        self._operation = operation
        self._lock = threading.Lock()
        self._answered = self._refused = self._throttled = 0

    @property
    def over(self) -> bool:
        """Whether no further place is asked."""
        return self._throttled >= THROTTLED or (self._refused >= HOPELESS and not self._answered)

    def ask(self, **params: str) -> list[dict[str, Any]]:
        """Bodies of all pages that one place gives; none where it refuses, or is not asked any more."""
        if self.over:
            return []
        fetch = self._calls.fetch(self._operation, params)
        reasons: list[GapReason] = []

        def noted(token: str | None) -> Page:
            try:
                return fetch(token)
            except ReadError as error:
                reasons.append(error.reason)
                raise

        bodies = list(self._calls.sink.pages(self._operation, noted, params))
        with self._lock:
            self._answered += bool(bodies)
            self._refused += not bodies
            self._throttled += "throttled" in reasons
        return bodies

    def each(self, places: list[dict[str, str]], *, patient: bool = False) -> list[list[dict[str, Any]]]:
        """Bodies of each place, given by its parameters, in the order of `places`.

        Several are asked at a time, and share what a quota leaves. `patient`: the first of them are asked one after the
        other, so that each waits until the quota lets it through.
        """
        first = places[:PATIENT] if patient else []
        found = [self.ask(**place) for place in first]
        return found + self._calls.each(lambda place: self.ask(**place), places[len(first) :])


def silences(
    reading: Reading,
    operation: Api,
    param: str,
    expected: Mapping[str, str],
    *,
    root: str = "",
    blinds: tuple[Aspect, ...] | None = None,
) -> Iterator[Gap]:
    """Gaps of a round: one for each reason, with the ids of the places that refused or were not asked for that reason.

    `expected`: id of the record by the value of `param`, of all that should have been asked. `root`: the value whose
    refusal leaves everything unknown.
    """
    refused: dict[GapReason, list[Evidence]] = defaultdict(list)
    asked: set[str] = set()
    for item in reading.answers.of(operation):
        asked.add(text(item.params.get(param)))
        if item.problem is not None:
            refused[item.problem].append(item)
    left = [place for place in expected if place not in asked]
    # A quota keeps more places from being asked than anything else does.
    main = max(refused, key=lambda reason: (reason == "throttled", len(refused[reason]), reason), default=None)
    for reason, items in sorted(refused.items()):
        places = {text(item.params.get(param)) for item in items}
        subjects = {expected.get(place, place) for place in places}
        detail = items[0].detail
        if len(places) > 1:
            detail += f" ({len(places)} places alike)"
        if reason == main and left:
            subjects |= {expected[place] for place in left}
            detail += f"; {len(left)} more were not asked, for the same would be answered"
        everything = root and root in places
        yield gap_of(
            reading.shard,
            operation,
            reason,
            detail,
            blinds=blinds,
            subjects=() if everything else tuple(sorted(subjects)),
        )


class _Once:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.value: Any = None
        self.done = False


_SHARED: weakref.WeakKeyDictionary[Calls, dict[object, _Once]] = weakref.WeakKeyDictionary()
_LOCK: Final = threading.Lock()


def shared(calls: Calls, function: Callable[[Calls], T]) -> T:
    """What `function` gives for the calls of a shard, asked for once however many services need it."""
    with _LOCK:
        once = _SHARED.setdefault(calls, {}).setdefault(function, _Once())
    with once.lock:
        if not once.done:
            once.value = function(calls)
            once.done = True
        found: T = once.value
        return found
