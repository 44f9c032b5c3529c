"""The built-in target breathes at the rate and sits at the distance it is told, and is a person, not a tone."""

import msgspec
import numpy as np
import pytest

from sumika.clock import SimulatedClock
from sumika.schema.house import DemoSource
from sumika.sensors.radar import DemoTarget
from sumika.sensors.radar.demo.motion import ChestMotion
from sumika.units import SECONDS_PER_MINUTE
from tests.recordings import START, samples_of, take

INTERVAL_S = 0.05


def target(**settings: float) -> DemoTarget:
    return DemoTarget("wall", "iwr6843isk", msgspec.convert(settings, DemoSource), SimulatedClock(START))


def strongest_rate_bpm(signal: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    spectrum = np.abs(np.fft.rfft((signal - signal.mean()) * np.hanning(signal.size), 2**16))
    rates = np.fft.rfftfreq(2**16, INTERVAL_S) * SECONDS_PER_MINUTE
    return float(rates[(rates > 5) & (rates < 45)][spectrum[(rates > 5) & (rates < 45)].argmax()])


@pytest.mark.parametrize(
    ("range_m", "respiration_bpm", "seed"), [(1.5, 15, 0), (0.7, 9, 1), (2.5, 24, 2), (4.0, 12, 3)]
)
def test_distance_and_rate_can_be_read_from_the_samples(range_m: float, respiration_bpm: float, seed: int) -> None:
    source = target(range_m=range_m, respiration_bpm=respiration_bpm, seed=seed)
    samples = np.stack([samples_of(frame)[0] for frame in take(source, 1000)])
    profiles = np.fft.fft(samples * np.hanning(100))[..., :50]
    chirp = source.description.chirp
    assert chirp is not None
    strongest = int(profiles.var(axis=0).sum(axis=0).argmax())
    assert strongest * chirp.range_resolution_m == pytest.approx(range_m, abs=0.12)
    echo = profiles[:, 0, strongest] - profiles[:, 0, strongest].mean()
    phase = np.unwrap(np.angle(profiles[:, 0, strongest]))
    assert strongest_rate_bpm(phase) == pytest.approx(respiration_bpm, abs=1.0)
    assert np.abs(echo).mean() > 0


def test_each_frame_depends_on_seed_and_index_alone() -> None:
    first, again, other = (take(target(seed=seed), 5) for seed in (7, 7, 8))
    for one, same, different in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(samples_of(one), samples_of(same))
        assert not np.array_equal(samples_of(one), samples_of(different))
    assert not np.array_equal(samples_of(first[0]), samples_of(first[1]))


def test_the_samples_could_come_from_a_converter() -> None:
    parts = np.stack([samples_of(frame) for frame in take(target(range_m=0.2), 50)]).view(np.float32)
    np.testing.assert_array_equal(parts, np.rint(parts))
    assert np.abs(parts).max() <= 32767
    quiet = np.stack([samples_of(frame) for frame in take(target(range_m=3.0), 50)])
    assert np.abs(quiet).max() < 2000


@pytest.mark.parametrize("seed", range(6))
def test_breathing_is_neither_a_pure_tone_nor_steady(seed: int) -> None:
    motion = ChestMotion(15.0, seed)
    chest = np.array([motion.breathing_m(i * INTERVAL_S) for i in range(6000)])
    assert 3e-3 < np.ptp(chest) / 2 < 6e-3
    spectrum = np.abs(np.fft.rfft(chest * np.hanning(chest.size)))
    rates = np.fft.rfftfreq(chest.size, INTERVAL_S) * SECONDS_PER_MINUTE
    peak = [spectrum[np.abs(rates - rate) < 2].max() for rate in (15, 30, 42)]
    assert 0.1 < peak[1] / peak[0] < 0.4
    halves = [strongest_rate_bpm(part) for part in np.split(chest, 12)]
    assert np.mean(halves) == pytest.approx(15, abs=0.2)
    assert np.ptp(halves) > 0.05


@pytest.mark.parametrize("seed", range(6))
def test_the_person_sits_still_and_changes_posture_once_in_a_while(seed: int) -> None:
    motion = ChestMotion(15.0, seed)
    times_s = np.arange(0, 1200, INTERVAL_S)
    moving = np.array([motion.moving(time_s) for time_s in times_s])
    posture = np.array([motion.posture_m(time_s) for time_s in times_s])
    assert not moving[times_s < 55].any()
    starts = np.flatnonzero(np.diff(moving.astype(int)) == 1)
    assert 8 <= starts.size <= 11
    assert moving.mean() == pytest.approx(starts.size * 3.0 / 1200, rel=0.1)
    speed = np.abs(np.diff(posture)) / INTERVAL_S
    assert speed[~moving[1:] & ~moving[:-1]].max() < 0.002
    assert speed[moving[1:]].max() > 0.01
    assert np.abs(posture).max() < 0.1
