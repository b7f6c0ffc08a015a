"""How long nhiscan waits for a service that asks it to: as it is told, but not for ever.

A service may say when it will answer again. Whoever asks sooner is held off longer, so all threads that ask the same
thing wait together.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import TypeVar

ATTEMPTS = 6
"""How often one request is made at most."""

LONGEST = 120.0
"""Seconds that one wait may take; a service that asks for more is not waited for."""

_FIRST = 0.5
_PASSING = frozenset({408, 500, 502, 503, 504})
"""Answers that say nothing of the request, and may be others a moment later."""

T = TypeVar("T")


class Patience:
    """Waits between attempts. One for all threads of a connector."""

    def __init__(
        self, sleep: Callable[[float], None] = time.sleep, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._sleep = sleep
        self._clock = clock
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}

    def asked(
        self,
        what: str,
        attempt: Callable[[], T],
        verdict: Callable[[T], tuple[int, float | None]],
        passing: tuple[type[Exception], ...] = (),
    ) -> T:
        """The answer to `attempt`, made again for as long as it is worth it; the last answer where it was not.

        `what` names those that wait together: an operation. `verdict`: the status of an answer, and the seconds that it
        asks to wait. `passing`: errors that may be gone a moment later.
        """
        for number in range(1, ATTEMPTS):
            self._wait(what)
            try:
                answer = attempt()
            except passing:
                self._sleep(_pause(number))
                continue
            status, seconds = verdict(answer)
            if status != 429 and status not in _PASSING:
                return answer
            if seconds is not None and seconds > LONGEST:
                return answer
            if seconds is None:
                self._sleep(_pause(number))
            else:
                self.hold(what, seconds)
        self._wait(what)
        return attempt()

    def hold(self, what: str, seconds: float) -> None:
        """Let all who ask `what` wait for so many seconds."""
        with self._lock:
            self._until[what] = max(self._until.get(what, 0.0), self._clock() + seconds)

    def _wait(self, what: str) -> None:
        with self._lock:
            left = self._until.get(what, 0.0) - self._clock()
        if left > 0:
            self._sleep(left)


def _pause(number: int) -> float:
    """Seconds before the next attempt: twice as long each time, and not all threads at once."""
    return _FIRST * 2.0 ** (number - 1) * (0.5 + random.random() / 2)  # noqa: S311 - spreads load, keeps no secret
