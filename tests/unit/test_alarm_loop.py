"""The node of the alarms, turn by turn: what is on the disk before what goes out, and what it says to all."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import numpy as np
import pytest

from sumika.alarm import AlarmBook, Before, ContactAnswer, KeptAlarm, KeptDelivery, Letter, NotTakenError, Outbox
from sumika.alarm.before import MOST_POINTS
from sumika.alarm.book import KEEPS_CLOSED
from sumika.clock import Instant, SimulatedClock
from sumika.runtime.alarm_loop import AlarmLoop, origin_of
from sumika.runtime.alarm_store import ALARMS_FILE, AlarmStore
from sumika.runtime.forgetting import FORGOTTEN, forget_half_minutes
from sumika.runtime.node import Launch
from sumika.runtime.process import NodeProcess
from sumika.runtime.small_file import write_small
from sumika.runtime.table import nodes_of
from sumika.schema import (
    PRIVACY_FILE,
    AcknowledgeAlarmRequest,
    AirSample,
    AlarmBeforeRequest,
    AlarmCause,
    AlarmsRequest,
    AlarmStage,
    AlarmState,
    CancelAlarmRequest,
    ConfigChange,
    DeliveryState,
    Event,
    FallStage,
    Message,
    Origin,
    PointCloud,
    PrivacyKept,
    ResidentWish,
    Severity,
    Tick,
    TrackKind,
    TryAlarmRequest,
)
from sumika.schema.alarm_settings import Alarms, DeadMan, Prompt, WatchBath, WatchFalls, WatchSmoke, Way, WebhookWay
from sumika.schema.house import House
from sumika.schema.points import POINT_COLUMNS
from sumika.schema.topics import TOPIC_OF
from sumika.units import seconds_to_ns
from tests.alarm_helpers import NOON, contact, fall, house_with, presence
from tests.watched_helpers import tracks

FALLS = Alarms(
    suspected_fall=WatchFalls(cancel_s=60.0),
    contacts=(contact("ken", name="Ken"), contact("mari", language="ja")),
    prompt=Prompt(lamps=("lamp",)),
)


class FakeProcess:
    """The frame of a process without process, bus and kernel."""

    def __init__(self, house: House, data: Path, now: Instant) -> None:
        self.clock = SimulatedClock(now)
        self.said: list[Message] = []
        self.publisher = SimpleNamespace(publish=self.said.append)
        self.folder, self.taken = None, 0
        config = ConfigChange(stamp=now, origin=Origin.LIVE, file="", hash="", text="")
        self.launch = Launch(Path(), data, "run", house, data / "house.yaml", config, ("alarm", "fall"), 0)

    def worked(self, step_ns: int, outputs: int) -> None: ...

    def beat(self) -> None: ...

    def tell(self, lost: object) -> None: ...


class Ear:
    """What the bus brings, and questions that wait."""

    heard: list[Message]
    questions: dict[str, list[msgspec.Struct]]
    answers: list[Any]

    def __init__(self) -> None:
        self.heard, self.questions, self.answers = [], {}, []
        self.lost: dict[str, int] = {}

    def receive(self, timeout_s: float) -> list[Any]:
        """Return what was sent."""
        found = [
            SimpleNamespace(message=message, envelope=SimpleNamespace(topic=TOPIC_OF[type(message)]))
            for message in self.heard
        ]
        self.heard.clear()
        return found

    def poll(self, name: str, handler: Callable[[Any], Any]) -> int:
        """Answer what waits."""
        waiting = self.questions.pop(name, [])
        self.answers += [handler(question) for question in waiting]
        return len(waiting)

    def close(self) -> None: ...


class Home:
    """The node of the alarms in a house, with a post that is played."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, house: House) -> None:
        self.folder, self.house, self.ear, self.patch = folder, house, Ear(), patch
        self.sent: list[tuple[Letter, list[KeptAlarm]]] = []
        self.problem = ""
        ear = self.ear
        patch.setattr("sumika.runtime.alarm_loop.Subscriber", lambda *_, **__: ear)
        patch.setattr(
            "sumika.runtime.alarm_loop.Answerer",
            lambda _, name: SimpleNamespace(poll=lambda handler: ear.poll(name, handler), close=lambda: None),
        )
        self.begin(NOON)

    def begin(self, now: Instant) -> None:
        """Start the node, as after a power cut: nothing of the old one is asked."""
        self.process = FakeProcess(self.house, self.folder, now)
        self.loop = AlarmLoop(cast(NodeProcess, self.process))
        self.loop.outbox = Outbox(lambda work: work())
        self.patch.setattr(self.loop.post, "send", self._send)

    def _send(self, way: Way, letter: Letter) -> str:
        self.sent.append((letter, self.disk()))
        if self.problem:
            raise NotTakenError(self.problem)
        return "ok"

    def disk(self) -> list[KeptAlarm]:
        """Return what a power cut would leave now."""
        path = self.folder / "alarm" / ALARMS_FILE
        return msgspec.json.decode(path.read_bytes(), type=list[KeptAlarm]) if path.exists() else []

    def after(self, seconds: float, *heard: Message) -> None:
        """Let time pass, bring messages, turn, and wait for the post."""
        now = self.process.clock.now()
        self.process.clock.sleep_until(now.monotonic_ns + seconds_to_ns(seconds))
        self.ear.heard += heard
        self.loop.turn()
        self.loop.turn()  # what became of the post is taken in the turn after

    @property
    def now(self) -> Instant:
        return self.process.clock.now()

    def asks(self, name: str, question: msgspec.Struct) -> Any:
        """Put a question."""
        self.ear.questions.setdefault(name, []).append(question)
        self.after(0.1)
        return self.ear.answers.pop()

    def falls(self) -> str:
        """Let somebody fall, as far as anybody knows; return the alarm's id."""
        self.after(1.0, fall(self.now))
        return self.alarms()[0].id

    def alarms(self, *, closed: bool = False) -> tuple[AlarmState, ...]:
        found: tuple[AlarmState, ...] = self.asks("alarms", AlarmsRequest(closed=closed)).alarms
        return found

    def of(self, kind: type[Message]) -> list[Any]:
        return [message for message in self.process.said if isinstance(message, kind)]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    return Home(tmp_path, monkeypatch, house_with(FALLS))


def test_a_fall_goes_from_home_to_one_contact_after_the_other(home: Home) -> None:
    home.falls()
    assert home.sent == []
    (wish,) = home.of(ResidentWish)
    assert (wish.device, wish.action, wish.value) == ("lamp", "level", 1.0)
    home.after(61.0)
    home.after(301.0)
    (ken, on_disk), (mari, _) = home.sent
    assert [each.state for each in on_disk[0].deliveries] == [DeliveryState.SENDING], "on the disk before it goes"
    assert "Mother's room: a fall is suspected" in ken.text
    assert (ken.language, mari.language) == ("en", "ja")
    assert "転倒の疑い" in mari.text
    assert ken.document["cause"] == "suspected_fall"
    (alarm,) = home.alarms()
    assert [each.state for each in alarm.deliveries] == [DeliveryState.SENT] * 2
    assert alarm.deliveries[0].receipt == "ok"
    assert home.of(AlarmState)[-1].stage is AlarmStage.CONTACTS


def test_an_answer_is_on_the_disk_before_it_is_taken(home: Home) -> None:
    name = home.falls()
    home.after(61.0)
    answer = home.asks("alarm_acknowledge", AcknowledgeAlarmRequest(alarm=name, by="Mari"))
    assert answer.accepted
    assert home.disk()[0].stage is AlarmStage.ACKNOWLEDGED
    home.begin(home.now.later(seconds_to_ns(5.0)))
    home.after(1000.0, fall(home.now))
    assert home.alarms() == ()
    letters = [letter for letter, _ in home.sent]
    assert [letter.document["kind"] for letter in letters] == ["alarm", "over"]
    assert "Mari takes care of it." in letters[1].text
    again = home.asks("alarm_cancel", CancelAlarmRequest(alarm=name))
    assert not again.accepted
    assert "answered" in again.problem
    assert not home.asks("alarm_cancel", CancelAlarmRequest(alarm="x")).accepted


def test_who_answers_by_their_own_way_ends_it_and_the_others_are_told_who(home: Home) -> None:
    name = home.falls()
    home.after(61.0)
    home.after(301.0)
    ken = home.loop.book.rules.contacts[0]
    answers = [(ken, ContactAnswer(name, "ken", AlarmStage.ACKNOWLEDGED))]
    home.patch.setattr(home.loop.ears, "turn", lambda _: tuple(answers))
    home.after(1.0)
    assert home.disk()[0].stage is AlarmStage.ACKNOWLEDGED
    assert home.disk()[0].answered_by == "Ken"
    assert [letter.document["answered_by"] for letter, _ in home.sent] == ["", "", "Ken", "Ken"]
    assert [bool(letter.buttons) for letter, _ in home.sent] == [True, True, False, False]
    answers[0] = (ken, ContactAnswer("another", "ken", AlarmStage.CANCELLED))
    home.after(1.0)
    assert len(home.sent) == 4


def test_what_was_on_its_way_at_a_power_cut_says_that_it_may_come_twice(home: Home) -> None:
    home.falls()
    home.loop.outbox = Outbox(lambda work: None)
    home.after(61.0)
    home.begin(home.now)
    home.after(0.1)
    ((letter, _),) = home.sent
    assert letter.document["perhaps_twice"] is True
    assert "twice" in letter.text


def test_the_beginning_and_the_end_go_into_the_records(home: Home) -> None:
    name = home.falls()
    home.asks("alarm_cancel", CancelAlarmRequest(alarm=name, by="mother"))
    begins, ends = home.of(Event)
    assert (begins.subject, begins.code, begins.recovered) == (name, "alarm_raised", False)
    assert (ends.recovered, ends.detail) == (True, "cancelled (mother)")


def test_a_contact_that_cannot_be_told_is_said_once_and_once_when_it_can(home: Home) -> None:
    home.falls()
    home.problem = "no route"
    for seconds in (61.0, 11.0, 21.0):
        home.after(seconds)
    troubles = [event for event in home.of(Event) if event.code == "alarm_not_sent"]
    assert [(event.subject, event.recovered) for event in troubles] == [("ken", False), ("mari", False)]
    home.problem = ""
    home.after(100.0)
    assert {event.subject for event in home.of(Event) if event.code == "alarm_not_sent" and event.recovered} == {
        "ken",
        "mari",
    }


def test_the_half_minute_before_a_suspected_fall_can_be_asked_for(home: Home) -> None:
    for _ in range(20):
        home.after(0.5, tracks(home.now, ("bedroom", TrackKind.PERSON, 0.4)), cloud(home.now), cloud(home.now, "bath"))
    name = home.falls()
    assert home.alarms()[0].has_before
    before = home.asks("alarm_before", AlarmBeforeRequest(alarm=name))
    assert before.accepted
    assert len(before.tracks) == 20
    assert {(seen.radar, seen.count) for seen in before.points} == {("bedroom_radar", MOST_POINTS)}
    assert before.points[0].array()[:, -1].min() == 100 - MOST_POINTS, "the strongest"
    assert len(before.points) == 20
    assert 8.0 < before.to_unix_s - before.from_unix_s < 30.0
    assert not home.asks("alarm_before", AlarmBeforeRequest(alarm="../../etc/passwd")).accepted


def test_who_wants_to_be_forgotten_is_so_in_half_minutes_and_in_memory(home: Home) -> None:
    home.after(0.5, tracks(home.now, ("bedroom", TrackKind.PERSON, 0.4)))
    name = home.falls()
    assert home.alarms()[0].has_before
    home.after(0.5, tracks(home.now, ("bedroom", TrackKind.PERSON, 0.4)))
    forget_half_minutes(home.folder)
    told = Event(stamp=home.now, origin=Origin.LIVE, subject="history", code=FORGOTTEN, severity=Severity.INFO)
    home.after(0.1, told)
    (alarm,) = home.alarms()
    assert (alarm.id, alarm.has_before) == (name, False), "the alarm itself is still one"
    assert not home.asks("alarm_before", AlarmBeforeRequest(alarm=name)).accepted
    assert home.loop.before.now("bedroom", home.now).tracks == ()


def cloud(at: Instant, room: str = "bedroom") -> PointCloud:
    """Return a picture of a hundred points, each stronger than the one before."""
    rows = np.zeros((100, len(POINT_COLUMNS)), np.float32)
    rows[:, -1] = np.arange(100)
    seen = PointCloud(
        stamp=at, origin=Origin.LIVE, radar=f"{room}_radar", room=room, index=1, frame_interval_s=0.05, usable=True
    )
    return seen.with_points(rows)


def test_while_residents_want_nothing_sensed_nobody_is_watched(home: Home) -> None:
    until_s = home.now.wall_ns / 1e9 + 3600.0
    write_small(home.folder / PRIVACY_FILE, PrivacyKept(guests_until_unix_s=until_s))
    home.after(1.0)
    home.after(1.0, fall(home.now))
    answer = home.asks("alarms", AlarmsRequest())
    assert answer.resting
    assert answer.alarms == ()


def test_who_was_in_the_bathroom_when_guests_came_raises_no_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarms = Alarms(long_in_bathroom=WatchBath(rooms=("bath",), longest_min=60.0), contacts=(contact("ken"),))
    home = Home(tmp_path, monkeypatch, house_with(alarms))
    home.after(1.0, presence("bath", home.now, 0.99))
    until_s = home.now.wall_ns / 1e9 + 10_800.0
    write_small(home.folder / PRIVACY_FILE, PrivacyKept(guests_until_unix_s=until_s))
    for _ in range(75):
        home.after(60.0, presence("bath", home.now, 0.01))
    assert home.alarms(closed=True) == ()
    assert home.sent == []


def test_a_test_goes_all_the_way_and_says_so_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path, monkeypatch, house_with(FALLS, demo=True))
    assert not home.asks("alarm_test", TryAlarmRequest(cause="boredom")).accepted
    assert not home.asks("alarm_test", TryAlarmRequest(room="attic")).accepted
    answer = home.asks("alarm_test", TryAlarmRequest(room="bedroom", by="ken"))
    assert answer.alarm.test
    home.after(61.0)
    ((letter, _),) = home.sent
    assert letter.document["test"] is True
    for text in (letter.title, letter.text, answer.alarm.words):
        assert text.startswith("[TEST - this is no alarm] [simulated house]")
    assert answer.alarm.words_ja.startswith("【試験です")


def test_a_simulated_fall_tells_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path, monkeypatch, house_with(FALLS, demo=True))
    assert origin_of(home.house) is Origin.SIMULATED
    home.falls()
    home.after(61.0)
    home.after(301.0)
    assert home.sent == []
    assert {each.state for each in home.alarms()[0].deliveries} == {DeliveryState.WITHHELD}


def test_who_is_up_again_ends_the_alarm(home: Home) -> None:
    home.falls()
    home.after(5.0, fall(home.now, FallStage.CLEARED))
    (alarm,) = home.alarms(closed=True)
    assert alarm.stage is AlarmStage.OVER


@pytest.mark.parametrize("demo", [False, True])
def test_a_sign_of_life_leaves_only_a_house_that_is_real(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, demo: bool
) -> None:
    dead_man = DeadMan(every_min=10.0, ways=(WebhookWay(url="http://127.0.0.1:1/"),))
    home = Home(tmp_path, monkeypatch, house_with(Alarms(dead_man=dead_man), demo=demo))
    for _ in range(3):
        home.after(300.0)
        home.after(0.5, Tick(stamp=home.now, origin=Origin.LIVE))
    kinds = [letter.document["kind"] for letter, _ in home.sent]
    assert kinds == ([] if demo else ["alive", "alive"])


def test_a_damaged_file_is_kept_aside_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "alarm").mkdir()
    (tmp_path / "alarm" / ALARMS_FILE).write_bytes(b"\x00garbage")
    home = Home(tmp_path, monkeypatch, house_with(FALLS))
    home.after(1.0)
    assert (tmp_path / "alarm" / "alarms.damaged").read_bytes() == b"\x00garbage"
    assert next(event.code for event in home.of(Event)) == "alarm_memory"


def test_a_full_disk_stops_no_alarm_and_is_said_with_the_answer(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sumika.runtime.alarm_store.write_small", lambda *_: "no space left")
    name = home.falls()
    home.after(61.0)
    assert len(home.sent) == 1
    answer = home.asks("alarm_acknowledge", AcknowledgeAlarmRequest(alarm=name))
    assert answer.accepted
    assert "no space left" in answer.problem


def test_that_a_cause_goes_on_does_not_wear_out_the_disk(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.falls()
    written: list[Path] = []

    def write(path: Path, said: object) -> str:
        written.append(path)
        return ""

    monkeypatch.setattr("sumika.runtime.alarm_store.write_small", write)
    for _ in range(55):
        home.after(1.0, fall(home.now))
    assert len(written) <= 1


def test_only_a_house_that_describes_alarms_has_the_node() -> None:
    assert "alarm" not in {node.name for node in nodes_of(house_with(None))}
    assert "alarm" in {node.name for node in nodes_of(house_with(Alarms()))}


def test_only_the_newest_half_minutes_are_kept(tmp_path: Path) -> None:
    store = AlarmStore(tmp_path)
    assert all(store.save_before(f"alarm{number}", Before()) for number in range(25))
    assert len(list((tmp_path / "before").iterdir())) == 20
    assert store.load_before("alarm24") == Before()
    assert store.load_before("alarm0") is None


def test_hundreds_of_alarms_with_all_that_was_sent_come_back(tmp_path: Path) -> None:
    """As many as are kept, with four contacts that are told three times each, are more than a million bytes."""
    delivery = KeptDelivery(
        contact="ken", how="webhook", state=DeliveryState.SENT, asked=NOON, at=NOON, receipt="HTTP 200 " + "x" * 100
    )
    alarms = {
        name: KeptAlarm(
            id=name,
            cause=AlarmCause.NO_MOVEMENT,
            origin=Origin.LIVE,
            raised=NOON,
            seen=NOON,
            deliveries=(delivery,) * 15,
        )
        for name in (f"no_movement.{count}" for count in range(KEEPS_CLOSED))
    }
    AlarmStore(tmp_path).save(cast(AlarmBook, SimpleNamespace(alarms=alarms)))
    assert (tmp_path / ALARMS_FILE).stat().st_size > 1_000_000
    after = AlarmStore(tmp_path)
    assert after.load() == tuple(alarms.values())
    assert not after.take_damage()


def test_a_detector_that_only_said_once_that_there_is_no_smoke_calls_nothing_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path, monkeypatch, house_with(Alarms(smoke_or_co=WatchSmoke(), contacts=(contact("ken"),))))

    def says(smoke: bool, held_s: float = 0.0) -> AirSample:
        return AirSample(
            stamp=home.now, origin=Origin.LIVE, sensor="detector", room="bedroom", smoke=smoke, held_s=held_s
        )

    home.after(1.0, says(smoke=True))
    home.begin(home.now.later(seconds_to_ns(60.0)))  # a power cut, and the first word after it is no measurement
    home.after(1.0, says(smoke=False))
    for held_s in range(30, 300, 30):
        home.after(30.0, says(smoke=False, held_s=held_s))
    assert [alarm.cause for alarm in home.alarms()] == [AlarmCause.SMOKE_OR_CO]
    home.after(1.0, says(smoke=False))
    home.after(1.0)
    assert home.alarms() == ()


def test_smoke_that_goes_on_is_heard_by_who_began_after_its_detector_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path, monkeypatch, house_with(Alarms(smoke_or_co=WatchSmoke(), contacts=(contact("ken"),))))
    about: dict[str, Any] = {"origin": Origin.LIVE, "sensor": "detector", "room": "bedroom"}
    home.after(1.0, AirSample(**about, stamp=home.now, smoke=True, held_s=60.0))
    assert [alarm.cause for alarm in home.alarms()] == [AlarmCause.SMOKE_OR_CO]
