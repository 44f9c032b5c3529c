"""Seeed's MR60BHA2: frames built by the maker's rules, and streams that lose and garble bytes."""

import math
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sumika.clock import SimulatedClock
from sumika.schema import Claim, PointCloud
from sumika.sensors import CountsRefused, MessageSource
from sumika.sensors.radar import open_live
from sumika.sensors.radar.seeed import wire
from tests.wire.serial_fakes import START, FakeModule, heard_from, pass_time, radar_on

# A heart rate of 72.0, written out: start, id, length, type, ~(01^00^01^00^04^0a^15), float, ~(00^00^90^42).
HEART_72 = bytes.fromhex("01 0001 0004 0a15 e4 00009042 2d")


def inverted_xor(data: bytes) -> int:
    value = 0
    for byte in data:
        value ^= byte
    return 255 - value


def frame(kind: int, data: bytes, number: int = 1) -> bytes:
    head = struct.pack(">BHHH", 1, number, len(data), kind)
    return head + bytes([inverted_xor(head)]) + data + bytes([inverted_xor(data)])


def heart(bpm: float) -> bytes:
    return frame(0x0A15, struct.pack("<f", bpm))


def breath(bpm: float) -> bytes:
    return frame(0x0A14, struct.pack("<f", bpm))


def phases(total: float) -> bytes:
    return frame(0x0A13, struct.pack("<fff", total, total / 2, total / 3))


TARGETS = frame(0x0A04, struct.pack("<I" + "ffii" * 2, 2, 0.5, 1.2, -3, 0, -0.25, 2.0, 0, 1))


@pytest.fixture
def module() -> Iterator[FakeModule]:
    fake = FakeModule()
    yield fake
    fake.unplug()


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@pytest.fixture
def source(module: FakeModule, clock: SimulatedClock) -> Iterator[MessageSource]:
    opened = open_live(radar_on(module.device, "mr60bha2"), Path("house.yaml"), clock, {})
    assert isinstance(opened, MessageSource)
    yield opened
    opened.close()


def values(source: MessageSource, count: int) -> list[tuple[str, float | None]]:
    return [(told.quantity, told.value) for told in heard_from(source, count) if isinstance(told, Claim)]


def refused(source: MessageSource) -> dict[str, int]:
    assert isinstance(source, CountsRefused)
    return dict(source.refused)


def test_frames_are_as_the_maker_writes_them() -> None:
    assert heart(72.0) == HEART_72


def test_rates_distance_and_presence_are_claims_with_wide_sigma(module: FakeModule, source: MessageSource) -> None:
    distance = frame(0x0A16, struct.pack("<If", 1, 85.0))
    module.say(frame(0x0F09, b"\1\0") + breath(15.0) + heart(72.0) + distance)
    messages = heard_from(source, 4)
    told = {claim.quantity: (claim.value, claim.sigma) for claim in messages if isinstance(claim, Claim)}
    assert {name: value for name, (value, _) in told.items()} == {
        "presence": 1.0,
        "respiration_bpm": 15.0,
        "heart_bpm": 72.0,
        "range_m": pytest.approx(0.85),
    }
    assert told["heart_bpm"][1] >= 10
    assert told["respiration_bpm"][1] >= 3


def test_targets_are_points(module: FakeModule, source: MessageSource) -> None:
    module.say(TARGETS)
    (cloud,) = heard_from(source, 1)
    assert isinstance(cloud, PointCloud)
    rows = cloud.array()
    np.testing.assert_allclose(rows[:, 0], [1.3, math.hypot(0.25, 2.0)], rtol=1e-6)
    np.testing.assert_allclose(rows[:, 1], [-3 * 0.1728, 0.0], rtol=1e-6)
    np.testing.assert_allclose(rows[:, 2], [math.atan2(0.5, 1.2), math.atan2(-0.25, 2.0)], rtol=1e-6)
    assert (rows[:, 4:8] > 0.1).all()


@pytest.mark.parametrize("bpm", [0.0, -5.0, 3.9, 201.0, 1e30])
def test_a_rate_that_nobody_can_have_is_none(module: FakeModule, source: MessageSource, bpm: float) -> None:
    module.say(heart(bpm) + breath(bpm))
    assert values(source, 2) == [("heart_bpm", None), ("respiration_bpm", None)]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused_and_the_stream_goes_on(
    module: FakeModule, source: MessageSource, number: float
) -> None:
    distance = frame(0x0A16, struct.pack("<If", 1, number))
    target = frame(0x0A04, struct.pack("<Iffii", 1, number, 1.0, 0, 0))
    module.say(heart(number) + breath(number) + distance + target + heart(70.0))
    assert values(source, 1) == [("heart_bpm", 70.0)]
    assert refused(source) == {"content": 4}


@pytest.mark.parametrize(
    "data",
    [
        struct.pack("<I", 3),  # fewer targets than it counts
        struct.pack("<I", 2**32 - 1),
        b"\1",
        struct.pack("<Iffii", 1, 1e9, 1.0, 0, 0),
    ],
)
def test_counts_and_places_that_lie_are_refused(module: FakeModule, source: MessageSource, data: bytes) -> None:
    module.say(frame(0x0A04, data) + TARGETS)
    assert len(heard_from(source, 1)) == 1
    assert refused(source) == {"content": 1}


def test_no_rate_of_somebody_who_is_not_there(module: FakeModule, source: MessageSource) -> None:
    module.say(frame(0x0F09, b"\0\0\0\0") + heart(72.0) + frame(0x0F09, b"\1\0\0\0") + heart(72.0))
    assert values(source, 4)[1::2] == [("heart_bpm", None), ("heart_bpm", 72.0)]


def test_a_rate_that_is_merely_repeated_is_none(
    module: FakeModule, source: MessageSource, clock: SimulatedClock
) -> None:
    told = []
    for seconds, bpm in ((0.0, 72.0), (59.0, 72.0), (2.0, 72.0), (1.0, 73.0), (1.0, 72.0)):
        pass_time(clock, seconds)
        module.say(heart(bpm))
        told += values(source, 1)
    assert [value for _, value in told] == [72.0, 72.0, None, 73.0, 72.0]


def test_no_rate_while_the_phases_stand_still(module: FakeModule, source: MessageSource, clock: SimulatedClock) -> None:
    told = []
    for bpm, phase in ((71.0, 0.1), (72.0, 0.1), (73.0, 0.2)):
        module.say(phases(phase) + heart(bpm))
        told += values(source, 1)
        pass_time(clock, 2.5)
    assert [value for _, value in told] == [71.0, None, 73.0]


STREAM = [HEART_72, TARGETS, frame(0x0A16, struct.pack("<If", 1, 85.0)), phases(0.7)]


@pytest.mark.parametrize("at", range(1, len(b"".join(STREAM))))
def test_a_frame_may_come_in_two_pieces_cut_anywhere(at: int) -> None:
    stream, cutter = b"".join(STREAM), wire.frame_cutter()
    assert cutter.feed(stream[:at]) + cutter.feed(stream[at:]) == STREAM
    assert not cutter.refused


@given(st.integers(0, len(TARGETS) - 1), st.integers(1, 255), st.binary(max_size=40))
def test_one_garbled_byte_never_passes_and_costs_no_later_frame(place: int, flip: int, garbage: bytes) -> None:
    damaged = bytearray(TARGETS)
    damaged[place] ^= flip
    cutter = wire.frame_cutter()
    # What garbage began may claim up to 1 KiB: fed until that is over, the frame behind is found.
    found = cutter.feed(garbage + bytes(damaged) + b"\0" * 1100 + HEART_72)
    assert found[-1] == HEART_72
    assert bytes(damaged) not in found
    assert cutter.refused.total() >= 1


def test_what_is_dropped_is_counted_by_cause() -> None:
    head = struct.pack(">BHHH", 1, 2, 5000, 0x0A15)
    cutter = wire.frame_cutter()
    wrong_data = HEART_72[:-1] + b"\0"
    wrong_head = HEART_72[:7] + b"\0" + HEART_72[8:]
    assert cutter.feed(b"\xff" + head + bytes([inverted_xor(head)]) + wrong_head + wrong_data + HEART_72) == [HEART_72]
    assert cutter.refused["length"] == 1
    assert cutter.refused["data_checksum"] == 1
    assert cutter.refused["header_checksum"] >= 1
    assert cutter.refused["stray_bytes"] >= 1
