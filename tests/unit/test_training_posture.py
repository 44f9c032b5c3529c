"""Windows of simulated rooms say what is done in them; their pictures do not tell where the radar hangs."""

from collections import Counter

import numpy as np
import pytest

from sumika.models.features.posture import BINS, TRACK_COLUMNS, WINDOW_S, names, posture_picture
from sumika.schema import ActivityKind, UsageError
from sumika.training import RECIPES
from sumika.training.posture import CLASSES, POSTURE_WORLD, windows
from sumika.training.sources import SOURCES
from sumika.world.radar_scene import exercising_scene, falling_scene
from sumika.world.radar_scene.living import living_waveform

RADAR = living_waveform("iwr6843aop")


def body(height_m: float, count: int = 60) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return points about a place, as high as they are asked for."""
    random = np.random.default_rng(3)
    points = np.zeros((count, 5), np.float32)
    points[:, :3] = np.array((2.0, 3.0, height_m)) + random.normal(0.0, 0.2, (count, 3))
    points[:, 3] = random.normal(0.0, 0.5, count)
    points[:, 4] = 25.0
    return points


def track(height_m: float, looks: int = 20) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    table = np.zeros((looks, len(TRACK_COLUMNS)))
    table[:, :4] = (2.0, 3.0, height_m, 0.1)
    return table


def times(count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.linspace(0.0, WINDOW_S - 1e-3, count)


def test_a_picture_has_a_name_for_every_channel() -> None:
    picture = posture_picture(body(1.0), times(60), track(1.0), times(20), (0.0, 0.0, 2.0))
    assert picture is not None
    assert picture.shape == (len(names()), BINS)
    assert picture.dtype == np.float32
    assert np.isfinite(picture).all()
    by_name = dict(zip(names(), picture, strict=True))
    assert by_name["track z_m"] == pytest.approx(1.0)
    assert 0.0 < by_name["radar_steepness"][0] < 1.0


def test_a_picture_is_the_same_from_another_side_of_the_room() -> None:
    points = body(0.9)
    first = posture_picture(points, times(60), track(0.9), times(20), (2.0, 0.0, 1.5))
    turned = points.copy()
    # A quarter turn about the body, the radar with it.
    turned[:, 0], turned[:, 1] = 2.0 - (points[:, 1] - 3.0), 3.0 + (points[:, 0] - 2.0)
    second = posture_picture(turned, times(60), track(0.9), times(20), (5.0, 3.0, 1.5))
    assert first is not None
    assert second is not None
    assert first == pytest.approx(second, abs=1e-3)


def test_heights_count_from_the_floor() -> None:
    pictures = [posture_picture(body(z), times(60), track(z), times(20), (2.0, 0.0, 1.5)) for z in (0.2, 1.2)]
    assert pictures[0] is not None
    assert pictures[1] is not None
    low, high = (dict(zip(names(), one, strict=True))["mean up_m"].mean() for one in pictures if one is not None)
    assert high - low == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(("points", "looks"), [(3, 20), (60, 7), (0, 0)])
def test_too_little_is_no_picture(points: int, looks: int) -> None:
    picture = posture_picture(body(1.0)[:points], times(60)[:points], track(1.0, looks), times(looks), (0.0, 0.0, 2.0))
    assert picture is None


def test_points_of_somebody_else_do_not_show() -> None:
    other = body(1.0)
    other[:, 0] += 2.5
    alone = posture_picture(body(1.0), times(60), track(1.0), times(20), (0.0, 0.0, 2.0))
    both = posture_picture(
        np.concatenate((body(1.0), other)), np.tile(times(60), 2), track(1.0), times(20), (0.0, 0.0, 2.0)
    )
    assert alone is not None
    assert both is not None
    assert alone == pytest.approx(both)


def test_windows_of_a_fall_and_of_exercises_say_so() -> None:
    fall = [label for _, label in windows(falling_scene(3, RADAR, "walking"), 0.5)]
    order = list(dict.fromkeys(fall))
    assert order.index("walking") < order.index("fall_like") < order.index("lying")
    assert Counter(fall)["fall_like"] <= 4
    exercise = Counter(label for _, label in windows(exercising_scene(36, RADAR), 1.0))
    assert exercise["exercising"] > 4
    assert set(exercise) <= set(CLASSES)


def test_the_source_is_known_and_refuses_what_it_does_not_know() -> None:
    assert SOURCES["posture-world"] is POSTURE_WORLD
    assert tuple(kind.value for kind in ActivityKind) == CLASSES
    assert len(POSTURE_WORLD.fingerprint()) == 64
    wrong: tuple[dict[str, object], ...] = ({"rooms": 3}, {"scenes": 0}, {"models": []})
    for options in wrong:
        with pytest.raises(UsageError, match="options of 'posture-world'"):
            POSTURE_WORLD.read(options)
    assert "posture-tiny" in RECIPES
