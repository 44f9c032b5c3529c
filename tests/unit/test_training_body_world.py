"""What bodies do in simulated rooms is told in the pictures that movements and activities are told by."""

from collections import Counter
from collections.abc import Iterator
from unittest import mock

import numpy as np
import pytest

from sumika.models.features.gestures import CHANNELS, HAND
from sumika.models.features.points import BODY, channel_names
from sumika.schema import UsageError
from sumika.training import body_world
from sumika.training.body_world import BODY_WORLD, BodyWorldOptions, body_windows
from sumika.training.posture import CLASSES, seen_of
from sumika.training.sources import SOURCES
from sumika.world.radar_scene import ActedScene, exercising_scene, falling_scene
from sumika.world.radar_scene.living import living_waveform

RADAR = living_waveform("iwr6843aop")


@pytest.fixture(scope="module")
def exercise() -> Iterator[ActedScene]:
    """A scene that is seen by its radar once, however often its windows are cut."""
    scene = exercising_scene(36, RADAR)
    seen = seen_of(scene)
    with mock.patch.object(body_world, "seen_of", lambda acted: seen if acted is scene else seen_of(acted)):
        yield scene


def test_windows_are_pictures_of_movements_and_say_what_is_done() -> None:
    scene = falling_scene(3, RADAR, "walking")
    found = list(body_windows(scene, BodyWorldOptions(window_s=3.0)))
    order = list(dict.fromkeys(label for _, label in found))
    assert order.index("walking") < order.index("fall_like") < order.index("lying")
    for picture, _ in found:
        assert picture.shape == (len(channel_names(BODY)), BODY.bins)
        assert picture.dtype == np.float32
        assert np.isfinite(picture).all()
        assert picture.any()


def test_what_stands_still_can_be_left_out(exercise: ActedScene) -> None:
    still = channel_names(BODY).index("points still")
    every = list(body_windows(exercise, BodyWorldOptions(step_s=1.0)))
    moving = list(body_windows(exercise, BodyWorldOptions(step_s=1.0, slowest_m_s=0.1)))
    assert sum(float(picture[still].sum()) for picture, _ in every) > 0.0
    assert all(not picture[still].any() for picture, _ in moving)
    done = Counter(label for _, label in moving)
    assert done["exercising"] > 4
    assert set(done) <= set(CLASSES)


def test_windows_may_be_pictures_of_gestures_of_several_lengths(exercise: ActedScene) -> None:
    found = list(body_windows(exercise, BodyWorldOptions(picture="gesture")))
    assert {picture.shape for picture, _ in found} == {(len(CHANNELS), HAND.bins)}
    lengths = {round(float(np.exp(picture[-1, 0])), 1) for picture, _ in found}
    assert min(lengths) <= 1.0
    assert max(lengths) >= 2.4


def test_the_source_is_known_and_refuses_what_it_does_not_know() -> None:
    assert SOURCES["body-world"] is BODY_WORLD
    assert BODY_WORLD.fingerprint() != SOURCES["posture-world"].fingerprint()
    wrong: tuple[dict[str, object], ...] = ({"rooms": 3}, {"scenes": 0}, {"models": []}, {"window_s": 0.0})
    for options in wrong:
        with pytest.raises(UsageError, match="options of 'body-world'"):
            BODY_WORLD.read(options)
