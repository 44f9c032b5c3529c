"""Infineon's radars live, through a fake of the maker's package."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.clock import SimulatedClock
from sumika.schema import RADAR_MODELS, AdcFrame, Origin, SumikaError, UsageError
from sumika.schema.house import Radar
from sumika.sensors import CountsRefused, FrameSource, MessageSource
from sumika.sensors.radar import open_live
from tests.wire.infineon_fakes import (
    SWEPT,
    FakeRadar,
    OverflowedError,
    UnpluggedError,
    install_fake,
)
from tests.wire.serial_fakes import START, pass_time, radar_on

SHAPE = (3, 64, 256)  # (receiver, chirp, sample)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeRadar:
    radar = FakeRadar()
    install_fake(monkeypatch, radar)
    return radar


def counts(seed: int, shape: tuple[int, int, int] = SHAPE) -> NDArray[np.int64]:
    return np.random.default_rng(seed).integers(0, 4096, shape)


def opened(radar: Radar, folder: Path = Path()) -> tuple[FrameSource, SimulatedClock]:
    clock = SimulatedClock(START)
    source = open_live(radar, folder / "house.yaml", clock, {})
    assert not isinstance(source, MessageSource)
    return source, clock


def next_of(source: FrameSource) -> AdcFrame:
    frame = source.next_frame()
    assert isinstance(frame, AdcFrame)
    return frame


def test_frames_are_the_converters_counts_with_the_settings_that_the_device_took(fake: FakeRadar) -> None:
    sent = [counts(seed) for seed in range(3)]
    fake.gives += [cube / 4095.0 for cube in sent]
    source, clock = opened(radar_on("/dev/ttyACM0", "bgt60tr13c"))
    assert fake.port == "/dev/ttyACM0"
    frames = []
    for _ in sent:
        frames.append(next_of(source))
        pass_time(clock, 0.05)
    for index, (frame, cube) in enumerate(zip(frames, sent, strict=True)):
        np.testing.assert_array_equal(frame.samples, cube.transpose(1, 0, 2))
        assert (frame.notice.index, frame.notice.shape, frame.notice.dtype) == (index, (64, 3, 256), "<i2")
        assert frame.samples.nbytes == source.max_frame_bytes
    description, preset = frames[0].notice.description, RADAR_MODELS["bgt60tr13c"]
    assert description.chirp is not None
    assert preset.chirp is not None
    assert description.chirp.bandwidth_hz == pytest.approx(preset.chirp.bandwidth_hz * SWEPT)
    assert description.carrier_frequency_hz == pytest.approx(preset.carrier_frequency_hz)
    assert description.chirp.chirp_interval_s == pytest.approx(501e-6, abs=1e-9)
    assert description.frame_interval_s == 0.05  # and not the 0.05000000074 of a 32-bit float
    assert description.array == preset.array
    assert not description.chirp.complex_samples
    assert frames[0].notice.origin is source.origin is Origin.LIVE
    source.close()
    source.close()
    assert fake.calls.count("close") == 1
    assert source.next_frame() is None


def test_what_is_asked_of_the_device_are_the_presets(fake: FakeRadar) -> None:
    opened(radar_on("usb", "bgt60utr11"))
    assert fake.port is None
    asked = fake.config
    assert (asked.num_chirps, asked.tdm_mimo, asked.chirp.num_samples) == (64, False, 256)
    assert (asked.chirp.rx_mask, asked.chirp.tx_mask) == (0b1, 0b1)
    assert (asked.chirp.start_frequency_Hz, asked.chirp.end_frequency_Hz) == pytest.approx((58.5e9, 63.0e9))


def test_settings_of_ones_own_are_taken_from_a_recordings_json(fake: FakeRadar, tmp_path: Path) -> None:
    shape = {"start_frequency_Hz": 60e9, "end_frequency_Hz": 61e9, "sample_rate_Hz": 1e6}
    shape |= {"chirp_repetition_time_s": 4e-4, "frame_repetition_time_s": 0.1, "num_chirps_per_frame": 16}
    shape |= {"num_samples_per_chirp": 128}
    rest = {"rx_antennas": [1, 3], "tx_antennas": [1], "mimo_mode": "off", "if_gain_dB": 23, "tx_power_level": 20}
    (tmp_path / "config.json").write_text(json.dumps({"device_config": {"fmcw_single_shape": shape | rest}}))
    fake.gives.append(counts(1, (2, 16, 128)) / 4095.0)
    source, _ = opened(radar_on("usb", "bgt60tr13c", config="config.json"), tmp_path)
    frame = next_of(source)
    assert frame.notice.shape == (16, 2, 128)
    assert (fake.config.chirp.rx_mask, fake.config.chirp.if_gain_dB, fake.config.chirp.tx_power_level) == (
        0b101,
        23,
        20,
    )
    # Two of three receivers: which of the known positions they have, the description does not tell.
    assert len(frame.notice.description.array.virtual) == 1
    with pytest.raises(UsageError, match=r"none\.json"):
        opened(radar_on("usb", "bgt60tr13c", config="none.json"), tmp_path)


def test_nothing_yet_is_none_and_not_the_end(fake: FakeRadar) -> None:
    source, _ = opened(radar_on("usb", "bgt60tr13c"))
    assert source.next_frame() is None
    fake.gives.append(counts(1) / 4095.0)
    assert next_of(source).notice.index == 0


def test_after_an_overflow_it_is_started_again_with_a_new_session(fake: FakeRadar) -> None:
    cube = counts(1) / 4095.0
    fake.gives += [cube, OverflowedError, cube]
    source, _ = opened(radar_on("usb", "bgt60tr13c"))
    before, nothing, after = next_of(source), source.next_frame(), next_of(source)
    assert nothing is None
    assert before.notice.session != after.notice.session
    assert after.notice.index == 0
    assert fake.calls.count("start") == 2
    assert isinstance(source, CountsRefused)
    assert source.refused == {"overflow": 1}


@pytest.mark.parametrize("bad", [np.zeros((3, 64, 255)), np.full(SHAPE, np.nan), np.full(SHAPE, 1.5)])
def test_a_frame_that_cannot_be_is_left_out_and_counted(fake: FakeRadar, bad: NDArray[np.float64]) -> None:
    fake.gives += [bad, counts(1) / 4095.0]
    source, _ = opened(radar_on("usb", "bgt60tr13c"))
    assert source.next_frame() is None
    assert next_of(source).notice.index == 1  # the gap shows that one is missing
    assert isinstance(source, CountsRefused)
    assert source.refused == {"shape": 1}


def test_unplugged_it_is_an_error_with_what_to_check(fake: FakeRadar) -> None:
    fake.gives.append(UnpluggedError)
    source, _ = opened(radar_on("usb", "bgt60tr13c"))
    with pytest.raises(SumikaError, match="gives no frames any more") as error:
        source.next_frame()
    assert "cable" in error.value.remedy


def test_a_missing_device_and_refused_settings_are_told(fake: FakeRadar, tmp_path: Path) -> None:
    fake.missing = True
    with pytest.raises(SumikaError, match="cannot be opened: IFX_ERROR_NO_DEVICE"):
        opened(radar_on("/dev/ttyACM7", "bgt60tr13c"))
    fake.missing = False
    shape = {"start_frequency_Hz": 60e9, "end_frequency_Hz": 61e9, "sample_rate_Hz": 2e6}
    shape |= {"chirp_repetition_time_s": 1e-4, "frame_repetition_time_s": 1.0, "num_chirps_per_frame": 2000}
    rest = {"num_samples_per_chirp": 64, "rx_antennas": [1]}
    (tmp_path / "config.json").write_text(json.dumps({"device_config": {"fmcw_single_shape": shape | rest}}))
    with pytest.raises(SumikaError, match="refuses its settings: IFX_ERROR_NUM_CHIRPS"):
        opened(radar_on("usb", "bgt60tr13c", config="config.json"), tmp_path)
    assert fake.calls[-1] == "close"


def test_without_the_package_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ifxradarsdk", None)
    with pytest.raises(UsageError, match=r"ifxradarsdk.*Radar Development Kit"):
        opened(radar_on("usb", "bgt60tr13c"))


def test_a_burst_after_a_pause_is_stamped_evenly_and_never_backwards(fake: FakeRadar) -> None:
    fake.gives += [counts(seed) / 4095.0 for seed in range(40)]
    source, clock = opened(radar_on("usb", "bgt60tr13c"))
    stamps = []
    for index in range(40):
        # The 10th is 0.4 s late; the eight behind it had been waiting.
        pass_time(clock, 0.45 if index == 10 else 0.0 if 10 < index <= 18 else 0.05)
        arrived = clock.now().monotonic_ns
        stamps.append(next_of(source).notice.stamp.monotonic_ns)
        assert stamps[-1] <= arrived
    steps_s = np.diff(stamps) / 1e9
    assert (steps_s > 0).all()
    np.testing.assert_allclose(steps_s, 0.05, atol=1e-3)
