"""Whatever a radar sends, nothing raises, and nothing that is not a number comes out."""

import math
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sumika.evaluate.radar.one_pass import one_pass
from sumika.schema import AdcFrame, FrameKind, Message, RadarDescription, RangeFrame, RangeGrid, SlowTime
from tests.radar_scene import LARGE_COMPLEX, SMALL_REAL, Scene, frame_at, record

CLEAN = record(Scene(seconds=16.0, seed=8)).frames


def assert_sound(messages: list[Message]) -> None:
    """Assert that every number is one, and that what is invalid has none."""
    for message in messages:
        for name, value in msgspec.structs.asdict(message).items():
            if isinstance(value, float):
                assert math.isfinite(value), (name, message)
        if isinstance(message, SlowTime):
            assert np.isfinite(message.array()).all()
            assert np.isfinite(message.past_array()).all()
        elif not getattr(message, "valid", True):
            assert getattr(message, "rate_bpm", None) is None
            assert getattr(message, "probability", None) is None
            assert getattr(message, "displacement_mm", None) is None


def spoil(samples: NDArray[Any], how: str, random: np.random.Generator) -> NDArray[Any]:
    """Return samples as a broken radar or wire might give them."""
    spoilt = samples.copy()
    flat = spoilt.reshape(-1)
    match how:
        case "nan":
            flat[random.integers(flat.size)] = np.nan
        case "infinite":
            flat[random.integers(flat.size)] = np.inf
        case "huge":
            flat[:] = 1e30
            flat[0] = -1e30
        case "zero":
            flat[:] = 0
        case "constant":
            flat[:] = 7
        case "noise":
            flat[:] = random.standard_normal(flat.size) * 1e4
        case "tiny":
            flat[:] *= 1e-30
        case "short":
            spoilt = spoilt[:, :, :-3]
        case "flat":
            spoilt = spoilt.reshape(1, 1, -1)
    return spoilt


HOW = ("nan", "infinite", "huge", "zero", "constant", "noise", "tiny", "short", "flat", "as it is")


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 319), st.sampled_from(HOW)), max_size=60), st.integers(0, 2**31))
def test_spoilt_frames_among_good_ones(where: list[tuple[int, str]], seed: int) -> None:
    random = np.random.default_rng(seed)
    frames = list(CLEAN)
    for index, how in where:
        frames[index] = AdcFrame(frames[index].notice, spoil(frames[index].samples, how, random))
    assert_sound(one_pass(frames).messages)


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(HOW), st.integers(0, 2**31), st.booleans())
def test_nothing_but_spoilt_frames(how: str, seed: int, real: bool) -> None:
    random = np.random.default_rng(seed)
    radar, antennas = (SMALL_REAL, 3) if real else (LARGE_COMPLEX, 4)
    assert radar.chirp is not None
    shape = (radar.chirp.chirps_per_frame, antennas, radar.chirp.samples_per_chirp)
    base = (
        random.standard_normal(shape).astype(np.float32) if real else random.standard_normal(shape).astype(np.complex64)
    )
    frames = [frame_at(radar, i, i * radar.frame_interval_s, spoil(base, how, random)) for i in range(200)]
    assert_sound(one_pass(frames).messages)


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(
    st.integers(1, 5),
    st.integers(1, 3),
    st.integers(1, 40),
    st.sampled_from((0.0, 0.0005, 0.06, 0.3, 5.0)),
    st.sampled_from((0.02, 0.077, 0.5, 2.0)),
    st.integers(0, 2**31),
)
def test_range_frames_of_any_size_and_pace(
    sweeps: int, antennas: int, bins: int, step_m: float, interval_s: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    description = RadarDescription(
        model="any",
        carrier_frequency_hz=60e9,
        frame_interval_s=interval_s,
        range_grid=RangeGrid(start_m=0.3, step_m=step_m, bins=bins),
    )
    frames = []
    for i in range(120):
        iq = (random.standard_normal((sweeps, antennas, bins)) * 10 + 50j).astype(np.complex64)
        notice = msgspec.structs.replace(
            frame_at(description, i, i * interval_s, iq).notice, kind=FrameKind.RANGE, dtype="<c8"
        )
        frames.append(RangeFrame(notice, iq))
    assert_sound(one_pass(frames).messages)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 319), min_size=1, max_size=400))
def test_frames_in_any_order(order: list[int]) -> None:
    assert_sound(one_pass([CLEAN[index] for index in order]).messages)


@settings(max_examples=15, deadline=None)
@given(
    st.sampled_from((0.0, -1.0, float("nan"), float("inf"), 1e-9, 1e15)),
    st.sampled_from(("frame_interval_s", "carrier_frequency_hz")),
)
def test_a_description_that_makes_no_sense_is_refused(value: float, field: str) -> None:
    broken = msgspec.structs.replace(LARGE_COMPLEX, **{field: value})
    frames = [AdcFrame(msgspec.structs.replace(one.notice, description=broken), one.samples) for one in CLEAN[:40]]
    messages = one_pass(frames).slow_time
    assert not any(message.usable for message in messages)
