"""A radar of the simulated house: frames in real time, late ones counted, the same people in every process."""

import math

import msgspec
import numpy as np
import pytest

from sumika.clock import Instant, SimulatedClock
from sumika.config import demo_house
from sumika.schema import AdcFrame, Origin, UsageError
from sumika.schema.house import WorldSource
from sumika.sensors import SimulatedHouse, open_frames, open_source
from sumika.sensors.radar.simulated.driver import WorldRadar

LOADED = demo_house({})
HOUSE = LOADED.house
RADAR = HOUSE.radar("living_radar")
BEGAN = Instant(1_000_000_000, 2_000_000_000, "boot")

pytestmark = pytest.mark.slow


def opened(clock: SimulatedClock, radar_id: str = "living_radar") -> WorldRadar:
    return WorldRadar(HOUSE.radar(radar_id), SimulatedHouse(house=HOUSE, began=BEGAN), clock)


def at(seconds: float) -> SimulatedClock:
    return SimulatedClock(BEGAN.later(round(seconds * 1e9)))


def frames(source: WorldRadar, count: int) -> list[AdcFrame]:
    found = []
    for _ in range(count):
        frame = source.next_frame()
        assert isinstance(frame, AdcFrame)
        found.append(frame)
    return found


def test_frames_come_at_their_rate_and_say_that_they_are_simulated() -> None:
    source = opened(at(0.0))
    taken = frames(source, 20)
    stamps = [frame.notice.stamp.monotonic_ns for frame in taken]
    assert np.diff(stamps).tolist() == [100_000_000] * 19
    assert [frame.notice.index for frame in taken] == list(range(20))
    for frame in taken:
        assert frame.notice.origin is Origin.SIMULATED
        assert frame.samples.shape == frame.notice.shape
        assert frame.samples.dtype.str == frame.notice.dtype
        assert frame.samples.nbytes <= source.max_frame_bytes
        assert np.isfinite(frame.samples).all()
    assert source.refused == {}


def test_a_radar_that_shall_show_hearts_looks_as_often_as_its_source_says() -> None:
    fast = msgspec.structs.replace(RADAR, source=WorldSource(frames_per_s=20.0))
    house = msgspec.structs.replace(HOUSE, radars=tuple(fast if one.id == fast.id else one for one in HOUSE.radars))
    source = WorldRadar(fast, SimulatedHouse(house=house, began=BEGAN), at(0.0))
    taken = frames(source, 4)
    assert np.diff([frame.notice.stamp.monotonic_ns for frame in taken]).tolist() == [50_000_000] * 3


def test_a_radar_that_starts_again_sees_the_same_people() -> None:
    clock = at(0.0)
    first, again = opened(clock), opened(at(61.0))
    frames(first, 40)  # it has looked since the beginning, but for most of the first minute
    clock.sleep_until(BEGAN.monotonic_ns + 59_000_000_000)
    early = {frame.notice.index: frame for frame in frames(first, 50)}
    late = frames(again, 20)
    assert late[0].notice.index == 610
    for frame in late:
        other = early[frame.notice.index]
        assert frame.notice.stamp == other.notice.stamp
        # Noise aside: clutter and people are the same.
        likeness = np.vdot(frame.samples, other.samples) / math.sqrt(
            np.vdot(frame.samples, frame.samples).real * np.vdot(other.samples, other.samples).real
        )
        assert abs(likeness) > 0.95


def test_who_falls_behind_counts_late_frames_and_leaves_hopeless_ones_out() -> None:
    clock = at(0.0)
    source = opened(clock)
    frames(source, 3)
    clock.sleep_until(BEGAN.monotonic_ns + 500_000_000)
    assert frames(source, 1)[0].notice.index == 3
    assert source.refused == {"late": 1}
    clock.sleep_until(BEGAN.monotonic_ns + 5_000_000_000)
    assert frames(source, 1)[0].notice.index > 45
    assert source.refused["left_out"] >= 40


def test_it_ends_when_it_is_closed() -> None:
    source = opened(at(0.0))
    source.close()
    assert source.next_frame() is None


def test_radars_of_one_house_take_turns() -> None:
    stamps = {radar.id: frames(opened(at(0.0), radar.id), 1)[0].notice.stamp.monotonic_ns for radar in HOUSE.radars}
    assert len(set(stamps.values())) == len(HOUSE.radars)


def test_without_a_world_it_says_what_is_missing() -> None:
    house = msgspec.structs.replace(HOUSE, world=None)
    with pytest.raises(UsageError, match="looks into a simulated house") as caught:
        WorldRadar(RADAR, SimulatedHouse(house=house, began=BEGAN), at(0.0))
    assert "world:" in caught.value.remedy
    with pytest.raises(UsageError, match="does not run here"):
        open_source(RADAR, LOADED.path, at(0.0), {})


def test_it_is_opened_as_any_other_radar_is() -> None:
    source = open_frames(RADAR, LOADED.path, at(0.0), {}, SimulatedHouse(house=HOUSE, began=BEGAN))
    assert isinstance(source, WorldRadar)
    source.close()
