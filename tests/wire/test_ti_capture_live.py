"""A DCA1000 on this machine's own network: configured, recording, and read as frames."""

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import pytest_socket

from sumika.clock import SimulatedClock, WallClock
from sumika.schema import ARRAYS, AdcFrame, Origin, SumikaError, UsageError
from sumika.sensors import FrameSource, MessageSource
from sumika.sensors.base import CountsRefused
from sumika.sensors.radar import open_live
from sumika.sensors.radar.ti.chirp_file import read_chirp
from sumika.sensors.radar.ti.wire import decode_frame
from tests.wire.serial_fakes import START, pass_time, radar_on
from tests.wire.ti_fakes import CFG, FRAME_BYTES, FakeCard, FakeCommandLine, datagrams, recording

# Written out by hand; the same bytes as in published programs for this card.
CONNECT, RESET, CONFIGURE = "5aa509000000aaee", "5aa501000000aaee", "5aa50300060001020102031eaaee"
PACKETS, RECORD, STOP = "5aa50b000600be05350c0000aaee", "5aa505000000aaee", "5aa506000000aaee"


@pytest.fixture(autouse=True)
def _own_network() -> Iterator[None]:
    pytest_socket.enable_socket()
    yield
    pytest_socket.disable_socket(allow_unix_socket=True)


@pytest.fixture
def card() -> Iterator[FakeCard]:
    fake = FakeCard()
    yield fake
    fake.close()


@pytest.fixture
def command() -> Iterator[FakeCommandLine]:
    fake = FakeCommandLine()
    yield fake
    fake.close()


def opened(
    card: FakeCard, command: FakeCommandLine, folder: Path, cfg: str = CFG, clock: SimulatedClock | None = None
) -> FrameSource:
    (folder / "radar.cfg").write_text(cfg, encoding="utf-8")
    radar = radar_on(
        "udp", "iwr6843isk", config="radar.cfg", command=command.device, address=card.host, listen=card.computer
    )
    source = open_live(radar, folder / "house.yaml", clock or WallClock(), {})
    assert not isinstance(source, MessageSource)
    return source


def frames_of(source: FrameSource, count: int, polls: int = 20) -> list[AdcFrame]:
    found: list[AdcFrame] = []
    for _ in range(polls):
        frame = source.next_frame()
        if frame is not None:
            assert isinstance(frame, AdcFrame)
            found.append(frame)
        if len(found) >= count:
            break
    return found


def refused(source: FrameSource) -> dict[str, int]:
    assert isinstance(source, CountsRefused)
    return dict(source.refused)


def expect_samples(frame: AdcFrame, data: np.ndarray, folder: Path) -> None:
    number = frame.notice.index
    expected = decode_frame(
        data[number * FRAME_BYTES : (number + 1) * FRAME_BYTES].tobytes(), read_chirp(str(folder / "radar.cfg"))
    )
    np.testing.assert_array_equal(frame.samples, expected)


def test_the_card_records_before_the_radar_is_started(card: FakeCard, command: FakeCommandLine, tmp_path: Path) -> None:
    order: list[str] = []
    card.on_command = lambda code: order.append(f"card {code}")
    command.on_line = lambda line: order.append(line.split(maxsplit=1)[0])
    source = opened(card, command, tmp_path)
    assert [said.hex() for said in card.commands] == [CONNECT, RESET, CONFIGURE, PACKETS, RECORD]
    assert order[-2:] == ["card 5", "sensorStart"]
    source.close()
    source.close()
    command.close()
    card.close()
    assert command.lines[-1] == "sensorStop"
    assert card.commands[-1].hex() == STOP


def test_frames_are_what_the_converter_gave(card: FakeCard, command: FakeCommandLine, tmp_path: Path) -> None:
    clock = SimulatedClock(START)
    source = opened(card, command, tmp_path, clock=clock)
    data = recording(3)
    card.send(*datagrams(data))
    frames = frames_of(source, 3)
    assert [frame.notice.index for frame in frames] == [0, 1, 2]
    for frame in frames:
        expect_samples(frame, data, tmp_path)
        notice = frame.notice
        assert (notice.origin, notice.lost_bytes, notice.radar, notice.shape) == (Origin.LIVE, 0, "wall", (16, 8, 64))
        assert frame.samples.nbytes == source.max_frame_bytes
        assert notice.description == source.description
    stamps = [frame.notice.stamp.monotonic_ns for frame in frames]
    assert stamps[0] == START.monotonic_ns
    assert stamps == sorted(set(stamps))
    isk = ARRAYS["iwr6843isk"]
    assert source.description.array.transmitters == (isk.transmitters[0], isk.transmitters[2])
    assert not refused(source)
    source.close()
    assert source.next_frame() is None


def test_frames_that_come_late_in_a_burst_are_stamped_evenly(
    card: FakeCard, command: FakeCommandLine, tmp_path: Path
) -> None:
    clock = SimulatedClock(START)
    source = opened(card, command, tmp_path, clock=clock)
    packets = datagrams(recording(20))
    stamps, sent = [], 0
    for frame in range(20):
        # The computer reads nothing for 0.2 s in the middle.
        pass_time(clock, 0.25 if frame == 10 else 0.0 if 10 < frame < 15 else 0.05)
        until = -(-(frame + 1) * FRAME_BYTES // 1456)
        card.send(*packets[sent:until])
        sent = until
        stamps += [got.notice.stamp.monotonic_ns for got in frames_of(source, 1)]
    steps = np.diff(stamps)
    assert len(stamps) == 20
    assert steps.min() > 0
    assert stamps[-1] <= clock.now().monotonic_ns
    assert np.median(steps) == pytest.approx(50e6, rel=0.05)
    source.close()


def test_what_is_lost_is_zero_and_flagged_and_reordered_and_doubled_packets_are_put_right(
    card: FakeCard, command: FakeCommandLine, tmp_path: Path
) -> None:
    source = opened(card, command, tmp_path)
    data = recording(4)
    packets = datagrams(data)
    packets[3], packets[4] = packets[4], packets[3]
    packets.insert(8, packets[7])
    lost = [struct.unpack_from("<I", packet)[0] - 1 for packet in packets[40:43]]
    card.send(*packets[:40], *packets[43:])
    frames = frames_of(source, 4)
    assert [frame.notice.lost_bytes for frame in frames] == [0, 3 * 1456, 0, 0]
    for number in lost:
        data[number * 1456 : (number + 1) * 1456] = 0
    for frame in frames:
        expect_samples(frame, data, tmp_path)
    assert refused(source)["packets_twice"] == 1
    assert refused(source)["bytes_lost"] == 3 * 1456
    source.close()


def test_a_frame_whose_end_is_lost_does_not_wait_for_the_next_ones(
    card: FakeCard, command: FakeCommandLine, tmp_path: Path
) -> None:
    source = opened(card, command, tmp_path)
    packets = datagrams(recording(2))
    card.send(*packets[:20], *packets[24:26])  # of 23 packets in a frame
    (frame,) = frames_of(source, 1)
    assert frame.notice.lost_bytes == FRAME_BYTES - 20 * 1456
    source.close()


def test_a_recording_begun_anew_is_another_session(card: FakeCard, command: FakeCommandLine, tmp_path: Path) -> None:
    source = opened(card, command, tmp_path)
    packets = datagrams(recording(3))
    card.send(*packets)
    before = frames_of(source, 3)[-1].notice
    card.send(*packets)
    after = frames_of(source, 1)[0].notice
    assert (before.index, after.index) == (2, 0)
    assert before.session != after.session
    source.close()


def test_what_is_no_data_of_the_card_is_counted(card: FakeCard, command: FakeCommandLine, tmp_path: Path) -> None:
    source = opened(card, command, tmp_path)
    stranger = FakeCard()
    stranger.computer = card.computer
    data = recording(1)
    stranger.send(*datagrams(recording(1, seed=1)))
    card.send(b"short", bytes(1473), *datagrams(data))
    (frame,) = frames_of(source, 1)
    expect_samples(frame, data, tmp_path)
    assert refused(source) == {"packets_of_others": 23, "packet_size": 2}
    stranger.close()
    source.close()


def test_what_the_card_says_of_itself_is_told_once(
    card: FakeCard, command: FakeCommandLine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = opened(card, command, tmp_path)
    for status in (1 << 9, 1 << 9, 1 << 3):
        card.say(0x0A, status)
    assert source.next_frame() is None  # nothing yet is not over
    assert refused(source) == {"card_lvds_buffer_full": 2}
    assert caplog.text.count("lvds_buffer_full") == 1
    source.close()


def test_packets_that_the_kernel_drops_are_told_with_what_to_do(
    card: FakeCard, command: FakeCommandLine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = opened(card, command, tmp_path)
    packets = datagrams(recording(300))
    card.send(*packets[:-40])
    while source.next_frame() is not None:
        pass
    card.send(*packets[-40:])
    frames_of(source, 1)
    assert refused(source)["kernel_dropped"] > 0
    assert "net.core.rmem_max" in caplog.text
    source.close()


def test_a_card_that_refuses_is_told(command: FakeCommandLine, tmp_path: Path) -> None:
    card = FakeCard(refuses=3)
    with pytest.raises(SumikaError, match=r"refused to configure \(status 1\)"):
        opened(card, command, tmp_path)
    assert "sensorStart" not in command.lines
    card.close()


@pytest.mark.slow
def test_a_card_that_does_not_answer_is_told(command: FakeCommandLine, tmp_path: Path) -> None:
    card = FakeCard(deaf=True)
    with pytest.raises(SumikaError, match=r"does not answer when asked to connect.*ping"):
        opened(card, command, tmp_path)
    assert len([said for said in card.commands if said.hex() == CONNECT]) == 3
    card.close()


def test_without_cfg_or_address_nothing_is_recorded(card: FakeCard, command: FakeCommandLine, tmp_path: Path) -> None:
    (tmp_path / "radar.cfg").write_text(CFG, encoding="utf-8")
    for settings, complaint in (
        ({}, "has no config"),
        ({"config": "radar.cfg"}, "has no command port"),
        ({"config": "radar.cfg", "command": command.device, "listen": "card"}, "is no address"),
        ({"config": "radar.cfg", "command": command.device, "listen": "192.0.2.7"}, "has no address 192.0.2.7"),
        ({"config": "radar.cfg", "command": "/dev/ttyNONE7", "listen": card.computer}, "no such port"),
        ({"config": "nowhere.cfg", "command": command.device}, "not there"),
    ):
        with pytest.raises((UsageError, SumikaError), match=complaint):
            open_live(radar_on("udp", "iwr6843isk", **settings), tmp_path / "house.yaml", WallClock(), {})
    assert not command.lines
    source = opened(card, command, tmp_path)
    with pytest.raises(SumikaError, match="another program listens"):
        opened(card, command, tmp_path)
    source.close()
