"""A small house that is played on the bus, as its nodes would speak and answer."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from sumika.bus import Answerer, Publisher, RuntimeFolder
from sumika.clock import Clock
from sumika.schema import (
    AcknowledgeAlarmRequest,
    AirSample,
    AlarmAnswer,
    AlarmCause,
    AlarmStage,
    AlarmState,
    CancelAlarmRequest,
    ComfortWish,
    ControlLevel,
    DeviceState,
    FallStage,
    HeartRate,
    Message,
    ModeReport,
    NodeHealth,
    NodeState,
    Origin,
    PlannedAction,
    PlanOutlook,
    PlanReport,
    Posture,
    PostureKind,
    Presence,
    Reason,
    Respiration,
    RestartAnswer,
    RestartRequest,
    RoomOutlook,
    Ruling,
    SavedAnswer,
    SavedRequest,
    SetComfortWishAnswer,
    SetComfortWishRequest,
    SetModeAnswer,
    SetModeRequest,
    Sleep,
    SleepKind,
    SuspectedFall,
    Track,
    TrackKind,
    Tracks,
    Verdict,
    WishDeviceAnswer,
    WishDeviceRequest,
)
from sumika.schema.alarm_settings import Alarms
from sumika.schema.house import Bridge, Control, DemoSource, Device, House, PortSource, Radar, Room, Sensor
from sumika.schema.living import Furniture, FurnitureKind

HOUSE_NODE, EAR = "house", "ear"
SAID_EVERY_S = 0.25
LEVELS: dict[str, dict[str, float]] = {
    "aircon": {"mode": 1.0, "setpoint_c": 21.5, "fan_level": 0.0, "humidity_setpoint": 0.5},
    "living_light": {"level": 0.5, "colour_temperature_k": 3000.0},
    "range_hood": {"level": 1.0},
    "living_blind": {"closed": 0.25, "slat": 0.5},
}


def played_house(port: int = 1883, *, demo: bool = False, **bridge: Any) -> House:
    """Return the house: a living room with everything, a bedroom with a radar and a bed, a hall with nothing."""
    living = Room(id="living", name="Living room", floor_m=((0.0, 0.0), (5.0, 0.0), (5.0, 4.0), (0.0, 4.0)))
    bedroom = Room(id="bedroom", name="Bedroom", floor_m=((5.1, 0.0), (8.0, 0.0), (8.0, 4.0), (5.1, 4.0)))
    hall = Room(id="hall", name="Hall", floor_m=((8.1, 0.0), (9.0, 0.0), (9.0, 4.0), (8.1, 4.0)))
    kinds = {
        "aircon": "room_air_conditioner",
        "living_light": "light",
        "range_hood": "exhaust_fan",
        "living_blind": "blind",
    }
    radars = (
        Radar(id="sofa", room="living", model="iwr6843", position_m=(0.0, 2.0, 1.2), source=PortSource(device="usb")),
        Radar(id="bed", room="bedroom", model="a121", position_m=(5.1, 2.0, 1.2), source=DemoSource()),
    )
    return House(
        name="Test house",
        demo=demo,
        rooms=(living, bedroom, hall),
        radars=radars,
        sensors=(Sensor(id="living_air", room="living", kind="air"),),
        devices=tuple(Device(id=name, room="living", kind=kind) for name, kind in kinds.items()),
        furniture=(Furniture(kind=FurnitureKind.BED, room="bedroom", at_m=(6.5, 2.0)),),
        alarms=Alarms(),
        control=Control(mode="suggest"),
        bridge=Bridge(broker=f"127.0.0.1:{port}", **bridge),
    )


class PlayedHouse:
    """Says what a house says, answers what it answers, and does what it is told.

    Attributes:
        told: What devices are set to.
        asked: Questions that were put, oldest first.
        silent: Topics that it does not say any more.
        people: How many are in the living room.
        alarm: How far the alarm has come that there is; None: there is none.
    """

    def __init__(self, folder: RuntimeFolder, clock: Clock) -> None:
        """Open its mouth and its ears."""
        self._folder, self._clock = folder, clock
        self._publisher = Publisher(folder, HOUSE_NODE, 0)
        self.told = {name: dict(levels) for name, levels in LEVELS.items()}
        self.asked: list[msgspec.Struct] = []
        self.silent: set[str] = set()
        self.people = 1
        self.alarm: AlarmStage | None = None
        self.mode = "suggest"
        self.offsets: dict[str, float] = {}
        self.origin = Origin.LIVE
        self.vetoes = False
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def say(self, *messages: Message) -> None:
        """Publish something."""
        with self._lock:
            for message in messages:
                self._publisher.publish(message)

    def about(self) -> dict[str, Any]:
        """Return what every message has in common."""
        return {"stamp": self._clock.now(), "origin": self.origin}

    def falls(self, stage: FallStage) -> None:
        """Say that somebody may have fallen."""
        self.say(
            SuspectedFall(
                **self.about(),
                source="house",
                track=1,
                room="living",
                stage=stage,
                probability=0.9,
                sigma=0.1,
                reason=Reason.LYING_STILL,
                position_m=(1.0, 1.0, 0.2),
                drop_m=1.0,
                drop_speed_m_s=1.5,
                middle_m=0.2,
                still_s=20.0,
                since_s=22.0,
            )
        )

    def _live(self) -> None:
        names = ("set_mode", "wish_device", "set_comfort_wish", "saved", "restart", "alarm_acknowledge", "alarm_cancel")
        with contextlib.ExitStack() as stack:
            answerers = {name: stack.enter_context(Answerer(self._folder, name)) for name in names}
            handlers: dict[str, Callable[[Any], msgspec.Struct]] = {
                "set_mode": self._set_mode,
                "wish_device": self._wish,
                "set_comfort_wish": self._comfort,
                "saved": self._saved,
                "restart": self._restart,
                "alarm_acknowledge": self._acknowledge,
                "alarm_cancel": self._cancel,
            }
            said_s = 0.0
            while not self._ended.is_set():
                for name, answerer in answerers.items():
                    answerer.poll(handlers[name], 0.005)
                if time.monotonic() - said_s >= SAID_EVERY_S:
                    said_s = time.monotonic()
                    self.say(*self._sayings())

    def _sayings(self) -> Iterator[Message]:
        for topic, make in (
            ("presence", self._people),
            ("air", self._air),
            ("device", self._devices),
            ("plan", self._plan),
        ):
            if topic not in self.silent:
                yield from make()

    def _people(self) -> Iterator[Message]:
        about = self.about()
        track = Track(
            id=1, room="living", kind=TrackKind.PERSON, position_m=(1.0, 1.0, 1.0), position_sigma_m=(0.1, 0.1, 0.1)
        )
        yield Tracks(**about, source="house", tracks=(track,) * self.people)
        if self.people:
            chances: dict[str, Any] = {"standing": 0.0, "sitting": 0.9, "lying": 0.1, "other": 0.0}
            kind = PostureKind.SITTING
            yield Posture(
                **about, source="house", track=1, room="living", posture=kind, reason=Reason.MEASURED, **chances
            )
        for room, people in (("living", self.people), ("bedroom", 0)):
            reason = Reason.BREATHING_SEEN if people else Reason.NOTHING_SEEN
            estimate = {**about, "room": room, "valid": bool(people)}
            yield Presence(
                **{**estimate, "valid": True}, reason=reason, probability=0.95 if people else 0.01, moving=False
            )
            why = Reason.MEASURED if people else Reason.NO_PERSON
            yield Respiration(**estimate, reason=why, rate_bpm=14.2 if people else None, sigma_bpm=0.3)
            yield HeartRate(**{**estimate, "valid": False}, reason=Reason.MOVING)
        yield Sleep(**about, room="bedroom", valid=True, reason=Reason.NOTHING_SEEN, kind=SleepKind.AWAY)

    def _air(self) -> Iterator[Message]:
        yield AirSample(
            **self.about(),
            sensor="living_air",
            room="living",
            temperature_c=21.34,
            relative_humidity=0.456,
            co2_ppm=812.0,
        )

    def _devices(self) -> Iterator[Message]:
        for device, values in self.told.items():
            yield DeviceState(**self.about(), device=device, values=dict(values))

    def _plan(self) -> Iterator[Message]:
        about = self.about()
        yield ModeReport(**about, source="gate", mode=self.mode)
        if self.alarm is not None:
            yield self._alarmed(self.alarm)
        for node in ("sensor.sofa", "sensor.bed", "presence", "alarm"):
            yield NodeHealth(**about, node=node, state=NodeState.RUNNING, core_share=0.02, memory_mb=40.0)
        why = {"why": "it gets cold in the evening", "why_ja": "夕方に冷えるため"}
        yield PlanReport(
            **about,
            planner="plan",
            mode=self.mode,
            local_time="2026-01-20T18:30",
            actions=(PlannedAction(device="aircon", action="setpoint_c", value=22.0, **why),),
            plan_cost=300.0,
            simple_cost=420.0,
            level=ControlLevel.FULL,
        )
        room = RoomOutlook(room="living", air_c=(21.0,), felt_c=(20.6,), coolest_c=(20.0,), warmest_c=(24.0,))
        yield PlanOutlook(**about, planner="plan", begins_unix_s=(0.0,), ends_unix_s=900.0, rooms=(room,))

    def _set_mode(self, question: SetModeRequest) -> SetModeAnswer:
        self.asked.append(question)
        self.mode = question.mode
        return SetModeAnswer(accepted=True, mode=question.mode)

    def _wish(self, question: WishDeviceRequest) -> WishDeviceAnswer:
        self.asked.append(question)
        written = None if self.vetoes else question.value
        if written is not None:
            self.told[question.device][question.action] = written
        ruling = Ruling.VETOED if self.vetoes else Ruling.PASSED
        names: dict[str, Any] = {"device": question.device, "action": question.action, "asked_by": "resident"}
        self.say(Verdict(**self.about(), **names, asked=question.value, written=written, ruling=ruling))
        return WishDeviceAnswer(accepted=True)

    def _comfort(self, question: SetComfortWishRequest) -> SetComfortWishAnswer:
        self.asked.append(question)
        offset_k = question.offset_k or 0.0
        self.say(ComfortWish(**self.about(), room=question.room, offset_k=offset_k))
        return SetComfortWishAnswer(accepted=True, room=question.room, offset_k=offset_k)

    def _saved(self, question: SavedRequest) -> SavedAnswer:
        return SavedAnswer(accepted=True, currency="JPY", saved=2140.4, sigma=600.0)

    def _restart(self, question: RestartRequest) -> RestartAnswer:
        self.asked.append(question)
        return RestartAnswer(accepted=True)

    def _alarmed(self, stage: AlarmStage) -> AlarmState:
        words: dict[str, Any] = {"words": "somebody may have fallen", "words_ja": "転んだかもしれません"}
        cause = AlarmCause.SUSPECTED_FALL
        return AlarmState(**self.about(), id="a1", cause=cause, room="living", stage=stage, since_unix_s=0.0, **words)

    def _acknowledge(self, question: AcknowledgeAlarmRequest) -> AlarmAnswer:
        return self._close(question, AlarmStage.ACKNOWLEDGED)

    def _cancel(self, question: CancelAlarmRequest) -> AlarmAnswer:
        return self._close(question, AlarmStage.CANCELLED)

    def _close(self, question: AcknowledgeAlarmRequest | CancelAlarmRequest, stage: AlarmStage) -> AlarmAnswer:
        self.asked.append(question)
        self.alarm = stage
        closed = self._alarmed(stage)
        self.say(closed)
        return AlarmAnswer(accepted=True, alarm=closed)

    def close(self) -> None:
        """Fall silent."""
        self._ended.set()
        self._thread.join()
        self._publisher.close()
