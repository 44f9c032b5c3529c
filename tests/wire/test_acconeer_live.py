"""An A121 live: through a fake of the maker's package, and, where that is installed, through the real one."""

import importlib.util
import json
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from sumika.clock import SimulatedClock
from sumika.schema import RADAR_MODELS, FrameKind, Origin, RangeFrame, SumikaError, UsageError
from sumika.schema.house import Radar
from sumika.sensors import CountsRefused, FrameSource, MessageSource
from sumika.sensors.radar import open_live
from sumika.sensors.radar.acconeer.values import room_settings
from tests.wire.acconeer_fakes import (
    BASE_STEP_M,
    POINTS,
    SWEEPS,
    ExplorationServer,
    FakeSensor,
    Shot,
    install_fake,
)
from tests.wire.serial_fakes import START, pass_time, radar_on

REAL = importlib.util.find_spec("acconeer") is not None


@pytest.fixture
def sensor() -> FakeSensor:
    return FakeSensor()


@pytest.fixture(
    params=[
        "fake",
        pytest.param(
            "real", marks=pytest.mark.skipif(not REAL, reason="the package acconeer-exptool is not installed")
        ),
    ]
)
def device(request: pytest.FixtureRequest, sensor: FakeSensor, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where a sensor hangs: behind the fake package, or behind the real one, which then speaks to a fake server."""
    if request.param == "fake":
        install_fake(monkeypatch, sensor)
        yield "/dev/ttyUSB0"
        return
    server = ExplorationServer(sensor)
    yield server.device
    server.close()


def opened(radar: Radar, folder: Path = Path()) -> tuple[FrameSource, SimulatedClock]:
    clock = SimulatedClock(START)
    source = open_live(radar, folder / "house.yaml", clock, {})
    assert not isinstance(source, MessageSource)
    return source, clock


def next_of(source: FrameSource) -> RangeFrame:
    frame = source.next_frame()
    assert isinstance(frame, RangeFrame)
    return frame


def test_frames_are_the_sensors_samples_at_its_true_distances(device: str, sensor: FakeSensor) -> None:
    shots = [Shot(1000), Shot(1050), Shot(1200)]  # two frames are missing before the last
    sensor.shots += shots
    source, clock = opened(radar_on(device, "a121"))
    assert source.origin is Origin.LIVE
    frames = []
    for seconds in (0.0, 0.06, 0.15):
        pass_time(clock, seconds)
        frames.append(next_of(source))
    for frame, shot in zip(frames, shots, strict=True):
        samples = shot.samples.astype(np.float32)
        np.testing.assert_array_equal(frame.iq[:, 0, :], samples[..., 0] + 1j * samples[..., 1])
        notice = frame.notice
        assert (notice.kind, notice.shape, notice.dtype) == (FrameKind.RANGE, (SWEEPS, 1, POINTS), "<c8")
        assert frame.iq.nbytes <= source.max_frame_bytes
    grid = frames[0].notice.description.range_grid
    assert grid is not None
    assert (grid.start_m, grid.step_m, grid.bins) == pytest.approx((80 * BASE_STEP_M, 24 * BASE_STEP_M, POINTS))
    assert frames[0].notice.description.array == RADAR_MODELS["a121"].array
    assert frames[0].notice.description.frame_interval_s == 0.05
    assert [frame.notice.index for frame in frames] == [0, 1, 4]
    stamps_s = [(frame.notice.stamp.monotonic_ns - START.monotonic_ns) / 1e9 for frame in frames]
    # By the sensor's ticks, not by when they happened to arrive (10 ms late each).
    np.testing.assert_allclose(stamps_s, [0.0, 0.05, 0.2], atol=1e-3)
    source.close()


def test_flags_are_counted_and_a_needed_calibration_begins_a_session(device: str, sensor: FakeSensor) -> None:
    sensor.shots += [Shot(1000, frozenset({"data_saturated"})), Shot(1050, frozenset({"calibration_needed"}))]
    source, _ = opened(radar_on(device, "a121"))
    first, second = next_of(source), next_of(source)
    sensor.shots += [Shot(3000)]
    third = next_of(source)
    assert len(sensor.setups) == 2
    assert first.notice.session == second.notice.session != third.notice.session
    assert third.notice.index == 0
    assert isinstance(source, CountsRefused)
    assert {cause: count for cause, count in source.refused.items() if count} == {
        "data_saturated": 1,
        "calibration_needed": 1,
    }
    source.close()


@pytest.mark.slow
def test_a_silent_sensor_is_an_error_that_says_what_to_check(device: str, sensor: FakeSensor) -> None:
    sensor.shots += [Shot(1000)]
    source, _ = opened(radar_on(device, "a121"))
    next_of(source)
    with pytest.raises(SumikaError, match="gives no frames any more") as error:
        source.next_frame()
    assert "cable" in error.value.remedy
    source.close()
    source.close()
    assert source.next_frame() is None


def test_settings_of_ones_own_are_taken_from_a_recordings_json(device: str, sensor: FakeSensor, tmp_path: Path) -> None:
    settings = json.loads(room_settings())
    settings["groups"][0]["1"] |= {"frame_rate": 10.0}
    settings["groups"][0]["1"]["subsweeps"][0] |= {"start_point": 100}
    (tmp_path / "a121.json").write_text(json.dumps(settings))
    sensor.shots += [Shot(1000)]
    source, _ = opened(radar_on(device, "a121", config="a121.json"), tmp_path)
    description = next_of(source).notice.description
    assert description.range_grid is not None
    assert math.isclose(description.range_grid.start_m, 100 * BASE_STEP_M)
    assert description.frame_interval_s == 0.1
    source.close()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"frame_rate": None}, "frame_rate"),
        ({"frame_rate": 0.2}, "frame_rate"),
        ({"subsweeps": []}, "subsweeps"),
        ({"sweeps_per_frame": "many"}, "sweeps_per_frame"),
    ],
)
def test_settings_of_no_use_are_refused_before_the_sensor_is_opened(
    device: str, sensor: FakeSensor, tmp_path: Path, change: dict[str, object], says: str
) -> None:
    settings = json.loads(room_settings())
    settings["groups"][0]["1"] |= change
    (tmp_path / "a121.json").write_text(json.dumps(settings))
    with pytest.raises(SumikaError, match=says):
        opened(radar_on(device, "a121", config="a121.json"), tmp_path)
    assert not sensor.setups


def test_settings_that_the_maker_refuses_are_told_in_its_words(device: str, sensor: FakeSensor, tmp_path: Path) -> None:
    settings = json.loads(room_settings())
    settings["groups"][0]["1"]["subsweeps"][0] |= {"step_length": 20}
    (tmp_path / "a121.json").write_text(json.dumps(settings))
    with pytest.raises(SumikaError, match="multiple of 24"):
        opened(radar_on(device, "a121", config="a121.json"), tmp_path)


def test_where_the_sensor_hangs_is_handed_to_the_package(sensor: FakeSensor, monkeypatch: pytest.MonkeyPatch) -> None:
    install_fake(monkeypatch, sensor)
    package = importlib.import_module("acconeer.exptool.a121")
    asked: list[dict[str, object]] = []

    def refuse(**place: object) -> None:
        asked.append(place)
        raise OSError("nobody there")

    monkeypatch.setattr(package.Client, "open", refuse)
    for radar in (
        radar_on("/dev/ttyUSB3", "a121", baud=921600),
        radar_on("usb", "a121"),
        radar_on("udp", "a121", address="192.168.1.9:6110"),
        radar_on("udp", "a121", address="radar.local"),
    ):
        with pytest.raises(SumikaError, match="nobody there"):
            opened(radar)
    assert asked == [
        {"serial_port": "/dev/ttyUSB3", "override_baudrate": 921600},
        {"usb_device": True},
        {"ip_address": "192.168.1.9", "tcp_port": 6110},
        {"ip_address": "radar.local"},
    ]


@pytest.mark.skipif(REAL, reason="the package acconeer-exptool is installed")
def test_without_the_package_it_is_said_what_to_install() -> None:
    with pytest.raises(UsageError, match=r"acconeer-exptool.*connect-a-radar"):
        opened(radar_on("/dev/ttyUSB0", "a121"))
