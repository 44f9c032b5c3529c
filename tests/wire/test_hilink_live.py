"""Hi-Link's LD2410 and LD2450: the maker's own examples, byte by byte, and streams that lose and garble bytes."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sumika.clock import SimulatedClock
from sumika.schema import Claim, PointCloud
from sumika.sensors import CountsRefused, MessageSource
from sumika.sensors.base import Answer
from sumika.sensors.radar import open_live
from sumika.sensors.radar.hilink import wire
from tests.wire.serial_fakes import START, FakeModule, heard_from, pass_time, radar_on

# Examples of "LD2410 serial communication protocol" V1.02, 2.3.2, and of "LD2450 ..." V1.03, 2.3.
BASIC = bytes.fromhex("f4f3f2f1 0d00 02aa 02 5100 00 0000 3b 0000 5500 f8f7f6f5")
ENGINEERING = bytes.fromhex(
    "f4f3f2f1 2300 01aa 03 1e00 3c 0000 39 0000 0808 3c2205030304030605 000039101306060804 0305 5500 f8f7f6f5"
)
TARGETS = bytes.fromhex("aaff0300 0e03 b186 1000 4001" + "0000" * 8 + "55cc")
NOBODY = bytes.fromhex("aaff0300" + "0000" * 12 + "55cc")

ENABLE, ENABLED = (
    bytes.fromhex("fdfcfbfa 0400 ff00 0100 04030201"),
    bytes.fromhex("fdfcfbfa 0800 ff01 0000 0100 4000 04030201"),
)
END, ENDED = bytes.fromhex("fdfcfbfa 0200 fe00 04030201"), bytes.fromhex("fdfcfbfa 0400 fe01 0000 04030201")
ENGINEER, ENGINEERED = bytes.fromhex("fdfcfbfa 0200 6200 04030201"), bytes.fromhex("fdfcfbfa 0400 6201 0000 04030201")
MULTIPLE, MULTIPLIED = bytes.fromhex("fdfcfbfa 0200 9000 04030201"), bytes.fromhex("fdfcfbfa 0400 9001 0000 04030201")
ANSWERS = {ENABLE: ENABLED, END: ENDED, ENGINEER: BASIC + ENGINEERED, MULTIPLE: MULTIPLIED}


@pytest.fixture
def module() -> Iterator[FakeModule]:
    fake = FakeModule(ANSWERS)
    yield fake
    fake.unplug()


def opened(module: FakeModule, model: str) -> tuple[MessageSource, SimulatedClock]:
    clock = SimulatedClock(START)
    source = open_live(radar_on(module.device, model), Path("house.yaml"), clock, {})
    assert isinstance(source, MessageSource)
    return source, clock


def claims(messages: list[Answer]) -> dict[str, float | None]:
    return {message.quantity: message.value for message in messages if isinstance(message, Claim)}


def changed(report: bytes, **numbers: int) -> bytes:
    """Return a report with other numbers at the places that names like b8 give."""
    data = bytearray(report)
    for place, number in numbers.items():
        data[int(place[1:])] = number
    return bytes(data)


def test_the_makers_examples_are_read_as_the_maker_says() -> None:
    cutter = wire.packet_cutter()
    basic, engineering, targets = map(wire.packet_of, cutter.feed(BASIC + ENGINEERING + TARGETS))
    report = wire.read_report(basic.payload)
    assert report == wire.Report(2, 81, 0, 0, 59, 0, b"", b"")
    report = wire.read_report(engineering.payload)
    assert report is not None
    assert (report.state, report.moving_cm, report.moving_energy) == (3, 30, 60)
    assert list(report.moving_gates) == [60, 34, 5, 3, 3, 4, 3, 6, 5]
    assert list(report.still_gates) == [0, 0, 57, 16, 19, 6, 6, 8, 4]
    assert wire.read_targets(targets.payload) == [wire.Target(-782, 1713, -16, 320)]
    assert not cutter.refused


def test_an_ld2410_is_put_into_engineering_mode_and_tells_claims(module: FakeModule) -> None:
    source, _ = opened(module, "ld2410")
    assert module.heard == ENABLE + ENGINEER + END
    module.say(ENGINEERING)
    messages = heard_from(source, 3)
    assert claims(messages) == {"presence": 1.0, "range_m": 0.3, "motion": 0.6}
    for message in messages:
        assert isinstance(message, Claim)
        assert message.stamp == START
        assert (message.radar, message.room, message.made_by) == ("wall", "room", "hilink ld2410")
        assert message.sigma >= 0.2
    source.close()


def test_an_ld2450_is_asked_for_all_its_targets_and_tells_points(module: FakeModule) -> None:
    source, _ = opened(module, "ld2450")
    assert module.heard == ENABLE + MULTIPLE + END
    module.say(TARGETS + NOBODY)
    clouds = heard_from(source, 2)
    assert all(isinstance(cloud, PointCloud) for cloud in clouds)
    one, nobody = (cloud for cloud in clouds if isinstance(cloud, PointCloud))
    ((range_m, velocity, azimuth, elevation, *sigmas, _),) = one.array()
    np.testing.assert_allclose([range_m, velocity], [math.hypot(0.782, 1.713), -0.16], rtol=1e-6)
    np.testing.assert_allclose([azimuth, elevation], [math.atan2(-782, 1713), 0.0], rtol=1e-6)
    assert all(sigma > 0 for sigma in sigmas)
    assert sigmas[0] == pytest.approx(0.32)
    assert (nobody.count, nobody.usable, nobody.index) == (0, True, 1)
    source.close()


@pytest.mark.slow
def test_a_module_that_hears_nothing_is_read_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    deaf = FakeModule()
    source, _ = opened(deaf, "ld2410")
    assert "takes no commands" in caplog.text
    deaf.say(BASIC)
    assert claims(heard_from(source, 3)) == {"presence": 1.0, "range_m": None, "motion": 0.0}
    deaf.unplug()


def test_nobody_is_nobody_and_a_module_that_calibrates_knows_nothing(module: FakeModule) -> None:
    source, _ = opened(module, "ld2410")
    module.say(changed(BASIC, b8=0))
    assert claims(heard_from(source, 3))["presence"] == 0.0
    module.say(changed(BASIC, b8=5))
    assert claims(heard_from(source, 3))["presence"] is None
    module.say(changed(BASIC, b8=9) + BASIC)  # no such state: left out, and the next is read
    assert len(heard_from(source, 3)) == 3
    source.close()


def test_a_report_that_never_changes_is_told_as_none(module: FakeModule) -> None:
    source, clock = opened(module, "ld2410")
    for seconds, value in ((0.0, 1.0), (9.0, 1.0), (2.0, None)):
        pass_time(clock, seconds)
        module.say(ENGINEERING)
        assert claims(heard_from(source, 3))["presence"] == value
    module.say(changed(ENGINEERING, b22=1))  # one gate's energy moves: alive again
    assert claims(heard_from(source, 3))["presence"] == 1.0
    source.close()


def test_an_empty_room_may_look_the_same_for_hours_in_basic_mode(module: FakeModule) -> None:
    source, clock = opened(module, "ld2410")
    for report, value in ((changed(BASIC, b8=0), 0.0), (BASIC, None)):
        module.say(report)
        heard_from(source, 3)
        pass_time(clock, 61)
        module.say(report)
        assert claims(heard_from(source, 3))["presence"] == value
    source.close()


def test_frozen_targets_are_not_usable_but_nobody_for_hours_is(module: FakeModule) -> None:
    source, clock = opened(module, "ld2450")
    usable = []
    for packet in (TARGETS, NOBODY):
        module.say(packet)
        heard_from(source, 1)
        pass_time(clock, 11)
        module.say(packet)
        (cloud,) = heard_from(source, 1)
        assert isinstance(cloud, PointCloud)
        usable.append((cloud.usable, cloud.reason, cloud.count))
    assert usable == [(False, "frozen", 0), (True, "", 0)]
    source.close()


@pytest.mark.parametrize("at", range(1, len(ENGINEERING) + len(TARGETS)))
def test_a_packet_may_come_in_two_pieces_cut_anywhere(at: int) -> None:
    cutter = wire.packet_cutter()
    stream = ENGINEERING + TARGETS
    assert cutter.feed(stream[:at]) + cutter.feed(stream[at:]) == [ENGINEERING, TARGETS]
    assert not cutter.refused


@given(st.lists(st.sampled_from([BASIC, ENGINEERING, TARGETS, ENABLED]), max_size=8), st.lists(st.integers(1, 40)))
def test_however_the_stream_is_cut_the_packets_are_the_same(packets: list[bytes], cuts: list[int]) -> None:
    stream, cutter, found = b"".join(packets), wire.packet_cutter(), []
    for cut in cuts:
        found += cutter.feed(stream[:cut])
        stream = stream[cut:]
    assert found + cutter.feed(stream) == packets


@given(st.binary(max_size=60), st.integers(0, len(ENGINEERING) - 1), st.integers(1, 255))
def test_garbage_and_a_garbled_packet_cost_no_later_one(garbage: bytes, place: int, flip: int) -> None:
    damaged = changed(ENGINEERING, **{f"b{place}": ENGINEERING[place] ^ flip})
    cutter = wire.packet_cutter()
    # 140 bytes are more than any length that is believed: whatever was begun before them is over by then.
    found = cutter.feed(garbage + damaged + b"\0" * 140 + BASIC + TARGETS)
    assert found[-2:] == [BASIC, TARGETS]
    reports = [wire.read_report(wire.packet_of(cut).payload) for cut in found]
    assert all(report is None or math.isfinite(report.detection_cm) for report in reports)


@pytest.mark.parametrize(
    ("damaged", "cause"),
    [
        (changed(ENGINEERING, b4=0xFF, b5=0xFF), "length"),
        (changed(ENGINEERING, b4=0x20), "tail"),
        (b"\x00\x11\x22", "stray_bytes"),
        (TARGETS[:-1] + b"\0", "tail"),
    ],
)
def test_what_is_dropped_is_counted_by_cause_and_the_stream_goes_on(
    module: FakeModule, damaged: bytes, cause: str
) -> None:
    source, _ = opened(module, "ld2410")
    module.say(damaged + ENGINEERING)
    assert len(heard_from(source, 3)) == 3
    assert isinstance(source, CountsRefused)
    assert source.refused[cause] >= 1
    source.close()


def test_memory_stays_bounded_whatever_comes() -> None:
    cutter = wire.packet_cutter()
    for _ in range(1000):
        cutter.feed(b"\xf4\xf3\xf2\xf1\x80\x00" * 10)
    assert len(cutter.feed(b"")) == 0
    assert cutter.refused.total() > 1000
    assert len(cutter.feed(b"\0" * 200 + BASIC)) == 1


def test_targets_where_the_module_cannot_see_are_refused(module: FakeModule) -> None:
    source, _ = opened(module, "ld2450")
    behind = TARGETS[:6] + bytes.fromhex("b106") + TARGETS[8:]  # the sign bit of y is gone: -1713 mm
    module.say(behind + TARGETS)
    assert len(heard_from(source, 2, polls=3)) == 1
    source.close()
