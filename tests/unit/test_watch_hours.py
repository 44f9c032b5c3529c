"""What comes at the same hour every day is ordinary there, and nowhere else."""

import numpy as np
import pytest

from sumika.belief.ordinary import Hours

DAY_S, HOUR_S = 86_400.0, 3600.0
ALL = np.ones(2, bool)


def lived(days: int, error: float, *, ordinary: bool = True) -> Hours:
    """Return hours of so many days in which the first error comes at six in the evening."""
    hours, chance = Hours(np.array([0.3, 0.3])), np.random.default_rng(1)
    for quarter in range(96 * days):
        begin_s = 900.0 * quarter
        comes = error if int(begin_s % DAY_S // HOUR_S) == 18 else 0.0
        said = 0.1 * chance.standard_normal(2) + np.array([comes, 0.0])
        hours.take(said, ALL if ordinary else ~ALL, begin_s)
    return hours


def test_what_comes_every_evening_is_usual_in_the_evening_alone() -> None:
    hours = lived(14, 0.8)
    assert hours.usual(18.5 * HOUR_S)[0] == pytest.approx(0.8 * 56.0 / 72.0, abs=0.15)
    assert abs(hours.usual(18.5 * HOUR_S)[1]) < 0.1
    assert abs(hours.usual(12.0 * HOUR_S)).max() < 0.1


def test_one_evening_makes_nothing_usual() -> None:
    assert lived(1, 0.8).usual(18.5 * HOUR_S)[0] < 0.25


def test_an_hour_that_is_rough_counts_less_and_a_quiet_one_no_more_than_all() -> None:
    hours, chance = Hours(np.array([0.3, 0.3])), np.random.default_rng(2)
    for quarter in range(96 * 14):
        begin_s = 900.0 * quarter
        spread = 1.0 if int(begin_s % DAY_S // HOUR_S) == 7 else 0.1
        hours.take(spread * chance.standard_normal(2), ALL, begin_s)
    assert (hours.wider(7.0 * HOUR_S) > 1.5).all()
    assert (hours.wider(15.0 * HOUR_S) == 1.0).all()


def test_what_is_not_ordinary_or_not_measured_teaches_nothing() -> None:
    assert (lived(14, 0.8, ordinary=False).usual(18.5 * HOUR_S) == 0.0).all()
    hours = Hours(np.array([0.3, 0.3]))
    hours.take(np.array([np.nan, 0.2]), ALL, 0.0)
    assert hours.usual(0.0)[0] == 0.0
    assert hours.usual(0.0)[1] > 0.0
