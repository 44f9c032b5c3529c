"""Checks of a scenario become numbers; times of day are found after the start; what cannot be asked is told."""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from sumika.schema import UsageError
from sumika.world.course import HOUSE_QUANTITIES, ROOM_QUANTITIES, Course
from sumika.world.scenarios.checks import judge, moment_s
from sumika.world.scenarios.description import Check

START = datetime(2026, 1, 20, 22, 0, tzinfo=ZoneInfo("Asia/Tokyo"))


def course() -> Course:
    steps = 60
    at_s = np.linspace(600.0, 600.0 * steps, steps)
    ramp = np.linspace(0.0, 10.0, steps)
    return Course(
        start=START,
        rooms=("living", "bedroom"),
        bodies=(),
        at_s=at_s,
        of_rooms={name: np.stack((ramp, 20.0 - ramp), axis=1) for name in ROOM_QUANTITIES},
        of_house=dict.fromkeys(HOUSE_QUANTITIES, ramp),
        devices_w={},
        where={},
        stage={},
    )


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("22:00", 0.0), ("23:30", 5400.0), ("03:00", 18000.0), ("+26:15", 94500.0), ("21:59", 86340.0)],
)
def test_a_time_of_day_is_the_next_one(text: str, seconds: float) -> None:
    assert moment_s(text, START) == seconds


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (Check(what="air_temperature_c", room="living", statistic="max"), 10.0),
        (Check(what="air_temperature_c", room="bedroom", statistic="min"), 10.0),
        (Check(what="air_temperature_c", statistic="max"), 20.0),
        (Check(what="air_temperature_c", statistic="min"), 0.0),
        (Check(what="grid_w", statistic="rise"), 10.0),
        (Check(what="grid_w", statistic="mean"), 5.0),
        (Check(what="imported_kwh"), 10.0),
        (Check(what="asleep_hours"), 10.0),
        (Check(what="grid_w", statistic="hours_above", of=5.0), 5.0),
    ],
)
def test_a_check_becomes_a_number(check: Check, value: float) -> None:
    assert judge(check, course()).value == pytest.approx(value)


def test_limits_hold_or_not() -> None:
    assert judge(Check(what="grid_w", statistic="max", least=9.0, most=11.0), course()).holds
    assert not judge(Check(what="grid_w", statistic="max", most=9.0), course()).holds
    assert not judge(Check(what="grid_w", statistic="max", least=11.0), course()).holds


def test_only_the_time_that_is_named_counts() -> None:
    check = Check(what="grid_w", statistic="max", since="22:00", until="23:00")
    assert judge(check, course()).value < 1.0


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (Check(what="happiness"), "happiness"),
        (Check(what="co2_ppm", room="attic"), "attic"),
        (Check(what="grid_w", room="living"), "grid_w"),
        (Check(what="grid_w", since="+40:00"), "nothing was simulated"),
    ],
)
def test_what_cannot_be_asked_is_told(check: Check, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        judge(check, course())
    assert caught.value.remedy
