"""Dead antennas, overdriven ones, interference and impossible numbers are found; living rooms are not blamed."""

import math
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from sumika.radar import frame_condition
from sumika.radar._chirp_outliers import find_outliers, outlier_limit
from sumika.radar.frame_condition import PERSISTENT_FRAMES, QUIET_FRAMES, ConditionState, FrameCondition
from sumika.schema import Reason

pytestmark = pytest.mark.slow  # where nothing is compiled yet, most of the time is compiling

CHIRPS, ANTENNAS, SAMPLES = 64, 8, 32
FULL_SCALE = 32767.0


@dataclass
class Room:
    """Furniture and somebody who walks close by, as two transmitters and four receivers sample them."""

    speed_m_s: float = 0.0
    walker: float = 0.0
    clutter: float = 2000.0
    noise: float = 10.0
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(5))

    def frame(self, number: int = 0) -> NDArray[np.complex128]:
        """Return complex (chirp, antenna, sample)."""
        sample, antenna = np.arange(SAMPLES), np.arange(ANTENNAS)[:, np.newaxis]
        time = (number * 0.05 + np.arange(CHIRPS) * 3e-4)[:, np.newaxis, np.newaxis]
        cube = np.zeros((CHIRPS, ANTENNAS, SAMPLES), complex)
        for bin_, share, u in ((3.2, 1.0, 0.3), (5.1, 0.6, -0.6), (9.7, 0.3, 0.1)):
            cube += self.clutter * share * np.exp(1j * (2 * np.pi * bin_ * sample / SAMPLES - np.pi * u * antenna))
        for limb in range(6):  # arms and legs, each at a speed of its own, in the range cells of the furniture
            phase = 4 * np.pi / 5e-3 * self.speed_m_s * (0.3 + 2 * math.sin(3.7 * limb)) * time + limb
            beat = 2 * np.pi * (5.0 + 0.02 * limb) * sample / SAMPLES
            cube += self.walker * np.exp(1j * (beat + phase - np.pi * 0.1 * limb * antenna))
        noise = self.random.normal(size=(2, *cube.shape)) * self.noise / np.sqrt(2)
        cube += noise[0] + 1j * noise[1]
        return cube


def assessed(state: ConditionState, cube: NDArray[np.complex128]) -> FrameCondition:
    """Measure a cube as decoding does, and assess it."""
    power = np.var(cube, axis=-1).astype(np.float32)
    peak = np.maximum(np.abs(cube.real), np.abs(cube.imag)).max(axis=-1).astype(np.float32)
    return frame_condition.assess(state, power, peak)


@pytest.fixture
def state() -> ConditionState:
    return frame_condition.start(ANTENNAS, CHIRPS, FULL_SCALE)


@pytest.mark.parametrize("walker", [0.0, 100.0, 3000.0])
def test_a_room_with_somebody_who_walks_close_by_is_sound(state: ConditionState, walker: float) -> None:
    room = Room(speed_m_s=1.4, walker=walker)
    for number in range(40):
        assert assessed(state, room.frame(number)) == frame_condition.SOUND


def test_movement_of_many_parts_and_nothing_else_is_sound(state: ConditionState) -> None:
    room = Room(speed_m_s=2.0, walker=1000.0, clutter=0.0)
    assert all(assessed(state, room.frame(number)).reason is None for number in range(40))


@pytest.mark.parametrize(("chirps", "antennas"), [(8, 4), (16, 12), (128, 12)])
def test_the_asked_share_of_frames_of_the_heaviest_law_is_flagged(chirps: int, antennas: int) -> None:
    random, asked, frames = np.random.default_rng(1), 0.02, 4000
    limit, nothing = outlier_limit(chirps, antennas, asked), np.zeros(antennas, dtype=np.bool_)
    flagged = 0
    for _ in range(frames):
        outliers = np.zeros(chirps, dtype=np.bool_)
        find_outliers(random.exponential(size=(chirps, antennas)).astype(np.float32), False, nothing, limit, outliers)
        flagged += bool(outliers.any())
    assert 0.5 * asked < flagged / frames < 1.4 * asked  # a union bound: never more than asked, and hardly less


@pytest.mark.parametrize(("gain", "offset"), [(0.0, 0.0), (0.0, 700.0), (1e-4, 3.0)])
def test_a_dead_antenna_is_found_and_left_out_and_its_recovery_told_once(
    state: ConditionState, gain: float, offset: float
) -> None:
    room, told = Room(speed_m_s=1.0, walker=300.0), []
    for number in range(40 + PERSISTENT_FRAMES + QUIET_FRAMES):
        cube = room.frame(number)
        if number < 40:
            cube[:, 2] = cube[:, 2] * gain + offset
        condition = assessed(state, cube)
        told += [(number, condition.began, condition.ended)] if condition.began or condition.ended else []
        assert condition.usable
        if PERSISTENT_FRAMES <= number < 40:
            assert condition.reason is Reason.ANTENNA_DEAD
            assert condition.dead_antennas == (2,)
    assert condition.dead_antennas == ()
    assert [(began, ended) for _, began, ended in told] == [(Reason.ANTENNA_DEAD, None), (None, Reason.ANTENNA_DEAD)]
    assert told[0][0] <= PERSISTENT_FRAMES


def test_a_stuck_antenna_is_left_out_of_the_very_first_frame(state: ConditionState) -> None:
    cube = Room().frame()
    cube[:, 5] = 123.0
    assert assessed(state, cube).dead_antennas == (5,)


def test_an_antenna_far_noisier_than_its_peers_is_left_out(state: ConditionState) -> None:
    room = Room()
    for number in range(2 * PERSISTENT_FRAMES):
        cube = room.frame(number)
        cube[:, 1] += room.random.normal(size=cube[:, 1].shape) * 300
        condition = assessed(state, cube)
    assert condition.dead_antennas == (1,)


def test_a_silent_transmitter_is_told_from_a_deaf_receiver(state: ConditionState) -> None:
    room = Room(noise=1.0)
    for number in range(PERSISTENT_FRAMES):
        cube = room.frame(number)
        cube[:, 4:] *= 1e-3
        condition = assessed(state, cube)
    assert condition.usable
    assert frame_condition.broken_parts(condition.dead_antennas, 2, 4) == ((1,), ())
    assert frame_condition.broken_parts((2, 6), 2, 4) == ((), (2,))
    assert frame_condition.broken_parts((2, 4, 5, 6, 7), 2, 4) == ((1,), (2,))
    assert frame_condition.broken_parts((), 2, 4) == ((), ())


@pytest.mark.parametrize(("walker", "burst"), [(0.0, 9000.0), (300.0, 28000.0)])
def test_bursts_of_interference_are_found_to_the_chirp(state: ConditionState, walker: float, burst: float) -> None:
    room, hit = Room(speed_m_s=1.2, walker=walker), (3, 17, 18, 40)
    for number in range(20):
        cube = room.frame(number)
        for chirp in hit:
            start = 7 + chirp % 15
            cube[chirp, :, start : start + 6] += burst * np.exp(0.3j * np.arange(6) ** 2)
        condition = assessed(state, cube)
        assert (condition.usable, condition.reason, condition.bad_chirps) == (True, Reason.INTERFERENCE, hit)
    assert [assessed(state, room.frame(number)).ended for number in range(QUIET_FRAMES + 5)].count(
        Reason.INTERFERENCE
    ) == 1


def test_a_single_flipped_sample_of_one_antenna_is_found(state: ConditionState) -> None:
    cube = Room().frame()
    cube[11, 6, 20] = 30000
    assert assessed(state, cube).bad_chirps == (11,)


def test_when_more_chirps_are_hit_than_can_be_left_out_the_frame_is_not_used(state: ConditionState) -> None:
    cube = Room().frame()
    for chirp in range(0, CHIRPS, 3):
        cube[chirp, chirp % ANTENNAS] = FULL_SCALE * (1 + 1j) * (-1) ** np.arange(SAMPLES)  # one receiver or another
    condition = assessed(state, cube)
    assert (condition.usable, condition.reason) == (False, Reason.SATURATED)


def test_overdriven_receivers_are_told_from_a_sample_that_touches_the_end_stop(state: ConditionState) -> None:
    def clipped(cube: NDArray[np.complex128]) -> NDArray[np.complex128]:
        return np.clip(cube.real, -FULL_SCALE, FULL_SCALE) + 1j * np.clip(cube.imag, -FULL_SCALE, FULL_SCALE)

    cube = Room(clutter=60000.0).frame()
    everywhere = assessed(state, clipped(cube))
    assert (everywhere.usable, everywhere.reason) == (False, Reason.SATURATED)
    cube = Room().frame()
    cube[:, 3] *= 30
    one = assessed(frame_condition.start(ANTENNAS, CHIRPS, FULL_SCALE), clipped(cube))
    assert (one.usable, one.reason, one.dead_antennas) == (True, Reason.SATURATED, (3,))
    cube = Room().frame()
    cube[:, :, 0] = FULL_SCALE / 1.0  # the leak at a chirp's start, of all chirps alike
    assert assessed(frame_condition.start(ANTENNAS, CHIRPS, FULL_SCALE), cube).reason is None


@pytest.mark.parametrize(
    ("cube", "reason"),
    [
        (np.zeros((CHIRPS, ANTENNAS, SAMPLES)), Reason.ALL_ZERO),
        (np.full((CHIRPS, ANTENNAS, SAMPLES), 2048.0), Reason.ALL_ZERO),
        (np.full((CHIRPS, ANTENNAS, SAMPLES), np.nan), Reason.NOT_FINITE),
        (Room(clutter=300000.0).frame(), Reason.PROFILE_MISMATCH),
    ],
)
def test_what_no_receiver_gives_is_refused(state: ConditionState, cube: NDArray[np.complex128], reason: Reason) -> None:
    condition = assessed(state, cube)
    assert (condition.usable, condition.reason) == (False, reason)
    assert condition.began is reason
    assert assessed(state, cube).began is None


def test_one_number_that_is_none_spoils_the_frame(state: ConditionState) -> None:
    for value in (np.nan, np.inf):
        cube = Room().frame()
        cube[3, 4, 5] = value
        power, peak = np.ones((CHIRPS, ANTENNAS), np.float32), np.ones((CHIRPS, ANTENNAS), np.float32)
        peak[3, 4] = value
        assert frame_condition.assess(state, power, peak).reason is Reason.NOT_FINITE
        assert frame_condition.assess(state, peak, power).reason is Reason.NOT_FINITE


def test_another_shape_is_the_callers_mistake(state: ConditionState) -> None:
    with pytest.raises(ValueError, match="shape"):
        frame_condition.assess(state, np.ones((1, 2), np.float32), np.ones((1, 2), np.float32))


def test_a_spectrum_the_wrong_way_round_is_told() -> None:
    power = (np.abs(np.fft.fft(Room().frame(), axis=-1)) ** 2).mean(axis=(0, 1))
    assert not frame_condition.mirrored(power)
    assert frame_condition.mirrored(np.roll(power[::-1], 1))
    assert not frame_condition.mirrored(np.full(64, np.nan))
    assert not frame_condition.mirrored(np.ones(8))


POWERS = arrays.arrays(np.float32, (5, 3), elements=st.floats(width=32).map(abs))


@given(POWERS, POWERS)
@settings(max_examples=50, deadline=None)
def test_whatever_comes_is_answered(power: NDArray[np.float32], peak: NDArray[np.float32]) -> None:
    state = frame_condition.start(3, 5, 100.0, complex_samples=False, unsigned=True)
    for _ in range(3):
        condition = frame_condition.assess(state, power, peak)
        assert condition.usable or condition.reason is not None
        assert all(0 <= chirp < 5 for chirp in condition.bad_chirps)
