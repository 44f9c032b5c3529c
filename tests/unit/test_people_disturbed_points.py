"""Windows as a house might hand them on: what is lost, what moves, what stays."""

import numpy as np
import pytest

from sumika.evaluate.people.disturbed_points import DISTURBANCES, FRAMES, NOISE, POINTS, RADAR, disturbed
from sumika.schema import UsageError

CENTRE = (2.0, 0.5, 1.0)


def some_points() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    points = np.column_stack([random.normal(CENTRE, 0.3, (600, 3)), random.normal(size=(600, 2))]).astype(np.float32)
    return points, np.repeat(np.arange(60), 10) / 20


@pytest.mark.parametrize("what", DISTURBANCES)
def test_points_stay_points_and_the_original_as_it_was(what: str) -> None:
    points, time_s = some_points()
    before = points.copy()
    new, when, centre = disturbed(points, time_s, CENTRE, what, np.random.default_rng(1))
    assert new.shape == (len(when), 5)
    assert new.dtype == np.float32
    assert set(when) <= set(time_s)
    assert len(centre) == 3
    assert (points == before).all()


def test_each_disturbance_does_what_it_says() -> None:
    points, time_s = some_points()
    random = np.random.default_rng(2)
    _, when, _ = disturbed(points, time_s, CENTRE, FRAMES, random)
    assert 0.65 < len(set(when)) / 60 < 0.95
    assert len(when) == 10 * len(set(when)), "whole frames are lost"
    assert 0.4 < len(disturbed(points, time_s, CENTRE, POINTS, random)[0]) / 600 < 0.6
    noisy, _, _ = disturbed(points, time_s, CENTRE, NOISE, random)
    assert np.std(noisy[:, :3] - points[:, :3]) == pytest.approx(0.1, rel=0.1)
    assert (noisy[:, 3:] == points[:, 3:]).all()
    turned, _, centre = disturbed(points, time_s, CENTRE, RADAR, random)
    reach = np.linalg.norm(points[:, :2] - CENTRE[:2], axis=1)
    assert np.linalg.norm(turned[:, :2] - [2.0, 1.5], axis=1) == pytest.approx(reach, abs=1e-5)
    assert np.abs(np.array(centre) - [2.0, 1.5, 1.0]).max() < 0.5


def test_nothing_is_lost_altogether_and_unknown_ones_are_told() -> None:
    points, time_s = some_points()
    for seed in range(20):
        assert len(disturbed(points[:1], time_s[:1], CENTRE, POINTS, np.random.default_rng(seed))[0]) == 1
    with pytest.raises(UsageError, match="no disturbance 'rain'"):
        disturbed(points, time_s, CENTRE, "rain", np.random.default_rng(0))
