"""What a day says of machines: a weak one is told from a sensor that is off, and what ran too little is not judged."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.belief.last_day import DAY_ROWS, FANS, SHARE_SPREAD, SHARES, Course, courses, levels, weaker_machine
from tests.lived_house import Lived, remembered, two_rooms

Array = NDArray[np.float64]
HOURS = np.arange(DAY_ROWS) / 4.0
WARMED: Array = np.stack([4.0 + 2.0 * np.sin(HOURS / 4.0), 1.0 + 0.5 * np.sin(HOURS / 4.0)], axis=1)
"""Kelvins that a heat pump in the first of two rooms brings into both."""


def noise(seed: int) -> Array:
    return 0.1 * np.random.default_rng(seed).standard_normal((DAY_ROWS, 2))


@pytest.mark.parametrize("share", [0.2, 0.5, 1.0, 1.2])
def test_the_share_that_a_machine_gives_is_told_with_how_sure_that_is(share: float) -> None:
    day = Course((share - 1.0) * WARMED + noise(1), {"pump": WARMED}, (0.7, 0.5))
    level = levels(day)["pump"]
    assert level.log_share == pytest.approx(math.log(share), abs=max(0.15, 3.0 * level.sigma))
    assert level.sigma < SHARE_SPREAD


def test_two_machines_are_told_apart() -> None:
    other = WARMED[::-1, ::-1] * np.where(HOURS < 12.0, 1.0, 0.2)[:, None]
    day = Course(-0.6 * WARMED + noise(2), {"pump": WARMED, "other": other}, (0.7, 0.5))
    told = levels(day)
    assert told["pump"].log_share < math.log(0.6)
    assert told["other"].log_share > math.log(0.75)


def test_what_ran_too_little_and_what_nobody_measured_says_nothing() -> None:
    assert levels(Course(noise(3), {"pump": 0.01 * WARMED}, (0.7, 0.5))) == {}
    assert levels(Course(np.full((DAY_ROWS, 2), np.nan), {"pump": WARMED}, (0.7, 0.5))) == {}
    assert levels(Course(noise(4), {}, (0.7, 0.5))) == {}


def stale(share: float) -> Array:
    """Return ppm in both rooms when so much of the air is moved."""
    people = 1.0 + np.sin(HOURS / 4.0) ** 2
    return np.stack([420.0 + 300.0 * people / share, 420.0 + 150.0 * people / share], axis=1)


def of_fans(true: float, off_ppm: float = 0.0) -> Course:
    measured = stale(true) + 100.0 * noise(5) + np.array([off_ppm, 0.0])
    tried = tuple(measured - stale(share) for share in SHARES)
    return Course(tried[SHARES.index(1.0)], {}, (80.0, 80.0), {FANS: tried})


@pytest.mark.parametrize("share", [0.35, 0.5, 1.0, 1.6])
def test_the_air_of_fans_is_told_where_it_is_no_straight_line(share: float) -> None:
    level = levels(of_fans(share))[FANS]
    assert level.log_share == pytest.approx(math.log(share), abs=0.25)


def test_a_sensor_that_is_off_is_no_machine_and_a_weak_machine_no_sensor() -> None:
    pump = {"pump": WARMED}
    weak = Course(-0.6 * WARMED + noise(6), pump, (0.7, 0.5))
    assert weaker_machine(weak, 0) == "pump"
    off = Course(noise(7) + np.array([-3.0, 0.0]), pump, (0.7, 0.5))
    assert weaker_machine(off, 0) is None
    assert weaker_machine(of_fans(0.4), 0) == FANS
    assert weaker_machine(of_fans(1.0, off_ppm=400.0), 0) is None


@pytest.mark.slow
def test_a_house_that_fans_serve_half_says_so_and_a_young_one_says_nothing() -> None:
    belief = remembered(Lived(house=two_rooms(), hours=72.0, fans={0.0: 0.5}))
    both = courses(belief)
    assert both is not None
    assert levels(both[1])[FANS].log_share < math.log(0.75)
    whole = courses(remembered(Lived(house=two_rooms(), hours=72.0)))
    assert whole is not None
    assert levels(whole[1])[FANS].log_share == pytest.approx(0.0, abs=0.25)
    assert courses(remembered(Lived(house=two_rooms(), hours=24.0))) is None
