"""On the real recordings breath is what all their channels agree on; stretched it is slower, shuffled there is none."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.evaluate.radar.one_pass import read_frames
from sumika.radar import range_frame, sweep_noise, vitals
from sumika.radar.target import Target
from sumika.schema import AdcFrame, RadarDescription

Slow = tuple[RadarDescription, NDArray[np.complex64], float]
"""The radar, (frame, antenna, range bin), noise power of a cell."""


def slow_time(path: Path, model: str, chirp: str = "") -> Slow:
    profiles, noise = [], []
    description: RadarDescription | None = None
    for frame in read_frames(path, model, chirp):
        assert isinstance(frame, AdcFrame)
        seen = range_frame(frame)
        description = seen.notice.description
        profiles.append(seen.iq.mean(axis=0))
        spread = sweep_noise(seen.iq)
        noise.append(0.0 if spread is None else float(np.median(spread)))
    assert description is not None
    return description, np.array(profiles), float(np.median(noise))


def rates(slow: Slow, range_m: float, factor: float = 1.0, order: NDArray[np.intp] | None = None) -> list[float]:
    description, profiles, noise = slow
    interval_s = factor * description.frame_interval_s
    state = vitals.start(msgspec.structs.replace(description, frame_interval_s=interval_s))
    target = Target(
        id=1,
        range_m=range_m,
        azimuth_rad=0.0,
        elevation_rad=0.0,
        range_sigma_m=0.1,
        azimuth_sigma_rad=0.1,
        elevation_sigma_rad=0.1,
        speed_m_s=0.0,
        still_s=10.0,
    )
    told = []
    for index, place in enumerate(np.arange(len(profiles)) if order is None else order):
        state, results = vitals.step(state, profiles[place], noise, [target], index * interval_s)
        if results[1].respiration.value_bpm is not None:
            told.append(results[1].respiration.value_bpm)
    return told


@pytest.mark.recording
@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "model", "chirp", "range_m", "agreed_bpm", "within"),
    [
        ("iwr6843_vital_adc/demo.bin", "iwr6843", "builtin:iwr6843_vital", 0.7, 15.2, 0.5),
        ("bgt60tr13c_breathing", "bgt60tr13c", "", 0.32, 14.3, 1.0),
    ],
)
def test_breath_is_what_all_channels_agree_on(
    sumika_data: Path, place: str, model: str, chirp: str, range_m: float, agreed_bpm: float, within: float
) -> None:
    slow = slow_time(sumika_data / place, model, chirp)
    plain = rates(slow, range_m)
    assert plain[-1] == pytest.approx(agreed_bpm, abs=within)
    assert rates(slow, range_m, 1.2)[-1] == pytest.approx(plain[-1] / 1.2, rel=0.03)
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(slow[1]))
        assert rates(slow, range_m, 1.0, order) == []
