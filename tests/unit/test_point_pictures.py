"""Pictures of points: where things lie and move, the same from every radar, and changes that leave the meaning."""

from dataclasses import replace

import numpy as np
import pytest

from sumika.models.features.gestures import CHANNELS, HAND, gesture_picture
from sumika.models.features.points import BODY, channel_names, describe, turned_to
from sumika.training.point_views import Changes, changed

CENTRE = (2.0, 0.5, 1.0)


def some_points(count: int = 200, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    place = random.normal(CENTRE, 0.3, (count, 3))
    velocity = random.choice([-0.72, -0.36, 0.0, 0.36], count)
    points = np.column_stack([place, velocity, random.uniform(1, 50, count)]).astype(np.float32)
    return points, np.sort(random.integers(0, 30, count)) / 10


def picture(points: np.ndarray, time_s: np.ndarray, **changes: float) -> np.ndarray:
    return describe(points, time_s, CENTRE, BODY, **({"duration_s": 3.0, "frames": 30.0} | changes))


def channel(name: str) -> int:
    return channel_names(BODY).index(name)


def test_each_channel_has_a_name_and_tells_what_it_says() -> None:
    names = channel_names(BODY)
    assert len(set(names)) == len(names)
    points = np.array([[2.3, 0.4, 1.1, 0.36, 9.0], [2.3, 0.4, 1.1, 0.36, 9.0], [1.6, 0.5, 1.0, 0.0, 0.0]], np.float32)
    found = picture(points, np.array([0.0, 0.1, 2.95]))
    assert found.shape == (len(names), BODY.bins)
    assert found[channel("points away"), 0] == pytest.approx(np.log1p(2 / 2))
    assert found[channel("mean forward_m away"), 0] == pytest.approx(0.3, abs=1e-6)
    assert found[channel("velocity +1"), 0] > 0
    assert found[channel("points still"), -1] == pytest.approx(np.log1p(1 / 2))
    assert found[channel("mean forward_m"), -1] == pytest.approx(-0.4, abs=1e-6)
    assert not found[:, 1:-1].any(), "nothing was seen in between"


def test_window_without_points_is_empty_and_points_outside_do_not_count() -> None:
    points, time_s = some_points()
    assert not picture(points[:0], time_s[:0]).any()
    assert not picture(points, time_s + 3.0).any()


def test_twice_the_frames_with_the_same_points_each_look_alike() -> None:
    points, time_s = some_points()
    twice = picture(np.repeat(points, 2, axis=0), np.repeat(time_s, 2), frames=60.0)
    assert twice == pytest.approx(picture(points, time_s), abs=1e-5)


def test_body_seen_from_another_side_of_the_house_looks_the_same() -> None:
    points, _ = some_points()
    seen = points - np.array([*CENTRE, 0, 0], np.float32)
    # The same body, turned by 90 degrees about the radar in house coordinates; its right is -x there.
    house = points.copy()
    body, radar = (1.0, 5.0, 1.2), (1.0, 3.0, 2.0)
    house[:, 0] = body[0] + seen[:, 1]
    house[:, 1] = body[1] + seen[:, 0]
    house[:, 2] = body[2] + seen[:, 2]
    turned = turned_to(house, radar, body)
    assert turned[:, :3] == pytest.approx(seen[:, :3], abs=1e-5)
    assert (turned[:, 3:] == points[:, 3:]).all()
    assert np.isfinite(turned_to(house, body, body)).all()


def test_gesture_counts_from_its_own_place_and_time() -> None:
    points, time_s = some_points()
    found = gesture_picture(points, time_s)
    assert found is not None
    assert found.shape == (len(CHANNELS), HAND.bins)
    assert (found[-1] == np.float32(np.log(time_s.max() - time_s.min() + 0.1))).all()
    moved = gesture_picture(points + np.array([1.0, -2.0, 0.5, 0, 0], np.float32), time_s + 7.0)
    assert moved is not None
    assert np.mean(np.abs(moved - found) > 1e-3) < 0.01, "but for points on the edge of a cell"


@pytest.mark.parametrize(("count", "stretch"), [(10, 1.0), (200, 0.1), (200, 5.0)])
def test_too_short_too_long_or_too_sparse_is_no_gesture(count: int, stretch: float) -> None:
    points, time_s = some_points()
    assert gesture_picture(points[:count], stretch * time_s[:count]) is None


def test_changes_keep_points_and_times_together() -> None:
    points, time_s = some_points()
    random = np.random.default_rng(1)
    new, when = changed(points, time_s, np.array(CENTRE), Changes(cut=0.3), random)
    assert len(new) == len(when) < len(points)
    assert new.dtype == np.float32
    none = Changes(turn_deg=0, size=0, shift_m=0, noise_m=0, pace=0, intensity=0, lost_points=0, lost_frames=0, cut=0)
    same, at_s = changed(points, time_s, np.array(CENTRE), none, random)
    assert same == pytest.approx(points, abs=1e-6)
    assert at_s == pytest.approx(time_s)
    mirrored, _ = changed(points, time_s, np.array(CENTRE), none, random, mirror=True)
    assert mirrored[:, 1] - CENTRE[1] == pytest.approx(CENTRE[1] - points[:, 1], abs=1e-6)
    faster, sooner = changed(points, time_s, np.array(CENTRE), replace(none, pace=0.5), random)
    pace = np.ptp(time_s) / np.ptp(sooner)
    assert faster[:, 3] == pytest.approx(pace * points[:, 3], rel=1e-5)


def test_so_much_that_nothing_would_be_left_is_not_lost() -> None:
    points, time_s = some_points()
    random = np.random.default_rng(3)
    for _ in range(20):
        new, _ = changed(points, time_s, np.array(CENTRE), Changes(lost_points=1.0, lost_frames=1.0), random)
        assert len(new) >= 20
