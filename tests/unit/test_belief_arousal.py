"""What is usual at rest is learned room by room; only what is well above it, for minutes, makes an index."""

import numpy as np
import pytest

from sumika.belief.arousal import FEWEST_RECENT, LEAST_MINUTES, RestingRates

HOUR = 60
SIGMA = 1.0


def rest(
    rates: RestingRates, minutes: int, heart: float, breath: float | None = 15.0, *, start: int = 0, seed: int = 1
) -> int:
    """Let somebody rest for so many minutes; return the minute after."""
    random = np.random.default_rng(seed)
    for minute in range(start, start + minutes):
        rate = heart + random.normal(0.0, 4.0)
        breathes = None if breath is None else (breath + random.normal(0.0, 1.5), 0.5)
        for second in range(0, 60, 2):
            rates.see("living", 60.0 * minute + second, (rate, SIGMA), breathes)
    return start + minutes


def index(rates: RestingRates, minute: int) -> float | None:
    found = rates.arousal(60.0 * minute).get("living")
    return None if found is None else found[0]


def known(heart: float = 65.0) -> tuple[RestingRates, int]:
    rates = RestingRates()
    return rates, rest(rates, 8 * HOUR, heart)


def test_nothing_is_said_before_some_hours_of_rest_were_seen() -> None:
    rates = RestingRates()
    after = rest(rates, int(LEAST_MINUTES) - 1, 65.0)
    assert index(rates, after) is None
    after = rest(rates, 4, 65.0, start=after)
    assert index(rates, after) is not None


def test_the_usual_is_no_strain_and_what_is_well_above_it_is() -> None:
    rates, minute = known()
    assert index(rates, minute) == pytest.approx(0.0, abs=0.35)
    minute = rest(rates, 6, 80.0, 20.0, start=minute)
    high = index(rates, minute)
    assert high is not None
    assert high > 0.6
    minute = rest(rates, 8, 55.0, start=minute)
    assert index(rates, minute) == 0.0


def test_the_usual_is_each_rooms_own() -> None:
    rates, minute = known(80.0)
    minute = rest(rates, 6, 80.0, start=minute)
    assert index(rates, minute) == pytest.approx(0.0, abs=0.35)


def test_strain_does_not_become_usual_within_an_evening_but_a_changed_life_does() -> None:
    rates, minute = known()
    minute = rest(rates, 2 * HOUR, 80.0, 20.0, start=minute)
    evening = index(rates, minute)
    assert evening is not None
    assert evening > 0.5
    minute = rest(rates, 60 * HOUR, 80.0, 20.0, start=minute)
    weeks = index(rates, minute)
    assert weeks is not None
    assert weeks < 0.4


def test_a_heart_alone_is_enough_and_a_breath_alone_is_not() -> None:
    rates = RestingRates()
    minute = rest(rates, 8 * HOUR, 65.0, None)
    minute = rest(rates, 6, 85.0, None, start=minute)
    high = index(rates, minute)
    assert high is not None
    assert high > 0.5
    alone = RestingRates()
    for second in range(0, 36_000, 2):
        alone.see("living", float(second), None, (15.0, 0.5))
    assert alone.arousal(36_000.0) == {}


def test_who_moves_or_has_left_is_not_judged_by_what_was_before() -> None:
    rates, minute = known()
    minute = rest(rates, 6, 80.0, 20.0, start=minute)
    assert index(rates, minute + 1) is not None
    assert index(rates, minute + 5 + FEWEST_RECENT) is None
    assert index(rates, minute - 100) is None  # a clock that was set back


def test_what_is_measured_badly_is_told_so() -> None:
    rates, minute = known()
    sure = rates.arousal(60.0 * minute)["living"][1]
    for second in range(0, 360, 2):
        rates.see("living", 60.0 * minute + second, (80.0, 12.0), None)
    assert rates.arousal(60.0 * (minute + 6))["living"][1] > 3.0 * sure


def test_one_wild_minute_moves_little() -> None:
    rates, minute = known()
    minute = rest(rates, 1, 190.0, start=minute)
    minute = rest(rates, 4, 65.0, start=minute, seed=2)
    assert (index(rates, minute) or 0.0) < 1.0
    minute = rest(rates, 6, 65.0, start=minute, seed=3)
    assert (index(rates, minute) or 0.0) < 0.35
