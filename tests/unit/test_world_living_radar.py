"""Frames for ever of whoever lives in a simulated house: who is there is seen, who is not or is hidden is not."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.schema import RADAR_MODELS, SumikaError
from sumika.schema.house import House
from sumika.schema.living import Furniture, FurnitureKind
from sumika.world.exchange import Leg, Posture, Stretch
from sumika.world.radar_scene import LivingBodies, LivingView, link_of, living_waveform
from sumika.world.radar_scene.living_body import LivingBody, Shape
from sumika.world.radar_scene.living_chest import Unrest
from sumika.world.radar_scene.living_sight import sight_of
from tests.living_stretches import RADAR, house, sitting, walking, wardrobe

NOW = Instant(0, 0, "test")
WAVEFORM = living_waveform("iwr6843isk")
Frames = NDArray[Any]


def _view(home: House | None = None, seed: int = 3) -> LivingView:
    return LivingView.of(home or house(), RADAR, WAVEFORM, seed)


def _frames(view: LivingView, stretches: list[Stretch], times_s: NDArray[np.float64]) -> Frames:
    view.add(stretches)
    return np.stack([view.frame(float(time_s)) for time_s in times_s])


def _moving_power(frames: Frames) -> float:
    """Return the power of what changes from frame to frame, in the range cell where most does."""
    mean = frames.mean(axis=0)
    turned = np.array([np.vdot(frame, mean) for frame in frames])  # the oscillator's phase is of no interest here
    ranges = np.fft.fft((frames * (turned / np.abs(turned))[:, None, None, None]).mean(axis=1), axis=-1)
    changing = np.abs(ranges - ranges.mean(axis=0)) ** 2
    return float(changing.sum(axis=(0, 1)).max())


TIMES_S = np.arange(0.0, 6.0, 0.1)
GONE = replace(sitting(0.0), present=False, away=(True,))


def _over_empty(home: House, stretch: Stretch) -> float:
    """Return how much more changes in a house with somebody than in the same house with nobody."""
    return _moving_power(_frames(_view(home), [stretch], TIMES_S)) / _moving_power(
        _frames(_view(home), [GONE], TIMES_S)
    )


def test_who_sits_there_is_seen() -> None:
    assert _over_empty(house(), sitting(0.0)) > 30.0


def test_an_empty_house_shows_nothing_but_noise() -> None:
    frames = _frames(_view(), [GONE], TIMES_S)
    moved = np.fft.fft(np.diff(frames, axis=1), axis=-1)  # from chirp to chirp; (frame, chirp, antenna, range)
    far = (np.abs(moved[..., 60:]) ** 2).mean() / frames.shape[-1] / 2.0
    assert far == pytest.approx(link_of(WAVEFORM).noise_counts ** 2, rel=0.25)


def test_who_goes_out_vanishes_and_comes_back() -> None:
    legs = (Leg(seconds=4.0), Leg(seconds=4.0), Leg(seconds=4.0))
    stretch = replace(sitting(0.0, 12.0), legs=legs, away=(False, True, False))
    frames = _frames(_view(), [stretch], np.arange(0.0, 12.0, 0.1))
    before, away, after = (_moving_power(frames[first : first + 36]) for first in (2, 42, 82))
    assert min(before, after) > 10.0 * away


def test_a_wardrobe_hides_who_sits_behind_it() -> None:
    stretch = sitting(0.0, at_m=(2.0, 2.8))
    seen = _moving_power(_frames(_view(), [stretch], TIMES_S))
    hidden = _moving_power(_frames(_view(house(wardrobe(2.0, 1.6))), [stretch], TIMES_S))
    beside = _moving_power(_frames(_view(house(wardrobe(0.7, 1.6))), [stretch], TIMES_S))
    assert hidden < 0.02 * seen
    assert beside == pytest.approx(seen, rel=0.2)


def test_somebody_in_front_hides_somebody_behind() -> None:
    behind = sitting(0.0, at_m=(2.0, 3.2), name="aoi")
    home = house()
    sight = sight_of(home, np.array(RADAR.position_m), home.rooms[0])
    alone = sight.shares(_points(behind))
    in_front = _points(walking(0.0, Leg(seconds=60.0), at_m=(2.0, 1.5)))
    sight.bodies_m = (in_front, _points(behind))
    covered = sight.shares(_points(behind))
    assert np.all(alone == 1.0)
    assert covered[:8].max() < 0.2
    assert np.all(sight.shares(in_front) == 1.0)  # who is in front is behind nobody


def test_the_bedroom_is_seen_through_its_open_door_alone() -> None:
    stretch = sitting(0.0, at_m=(2.0, 4.8))
    open_door, shut_door, no_door = _view(), _view(), _view(house(door_m=(0.5, 4.0)))
    shut_door.open_doors({"door": 0.0})
    powers = [_moving_power(_frames(view, [stretch], TIMES_S)) for view in (open_door, shut_door, no_door)]
    assert powers[1] < 0.1 * powers[0]
    assert powers[2] < 0.1 * powers[0]


def test_a_resting_chest_goes_on_over_the_end_of_a_stretch() -> None:
    view = _view()
    view.add([sitting(0.0)])
    times_s, phases = np.arange(54.0, 66.0, 0.05), []
    for time_s in times_s:
        if time_s > 59.0 and view.end_s < 61.0:
            view.add([sitting(60.0)])
        ranges = np.fft.fft(view.frame(float(time_s)).mean(axis=0)[0])
        phases.append(ranges)
    changing = np.array(phases) - np.mean(phases, axis=0)
    cell = int((np.abs(changing) ** 2).sum(axis=0).argmax())
    steps = np.abs(np.diff(changing[:, cell]))
    over_the_end = int(np.searchsorted(times_s, 60.0)) - 1
    assert (
        steps[over_the_end - 1 : over_the_end + 2].max()
        < 1.2 * np.delete(steps, range(over_the_end - 4, over_the_end + 6)).max()
    )


def test_breaths_come_back_from_the_frames_at_their_rate() -> None:
    view = _view()
    frames = _frames(view, [sitting(0.0), sitting(60.0)], np.arange(20.0, 70.0, 0.1))
    ranges = np.fft.fft(frames.mean(axis=1)[:, 0], axis=-1)
    changing = ranges - ranges.mean(axis=0)
    cell = int((np.abs(changing) ** 2).sum(axis=0).argmax())
    turned = np.unwrap(np.angle(ranges[:, cell] - ranges.mean(axis=0)[cell] + 3.0 * changing[:, cell].std()))
    spectrum = np.abs(np.fft.rfft((turned - turned.mean()) * np.hanning(len(turned)), 16384))
    per_minute = 60.0 * np.fft.rfftfreq(16384, 0.1)
    inside = (per_minute > 8.0) & (per_minute < 25.0)
    assert per_minute[inside][spectrum[inside].argmax()] == pytest.approx(15.0, abs=0.5)


def test_position_and_chest_have_no_step_wherever_stretches_meet() -> None:
    body = LivingBody(Shape.of("ren", "person", None, 3))
    turn = (Leg(seconds=2.0, to_m=(3.0, 2.0)), Leg(seconds=1.5, to_m=(3.0, 3.0)))
    body.add(walking(0.0, *turn))
    after = walking(3.5, Leg(seconds=1.0, to_m=(3.0, 3.4)), Leg(seconds=2.0, posture=Posture.SITTING), at_m=(3.0, 3.0))
    body.add(replace(after, heading_rad=np.pi / 2, bursts_s=np.array([[5.0, 3.0]])))
    body.add(replace(sitting(6.5, 10.0, at_m=(3.0, 3.4)), heading_rad=np.pi / 2))
    times_s = np.arange(0.0, 10.0, 0.005)
    places = np.array([body.points(time_s) for time_s in times_s])
    speeds = np.linalg.norm(np.diff(places, axis=0), axis=2) / 0.005
    assert speeds.max() < 6.0  # a foot in a walk; a step of a centimetre would be 2 m/s more, one of ten 20
    resting = places[times_s > 8.1]
    assert np.linalg.norm(np.diff(resting, axis=0), axis=2).max() < 2e-4


def test_a_walk_of_several_legs_starts_and_stops_once() -> None:
    body = LivingBody(Shape.of("ren", "person", None, 3))
    body.add(walking(0.0, Leg(seconds=1.0)))
    body.add(walking(1.0, Leg(seconds=2.0, to_m=(2.0, 2.0)), Leg(seconds=2.0, to_m=(2.0, 3.0)), Leg(seconds=2.0)))
    times_s = np.arange(0.9, 7.0, 0.02)
    x, y = np.array([body.points(time_s)[:, :2].mean(axis=0) for time_s in times_s]).T
    speed = np.hypot(np.diff(x), np.diff(y)) / 0.02
    assert speed[times_s[:-1] < 0.95].max() < 0.05
    assert speed[times_s[:-1] > 5.1].max() < 0.05
    walks = (times_s[:-1] > 1.6) & (times_s[:-1] < 4.4)
    assert speed[walks].min() > 0.3  # the corner is at 3 s
    assert speed[walks].mean() == pytest.approx(1.0 / 1.75, rel=0.15)


def test_the_same_seed_gives_the_same_frames_and_another_others() -> None:
    stretches = [sitting(0.0), walking(0.0, Leg(seconds=60.0, to_m=(3.0, 3.0)), kind="pet")]
    one, same, other = (_frames(_view(seed=seed), stretches, TIMES_S[:5]) for seed in (3, 3, 4))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_radars_of_one_house_see_the_same_body_whenever_they_begin() -> None:
    early, late = LivingBodies(house(), 3), LivingBodies(house(), 3)
    early.add([sitting(0.0)])
    early.add([sitting(60.0)])
    late.add([sitting(60.0)])
    apart = early.present(75.0)[0].points(75.0) - late.present(75.0)[0].points(75.0)
    assert np.abs(apart).max() < 1e-12


def test_truth_tells_who_is_where() -> None:
    view = _view()
    cat = walking(0.0, Leg(seconds=60.0, to_m=(3.0, 3.0)), kind="pet")
    view.add([sitting(0.0), cat, replace(sitting(0.0, name="aoi"), present=False, away=(True,))])
    aoi, pet, ren = view.truth_at(30.0, NOW)
    assert (aoi.body, aoi.room, aoi.position_m) == ("aoi", "", None)
    assert (pet.kind, pet.posture, pet.room) == ("pet", "", "living")
    assert (ren.posture, ren.activity, ren.room) == ("sitting", "reading", "living")
    assert ren.position_m is not None
    assert pet.velocity_m_s is not None
    assert ren.position_m[:2] == pytest.approx((2.0, 2.0), abs=0.4)
    assert np.hypot(*pet.velocity_m_s[:2]) == pytest.approx(np.hypot(2.0, 1.0) / 59.5, rel=0.2)


def test_velocity_is_told_from_the_first_moment_on() -> None:
    view = _view()
    view.add([walking(0.0, Leg(seconds=60.0, to_m=(3.0, 2.0)))])
    (ren,) = view.truth_at(0.0, NOW)
    assert ren.velocity_m_s is not None
    assert np.isfinite(ren.velocity_m_s).all()


def test_turning_over_moves_a_sleeper_by_centimetres_and_ends() -> None:
    body = LivingBody(Shape.of("ren", "person", None, 3))
    body.add(replace(sitting(0.0), posture=Posture.LYING, bursts_s=np.array([[10.0, 3.0]])))
    still, turning, after = (body.points(time_s) for time_s in (9.9, 11.5, 13.1))
    assert 0.02 < np.linalg.norm(turning - still, axis=1).mean() < 0.2
    assert np.linalg.norm(after - still, axis=1).max() < 0.01


def test_what_is_dropped_is_seen_while_it_falls() -> None:
    view = _view()
    view.drop(2.0, (2.0, 1.5))
    frames = _frames(view, [GONE], np.arange(0.0, 5.0, 0.05))
    power = [
        (np.abs(np.diff(frames[part], axis=0)) ** 2).mean() for part in (slice(0, 40), slice(41, 52), slice(80, 99))
    ]
    assert power[1] > 1.5 * power[0]
    assert power[2] == pytest.approx(power[0], rel=0.05)


def test_a_fan_and_a_curtain_stand_where_the_furniture_says() -> None:
    fan = Furniture(kind=FurnitureKind.FAN, room="living", at_m=(2.5, 2.0))
    curtain = Furniture(kind=FurnitureKind.CURTAIN, room="living", at_m=(1.0, 3.0), heading_deg=-90.0)
    still = _moving_power(_frames(_view(), [GONE], TIMES_S))
    assert _moving_power(_frames(_view(house(fan)), [GONE], TIMES_S)) > 5.0 * still
    assert _moving_power(_frames(_view(house(curtain)), [GONE], TIMES_S)) > 5.0 * still


def test_a_large_body_echoes_more_than_a_small_one() -> None:
    home = house()
    lives = {resident.id: resident.life for resident in home.residents}
    small, large = (
        np.mean([Shape.of(name, "person", lives[name], seed).cross_section_dbsm for seed in range(200)])
        for name in ("aoi", "ren")
    )
    assert 0.3 < large - small < 1.2


@pytest.mark.parametrize("model", sorted(RADAR_MODELS))
def test_every_known_radar_gives_frames_of_its_shape(model: str) -> None:
    view = LivingView.of(house(), RADAR, living_waveform(model), 3)
    view.add([sitting(0.0)])
    frame = view.frame(1.0)
    assert frame.shape == view.shape
    assert frame.dtype == np.dtype(view.dtype)


def test_a_house_in_which_nobody_lives_has_frames_too() -> None:
    view = _view()
    view.add([])
    assert view.frame(1e6).shape == view.shape
    assert view.truth_at(1e6, NOW) == ()


def test_what_cannot_be_is_refused() -> None:
    view = _view()
    with pytest.raises(ValueError, match="stretches reach to"):
        view.frame(0.0)
    view.add([sitting(0.0)])
    view.frame(5.0)
    with pytest.raises(ValueError, match="asked for after"):
        view.frame(4.9)
    with pytest.raises(ValueError, match="reach to 60"):
        view.frame(60.0)
    with pytest.raises(ValueError, match="before 60"):
        view.add([sitting(30.0)])
    with pytest.raises(SumikaError, match="no radar"):
        living_waveform("sonar")


def _points(stretch: Stretch) -> NDArray[np.float64]:
    body = LivingBody(Shape.of(stretch.body, stretch.kind, None, 3))
    body.add(stretch)
    return body.points(stretch.start_s + 1.0)


def test_small_movements_have_the_size_they_are_told_at_all_times() -> None:
    unrest = Unrest((3, 1))
    moved = np.array([unrest.at(time_s) for time_s in np.arange(0.0, 1200.0, 0.25)])
    by_place = (moved**2).sum(axis=1).reshape(20, 240).mean(axis=0).reshape(6, 40).mean(axis=1)  # within the block
    assert by_place.mean() == pytest.approx(1.0, rel=0.1)
    assert by_place == pytest.approx(np.full(6, by_place.mean()), rel=0.5)
    near = np.array([unrest.at(time_s) for time_s in np.arange(59.5, 60.5, 0.01)])
    assert np.linalg.norm(np.diff(near, axis=0), axis=1).max() < 0.05
