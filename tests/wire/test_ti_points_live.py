"""TI's demo firmwares on a pseudo-terminal: points and claims from packets, whatever the line does to them."""

import math
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from sumika.clock import SimulatedClock
from sumika.schema import Claim, Origin, PointCloud, SumikaError, UsageError
from sumika.sensors import MessageSource
from sumika.sensors.base import Answer, CountsRefused
from sumika.sensors.radar import open_live
from tests.wire.serial_fakes import START, FakeModule, heard_from, pass_time, radar_on
from tests.wire.ti_fakes import (
    CFG,
    FakeCommandLine,
    compressed,
    old_packet,
    packet,
    part,
    points,
    side_info,
    target,
    vital_signs,
)

ONE = packet(points((1.0, 2.0, 0.5, -0.3)), side_info(203), objects=1, frame=7)
TWO = packet(points((0.0, 3.0, 0.0, 0.0), (-1.0, 1.0, 0.0, 0.2)), side_info(100, 150), objects=2, frame=8)


@pytest.fixture
def module() -> Iterator[FakeModule]:
    fake = FakeModule()
    yield fake
    fake.unplug()


def opened(
    module: FakeModule, folder: Path, model: str = "iwr6843isk", **settings: str | int
) -> tuple[MessageSource, SimulatedClock]:
    (folder / "radar.cfg").write_text(CFG, encoding="utf-8")
    clock = SimulatedClock(START)
    source = open_live(radar_on(module.device, model, config="radar.cfg", **settings), folder / "house.yaml", clock, {})
    assert isinstance(source, MessageSource)
    return source, clock


def refused(source: MessageSource) -> dict[str, int]:
    assert isinstance(source, CountsRefused)
    return dict(source.refused)


def cloud_of(answers: list[Answer]) -> PointCloud:
    (cloud,) = (answer for answer in answers if isinstance(answer, PointCloud))
    return cloud


def claims(answers: list[Answer]) -> dict[str, float | None]:
    return {answer.quantity: answer.value for answer in answers if isinstance(answer, Claim)}


def test_points_of_the_out_of_box_demo(module: FakeModule, tmp_path: Path) -> None:
    source, _ = opened(module, tmp_path)
    module.say(ONE)
    cloud = cloud_of(heard_from(source, 1))
    ((range_m, velocity, azimuth, elevation, *sigmas, snr_db),) = cloud.array()
    assert (range_m, velocity) == (pytest.approx(math.sqrt(5.25)), pytest.approx(-0.3))
    assert (azimuth, elevation) == (pytest.approx(math.atan2(1, 2)), pytest.approx(math.asin(0.5 / math.sqrt(5.25))))
    assert snr_db == pytest.approx(20.3)
    # 0.96 GHz resolve 0.156 m; the array's two transmitters are beside each other: it cannot tell height.
    assert sigmas[0] == pytest.approx(0.078, abs=1e-3)
    assert sigmas[3] == pytest.approx(math.radians(30) / math.sqrt(12))
    assert (cloud.radar, cloud.room, cloud.made_by, cloud.origin) == ("wall", "room", "ti oob 3.6", Origin.LIVE)
    assert (cloud.usable, cloud.index, cloud.frame_interval_s, cloud.stamp) == (True, 0, 0.05, START)
    source.close()


def test_a_frame_without_points_is_an_empty_cloud(module: FakeModule, tmp_path: Path) -> None:
    source, _ = opened(module, tmp_path)
    module.say(packet(frame=3))
    cloud = cloud_of(heard_from(source, 1))
    assert (cloud.usable, cloud.count) == (True, 0)
    source.close()


def test_people_tracking_tells_points_people_height_and_presence(module: FakeModule, tmp_path: Path) -> None:
    source, _ = opened(module, tmp_path, "iwr6843aop")
    people = target(3, 1.0, 2.0, 1.1) + target(5, 0.0, 1.0, 1.0)
    heights = struct.pack("<I2f", 3, 1.8, 0.1) + struct.pack("<I2f", 5, 1.2, 0.0)
    module.say(
        packet(
            part(1020, compressed((10, -20, -5, 250, 200))),
            part(1010, people),
            part(1011, b"\x03"),
            part(1012, heights),
            part(1021, b"\x01\0\0\0"),
            objects=1,
        )
    )
    answers = heard_from(source, 5)
    ((range_m, velocity, azimuth, elevation, *_, snr_db),) = cloud_of(answers).array()
    told = (range_m, velocity, azimuth, elevation, snr_db)
    assert told == tuple(map(pytest.approx, (2.5, -0.5, -0.2, 0.1, 20.0)))
    assert cloud_of(answers).made_by == "ti people tracking 3.6"
    expected = {"people": 2.0, "range_m": 1.0, "height_m": 1.2, "presence": 1.0}
    assert claims(answers) == {name: pytest.approx(value, abs=1e-6) for name, value in expected.items()}
    assert all(answer.sigma >= 0.3 for answer in answers if isinstance(answer, Claim))
    source.close()


def test_nobody_has_no_range(module: FakeModule, tmp_path: Path) -> None:
    source, _ = opened(module, tmp_path)
    module.say(packet(part(1020, compressed()), part(1010, b""), part(1021, b"\0\0\0\0")))
    assert claims(heard_from(source, 4)) == {"people": 0.0, "range_m": None, "presence": 0.0}
    source.close()


def test_an_older_firmware_numbers_otherwise(module: FakeModule, tmp_path: Path) -> None:
    source, _ = opened(module, tmp_path)
    value = compressed((0, 0, 0, 150, 20))
    module.say(
        old_packet(
            part(6, value, length=len(value) + 8),
            part(7, target(1, 0.5, 1.2, 1.0), length=112 + 8),
            part(8, b"\x01", length=9),
        )
    )
    answers = heard_from(source, 3)
    assert cloud_of(answers).array()[0, 0] == pytest.approx(1.5)
    assert claims(answers) == {"people": 1.0, "range_m": pytest.approx(1.3)}
    assert not refused(source)
    source.close()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (vital_signs(63.0, 14.0), (63.0, 14.0)),
        (vital_signs(63.0, 14.0, deviation=0.0), (None, None)),  # nobody there
        (vital_signs(0.0, 14.0), (None, 14.0)),
        (vital_signs(900.0, 200.0), (None, None)),
    ],
)
def test_vital_signs_are_claims_or_none(
    module: FakeModule, tmp_path: Path, value: bytes, expected: tuple[float | None, float | None]
) -> None:
    source, _ = opened(module, tmp_path)
    module.say(packet(value))
    told = claims(heard_from(source, 3))
    assert (told["heart_bpm"], told["respiration_bpm"]) == expected
    source.close()


def test_vital_signs_and_points_that_never_change_are_not_believed(module: FakeModule, tmp_path: Path) -> None:
    source, clock = opened(module, tmp_path)
    seen = []
    for frame in range(3):
        module.say(packet(points((0.0, 1.0, 0.0, 0.0)), vital_signs(60.0, 12.0, wave=1.0), objects=1, frame=frame))
        answers = heard_from(source, 3)
        seen.append((cloud_of(answers).usable, cloud_of(answers).reason, claims(answers)["heart_bpm"]))
        pass_time(clock, 6.0)
    assert seen == [(True, "", 60.0), (True, "", 60.0), (False, "frozen", None)]
    source.close()


@pytest.mark.parametrize(
    ("damaged", "cause"),
    [
        (packet(points((0, 1, 0, 0)), objects=1, length=1 << 31), "packet_length"),
        (packet(length=3), "packet_length"),
        (packet(part(1, bytes(16), length=1 << 30), objects=1), "part_length"),
        (packet(part(1, bytes(16), length=4), objects=1), "points_size"),
        (packet(count=1 << 31), "part_count"),
        (packet(points((0, 1, 0, 0)), objects=1, count=7), "part_count"),
        (packet(part(9, bytes(96)), count=0), "part_length"),
        (packet(part(2, b""), part(2, b"")), "part_twice"),
        (TWO[:50] + TWO[70:], "cut_short"),
        (b"\x02\x01\x04\x03 no packet", "stray_bytes"),
        (packet(part(1, bytes(15)), objects=1), "points_size"),
        (packet(points((0, 1, 0, 0)), objects=4_000_000_000), "points_size"),
        (packet(objects=3), "points_missing"),
        (packet(points((0, 1, 0, 0)), side_info(1, 2), objects=1), "points_size"),
        (packet(points((math.nan, 1, 0, 0)), objects=1), "points_impossible"),
        (packet(points((0, 1, 0, math.inf)), objects=1), "points_impossible"),
        (packet(points((0, 1e30, 0, 0)), objects=1), "points_impossible"),
        (packet(part(1020, b"123")), "points_size"),
        (packet(part(1020, struct.pack("<5f", *(math.nan,) * 5) + bytes(8))), "points_impossible"),
        (packet(part(1010, bytes(113))), "targets"),
        (packet(part(1010, target(1, math.nan, 0, 0))), "targets"),
        (packet(part(1010, bytes(112 * 100))), "targets"),
        (packet(part(1010, target(1, 1, 1, 1)), part(1012, bytes(7))), "heights"),
        (packet(part(1021, b"")), "presence"),
        (packet(part(1040, bytes(20))), "vital_signs"),
        (packet(vital_signs(math.nan, 12)), "vital_signs"),
    ],
)
def test_what_lies_is_counted_by_cause_and_the_next_sound_packet_is_told(
    module: FakeModule, tmp_path: Path, damaged: bytes, cause: str
) -> None:
    source, _ = opened(module, tmp_path)
    module.say(damaged + TWO)
    answers: list[Answer] = []
    for _ in range(40):
        answers += source.next_messages()
        if any(isinstance(answer, PointCloud) and answer.count == 2 for answer in answers):
            break
    assert isinstance(answers[-1], PointCloud)
    assert answers[-1].count == 2
    assert np.isfinite(answers[-1].array()).all()
    assert refused(source)[cause] >= 1
    for answer in answers:
        assert not isinstance(answer, Claim) or answer.value is None or math.isfinite(answer.value)
    source.close()


def test_frames_that_are_lost_or_come_twice_are_noticed(module: FakeModule, tmp_path: Path) -> None:
    source, clock = opened(module, tmp_path)
    module.say(packet(frame=10))
    first = cloud_of(heard_from(source, 1))
    pass_time(clock, 0.2)
    module.say(packet(frame=10) + packet(frame=14))
    second = cloud_of(heard_from(source, 1))
    assert (second.index, second.stamp.monotonic_ns - first.stamp.monotonic_ns) == (4, 200_000_000)
    assert refused(source) == {"frame_twice": 1, "frames_lost": 3}
    pass_time(clock, 3.0)
    module.say(packet(frame=1))  # the radar was reset
    third = cloud_of(heard_from(source, 1))
    assert third.index == 0
    assert third.session != second.session == first.session
    source.close()


def test_the_radar_is_configured_started_and_stopped(module: FakeModule, tmp_path: Path) -> None:
    command = FakeCommandLine({"sensorStop": b"Ignored: Sensor is already stopped\nDone"})
    source, _ = opened(module, tmp_path, command=command.device)
    sent = [line.split("%")[0].strip() for line in CFG.splitlines()[1:]]
    assert command.lines == sent
    source.close()
    source.close()
    command.close()
    assert command.lines == [*sent, "sensorStop"]


@pytest.mark.parametrize(
    ("answers", "complaint"),
    [
        ({"chirpCfg": b"Error -1"}, "radar.cfg:9 .*refused 'chirpCfg 0 0 0 0 0 0 0 1': Error -1"),
        ({"lvdsStreamCfg": b"'lvdsStreamCfg' is not recognized as a CLI command"}, "radar.cfg:12 .*not recognized"),
        ({"sensorStart": b"Error -203161"}, "radar.cfg:13 .*refused 'sensorStart'"),
    ],
)
def test_what_the_radar_refuses_is_told_with_the_line(
    module: FakeModule, tmp_path: Path, answers: dict[str, bytes], complaint: str
) -> None:
    command = FakeCommandLine(answers)
    with pytest.raises(SumikaError, match=complaint):
        opened(module, tmp_path, command=command.device)
    command.close()


@pytest.mark.slow
def test_a_radar_that_does_not_answer_is_told(module: FakeModule, tmp_path: Path) -> None:
    command = FakeCommandLine(deaf=True)
    with pytest.raises(SumikaError, match="did not answer to 'sensorStop'"):
        opened(module, tmp_path, command=command.device)
    command.close()


def test_a_port_that_is_absent_busy_or_unplugged_is_told(module: FakeModule, tmp_path: Path) -> None:
    source, _ = opened(module, tmp_path)
    with pytest.raises(SumikaError, match="another program has it open"):
        opened(module, tmp_path)
    source.close()
    with pytest.raises(SumikaError, match="there is no such port"):
        opened(module, tmp_path, command="/dev/ttyNONE7")
    source, _ = opened(module, tmp_path)
    module.unplug()
    with pytest.raises(SumikaError, match="port"):
        heard_from(source, 1)
    source.close()


def test_without_its_settings_nothing_is_opened(module: FakeModule, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no config"):
        open_live(radar_on(module.device, "iwr6843isk"), tmp_path / "house.yaml", SimulatedClock(START), {})
    with pytest.raises(UsageError, match="over the network"):
        opened(module, tmp_path, kind="frames")
