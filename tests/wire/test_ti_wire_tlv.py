"""Packets on the data port of TI's firmwares are found whatever the line does to them."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sumika.sensors.radar.ti import wire_tlv
from tests.wire.ti_fakes import MAGIC, packet, points, side_info

ONE = packet(points((1.0, 2.0, 0.5, -0.3)), side_info(203), objects=1, frame=7)
TWO = packet(points((0.0, 3.0, 0.0, 0.0), (-1.0, 1.0, 0.0, 0.2)), side_info(100, 150), objects=2, frame=8)
# Written out by hand from the maker's layouts, SDK 3.5: head, one point 1.5 m ahead, its SNR, statistics, padding.
TRANSCRIPT = bytes.fromhex(
    "0201040306050807 05000503 80000000 43680a00 2a000000 11223344 01000000 03000000 00000000"
    "01000000 10000000 00000000 0000c03f 00000000 00000000"
    "07000000 04000000 c800 6400"
    "06000000 18000000 10270000 05000000 a0860100 00000000 00000000 00000000"
    "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"
)


def test_a_transcript_is_read_as_the_maker_says() -> None:
    cutter = wire_tlv.packet_cutter()
    (cut,) = cutter.feed(TRANSCRIPT)
    told = wire_tlv.packet_of(cut)
    assert (told.version, told.frame, told.objects, sorted(told.parts)) == ((3, 5), 42, 1, [1, 6, 7])
    assert not cutter.refused


@given(st.lists(st.integers(1, 40), max_size=40))
def test_however_the_stream_is_cut_the_packets_are_the_same(cuts: list[int]) -> None:
    stream, cutter, found = ONE + TWO + TRANSCRIPT, wire_tlv.packet_cutter(), []
    for cut in cuts:
        found += cutter.feed(stream[:cut])
        stream = stream[cut:]
    assert found + cutter.feed(stream) == [ONE, TWO, TRANSCRIPT]
    assert not cutter.refused


@pytest.mark.parametrize("at", range(1, len(ONE) + len(TWO)))
def test_a_packet_may_come_in_two_pieces_cut_anywhere(at: int) -> None:
    cutter, stream = wire_tlv.packet_cutter(), ONE + TWO
    assert cutter.feed(stream[:at]) + cutter.feed(stream[at:]) == [ONE, TWO]
    assert not cutter.refused


@given(st.binary(max_size=60), st.integers(0, len(TWO) - 1), st.integers(1, 255))
def test_a_garbled_byte_anywhere_costs_no_later_packet(garbage: bytes, place: int, flip: int) -> None:
    damaged = bytearray(TWO)
    damaged[place] ^= flip
    cutter = wire_tlv.packet_cutter()
    found = cutter.feed(garbage + bytes(damaged) + ONE + TWO + TRANSCRIPT)
    assert found[-3:] == [ONE, TWO, TRANSCRIPT]
    for cut in found:
        wire_tlv.packet_of(cut)


@given(st.integers(0, len(TWO) - 1), st.integers(1, 60))
def test_lost_bytes_cost_one_packet(place: int, size: int) -> None:
    cutter = wire_tlv.packet_cutter()
    found = cutter.feed(ONE + TWO[:place] + TWO[place + size :] + ONE + TRANSCRIPT)
    assert found[0] == ONE
    assert found[-2:] == [ONE, TRANSCRIPT]


@given(st.binary(max_size=300))
def test_whatever_stands_in_a_packet_it_is_no_error(content: bytes) -> None:
    cutter = wire_tlv.packet_cutter()
    found = cutter.feed(MAGIC + struct.pack("<II", 0, 40 + len(content)) + (content + bytes(300))[: 24 + len(content)])
    for cut in found:
        wire_tlv.packet_of(cut)


def test_memory_stays_bounded_whatever_comes() -> None:
    cutter = wire_tlv.packet_cutter()
    lie = MAGIC + struct.pack("<II", 0, wire_tlv.LONGEST_PACKET)
    for _ in range(100):
        assert cutter.feed(lie + bytes(10_000)) == []
    assert cutter.refused["cut_short"] >= 99
    assert cutter.feed(bytes(wire_tlv.LONGEST_PACKET) + ONE)[-1] == ONE
