"""Packets of a capture card become frames, whatever the network did to them."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sumika.sensors.radar.ti.reassembly import WINDOW, Assembled, FrameAssembler
from tests.wire.ti_fakes import datagrams

PAYLOAD = 100


def numbered(frames: int, frame_bytes: int) -> NDArray[np.uint8]:
    return np.random.default_rng(frames).integers(1, 256, frames * frame_bytes, np.uint8)


def assembled(assembler: FrameAssembler, packets: list[bytes]) -> list[Assembled]:
    frames: list[Assembled] = []
    for packet in packets:
        sequence, low, high = struct.unpack_from("<IIH", packet)
        frames += assembler.add(sequence, low | high << 32, memoryview(packet)[10:])
    return frames


def expect_whole(frames: list[Assembled], data: NDArray[np.uint8], frame_bytes: int) -> None:
    for frame in frames:
        expected = data[frame.number * frame_bytes : (frame.number + 1) * frame_bytes]
        assert (frame.data, frame.lost_bytes) == (expected.tobytes(), 0)


@pytest.mark.parametrize("frame_bytes", [1, 7, 99, 100, 101, 250, 300, 1000])
def test_frames_of_any_size_come_out_of_packets_of_another(frame_bytes: int) -> None:
    data = numbered(13, frame_bytes)
    frames = assembled(FrameAssembler(frame_bytes, PAYLOAD), datagrams(data, PAYLOAD))
    assert [frame.number for frame in frames] == list(range(13))
    expect_whole(frames, data, frame_bytes)


@given(st.permutations(range(12)), st.integers(3, 350))
def test_packets_that_overtake_each_other_within_the_window_change_nothing(order: list[int], frame_bytes: int) -> None:
    data = numbered(1 + 1400 // frame_bytes, frame_bytes)[:1400]
    packets = datagrams(data, PAYLOAD)
    shuffled = [packets[0], *(packets[1 + place] for place in order), packets[13]]
    assembler = FrameAssembler(frame_bytes, PAYLOAD)
    frames = assembled(assembler, shuffled)
    assert len(frames) == 1400 // frame_bytes
    expect_whole(frames, data, frame_bytes)
    assert assembler.restarts == 0
    assert not assembler.counts["gaps"]


@given(st.sets(st.integers(1, 59), max_size=20), st.integers(20, 700))
def test_what_is_lost_is_zero_and_counted_and_nothing_else_moves(lost: set[int], frame_bytes: int) -> None:
    data = numbered(1 + 10_000 // frame_bytes, frame_bytes)[:10_000]
    packets = [packet for number, packet in enumerate(datagrams(data, PAYLOAD)) if number not in lost]
    assembler = FrameAssembler(frame_bytes, PAYLOAD)
    frames = assembled(assembler, packets)
    damaged = data.copy()
    for number in lost:
        damaged[number * PAYLOAD : (number + 1) * PAYLOAD] = 0
    for frame in frames:
        expected = damaged[frame.number * frame_bytes : (frame.number + 1) * frame_bytes]
        np.testing.assert_array_equal(np.frombuffer(frame.data, np.uint8), expected)
        assert frame.lost_bytes == np.count_nonzero(expected == 0)
        assert frame.lost_bytes < frame_bytes
    told = {frame.number for frame in frames}
    for number in set(range(10_000 // frame_bytes)) - told:
        assert not damaged[number * frame_bytes : (number + 1) * frame_bytes].any()
    assert assembler.counts["bytes_lost"] == len(lost) * PAYLOAD
    assert assembler.counts["frames_lost"] == max(told) + 1 - len(told)


def test_packets_that_come_twice_are_taken_once() -> None:
    data = numbered(10, 250)
    assembler = FrameAssembler(250, PAYLOAD)
    frames = assembled(assembler, [packet for packet in datagrams(data, PAYLOAD) for _ in range(2)])
    assert len(frames) == 10
    expect_whole(frames, data, 250)
    assert assembler.counts == {"packets_twice": 25}


def test_joined_in_the_middle_the_first_frame_is_the_first_whole_one() -> None:
    data = numbered(10, 250)
    frames = assembled(FrameAssembler(250, PAYLOAD), datagrams(data, PAYLOAD)[4:])
    assert [frame.number for frame in frames] == list(range(2, 10))
    expect_whole(frames, data, 250)


def test_a_recording_begun_anew_is_noticed_at_its_first_packet() -> None:
    data = numbered(40, 250)
    assembler = FrameAssembler(250, PAYLOAD)
    frames = assembled(assembler, [*datagrams(data, PAYLOAD)[:95], *datagrams(data, PAYLOAD)[:10]])
    assert [frame.number for frame in frames] == [*range(38), *range(4)]
    expect_whole(frames, data, 250)
    assert assembler.restarts == 1


def test_a_recording_begun_anew_is_noticed_without_its_first_packets() -> None:
    data = numbered(40, 250)
    assembler = FrameAssembler(250, PAYLOAD)
    frames = assembled(assembler, [*datagrams(data, PAYLOAD)[:95], *datagrams(data, PAYLOAD)[5:20]])
    assert [frame.number for frame in frames] == [*range(38), 3, 4, 5, 6, 7]
    expect_whole(frames, data, 250)
    assert assembler.restarts == 1
    assert assembler.counts["packets_astray"] == 2


def test_a_head_that_lies_costs_nothing() -> None:
    data = numbered(20, 250)
    packets = datagrams(data, PAYLOAD)
    lies = [datagrams(data[:100], PAYLOAD, first=9, place=place)[0] for place in (1 << 47, 10 << 20, 0)]
    assembler = FrameAssembler(250, PAYLOAD)
    frames = assembled(assembler, [*packets[:8], lies[0], *packets[8:20], lies[1], *packets[20:]])
    assert len(frames) == 20
    expect_whole(frames, data, 250)
    assert assembler.counts["packets_astray"] == 2
    assert assembler.restarts == 0


def test_a_first_head_that_lies_is_got_over() -> None:
    data = numbered(20, 250)
    packets = datagrams(data, PAYLOAD)
    lie = datagrams(data[:100], PAYLOAD, first=7, place=1 << 40)[0]
    frames = assembled(FrameAssembler(250, PAYLOAD), [lie, *packets[3:]])
    assert [frame.number for frame in frames] == list(range(2, 20))
    expect_whole(frames, data, 250)


def test_a_long_gap_costs_no_time_and_no_memory() -> None:
    data = numbered(20, 250)
    place = 250 * (1 << 28)
    far = datagrams(data, PAYLOAD, first=1 + 50 + place // PAYLOAD, place=place)
    assembler = FrameAssembler(250, PAYLOAD)
    frames = assembled(assembler, [*datagrams(data, PAYLOAD), *far])
    numbers = [frame.number for frame in frames]
    assert numbers == [*range(20), *range(1 << 28, (1 << 28) + 20)]
    assert assembler.counts["frames_lost"] == (1 << 28) - 20
    assert assembler.counts["gaps"] == 1


def test_the_sequence_number_may_wrap_after_a_week() -> None:
    data = numbered(20, 250)
    first = (1 << 32) - 10
    packets = datagrams(data, PAYLOAD, first=first, place=(first - 1) * PAYLOAD // 250 * 250)
    packets[12], packets[13] = packets[13], packets[12]
    assembler = FrameAssembler(250, PAYLOAD)
    assert len(assembled(assembler, packets)) == 20
    assert assembler.restarts == 0


@given(st.lists(st.tuples(st.integers(0, 1 << 32), st.integers(0, 1 << 48), st.integers(1, 120)), max_size=80))
def test_whatever_comes_memory_is_bounded_and_nothing_breaks(heads: list[tuple[int, int, int]]) -> None:
    assembler = FrameAssembler(250, PAYLOAD)
    for sequence, place, size in heads:
        assert len(assembler.add(sequence, place, memoryview(bytes(size)))) <= 2 * WINDOW
        assert assembler.waiting <= WINDOW
    # And the next recording gets through: whatever is believed, a few packets of it prove that wrong.
    data = numbered(40, 250)
    frames = assembled(assembler, datagrams(data, PAYLOAD))
    assert frames[-1].number == 39
    expect_whole(frames[-20:], data, 250)
