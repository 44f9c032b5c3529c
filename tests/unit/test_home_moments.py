"""False alarms a month follow from moments that are played, from how often they happen, and from tails."""

import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sumika.evaluate.people import home_moments, kept_scenes
from sumika.evaluate.people.home_changes import Change
from sumika.evaluate.people.home_moments import MOMENTS, Played, counts_bound, figure, play, scene_of, tail_share
from sumika.evaluate.people.kept_scenes import Told, told_of
from sumika.perception._fall_stages import ENOUGH
from sumika.training.told_scenes import told
from sumika.world.radar_scene import nearly_falling_scene
from sumika.world.radar_scene.living import living_waveform
from tests.unit.test_fall_student import Says

SITS = nearly_falling_scene(4, living_waveform("iwr6843aop"), "sit_on_floor")
ONCE = dict.fromkeys(MOMENTS, 1.0)


@cache
def seen() -> Told:
    """What is told of the scene, which is played once for all tests."""
    return list(told(SITS))


def scenes_at(beyond: float, count: int = 60, alarmed: bool = False) -> list[Played]:
    spread = np.random.default_rng(1).exponential(size=count)
    return [Played(beyond=beyond + float(one), alarmed=alarmed) for one in spread]


@pytest.mark.parametrize("beyond", [3.0, 5.0, 7.0])
def test_the_share_beyond_a_level_is_that_of_the_population(beyond: float) -> None:
    random = np.random.default_rng(2)
    found = [tail_share(random.exponential(size=400), beyond) for _ in range(40)]
    assert np.mean(found) == pytest.approx(math.exp(-beyond), rel=0.8)
    heavy = [tail_share(random.pareto(2.0, size=400), 30.0) for _ in range(40)]
    assert np.mean(heavy) == pytest.approx(31.0**-2.0, rel=1.0)


def test_within_the_sample_the_share_is_counted() -> None:
    values = np.arange(100.0)
    assert tail_share(values, 50.0) == pytest.approx(0.5)
    assert tail_share(np.full(50, -30.0), 0.0) == 0.0
    assert tail_share(values, 200.0) < 0.01


def test_the_bound_of_counts_is_poisson_s_where_all_weigh_alike() -> None:
    assert counts_bound([(0, 1.0)]) == pytest.approx(2.996, abs=0.01)
    assert counts_bound([(3, 0.5)]) == pytest.approx(0.5 * 7.754, abs=0.01)
    assert counts_bound([(0, 1.0), (0, 4.0)]) == pytest.approx(4.0 * 2.996, abs=0.05)


def test_surer_scenes_and_more_moments_are_more_alarms() -> None:
    calm = figure({name: scenes_at(-11.0) for name in MOMENTS}, ONCE)
    unsure = figure({name: scenes_at(-6.0) for name in MOMENTS}, ONCE)
    often = figure({name: scenes_at(-6.0) for name in MOMENTS}, dict.fromkeys(MOMENTS, 10.0))
    assert 0 < calm.value < unsure.value
    assert often.value == pytest.approx(10.0 * unsure.value)
    assert float(calm.detail["per_month"]) < calm.value
    assert calm.detail["alarms_pets_alone"] == "0 of 60"
    told = figure({name: scenes_at(-6.0, alarmed=True) for name in MOMENTS}, ONCE)
    assert told.detail["per_month_of_counts"] == pytest.approx(len(MOMENTS))
    assert told.detail["alarms_pets_alone"] == "60 of 60"


def test_moments_are_counted_in_the_simulated_house(monkeypatch: pytest.MonkeyPatch) -> None:
    def changes(house: object, seed: int, days: int) -> Iterator[Change]:
        for kind, before_m, after_m, on_furniture, met in (
            ("pet", 0.6, 0.16, False, True),
            ("pet", 0.6, 0.16, False, False),
            ("pet", 0.16, 0.6, True, False),
            ("person", 0.9, 0.7, True, True),
            ("person", 0.7, 0.57, True, True),
            ("person", 0.9, 0.2, False, True),
        ):
            yield Change("one", kind, 0.0, 1.0, before_m, after_m, on_furniture, met)

    monkeypatch.setattr(home_moments, "changes_of", changes)
    counted = home_moments.per_month()
    assert counted["pets beside people"] == counted["pets alone"] == 2.0
    assert counted["sits on the floor"] == pytest.approx(2.0 + 120.0)
    assert counted["sits down"] == counted["lies down on furniture"] == 2.0
    assert counted["exercises"] == 0.0
    assert set(counted) == set(MOMENTS)


def test_a_scene_is_played_in_a_home_with_animals() -> None:
    sure, never = (play(SITS, seen(), Says(below_m=below_m)) for below_m in (9.0, -9.0))
    assert sure.alarmed
    least = ENOUGH[-1][1]  # what is asked of what lasts
    assert sure.beyond == pytest.approx(math.log(0.97 / 0.03) - least)
    assert not never.alarmed
    assert never.beyond == pytest.approx(math.log(0.02 / 0.98) - least, abs=0.2)


def test_alone_is_alone_and_every_moment_has_scenes() -> None:
    assert scene_of(MOMENTS["pets alone"], 1).scene.people == ()
    assert scene_of(MOMENTS["pets alone"], 1).scene.animals
    assert scene_of(MOMENTS["exercises"], 1).what == "exercise"
    assert scene_of(MOMENTS["sits down"], 1).what in MOMENTS["sits down"].kinds
    assert home_moments.measure(full=False) == {}


def test_scenes_are_kept_and_broken_ones_are_played_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = list(told_of(SITS, "sits", tmp_path))
    assert first == seen()
    monkeypatch.setattr(kept_scenes, "told", lambda acted: seen() if acted is SITS else pytest.fail("another scene"))
    path = tmp_path / "sits.msgpack"
    whole = path.read_bytes()
    path.write_bytes(whole[:1000])
    assert list(told_of(SITS, "sits", tmp_path)) == first
    assert path.read_bytes() == whole
    monkeypatch.setattr(kept_scenes, "told", lambda acted: pytest.fail("played though it was kept"))
    assert list(told_of(SITS, "sits", tmp_path)) == first
