"""Chest straps: real bytes through a fake Bluetooth, lost connections, refusals, and no bleak at all."""

import builtins
from collections.abc import Callable
from typing import Any

import pytest

from sumika.clock import WallClock
from sumika.schema import Message, ReferenceKind, ReferenceSamples, ReferenceState, SumikaError
from sumika.sensors.reference import Packet, ReferenceConnection, ReferenceSource, parse_reference
from sumika.sensors.reference.strap import driver
from sumika.sensors.reference.strap.values import HEART_RATE_MEASUREMENT, PMD_DATA, START_ECG
from sumika.sensors.reference.strap.wire import check_control, parse_ecg, parse_heart_rate
from tests.wire.strap_fakes import Advertised, FakeBluetooth, ecg, fake_bleak, heart_rate, same_as_bleak

Opened = Callable[[FakeBluetooth, str], ReferenceSource]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Any:
    sources: list[ReferenceSource] = []

    def open_it(air: FakeBluetooth, text: str) -> ReferenceSource:
        monkeypatch.setattr(driver, "import_bleak", lambda: fake_bleak(air))
        source = parse_reference(text).open(WallClock())
        sources.append(source)
        return source

    yield open_it
    for source in sources:
        source.close()


def collect(source: ReferenceSource, count: int) -> list[Packet]:
    packets: list[Packet] = []
    for _ in range(50):
        packets += source.next_packets()
        if len(packets) >= count:
            return packets
    return packets


def test_the_fake_is_like_the_installed_bleak() -> None:
    assert same_as_bleak() == []


@pytest.mark.parametrize(
    ("data", "bpm", "contact", "intervals_s"),
    [
        (bytes.fromhex("0046"), 70.0, None, ()),
        (bytes.fromhex("1646000400 04".replace(" ", "")), 70.0, True, (1.0, 1.0)),
        (bytes.fromhex("14460004"), 70.0, False, (1.0,)),
        (bytes.fromhex("1f2c01 6400 8003".replace(" ", "")), 300.0, True, (0.875,)),  # 16-bit rate, energy expended
    ],
)
def test_heart_rate_bytes(data: bytes, bpm: float, contact: bool | None, intervals_s: tuple[float, ...]) -> None:
    said = parse_heart_rate(data)
    assert (said.rate_bpm, said.contact, said.intervals_s) == (bpm, contact, intervals_s)


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x01\x46", b"\x10\x46\x00", b"\x08\x46\x01"])
def test_a_heart_rate_that_is_cut_off_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="heart rate measurement of"):
        parse_heart_rate(data)


def test_ecg_bytes_are_signed_and_end_at_their_stamp() -> None:
    block = parse_ecg(ecg(2_000_000_000, (-8_388_608, -1, 0, 8_388_607)))
    assert block.samples_uv == (-8_388_608.0, -1.0, 0.0, 8_388_607.0)
    assert block.times_s == pytest.approx([2 - 3 / 130, 2 - 2 / 130, 2 - 1 / 130, 2.0])


@pytest.mark.parametrize("data", [b"", ecg(1, (1,))[:-1], b"\x02" + ecg(1, (1,))[1:], ecg(1, ())])
def test_what_is_no_ecg_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="ECG"):
        parse_ecg(data)


def test_a_strap_that_refuses_ecg_says_why() -> None:
    with pytest.raises(SumikaError, match="device in charger"):
        check_control(bytes.fromhex("f002000d00"))
    with pytest.raises(SumikaError, match="no answer that we know"):
        check_control(b"\xf0")


def test_a_polar_h10_gives_ecg_and_beats(opened: Opened) -> None:
    air = FakeBluetooth(
        say=[
            (PMD_DATA, ecg(10_000_000_000, tuple(range(73)))),
            (HEART_RATE_MEASUREMENT, heart_rate(60, (1024, 1000))),
            (PMD_DATA, ecg(10_000_000_000 + round(73 / 130 * 1e9), tuple(range(73)))),
            (HEART_RATE_MEASUREMENT, heart_rate(61, (990,))),
        ]
    )
    source = opened(air, "polar-h10")
    packets = collect(source, 6)
    assert air.written == [START_ECG]
    assert source.device == "Polar H10 12345678 C4:6F:33:12:34:56"
    assert source.skin_contact is True
    ecgs = [one for one in packets if one.kind is ReferenceKind.ECG]
    assert [len(one.values) for one in ecgs] == [73, 73]
    assert [one.gap_before for one in ecgs] == [True, False]
    beats = [one for one in packets if one.kind is ReferenceKind.BEAT_INTERVAL]
    assert [one.values for one in beats] == [(1.0, 1000 / 1024), (990 / 1024,)]
    assert beats[1].device_time_s[0] - beats[0].device_time_s[-1] == pytest.approx(990 / 1024)


def test_missing_ecg_is_a_gap(opened: Opened) -> None:
    late = 10_000_000_000 + round(3 * 73 / 130 * 1e9)
    air = FakeBluetooth(say=[(PMD_DATA, ecg(10_000_000_000, (0,) * 73)), (PMD_DATA, ecg(late, (0,) * 73))])
    assert [one.gap_before for one in collect(opened(air, "polar-h10"), 2)] == [True, True]


def test_damaged_notifications_are_counted_and_the_stream_goes_on(opened: Opened) -> None:
    air = FakeBluetooth(
        say=[
            (HEART_RATE_MEASUREMENT, b""),
            (HEART_RATE_MEASUREMENT, b"\x10\x46\x00"),
            (HEART_RATE_MEASUREMENT, heart_rate(60, (1024,))),
        ]
    )
    source = opened(air, "heart-rate")
    assert [one.kind for one in collect(source, 2)] == [ReferenceKind.HEART_RATE, ReferenceKind.BEAT_INTERVAL]
    assert source.damaged == 2
    assert air.written == []


def test_a_strap_on_the_table_gives_no_beats(opened: Opened) -> None:
    air = FakeBluetooth(
        say=[
            (HEART_RATE_MEASUREMENT, heart_rate(60, (1024,), flags=0x14)),
            (HEART_RATE_MEASUREMENT, heart_rate(60, (1024,))),
        ]
    )
    packets = collect(opened(air, "heart-rate"), 2)
    assert [one.values for one in packets] == [(60.0,), (1.0,)]


def test_the_wanted_address_is_taken(opened: Opened) -> None:
    air = FakeBluetooth(near=[Advertised(), Advertised("Other", "AA:BB:CC:DD:EE:FF")])
    air.say = [(HEART_RATE_MEASUREMENT, heart_rate(60, (1024,)))]
    source = opened(air, "heart-rate:AA:BB:CC:DD:EE:FF")
    collect(source, 1)
    assert source.device == "Other AA:BB:CC:DD:EE:FF"


@pytest.mark.parametrize(
    ("air", "words"),
    [
        (FakeBluetooth(near=[]), "no strap was found"),
        (FakeBluetooth(near=[Advertised("Other strap")]), "no strap was found"),
        (FakeBluetooth(has_ecg=False), "Use heart-rate instead of polar-h10"),
        (FakeBluetooth(control_answer=bytes.fromhex("f002000d00")), "device in charger"),
        (FakeBluetooth(broken=OSError("org.bluez.Error.NotReady")), "bluetoothctl power on"),
        (FakeBluetooth(say=[(HEART_RATE_MEASUREMENT, b"")], then_lose=True), "connection was lost"),
    ],
)
def test_what_goes_wrong_is_said_with_what_to_do(opened: Opened, air: FakeBluetooth, words: str) -> None:
    source = opened(air, "polar-h10")
    with pytest.raises(SumikaError, match=words):
        collect(source, 1)


def test_a_lost_strap_is_connected_again_and_the_gap_is_told(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    air = FakeBluetooth(say=[(HEART_RATE_MEASUREMENT, heart_rate(60, (1024,)))], then_lose=True)
    monkeypatch.setattr(driver, "import_bleak", lambda: fake_bleak(air))
    monkeypatch.setattr("sumika.sensors.reference.connection.FIRST_PAUSE_S", 0.0)
    connection = ReferenceConnection(parse_reference("heart-rate"), WallClock())
    messages: list[Message] = []
    for _ in range(100):
        messages += connection.next_messages()
        if air.connections >= 2 and isinstance(messages[-1], ReferenceSamples):
            break
    connection.close()
    states = [one for one in messages if isinstance(one, ReferenceState)]
    assert [one.connected for one in states[:3]] == [True, False, True]
    assert "connection was lost" in states[1].problem
    beats = [one for one in messages if isinstance(one, ReferenceSamples) and one.kind is ReferenceKind.BEAT_INTERVAL]
    assert [one.session for one in beats[:2]] == ["1.0", "2.0"]
    assert all(one.gap_before for one in beats[:2])


def test_without_bleak_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        if name.split(".", maxsplit=1)[0] == "bleak":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(SumikaError, match=r"pip install 'sumika\[ble\]'"):
        parse_reference("polar-h10")
