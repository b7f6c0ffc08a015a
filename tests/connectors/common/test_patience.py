"""Waiting: all who ask the same thing are held off together, and others are not."""

from __future__ import annotations

import pytest

from nhiscan_connectors.common.patience import ATTEMPTS, LONGEST, Patience


class Clock:
    """A clock that sleeping moves on."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def __call__(self) -> float:
        return self.now


def test_who_asks_the_same_thing_waits_too_and_others_do_not() -> None:
    clock = Clock()
    patience = Patience(clock.sleep, clock)
    patience.hold("users", 30.0)
    assert patience.asked("groups", lambda: 200, lambda status: (status, None)) == 200
    assert clock.waits == []
    assert patience.asked("users", lambda: 200, lambda status: (status, None)) == 200
    assert clock.waits == [30.0]


def test_a_shorter_wait_does_not_take_back_a_longer_one() -> None:
    clock = Clock()
    patience = Patience(clock.sleep, clock)
    patience.hold("users", 30.0)
    patience.hold("users", 1.0)
    patience.asked("users", lambda: 200, lambda status: (status, None))
    assert clock.waits == [30.0]


@pytest.mark.parametrize(("seconds", "times"), [(LONGEST, ATTEMPTS), (LONGEST + 1, 1)])
def test_a_wait_has_an_end(seconds: float, times: int) -> None:
    clock = Clock()
    asked: list[int] = []

    def attempt() -> int:
        asked.append(1)
        return 429

    assert Patience(clock.sleep, clock).asked("x", attempt, lambda status: (status, seconds)) == 429
    assert len(asked) == times


def test_an_error_that_does_not_pass_is_raised_at_last() -> None:
    clock = Clock()
    asked: list[int] = []

    def attempt() -> int:
        asked.append(1)
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        Patience(clock.sleep, clock).asked("x", attempt, lambda status: (status, None), (ConnectionError,))
    assert len(asked) == ATTEMPTS
    with pytest.raises(ConnectionError):
        Patience(clock.sleep, clock).asked("x", attempt, lambda status: (status, None))
    assert len(asked) == ATTEMPTS + 1
