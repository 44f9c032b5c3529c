"""Waiting before asking again, and asking no faster than is allowed."""

import asyncio
import random
from datetime import UTC, datetime

import pytest

from sumika.distil.teachers._retry import Backoff, Pace, stated_wait_s

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("Fri, 02 Jan 2026 03:05:05 GMT", 60.0),
        ("Fri, 02 Jan 2026 03:00:00 GMT", 0.0),
        ("Fri, 02 Jan 2026 03:05:05", 60.0),
        ("soon", None),
        ("Mon, 01 Jan 2027 00:00:00 +99999999999999", None),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("nan", 0.0),
        ("", None),
        (None, None),
    ],
)
def test_a_stated_wait_is_read_as_seconds_or_as_a_date(header: str | None, wait_s: float | None) -> None:
    assert stated_wait_s(header, NOW) == wait_s


def test_delays_double_up_to_a_limit_and_what_the_server_says_is_never_undercut() -> None:
    still = Backoff(jitter=0.0, first_s=1.0, most_s=10.0)
    draw = random.Random(1)
    assert [still.delay_s(tries, None, draw) for tries in (1, 2, 3, 4, 5, 500)] == [1, 2, 4, 8, 10, 10]
    assert still.delay_s(1, 30.0, draw) == 30.0
    spread = [Backoff(jitter=0.5).delay_s(3, None, draw) for _ in range(200)]
    assert 2.0 <= min(spread) < 2.2
    assert 3.8 < max(spread) <= 4.0


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds


def test_pace_keeps_the_limit_per_minute_and_gives_back_what_was_not_used() -> None:
    clock = Time()

    async def ask() -> list[float]:
        pace = Pace(60.0, clock, clock.sleep)
        times = []
        for amount in (1, 1, 30, 1):
            await pace.take(amount)
            times.append(clock.now_s - 100.0)
        pace.give_back(20)
        await pace.take(1)
        return [*times, clock.now_s - 100.0]

    assert asyncio.run(ask()) == [0, 1, 2, 32, 32]


def test_without_a_limit_nobody_waits() -> None:
    async def refuse(seconds: float) -> None:
        raise AssertionError(seconds)

    async def ask() -> None:
        pace = Pace(0.0, lambda: 0.0, refuse)
        for _ in range(1000):
            await pace.take(1e9)

    asyncio.run(ask())
