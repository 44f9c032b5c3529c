"""Falls and what looks like one become pictures with their truth; the source and its recipe are known."""

from collections import Counter
from collections.abc import Iterator
from unittest import mock

import numpy as np
import pytest

from sumika.models.features.falls import BINS, names
from sumika.perception.fall import FELL, STUDENT
from sumika.schema import SumikaError, UsageError
from sumika.training import RECIPES, falls
from sumika.training.falls import (
    CLASSES,
    FALL_WORLD,
    FallOptions,
    Lying,
    arrays_of,
    chosen,
    lives_with_animals,
    looks_of,
    scenes,
)
from sumika.training.sources import SOURCES
from sumika.world.radar_scene import ActedScene, falling_scene, nearly_falling_scene
from sumika.world.radar_scene.living import living_waveform

RADAR = living_waveform("iwr6843aop")
FALL = falling_scene(3, RADAR, "walking")
CROUCH = nearly_falling_scene(3, RADAR, "crouch_long")


@pytest.fixture(scope="module", autouse=True)
def a_scene_is_played_once() -> Iterator[None]:
    """Scenes of this file are seen by their radar once, however many tests take looks from them."""
    kept: list[tuple[ActedScene, list[Lying]]] = []

    def looks(acted: ActedScene) -> list[Lying]:
        for one, found in kept:
            if one is acted:
                return found
        kept.append((acted, list(looks_of(acted))))
        return kept[-1][1]

    with mock.patch.object(falls, "looks_of", looks):
        yield


def test_a_fall_is_told_where_the_body_lies_and_not_before_it_does() -> None:
    assert FALL.impact_s is not None
    looks = list(falls.looks_of(FALL))
    fallen = [one for one in looks if one.fell]
    assert len(fallen) > 8
    assert min(one.time_s for one in fallen) >= FALL.impact_s + falls.LIES_S
    assert max(one.away_m for one in fallen) < falls.SAME_BODY_M
    assert all(one.fell is False for one in looks if one.time_s < FALL.impact_s - falls.BEFORE_S)
    assert all(one.fell is None for one in looks if FALL.impact_s < one.time_s < FALL.impact_s + 2 and one.away_m < 1.0)


def test_what_only_looks_like_one_is_none() -> None:
    acted = nearly_falling_scene(4, RADAR, "sit_on_floor")
    told = Counter(one.fell for one in looks_of(acted))
    assert set(told) == {False}
    assert told[False] > 5


def test_chance_takes_the_same_ones_each_time() -> None:
    looks = list(falls.looks_of(FALL))
    once, again = (chosen(looks, 3, 4) for _ in range(2))
    assert [one.time_s for one in once] == [one.time_s for one in again]
    assert sum(one.fell is False for one in once) <= 4
    assert [one.time_s for one in once] == sorted(one.time_s for one in once)
    assert None not in {one.fell for one in once}


def test_scenes_become_examples_by_room() -> None:
    found = arrays_of([FALL, CROUCH], 5)
    assert found.x.shape[1:] == (len(names()), BINS)
    assert found.classes == CLASSES
    assert set(found.group) == {"room 3"}
    assert 0 < found.y.sum() < len(found)
    with pytest.raises(SumikaError, match="not every class"):
        arrays_of([CROUCH], 5)


def test_every_second_home_without_an_animal_in_sight_has_one() -> None:
    homes = [lives_with_animals(nearly_falling_scene(seed, RADAR, "stumble").scene) for seed in range(8)]
    assert all(homes[1::2])
    assert not all(homes[::2])


def test_options_say_which_scenes() -> None:
    few = {"first_seed": 10, "scenes": 2, "narrow_scenes": 1, "hard": 2, "sitting": 1, "everyday": 3}
    found = list(scenes(FallOptions(**few)))
    assert Counter(one.impact_s is not None for one in found) == {True: 3, False: 9}
    assert Counter(one.scene.radars[0].model for one in found) == {"iwr6843aop": 10, "iwr6843isk": 2}
    assert {one.what for one in found[-6:-3]} <= {*falls.HARD, *falls.SITTING}
    assert [(one.what, not one.scene.people) for one in found[-3:]] == list(falls.EVERYDAY[:3])
    assert len({one.scene.seed for one in found}) == 8
    assert FALL_WORLD.takes_s(few) == pytest.approx(len(found) * falls.SCENE_S)
    assert FALL_WORLD.takes_s({}) > 3600.0


def test_the_source_is_known_and_refuses_what_it_does_not_know() -> None:
    assert SOURCES["fall-world"] is FALL_WORLD
    assert FELL in CLASSES
    assert len(FALL_WORLD.fingerprint()) == 64
    wrong: tuple[dict[str, object], ...] = ({"rooms": 3}, {"scenes": 0}, {"hard": -1}, {"most": 0})
    for options in wrong:
        with pytest.raises(UsageError, match="options of 'fall-world'"):
            FALL_WORLD.read(options)
    assert STUDENT in RECIPES
    assert np.isfinite(arrays_of([FALL], 5).x).all()
