"""Walk the room: a radar's place and direction from one person who walks, and refusals where a walk does not tell."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.radar.tracking import KnownWalk, Mounting, Refusal, WalkedPath, calibrate, walked_path
from tests.tracking_points import Body, rows_of

CORNERS = ((1.0, 1.0), (4.0, 1.2), (4.0, 3.5), (1.2, 3.6), (2.5, 2.2), (3.5, 4.2), (1.0, 4.5), (1.0, 1.5))
SPEED_M_S = 0.8
KNOWN = Mounting((2.5, 0.05, 1.8), math.radians(90.0), math.radians(-10.0))
TRUE = Mounting((0.05, 2.5, 1.5), math.radians(5.0), math.radians(-6.0))


def body_at(corners: Sequence[tuple[float, float]], time_s: float) -> Body:
    """Return somebody who walks from corner to corner."""
    places = np.array(corners)
    legs = np.sqrt((np.diff(places, axis=0) ** 2).sum(axis=1))
    passed = np.concatenate(((0.0,), np.cumsum(legs)))
    gone = min(SPEED_M_S * time_s, float(passed[-1]) - 1e-6)
    leg = int(np.searchsorted(passed, gone, side="right")) - 1
    way = (places[leg + 1] - places[leg]) / legs[leg]
    x, y = places[leg] + way * (gone - passed[leg])
    return Body((x, y, 1.0), (SPEED_M_S * way[0], SPEED_M_S * way[1], 0.0))


def seen_by(
    mounting: Mounting,
    seed: int,
    seconds: float = 20.0,
    corners: Sequence[tuple[float, float]] = CORNERS,
    blind_above: bool = False,
) -> WalkedPath:
    """Return the path that a radar sees: noise, clutter, and now and then an image behind the wall at x = 5."""
    random = np.random.default_rng(seed)
    frames: list[tuple[float, NDArray[np.float32]]] = []
    for number in range(round(seconds / 0.05)):
        body = body_at(corners, 0.05 * number)
        (x, y, z), (vx, vy, vz) = np.asarray(body.place_m), np.asarray(body.velocity_m_s)
        bodies = [body]
        if random.uniform() < 0.5:
            bodies.append(Body((10.0 - x, y, z), (-vx, vy, vz), snr_db=body.snr_db - 6.0))
        rows = rows_of(mounting, bodies, random, clutter=3.0)
        if blind_above:
            rows[:, 3], rows[:, 7] = 0.0, math.radians(60.0)
        frames.append((0.05 * number + 0.013 * seed, rows))
    return walked_path(frames)


def off(turned_deg: float, aside_m: float) -> Mounting:
    """Return what is written down of the radar, wrongly."""
    x, y, z = TRUE.position_m
    return Mounting((x + 0.6 * aside_m, y - 0.8 * aside_m, z), TRUE.yaw_rad + math.radians(turned_deg), TRUE.pitch_rad)


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "turned_deg"), [(1, 20.0), (2, -20.0), (3, 175.0)])
def test_a_radar_is_found_against_another_one(seed: int, turned_deg: float) -> None:
    found = calibrate(seen_by(TRUE, seed), seen_by(KNOWN, seed + 1).seen_from(KNOWN), off(turned_deg, 0.5))
    assert found.usable
    assert found.reason is None
    assert math.dist(found.mounting.position_m[:2], TRUE.position_m[:2]) < 0.05
    assert abs(math.degrees(found.mounting.yaw_rad - TRUE.yaw_rad)) < 2.0
    assert abs(found.mounting.position_m[2] - TRUE.position_m[2]) < 0.15
    assert abs(math.degrees(found.mounting.pitch_rad - TRUE.pitch_rad)) < 4.0
    assert found.residual_m < 0.1
    assert found.seconds > 15.0
    for name in ("x_m", "y_m"):
        assert 0.003 < found.sigmas[name] < 0.05


@pytest.mark.slow
def test_a_radar_is_found_against_a_way_of_known_corners() -> None:
    found = calibrate(seen_by(TRUE, 4), KnownWalk(np.array(CORNERS)), off(20.0, 0.5))
    assert found.usable
    assert math.dist(found.mounting.position_m[:2], TRUE.position_m[:2]) < 0.05
    assert abs(math.degrees(found.mounting.yaw_rad - TRUE.yaw_rad)) < 2.0
    assert found.mounting.position_m[2] == TRUE.position_m[2]
    assert math.isinf(found.sigmas["z_m"])
    assert math.isinf(found.sigmas["pitch_rad"])


def test_without_elevation_height_and_pitch_are_kept() -> None:
    path = seen_by(TRUE, 5, seconds=12.0, blind_above=True)
    nominal = off(10.0, 0.3)
    found = calibrate(path, seen_by(KNOWN, 6, seconds=12.0).seen_from(KNOWN), nominal)
    assert not path.has_height
    assert found.mounting.position_m[2] == nominal.position_m[2]
    assert found.mounting.pitch_rad == nominal.pitch_rad
    assert math.isinf(found.sigmas["z_m"])
    assert abs(math.degrees(found.mounting.yaw_rad - TRUE.yaw_rad)) < 4.0


def exact(corners: Sequence[tuple[float, float]], seconds: float, begin_s: float = 0.0) -> WalkedPath:
    """Return the way itself, in house coordinates."""
    time = begin_s + 0.25 * np.arange(round(seconds / 0.25), dtype=np.float64)
    places = np.array([np.asarray(body_at(corners, float(now)).place_m) for now in time]).reshape(-1, 3)
    return WalkedPath(time, places, np.full(len(time), 0.1))


def own(path: WalkedPath) -> WalkedPath:
    """Return a path in house coordinates as the radar would see it."""
    return WalkedPath(path.time_s, (path.place_m - TRUE.place) @ TRUE.axes.T, path.sigma_m)


LINE = ((1.0, 1.0), (1.1, 4.0), (1.0, 1.1), (1.1, 4.0), (1.0, 1.0), (1.1, 4.0))
SPOT = ((1.0, 1.0), (1.3, 1.1), (1.2, 1.4), (1.0, 1.1)) * 8


@pytest.mark.parametrize(
    ("path", "reference", "reason"),
    [
        (exact(CORNERS, 20.0), exact(CORNERS, 6.0), Refusal.TOO_FEW_SECONDS),
        (exact(CORNERS, 8.0), exact(CORNERS, 20.0, 12.0), Refusal.TOO_FEW_SECONDS),
        (exact(CORNERS, 0.0), exact(CORNERS, 20.0), Refusal.TOO_FEW_SECONDS),
        (exact(CORNERS, 20.0), exact(CORNERS, 0.0), Refusal.TOO_FEW_SECONDS),
        (exact(LINE, 15.0), exact(LINE, 15.0), Refusal.ON_A_LINE),
        (exact(SPOT, 15.0), exact(SPOT, 15.0), Refusal.TOO_SHORT),
        (exact(CORNERS, 20.0), exact(CORNERS[::-1], 20.0), Refusal.DOES_NOT_FIT),
    ],
)
def test_a_walk_that_does_not_tell_is_refused(path: WalkedPath, reference: WalkedPath, reason: Refusal) -> None:
    nominal = off(10.0, 0.2)
    found = calibrate(own(path), reference, nominal)
    assert not found.usable
    assert found.reason is reason
    if reason is not Refusal.DOES_NOT_FIT:
        assert found.mounting == nominal


def test_an_exact_walk_gives_the_exact_mounting() -> None:
    # Whoever is a point has no front: all that is left of it is what is presumed.
    found = calibrate(own(exact(CORNERS, 24.0)), exact(CORNERS, 24.0), off(20.0, 0.5))
    assert found.usable
    assert math.dist(found.mounting.position_m, TRUE.position_m) < 0.06
    assert found.mounting.yaw_rad == pytest.approx(TRUE.yaw_rad, abs=0.02)


def test_a_path_holds_only_what_goes_together() -> None:
    random = np.random.default_rng(2)
    frames = []
    for number in range(400):
        body = body_at(CORNERS, 0.05 * number)
        if 100 <= number < 110:  # half a second of something else
            body = Body((1.0, 6.0, 1.0), (0.0, 1.0, 0.0))
        frames.append((0.05 * number, rows_of(KNOWN, [body], random)))
    path = walked_path(frames).seen_from(KNOWN)
    true = np.array([np.asarray(body_at(CORNERS, time_s).place_m) for time_s in path.time_s])
    apart = np.sqrt(((path.place_m - true)[:, :2] ** 2).sum(axis=1))
    assert apart.max() < 0.4
    assert len(path) > 70
    assert len(walked_path([])) == 0
    assert len(walked_path([(0.0, np.zeros((0, 9), np.float32)), (0.1, np.full((3, 9), np.nan, np.float32))])) == 0


@pytest.mark.parametrize("corners", [np.zeros((2, 2)), np.zeros((4, 3)), np.zeros(4)])
def test_a_way_needs_three_corners(corners: NDArray[np.float64]) -> None:
    with pytest.raises(ValueError, match="three corners"):
        KnownWalk(corners)
