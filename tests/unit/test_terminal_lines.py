"""Where output is no terminal: plain lines, golden to the character."""

import os
from collections.abc import Iterable
from datetime import UTC
from io import BytesIO, TextIOWrapper
from pathlib import Path

import msgspec
import pytest

from sumika.bus import RuntimeFolder
from sumika.clock import SimulatedClock
from sumika.schema import Message, Origin, Reason
from sumika.schema.house import Device, House
from sumika.terminal import HouseView, run_view
from sumika.terminal._faces import LineFace
from sumika.terminal._loop import running_since
from sumika.terminal._pen import Pen
from tests.terminal_helpers import Script, a_house, at, event, heart, presence, respiration


def lines_of(
    house: House, turns: Iterable[tuple[float, Iterable[Message]]], *, language: str = "en", encoding: str = "utf-8"
) -> list[str]:
    """Feed (second, messages) turn by turn; return what was written."""
    output = TextIOWrapper(BytesIO(), encoding=encoding)
    view = HouseView(house, at(0), UTC)
    pen = Pen(output)
    face = LineFace(view, pen, language, ascii_only=encoding == "ascii")
    for seconds, messages in turns:
        for message in messages:
            view.take(message)
            face.heard(message)
        face.show(at(seconds))
    face.close(at(0))
    return written_to(output).decode(encoding).splitlines()


def written_to(output: "TextIOWrapper[BytesIO]") -> bytes:
    return output.buffer.getvalue()


def test_a_line_per_room_every_five_seconds() -> None:
    written = lines_of(
        a_house(["bedroom", "hall"]),
        [(0, []), (3, []), (5, [presence(4.8), respiration(4.5)]), (8, []), (10, [presence(9.8, 0.01)])],
    )
    assert written == [
        "12:00:05 bedroom  someone 0.98 at 0.70 ± 0.02 m  breathing 15.2 ± 0.5 /min",
        "12:00:05 hall     unknown (no data yet)",
        "12:00:10 bedroom  empty 0.01",
        "12:00:10 hall     unknown (no data yet)",
    ]


def test_why_there_is_no_rate_is_said() -> None:
    missing = respiration(4.5, None, reason=Reason.MOVING)
    assert lines_of(a_house(["hall"]), [(0, []), (5, [presence(4.8), missing])]) == [
        "12:00:05 hall  someone 0.98 at 0.70 ± 0.02 m  breathing not measurable: moving",
    ]


def test_a_published_heart_rate_is_in_the_line_and_a_candidate_is_not() -> None:
    turns = [
        (0, []),
        (5, [presence(4.8), respiration(4.8), heart(4.8)]),
        (10, [presence(9.8), respiration(9.8), heart(9.8, valid=True, rate_bpm=62.0, sigma_bpm=2.0)]),
    ]
    first, second = lines_of(a_house(["hall"]), turns)
    assert first.endswith("breathing 15.2 ± 0.5 /min")
    assert second.endswith("breathing 15.2 ± 0.5 /min  heart 62.0 ± 2.0 /min")


def test_what_is_not_live_is_said_first_and_in_every_line() -> None:
    assert lines_of(a_house(["hall"], Origin.RECORDED), [(0, []), (5, [presence(4.8, origin=Origin.RECORDED)])]) == [
        "*** RECORDING - these are not your rooms: hall ***",
        "12:00:05 hall  someone 0.98 at 0.70 ± 0.02 m  breathing no data yet  [recording]",
    ]


def test_a_banner_comes_when_something_turns_out_not_to_be_live() -> None:
    turns = [(0, []), (1, [presence(1, origin=Origin.SIMULATED)]), (2, [presence(2, origin=Origin.SIMULATED)])]
    assert lines_of(a_house(["hall"]), turns) == ["*** SIMULATED - nobody is being measured: hall ***"]


def test_what_a_device_tells_of_is_not_live_where_it_stands() -> None:
    house = msgspec.structs.replace(a_house(["hall"]), devices=(Device(id="tv", room="room_0", kind="tv"),))
    held = msgspec.structs.replace(event(1), code="held_by_hand", subject="tv", origin=Origin.SIMULATED)
    assert lines_of(house, [(0, []), (1, [held]), (2, [])])[1:] == [
        "*** SIMULATED - nobody is being measured: hall ***"
    ]


def test_events_are_told_at_once() -> None:
    turns = [(0, []), (1, [event(0.9, detail="killed by signal 9")]), (3, [event(2.5, recovered=True)])]
    assert lines_of(a_house(), turns) == [
        "12:00:00 warning: presence ended unexpectedly and is being restarted (killed by signal 9)",
        "12:00:02 info: presence runs again",
    ]


def test_in_japanese_columns_still_stand_below_each_other() -> None:
    assert lines_of(a_house(["寝室", "hall"]), [(0, []), (5, [presence(4.8), respiration(4.5)])], language="ja") == [
        "12:00:05 寝室  在室 0.98 距離0.70 m ±0.02  呼吸 毎分15.2回 ±0.5",
        "12:00:05 hall  不明 (データ待ち)",
    ]


def test_a_reader_of_ascii_gets_ascii() -> None:
    turns = [(0, []), (5, [presence(4.8), respiration(4.5)])]
    assert lines_of(a_house(["hall"]), turns, language="ja", encoding="ascii") == [
        "12:00:05 hall  someone 0.98 at 0.70 +- 0.02 m  breathing 15.2 +- 0.5 /min",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "euc_jp", "ascii"])
def test_the_loop_writes_lines_where_output_is_no_terminal(encoding: str, tmp_path: Path) -> None:
    output = TextIOWrapper(BytesIO(), encoding=encoding)
    script = Script([presence(0)], [event(0.2)])
    clock = SimulatedClock(at(0))
    beats = [0]

    def beat() -> None:
        beats[0] += 1

    run_view(
        RuntimeFolder(tmp_path),
        (),
        a_house(["寝室"]),
        clock,
        language="ja",
        should_stop=lambda: clock.now().monotonic_ns > at(5.1).monotonic_ns,
        beat=beat,
        output=output,
        subscriber=script,
        environ={"TERM": "xterm"},
    )
    written = written_to(output)
    assert b"\x1b" not in written
    assert len(written.decode(encoding).splitlines()) == 2
    assert written.isascii() == (encoding != "utf-8")
    assert beats[0] == 21
    assert not script.closed  # it belongs to whoever made it


def test_the_house_is_as_old_as_its_folder_even_if_the_view_began_later(tmp_path: Path) -> None:
    folder, now = RuntimeFolder(tmp_path), at(100)
    assert running_since(folder, now) == now
    lock = tmp_path / "lock"
    lock.touch()
    os.utime(lock, ns=(at(40).wall_ns, at(40).wall_ns))
    assert running_since(folder, now) == at(40)
    os.utime(lock, ns=(at(200).wall_ns, at(200).wall_ns))  # the clock was set back meanwhile
    assert running_since(folder, now) == now
