"""The nodes that write the log and the history, in this process, on a real bus, turn by turn."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from sumika.bus import Board, Publisher, Received, RingWriter, Subscriber
from sumika.clock import WallClock
from sumika.config import recordings_house
from sumika.history import NightlyReport
from sumika.log import LogReader
from sumika.runtime import process as process_module
from sumika.runtime.forgetting import FORGOTTEN
from sumika.runtime.history_loop import HistoryLoop
from sumika.runtime.log_loop import NOTHING_PERSONAL, LogLoop
from sumika.runtime.node import Launch
from sumika.runtime.process import NodeProcess
from sumika.runtime.small_file import write_small
from sumika.runtime.table import nodes_of
from sumika.schema import (
    PERSONAL_TOPICS,
    PRIVACY_FILE,
    TOPICS,
    AirEvent,
    AirEventKind,
    AirEvents,
    AirSample,
    AlarmCause,
    AlarmStage,
    AlarmState,
    ComfortWish,
    ConfigChange,
    DeleteLogsRequest,
    DeviceState,
    Envelope,
    Event,
    ForgetRequest,
    Message,
    Origin,
    PointCloud,
    PrivacyKept,
    RawFrame,
    Reason,
    RecordRawRequest,
    Severity,
    SumikaError,
    Tracks,
    WeatherForecast,
)
from sumika.schema.system import RUN_BEGAN
from sumika.sensors import open_frames
from tests.bus_helpers import opened, presence, runtime_folder, wait_until
from tests.log_helpers import mixed

LOADED = recordings_house({"SUMIKA_DATA": "/dev/null"})
RADAR = LOADED.house.radars[0]


@pytest.fixture(autouse=True)
def _own_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A node's process asks the kernel for things that this one must not have."""
    monkeypatch.setattr(process_module, "_ask_kernel", lambda *arguments: None)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@contextmanager
def node_process(name: str, data: Path) -> Iterator[NodeProcess]:
    with runtime_folder() as folder:
        node = next(node for node in nodes_of(LOADED.house) if node.name == name)
        config = ConfigChange(
            stamp=WallClock().now(), origin=Origin.LIVE, file="house.yaml", hash=LOADED.hash, text=LOADED.text
        )
        names = tuple(node.name for node in nodes_of(LOADED.house))
        Board.create(folder.board, names)
        launch = Launch(folder.path, data, "run", LOADED.house, LOADED.path, config, ("test", *names), 0)
        with NodeProcess(node, launch) as process:
            yield process


def said_by(process: NodeProcess) -> Subscriber:
    return opened(Subscriber(process.folder, [process.node.name], ["event"], process.clock))


@pytest.mark.slow
def test_log_tells_a_problem_once_and_its_end_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with node_process("log", tmp_path) as process:
        loop, ear = LogLoop(process), said_by(process)
        first_ns = loop.tell_from_ns
        told: list[tuple[str, bool]] = []

        def turn(count: int) -> bool:
            loop.turn()
            told.extend(
                (r.message.detail, r.message.recovered) for r in ear.receive(0.0) if isinstance(r.message, Event)
            )
            return len(told) >= count

        turn(0)
        problem: list[SumikaError | None] = [SumikaError("the disk is full")]
        monkeypatch.setattr(type(loop.writer), "problem", property(lambda writer: problem[0]))
        assert wait_until(lambda: turn(1))
        assert process.clock.now().monotonic_ns >= first_ns  # not before those who show it listen
        problem[0] = None
        assert wait_until(lambda: turn(2))
        for _ in range(3):
            turn(0)
        loop.close()
    assert told == [("the disk is full", False), ("", True)]


def test_a_forecast_that_is_told_again_is_not_written_again(tmp_path: Path) -> None:
    with node_process("log", tmp_path) as process:
        loop = LogLoop(process)
        voice = opened(Publisher(process.folder, "test", 0, listeners=["log", "log.frames"]))
        news = WeatherForecast(
            stamp=process.clock.now(),
            origin=Origin.LIVE,
            source="s",
            issued_unix_s=0.0,
            begins_unix_s=(0.0, 1.0),
            ends_unix_s=2.0,
        )
        for held_s in (0.0, 60.0, 120.0):
            voice.publish(msgspec.structs.replace(news, held_s=held_s))

        def taken() -> bool:
            loop.turn()
            return process.taken >= 3

        assert wait_until(taken)
        loop.close()
    logged = [one.message for one in LogReader(tmp_path / "log" / "run") if isinstance(one.message, WeatherForecast)]
    assert logged == [news]


def test_whole_frames_are_logged_on_request_only_and_until_told_to_stop(tmp_path: Path) -> None:
    with node_process("log", tmp_path) as process:
        loop = LogLoop(process)
        voice = opened(Publisher(process.folder, f"sensor.{RADAR.id}", 0, listeners=["log", "log.frames"]))
        source = open_frames(RADAR, LOADED.path, process.clock, {})
        ring = RingWriter(process.folder.ring(RADAR.id), slot_bytes=source.max_frame_bytes)

        def frame() -> int:
            got = source.next_frame()
            assert got is not None
            samples = got.samples if hasattr(got, "samples") else got.iq
            voice.publish(msgspec.structs.replace(got.notice, position=ring.write(samples)))
            before = process.taken

            def taken() -> bool:
                loop.turn()
                return process.taken > before

            assert wait_until(taken)
            return got.notice.index

        frame()
        assert not loop.answer(RecordRawRequest(seconds=9.0, radars=("nowhere",))).accepted
        assert loop.answer(RecordRawRequest(seconds=60.0)).accepted
        assert loop.answer(RecordRawRequest(seconds=0.001, radars=(RADAR.id,))).accepted  # shortens nobody else's
        wanted = [frame(), frame()]
        assert loop.answer(RecordRawRequest(seconds=0.0)).accepted
        frame()
        loop.close()
        ring.close()
        source.close()
    logged = [one.message for one in LogReader(tmp_path / "log" / "run") if isinstance(one.message, RawFrame)]
    assert [raw.notice.index for raw in logged] == wanted


def test_who_asks_for_frames_is_told_why_none_are_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    problem: list[SumikaError | None] = [None]
    with node_process("log", tmp_path) as process:
        loop = LogLoop(process)
        monkeypatch.setattr(type(loop.writer), "problem", property(lambda writer: problem[0]))
        monkeypatch.setattr(loop.privacy, "hides_bodies", lambda stamp: True)
        hidden = loop.answer(RecordRawRequest(seconds=30.0))
        ended = loop.answer(RecordRawRequest(seconds=0.0))
        monkeypatch.setattr(loop.privacy, "hides_bodies", lambda stamp: False)
        problem[0] = SumikaError("the disk is full")
        full = loop.answer(RecordRawRequest(seconds=30.0))
        problem[0] = None
        assert loop.answer(RecordRawRequest(seconds=30.0)).accepted
        loop.close()
    assert (hidden.accepted, hidden.problem) == (False, NOTHING_PERSONAL)
    assert (full.accepted, full.problem) == (False, "the disk is full")
    assert ended.accepted


def test_while_guests_are_here_the_log_has_nothing_that_bodies_are_made_of(tmp_path: Path) -> None:
    write_small(tmp_path / PRIVACY_FILE, PrivacyKept(guests_until_unix_s=WallClock().now().wall_ns / 1e9 + 3600))
    with node_process("log", tmp_path) as process:
        loop = LogLoop(process)
        voice = opened(Publisher(process.folder, "test", 0, listeners=["log", "log.frames"]))
        stamp, room = process.clock.now(), LOADED.house.rooms[0].id
        told = (
            Tracks(stamp=stamp, origin=Origin.LIVE, source="house"),
            PointCloud(
                stamp=stamp,
                origin=Origin.LIVE,
                radar=RADAR.id,
                room=room,
                index=0,
                frame_interval_s=0.05,
                usable=True,
            ),
            presence(room),
        )
        for message in told:
            voice.publish(message)

        def taken() -> bool:
            loop.turn()
            return process.taken >= len(told)

        assert wait_until(taken)
        loop.close()
    logged = LogReader(tmp_path / "log" / "run", ("tracks", "points", "presence"))
    assert [one.message for one in logged] == [presence(room)]


def test_history_keeps_signals_and_records_events(tmp_path: Path) -> None:
    with node_process("history", tmp_path) as process:
        loop = HistoryLoop(process)
        voice = opened(Publisher(process.folder, "test", 0))
        event = Event(
            stamp=process.clock.now(), origin=Origin.LIVE, subject="log", code="log_problem", severity=Severity.WARNING
        )

        room = LOADED.house.rooms[0].id
        wish = ComfortWish(stamp=event.stamp, origin=Origin.LIVE, room=room, offset_k=1.0)
        alarm = AlarmState(
            stamp=event.stamp,
            origin=Origin.LIVE,
            id="1",
            cause=AlarmCause.NODE_DEGRADED,
            stage=AlarmStage.CONTACTS,
            since_unix_s=0.0,
        )

        def heard() -> bool:
            for message in (presence(room), event, wish, alarm):
                voice.publish(message)
            loop.turn()
            return process.taken > 8

        assert wait_until(heard)
        events, wishes, alarms = loop.records.events(), loop.records.comfort_wishes(), loop.records.alarms()
        loop.close()
    assert events
    assert (wishes, alarms) == ([wish], [alarm])  # said again and again, recorded once
    assert (tmp_path / "history").is_dir()


def test_when_a_run_began_is_recorded_once_however_often_history_begins(tmp_path: Path) -> None:
    with node_process("history", tmp_path) as process:
        for _ in range(2):
            loop = HistoryLoop(process)
            found = [one.stamp for one in loop.records.events() if one.code == RUN_BEGAN]
            loop.close()
            assert found == [process.launch.config.stamp]


def test_what_is_only_told_again_fills_no_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with node_process("history", tmp_path) as process:
        loop = HistoryLoop(process)
        room, stamp = LOADED.house.rooms[0].id, process.clock.now()
        words: dict[str, Message] = {
            "presence": presence(room),
            "device_state": DeviceState(
                stamp=stamp, origin=Origin.LIVE, device="plug", values={"on": 1.0}, power_w=40.0
            ),
            "air": AirSample(stamp=stamp, origin=Origin.LIVE, sensor="window", room=room, window_open=1.0),
        }
        added: list[str] = []
        monkeypatch.setattr(loop.history, "add", lambda key, signal, *_: added.append(signal))
        for held_s in (0.0, 30.0, 60.0):
            for topic, message in words.items():
                envelope = Envelope(topic=topic, key="", node="", incarnation=0, sequence=0, message=msgspec.Raw(b""))
                loop.take(Received(envelope, msgspec.structs.replace(message, held_s=held_s), 0))
        loop.close()
    assert added.count("device_state.power_w") == added.count("presence.probability") == 1
    assert added.count("air.temperature_c") == 1


def test_a_refused_write_is_no_gap_in_what_a_device_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with node_process("history", tmp_path) as process:
        loop = HistoryLoop(process)
        said = DeviceState(
            stamp=process.clock.now(), origin=Origin.LIVE, device="plug", values={"on": 1.0}, power_w=40.0
        )
        refused = msgspec.structs.replace(said, values={}, power_w=None, why="no answer within 5 s")
        silent = msgspec.structs.replace(refused, available=False)
        added: list[float | None] = []
        monkeypatch.setattr(loop.history, "add", lambda key, signal, wall_ns, value, *_: added.append(value))
        envelope = Envelope(topic="device_state", key="", node="", incarnation=0, sequence=0, message=msgspec.Raw(b""))
        for message in (said, refused, silent):
            loop.take(Received(envelope, message, 0))
        loop.close()
    assert added == [40.0, None]


def test_a_clock_that_leapt_ahead_is_looked_at_again_after_an_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with node_process("history", tmp_path) as process:
        history = HistoryLoop(process)
        monkeypatch.setattr(history.history, "nightly", lambda now_ns: NightlyReport(doubted=True))
        begins_ns = process.clock.now().monotonic_ns
        history.flush_ns = history.scrub_ns = begins_ns + 10**15
        history.nightly_ns = begins_ns
        history.tend()
        assert 3600 * 10**9 <= history.nightly_ns - begins_ns < 3700 * 10**9
        history.close()


def test_what_says_something_of_a_body_is_kept_sealed() -> None:
    kept = {(name, signal.field): signal.personal for name, topic in TOPICS.items() for signal in topic.keep}
    assert kept["sleep_night", "asleep_min"]
    assert {name for name, personal in kept.items() if not personal and name[0] in PERSONAL_TOPICS} == set()


def test_what_the_air_tells_is_kept_as_numbers_and_what_it_cannot_tell_as_none() -> None:
    common = AirEvents(
        stamp=WallClock().now(),
        origin=Origin.LIVE,
        room="kitchen",
        valid=True,
        reason=Reason.MEASURED,
        events=(AirEvent(kind=AirEventKind.COOKING, probability=0.93, sigma=0.1),),
        can_tell=(AirEventKind.COOKING, AirEventKind.WINDOW),
    )
    kept = {signal.field: getattr(common, signal.field) for signal in TOPICS["air_events"].keep}
    assert kept == {
        "cooking_probability": 0.93,
        "smoke_probability": None,
        "shower_probability": None,
        "window_probability": 0.0,
    }
    assert msgspec.structs.replace(common, valid=False).cooking_probability is None


def test_who_is_forgotten_is_so_in_what_lies_beside_history_too(tmp_path: Path) -> None:
    votes = ("knowing/votes/hanako.json", "knowing/votes/taro.json")
    for name in ("alarm/before/a.msgpack", "alarm/before/b.msgpack.new", "log/run/000001.mcap", *votes):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"somebody")
    with node_process("history", tmp_path) as process:
        loop, ear = HistoryLoop(process), said_by(process)
        answer = loop.forget(ForgetRequest(resident="hanako"))
        told: list[Event] = []

        def heard() -> bool:
            told.extend(one.message for one in ear.receive(0.1) if isinstance(one.message, Event))
            return any(event.code == FORGOTTEN for event in told)

        assert wait_until(heard)
        loop.close()
    assert answer.accepted
    assert (answer.half_minutes, answer.log_files, answer.log_bytes) == (2, 1, len(b"somebody"))
    assert list((tmp_path / "alarm" / "before").iterdir()) == []
    assert [path.name for path in (tmp_path / "knowing" / "votes").iterdir()] == ["taro.json"]
    assert "hanako" not in str(told), "events are kept for years"


def test_the_log_of_this_hour_can_be_deleted_and_goes_on(tmp_path: Path) -> None:
    with node_process("log", tmp_path) as process:
        loop = LogLoop(process)
        wrapped, message = mixed(1)[0]
        assert loop.writer.write(wrapped, message)
        assert loop.delete(DeleteLogsRequest(to_unix_s=1e9)).files == 0
        answer = loop.delete(DeleteLogsRequest())
        assert (answer.accepted, answer.left) == (True, 0)
        assert answer.files >= 1
        assert answer.size_bytes > 0
        assert loop.writer.write(wrapped, message)
        loop.close()
    assert len(list(LogReader(tmp_path / "log" / "run"))) == 1
