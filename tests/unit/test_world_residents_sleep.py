"""How residents sleep: shares of stages by age, cycles, awakenings, and a night that goes on after the toilet."""

from itertools import pairwise

import numpy as np
import pytest

from sumika.schema.living import Life
from sumika.world.residents.chance import chance
from sumika.world.residents.sleep import EPOCH_S, STAGES, Night, sleep_night
from tests.world_resident_helpers import DAY_S, START, demo, household

NIGHT_S = 8 * 3600.0
NIGHTS = 60


def nights(age_years: float) -> list[Night]:
    return [sleep_night(chance(seed, "night", "test"), age_years, NIGHT_S) for seed in range(NIGHTS)]


def shares(age_years: float) -> dict[str, float]:
    counts = np.bincount(np.concatenate([night.stages for night in nights(age_years)]), minlength=len(STAGES))
    asleep = counts[1:].sum()
    return {stage: float(counts[number] / asleep) for number, stage in enumerate(STAGES) if number > 0}


def awake_minutes(age_years: float) -> float:
    """Return the mean time awake after sleep onset."""
    found = []
    for night in nights(age_years):
        onset = int(np.flatnonzero(night.stages > 0)[0])
        found.append(float((night.stages[onset:] == 0).sum()) * EPOCH_S / 60.0)
    return float(np.mean(found))


# Ohayon 2004: N1 about 5 % (more with age), N2 about 50 %, N3 from 20 % at 20 to 10 % at 70, REM from 22 to 18 %.
@pytest.mark.parametrize(
    ("age_years", "n3", "rem"),
    [(20.0, (0.16, 0.25), (0.18, 0.26)), (40.0, (0.12, 0.22), (0.17, 0.25)), (70.0, (0.05, 0.15), (0.15, 0.23))],
)
def test_stages_take_what_is_published_for_the_age(
    age_years: float, n3: tuple[float, float], rem: tuple[float, float]
) -> None:
    found = shares(age_years)
    assert 0.02 <= found["n1"] <= 0.15
    assert 0.45 <= found["n2"] <= 0.62
    assert n3[0] <= found["n3"] <= n3[1]
    assert rem[0] <= found["rem"] <= rem[1]


def test_with_age_there_is_less_deep_sleep_and_more_time_awake() -> None:
    assert shares(70.0)["n3"] < shares(40.0)["n3"] < shares(20.0)["n3"]
    # 10 minutes more per ten years (Ohayon 2004).
    assert awake_minutes(20.0) + 30.0 < awake_minutes(70.0) < awake_minutes(20.0) + 75.0


def test_half_of_a_babys_sleep_is_active() -> None:
    assert 0.4 < shares(0.4)["rem"] < 0.6


def test_deep_sleep_comes_early_and_dreams_late() -> None:
    early = late = np.zeros(len(STAGES))
    for night in nights(30.0):
        half = len(night.stages) // 2
        early = early + np.bincount(night.stages[:half], minlength=len(STAGES))
        late = late + np.bincount(night.stages[half:], minlength=len(STAGES))
    assert early[STAGES.index("n3")] > 2.0 * late[STAGES.index("n3")]
    assert late[STAGES.index("rem")] > 1.5 * early[STAGES.index("rem")]


def test_cycles_last_about_an_hour_and_a_half() -> None:
    lengths = []
    for night in nights(30.0):
        dreams = (night.stages == STAGES.index("rem")).astype(int)
        begins = np.flatnonzero(np.diff(dreams) == 1) * EPOCH_S / 60.0
        # An awakening within a dream is no new cycle.
        apart = np.diff(begins)
        lengths += list(apart[apart > 45.0])
    assert 80.0 < float(np.median(lengths)) < 115.0


def test_sleepers_turn_a_few_times_an_hour_and_lie_still_in_deep_sleep() -> None:
    turns = deep = 0
    for night in nights(30.0):
        turns += len(night.turns_s)
        stages = night.stages[(night.turns_s[:, 0] / EPOCH_S).astype(int)]
        deep += int((stages == STAGES.index("n3")).sum())
    assert 1.5 < turns / (NIGHTS * NIGHT_S / 3600.0) < 6.0
    assert deep < 0.25 * turns


def test_who_gets_up_at_night_sleeps_on_where_the_night_is() -> None:
    home = household(demo(Life(age_years=35.0, night_toilets=3.0)))
    spans = [span for span in home.plan("person_0", 0.0, 30 * DAY_S) if span.activity == "sleeping"]
    again = [(one, other) for one, other in pairwise(spans) if 0 < other.begin_s - one.end_s < 1800.0]
    assert len(again) > 20
    deep = count = 0
    for one, other in again:
        # Nobody is asleep a moment after lying down again.
        assert home.doing("person_0", other.begin_s + 30.0).sleep_stage == "awake"
        if one.begin_s < spans[0].begin_s or other.seconds < 5400.0 or one.seconds < 3 * 3600.0:
            continue
        stages = [home.doing("person_0", other.begin_s + 60.0 * minute).sleep_stage for minute in range(90)]
        deep, count = deep + stages.count("n3"), count + len(stages)
    # Deep sleep is had by then: as a night's first hour and a half it would be 40 % of it.
    assert count > 500
    assert deep < 0.25 * count


def test_a_night_is_the_same_whoever_asks_first() -> None:
    one, other = household(demo()), household(demo())
    at_s = [9 * 3600.0 + 137.0 * number for number in range(50)]
    forwards = [one.doing("aoi", moment).sleep_stage for moment in at_s]
    backwards = [other.doing("aoi", moment).sleep_stage for moment in reversed(at_s)]
    assert forwards == backwards[::-1]
    assert len(set(forwards)) >= 4
    assert START.hour == 18
