"""Thermal noise of the simulated converter: normal, white, of the right power, new in every frame; and what clips."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sumika.schema import RADAR_MODELS
from sumika.world.radar_scene import LinkBudget, add_point, empty_cube, link_of, resting_radar
from sumika.world.radar_scene.converter import Converter
from sumika.world.radar_scene.noise import STEP, fill_normal, normal_table, words_of

COUNT = 400_000


def _normal(counter: int, count: int = COUNT) -> NDArray[np.float32]:
    noise, words = np.empty(count, np.float32), np.empty(words_of(count), np.uint64)
    fill_normal(noise, words, normal_table(), np.uint64(counter))
    return noise


def _converter(link: LinkBudget, seed: int = 1) -> Converter:
    description = resting_radar()
    assert description.chirp is not None
    silence = empty_cube(description)[0]
    random = np.random.Generator(np.random.SFC64(seed))
    return Converter(description.chirp, link, random, silence, silence)


def test_it_is_normal_to_the_tails() -> None:
    noise = _normal(7).astype(np.float64)
    assert stats.kstest(noise, "norm").pvalue > 1e-3
    assert noise.var() == pytest.approx(1.0, abs=0.01)
    assert stats.kurtosis(noise) == pytest.approx(0.0, abs=0.05)
    beyond = [int((np.abs(noise) > far).sum()) for far in (3.0, 4.0, 4.3)]
    expected = [COUNT * 2.0 * stats.norm.sf(far) for far in (3.0, 4.0, 4.3)]
    for seen, mean in zip(beyond, expected, strict=True):
        assert abs(seen - mean) < 5.0 * np.sqrt(mean) + 1.0


def test_the_outermost_numbers_go_on_beyond_the_table() -> None:
    far = max(float(np.abs(_normal(number, 2_000_000)).max()) for number in (1, 2))
    assert far > float(normal_table().max()) + 0.1


def test_neighbours_and_calls_have_nothing_in_common() -> None:
    noise = _normal(3)
    spread = 1.0 / np.sqrt(COUNT)
    for lag in (1, 2, 3, 4, 5, 8, 256):
        assert abs(float((noise[lag:] * noise[:-lag]).mean())) < 5.0 * spread
    after = _normal((3 + words_of(COUNT) * int(STEP)) % 2**64)
    assert abs(float((noise * after).mean())) < 5.0 * spread


def test_silence_has_the_noise_of_the_link_budget_in_every_cell_of_the_map() -> None:
    description = resting_radar()
    link = LinkBudget(phase_noise_rad=0.0, frame_phase_rad=0.0)
    converter, silence = _converter(link), empty_cube(description)
    maps = []
    for _ in range(60):
        samples = converter.convert(silence)
        power = np.abs(np.fft.fft2(samples, axes=(0, 2))) ** 2 / samples[:, 0].size
        maps.append(power.mean(axis=1))
    mean = np.mean(maps, axis=0)  # (Doppler, range)
    expected = link.noise_counts**2 + 2.0 / 12.0  # rounding adds a twelfth of a count to I and to Q
    assert mean.mean() == pytest.approx(expected, rel=0.005)
    # 60 frames of 12 antennas: each cell is a mean of 720 exponential numbers, and the largest of 2048 cells 4 off.
    assert np.abs(mean / expected - 1.0).max() < 5.5 / np.sqrt(720)


def test_each_frame_has_noise_of_its_own_and_the_same_seed_the_same() -> None:
    silence = empty_cube(resting_radar())
    link = link_of(resting_radar())
    one, same, other = _converter(link), _converter(link), _converter(link, seed=2)
    first, second = one.convert(silence), one.convert(silence)
    assert np.array_equal(first, same.convert(silence))
    assert not np.array_equal(first, other.convert(silence))
    alike = np.abs(np.vdot(first, second)) / np.sqrt((np.abs(first) ** 2).sum() * (np.abs(second) ** 2).sum())
    assert alike < 5.0 / np.sqrt(first.size)


def test_what_is_too_strong_clips() -> None:
    description = resting_radar()
    assert description.chirp is not None
    cube = empty_cube(description)
    add_point(cube, description, (0.0, 1.5, 0.0), amplitude=2.0 * description.chirp.full_scale)
    samples = _converter(link_of(description)).convert(cube)
    full = description.chirp.full_scale
    parts = np.stack((samples.real, samples.imag))
    assert parts.max() == full
    assert parts.min() == -full - 1.0
    assert (np.abs(parts) >= full).mean() > 0.5
    assert np.array_equal(parts, np.rint(parts))


def test_a_real_receiver_clips_at_none_and_all_of_its_bits() -> None:
    description = RADAR_MODELS["bgt60tr13c"]
    assert description.chirp is not None
    cube = empty_cube(description)
    add_point(cube, description, (0.0, 1.5, 0.0), amplitude=2.0 * description.chirp.full_scale)
    silence = np.zeros_like(cube[0])
    random = np.random.Generator(np.random.SFC64(1))
    samples = Converter(description.chirp, link_of(description), random, silence, silence).convert(cube)
    assert samples.dtype == np.uint16
    assert (samples.min(), samples.max()) == (0, 4095)
