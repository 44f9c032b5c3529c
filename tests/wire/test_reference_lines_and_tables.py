"""Serial lines through a real pseudo-terminal, tables of numbers, and what stands after --with."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from sumika.clock import Instant, SimulatedClock, WallClock
from sumika.schema import Message, Origin, ReferenceKind, ReferenceSamples, ReferenceState, SumikaError, UsageError
from sumika.sensors.reference import (
    Packet,
    ReferenceConnection,
    ReferenceSource,
    ReferenceSpec,
    parse_reference,
    parse_references,
)
from sumika.sensors.reference.serial_lines.driver import LineSplitter
from tests.wire.serial_fakes import START, FakeModule


@pytest.fixture
def module() -> Iterator[FakeModule]:
    fake = FakeModule()
    yield fake
    fake.unplug()


def said(source: ReferenceSource, module: FakeModule, text: bytes) -> list[Packet]:
    """Return what comes of some bytes."""
    module.say(text)
    packets: list[Packet] = []
    for _ in range(20):
        packets += source.next_packets()
        if packets:
            break
    return packets


def test_lines_become_samples_with_the_devices_times(module: FakeModule) -> None:
    source = parse_reference(f"serial:{module.device}?columns=time,ecg,-&time_unit=ms").open(WallClock())
    packets = said(source, module, b"999,9\n1000, 0.5, 7\r\n1004; -0.25; 7\n")
    source.close()
    assert [(one.kind, one.values, one.device_time_s) for one in packets] == [
        (ReferenceKind.ECG, (0.5, -0.25), (1.0, 1.004))
    ]
    assert source.damaged == 0  # the first line may be half: it is no damage


def test_damaged_lines_are_counted_and_a_gap_is_flagged(module: FakeModule) -> None:
    source = parse_reference(f"serial:{module.device}?columns=respiration&rate_hz=10").open(WallClock())
    packets = said(source, module, b"x\n1\nnan\n\xff\xfe\n2\n3 4\n5\n")
    source.close()
    assert [one.values for one in packets] == [(1.0, 2.0, 5.0)]
    assert packets[0].device_time_s == pytest.approx((0.0, 0.3, 0.5))  # damaged lines took their time, too
    assert packets[0].gap_before
    assert source.damaged == 3


def test_bytes_without_an_end_of_line_do_not_fill_the_memory() -> None:
    splitter = LineSplitter()
    assert list(splitter.lines(b"0\n" + b"1" * 100_000)) == []
    assert list(splitter.lines(b"1\n5\n")) == [b"5"]


def test_an_unplugged_port_is_told_once_and_tried_again(module: FakeModule) -> None:
    connection = ReferenceConnection(
        parse_reference(f"serial:{module.device}?columns=heart_rate"), SimulatedClock(START)
    )
    messages: list[Message] = list(connection.next_messages())  # what waited in the port before that is dropped
    module.say(b"\n61\n")
    for _ in range(50):
        messages += connection.next_messages()
        if messages:
            break
    module.unplug()
    for _ in range(50):
        messages += connection.next_messages()
    connection.close()
    states = [one for one in messages if isinstance(one, ReferenceState)]
    assert [one.connected for one in states] == [True, False]
    assert [one.values for one in messages if isinstance(one, ReferenceSamples)] == [(61.0,)]


def test_a_port_that_is_not_there_says_how_to_find_it() -> None:
    with pytest.raises(SumikaError, match="ls /dev/serial/by-id") as told:
        parse_reference("serial:/dev/ttyNONE?columns=time,ecg").open(WallClock())
    assert told.value.where == "serial-ttyNONE: /dev/ttyNONE"


def table(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def play(text: str, start: Instant = START) -> list[ReferenceSamples]:
    connection = ReferenceConnection(parse_reference(text), SimulatedClock(start))
    messages: list[Message] = []
    while not connection.ended:
        messages += connection.next_messages()
    return [one for one in messages if isinstance(one, ReferenceSamples)]


def test_a_table_plays_on_the_houses_clock(tmp_path: Path) -> None:
    rows = "".join(f"{number * 40},{number},{-number}\n" for number in range(100))
    path = table(tmp_path / "night.csv", "t_ms,ECG,RSP\n" + rows)
    found = play(f"csv:{path}?time=t_ms&time_unit=ms&ecg=ECG&respiration=RSP&offset_s=2.5")
    ecgs = [one for one in found if one.kind is ReferenceKind.ECG]
    assert {one.origin for one in found} == {Origin.RECORDED}
    assert [value for one in ecgs for value in one.values] == [float(number) for number in range(100)]
    assert ecgs[0].stamp == START.later(2_500_000_000)
    assert ecgs[-1].stamp.monotonic_ns == pytest.approx(
        START.later(2_500_000_000).monotonic_ns + ecgs[-1].device_time_s[0] * 1e9, abs=1000
    )
    assert [one.gap_before for one in ecgs] == [True] + [False] * (len(ecgs) - 1)


def test_a_packed_table_with_a_rate_and_damaged_rows(tmp_path: Path) -> None:
    path = tmp_path / "belt.csv.gz"
    path.write_bytes(gzip.compress(b"RSP,x\n1,\ninf,\noops,\n,\n5,\n"))
    found = play(f"csv:{path}?respiration=RSP&rate_hz=10")
    assert [value for one in found for value in one.values] == [1.0, 5.0]
    assert [moment for one in found for moment in one.device_time_s] == pytest.approx([0.0, 0.4])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("oximeter", "'oximeter' is no reference"),
        ("polar-h10:12", "no Bluetooth address"),
        ("serial:", "names no port"),
        ("serial:/dev/ttyUSB0", "columns= must name"),
        ("serial:/dev/ttyUSB0?columns=time,egg", "'egg' is no kind of column"),
        ("serial:/dev/ttyUSB0?columns=ecg", "needs the time of its samples"),
        ("serial:/dev/ttyUSB0?columns=time,ecg&baud=-1", "no positive number"),
        ("serial:/dev/ttyUSB0?columns=time,ecg&parity=odd", "'parity' cannot be set"),
        ("serial:/dev/ttyUSB0?columns=time,ecg&time_unit=h", "There are: s, ms, us, ns"),
        ("csv:", "must name a file and its columns"),
        ("csv:none.csv?time=t&ecg=e", "there is no such file"),
        ("csv:none.csv?heart_rate=e", "its rows have no time"),
    ],
)
def test_a_wrong_source_says_what_would_be_right(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse_reference(text)


def test_a_table_without_the_column_names_those_it_has(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", "time,ecg\n0,1\n")
    with pytest.raises(UsageError, match="Its first line has: time, ecg"):
        parse_reference(f"csv:{path}?time=t&ecg=ecg")


@pytest.mark.parametrize("data", [b"t,e\n", b"t,e\nx,y\n", b"\xff\xfe\x00", b""])
def test_a_table_without_a_row_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    with pytest.raises(SumikaError):
        parse_reference(f"csv:{path}?time=t&ecg=e")


def test_a_cut_off_packed_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"t,e\n0,1\n")[:-6])
    with pytest.raises(SumikaError, match="cannot be read"):
        parse_reference(f"csv:{path}?time=t&ecg=e")


def test_the_same_device_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="given twice"):
        parse_references(("serial:/dev/ttyUSB0?columns=heart_rate", "serial:/dev/ttyUSB0?columns=beat_interval"))


def test_a_table_with_unix_times_says_how_it_would_play(tmp_path: Path) -> None:
    text = "t,ecg\n" + "".join(f"{1_796_000_000 + number / 4:.2f},{number}\n" for number in range(8))
    path = table(tmp_path / "a.csv", text)
    with pytest.raises(UsageError, match="20787 days after the start") as told:
        parse_reference(f"csv:{path}?time=t&ecg=ecg")
    assert "offset_s=-1796000000 " in told.value.remedy
    assert [value for one in play(f"csv:{path}?time=t&ecg=ecg&offset_s=-1796000000") for value in one.values] == [
        float(number) for number in range(8)
    ]


class Scripted:
    """A reference that brings what the test says."""

    origin, device, damaged, least_delay_s = Origin.LIVE, "fake", 0, 0.016

    def __init__(self, *turns: Packet, skin_contact: bool | None = None) -> None:
        self._turns = list(turns)
        self.skin_contact = skin_contact

    def next_packets(self) -> tuple[Packet, ...]:
        return (self._turns.pop(0),) if self._turns else ()

    def close(self) -> None:
        pass


def brought(source: Scripted, turns: int) -> list[Message]:
    spec = ReferenceSpec(name="fake", text="fake", open=lambda clock: source)
    connection = ReferenceConnection(spec, SimulatedClock(START))
    return [message for _ in range(turns) for message in connection.next_messages()]


def test_a_clock_that_begins_anew_within_a_read_is_two_clocks() -> None:
    def packet(arrival_ms: int, *times_s: float) -> Packet:
        return Packet(
            kind=ReferenceKind.ECG,
            unit="",
            values=tuple(float(place) for place in range(len(times_s))),
            device_time_s=times_s,
            arrival=START.later(arrival_ms * 1_000_000),
        )

    wrap_s = 2**32 / 1e6
    turns = (
        packet(0, wrap_s - 0.020, wrap_s - 0.012),
        packet(16, wrap_s - 0.008, wrap_s - 0.004, 0.0, 0.004),
        packet(24, 0.008, 0.012),
    )
    found = [one for one in brought(Scripted(*turns), 3) if isinstance(one, ReferenceSamples)]
    assert [one.values for one in found] == [(0.0, 1.0), (0.0, 1.0), (2.0, 3.0), (0.0, 1.0)]
    assert [one.session for one in found] == ["1.0", "1.0", "1.1", "1.1"]
    assert [one.gap_before for one in found] == [False, False, True, False]
    for one in found:
        assert abs(one.stamp.monotonic_ns - one.arrival_monotonic_ns) < 50_000_000


def test_a_strap_that_feels_no_skin_says_so_though_it_sends_nothing() -> None:
    (state,) = brought(Scripted(skin_contact=False), 5)
    assert isinstance(state, ReferenceState)
    assert (state.connected, state.skin_contact, state.connections) == (True, False, 1)
    assert brought(Scripted(), 5) == []
