"""What the house says of itself: only what is known, live, fresh and anybody's business; at once or seldom."""

import json
from typing import Any

import msgspec
from msgspec.structs import replace

from sumika.bridge import HouseBridge, Kept, Outgoing
from sumika.bridge.known import believed_s
from sumika.schema import (
    AirSample,
    DeviceState,
    FallStage,
    HeartRate,
    Message,
    NodeHealth,
    NodeState,
    NodeStatistics,
    Origin,
    PersonVitals,
    Posture,
    PostureKind,
    Presence,
    Reason,
    Respiration,
    Ruling,
    SuspectedFall,
    Track,
    TrackKind,
    Tracks,
    Verdict,
)
from sumika.schema.house import Sensor
from sumika.schema.vitals import Rate
from sumika.units import seconds_to_ns
from tests.bridge_helpers import played_house
from tests.bus_helpers import STAMP
from tests.unit.test_bridge_discovery import ROOT, bridge_of

LIVE: dict[str, Any] = {"stamp": STAMP, "origin": Origin.LIVE}


class Watched:
    """A bridge, and what would lie on the broker."""

    def __init__(self, bridge: HouseBridge | None = None) -> None:
        self.bridge = bridge or bridge_of(played_house())
        self.now_s = 0.0
        self.sent: list[Outgoing] = []
        self.states: dict[str, dict[str, Any]] = {}

    def hears(self, *messages: Message) -> None:
        for message in messages:
            self.bridge.hear(message, seconds_to_ns(self.now_s))

    def after(self, seconds: float = 5.0) -> dict[str, dict[str, Any]]:
        """Let time pass, publish once, and return all states by subject."""
        self.now_s += seconds
        self.sent = self.bridge.due(seconds_to_ns(self.now_s))
        for one in self.sent:
            if one.topic.endswith("/state"):
                self.states[one.topic.removeprefix(f"{ROOT}/").removesuffix("/state")] = json.loads(one.payload)
        return self.states

    def subjects(self) -> set[str]:
        return {one.topic.removeprefix(f"{ROOT}/").rsplit("/", 1)[0] for one in self.sent}


def presence(probability: float | None, room: str = "living", **more: Any) -> Presence:
    about = {**LIVE, "room": room, "valid": probability is not None, "reason": Reason.BREATHING_SEEN}
    return Presence(**{**about, **more}, probability=probability)


def track(number: int, kind: TrackKind = TrackKind.PERSON, room: str = "living") -> Track:
    return Track(id=number, room=room, kind=kind, position_m=(1.0, 1.0, 1.0), position_sigma_m=(0.1, 0.1, 0.1))


def tracks(*found: Track) -> Tracks:
    return Tracks(**LIVE, source="house", tracks=found)


def vitals(number: int, respiration_bpm: float | None, reason: Reason = Reason.MEASURED) -> PersonVitals:
    known = respiration_bpm is not None
    rate = Rate(valid=known, reason=reason, value_bpm=respiration_bpm, sigma_bpm=0.4 if known else None)
    return PersonVitals(
        **LIVE,
        track=number,
        room="living",
        radar="sofa",
        respiration=rate,
        heart=Rate(valid=False, reason=Reason.MOVING),
    )


def posture(number: int, kind: PostureKind) -> Posture:
    chances: dict[str, Any] = {"standing": 0.2, "sitting": 0.3, "lying": 0.3, "other": 0.2}
    return Posture(**LIVE, source="house", track=number, room="living", posture=kind, reason=Reason.MEASURED, **chances)


def test_nothing_is_said_of_what_was_never_heard() -> None:
    states = Watched().after()
    living = states["room_living"]
    known = {name for name, value in living.items() if value not in (None, [])}
    assert known == {"reason", "respiration_reason", "heart_reason", "offset"}
    assert set(states["device_aircon"].values()) == {None}
    assert states["radar_sofa"]["works"] is None


def test_unknown_is_not_empty() -> None:
    watched = Watched()
    watched.hears(presence(0.95))
    assert watched.after()["room_living"]["occupancy"] == "ON"
    watched.hears(presence(None, reason=Reason.NO_SIGNAL))
    living = watched.after()["room_living"]
    assert living["occupancy"] is None
    assert living["reason"] == "no_signal"
    watched.hears(presence(0.01))
    assert watched.after()["room_living"]["occupancy"] == "OFF"


def test_a_probability_between_changes_nothing() -> None:
    watched = Watched()
    for probability, said in ((0.5, "OFF"), (0.7, "ON"), (0.5, "ON"), (0.45, "ON"), (0.3, "OFF"), (0.55, "OFF")):
        watched.hears(presence(probability))
        assert watched.after()["room_living"]["occupancy"] == said, probability


def test_what_is_silent_becomes_unknown_and_the_others_stay() -> None:
    watched = Watched()
    sample = AirSample(**LIVE, sensor="living_air", room="living", co2_ppm=812.0)
    watched.hears(presence(0.95), sample)
    assert watched.after(1.0)["room_living"]["occupancy"] == "ON"
    living = watched.after(believed_s("presence") + 0.5)["room_living"]
    assert living["occupancy"] is None
    assert living["co2"] == 810
    assert watched.after(believed_s("air"))["room_living"]["co2"] is None


def test_of_several_alarms_and_windows_in_a_room_the_worst_is_told_and_of_thermometers_the_first() -> None:
    house = played_house()
    pairs = [Sensor(id=f"{name}_{side}", room="living", kind="air") for name in ("smoke", "window") for side in "ab"]
    watched = Watched(bridge_of(replace(house, sensors=(*house.sensors, *pairs))))

    def says(sensor: str, **values: Any) -> None:
        watched.hears(AirSample(**LIVE, sensor=sensor, room="living", **values))

    says("smoke_a", smoke=False, co_ppm=0.0, temperature_c=20.0)
    says("smoke_b", smoke=True, co_ppm=180.0, temperature_c=25.0)
    says("window_a", window_open=0.0)
    says("window_b", window_open=1.0)
    told = watched.after()["room_living"]
    assert [told[key] for key in ("smoke", "co", "window", "temperature")] == ["ON", 180.0, "ON", 20.0]
    says("smoke_b", smoke=False, co_ppm=0.0)
    says("window_b", window_open=0.0)
    told = watched.after(60.0)["room_living"]
    assert [told[key] for key in ("smoke", "co", "window")] == ["OFF", 0.0, "OFF"]


def test_a_simulation_is_nobodys_house_unless_it_is_a_demo() -> None:
    for demo, said in ((False, None), (True, "ON")):
        for origin in (Origin.SIMULATED, Origin.RECORDED):
            watched = Watched(bridge_of(played_house(demo=demo)))
            watched.hears(presence(0.95, origin=origin))
            assert watched.after()["room_living"]["occupancy"] == said


def test_people_are_counted_and_pets_and_robots_are_not() -> None:
    watched = Watched()
    others = (track(3, TrackKind.PET), track(5, TrackKind.ROBOT), track(6, TrackKind.ROBOT, room="hall"))
    watched.hears(tracks(track(1), track(2), track(4, room="bedroom"), *others), presence(0.2))
    states = watched.after(1.0)
    assert states["room_living"]["count"] == 2
    assert states["room_living"]["occupancy"] == "ON"
    assert (states["room_hall"]["count"], states["room_hall"]["occupancy"]) == (0, None)
    assert states["ecu"]["people"] == 3
    watched.hears(Tracks(**LIVE, source="house", reason="no_signal"))
    assert watched.after(3.0)["room_living"]["count"] is None


def test_a_room_whose_radars_are_silent_is_not_counted() -> None:
    watched = Watched()
    watched.hears(msgspec.structs.replace(tracks(track(1)), blind=("bedroom",)))
    states = watched.after(1.0)
    assert (states["room_living"]["count"], states["room_bedroom"]["count"], states["ecu"]["people"]) == (1, None, 1)
    watched.hears(msgspec.structs.replace(tracks(), blind=("bedroom",)))
    states = watched.after(2.0)
    assert (states["room_living"]["count"], states["room_bedroom"]["count"], states["ecu"]["people"]) == (0, None, None)


def test_the_posture_of_several_is_that_of_who_is_most_up() -> None:
    watched = Watched()
    watched.hears(tracks(track(1), track(2)), posture(1, PostureKind.LYING), posture(2, PostureKind.SITTING))
    living = watched.after(1.0)["room_living"]
    assert living["posture"] == "sitting"
    assert living["postures"] == ["lying", "sitting"]
    watched.hears(tracks(track(1)))
    assert watched.after(1.0)["room_living"]["posture"] == "lying"
    watched.hears(tracks())
    assert watched.after(1.0)["room_living"]["posture"] is None


def test_there_is_no_one_rate_of_two_people() -> None:
    watched = Watched()
    watched.hears(tracks(track(1), track(2)), vitals(1, 14.26), vitals(2, None, Reason.MOVING))
    living = watched.after(1.0)["room_living"]
    assert (living["respiration"], living["respiration_sigma"]) == (14.3, 0.4)
    assert (living["heart"], living["heart_reason"]) == (None, "moving")
    watched.hears(vitals(2, 17.0))
    living = watched.after(3.0)["room_living"]
    assert (living["respiration"], living["respiration_reason"]) == (None, "several_people")


def test_a_pets_breath_is_not_a_persons() -> None:
    watched = Watched()
    watched.hears(tracks(track(1), track(2, TrackKind.PET)), vitals(1, 14.0), vitals(2, 24.0))
    assert watched.after(1.0)["room_living"]["respiration"] == 14.0


def test_a_rooms_rate_is_told_where_nobody_is_followed() -> None:
    watched = Watched()
    about: dict[str, Any] = {**LIVE, "room": "bedroom"}
    watched.hears(Respiration(**about, valid=True, reason=Reason.MEASURED, rate_bpm=15.0, sigma_bpm=0.2))
    watched.hears(HeartRate(**about, valid=False, reason=Reason.TOO_WEAK, rate_bpm=61.0))
    bedroom = watched.after(1.0)["room_bedroom"]
    assert bedroom["respiration"] == 15.0
    assert (bedroom["heart"], bedroom["heart_reason"]) == (None, "too_weak")


def test_bodies_are_nobodys_business_while_guests_are_here() -> None:
    watched = Watched()
    watched.hears(tracks(track(1)), vitals(1, 14.0), posture(1, PostureKind.SITTING), presence(0.9))
    assert watched.after(1.0)["room_living"]["respiration"] == 14.0
    watched.bridge.hidden = True
    watched.hears(fall(FallStage.SUSPECTED))
    living = watched.after(3.0)["room_living"]
    assert (living["posture"], living["respiration"], living["heart"]) == (None, None, None)
    assert living["respiration_reason"] == "hidden"
    assert living["occupancy"] == "ON"
    assert not [one for one in watched.sent if one.topic.endswith("/event")]


def fall(stage: FallStage, **more: Any) -> SuspectedFall:
    place: dict[str, Any] = {"position_m": (1.0, 1.0, 0.2), "drop_m": 1.0, "drop_speed_m_s": 1.5, "middle_m": 0.2}
    times: dict[str, Any] = {"still_s": 20.0, "since_s": 22.0}
    about: dict[str, Any] = {**LIVE, "source": "house", "track": 1, "room": "living", "reason": Reason.LYING_STILL}
    return SuspectedFall(**{**about, **place, **times, **more}, stage=stage, probability=0.876, sigma=0.1)


def test_a_fall_is_an_event_once_and_is_never_kept() -> None:
    watched = Watched()
    watched.hears(fall(FallStage.CANDIDATE), fall(FallStage.SUSPECTED), fall(FallStage.SUSPECTED))
    watched.after(0.1)
    events = [one for one in watched.sent if one.topic.endswith("/event")]
    assert [(one.topic, one.retain) for one in events] == [(f"{ROOT}/room_living/fall/event", False)]
    assert json.loads(events[0].payload) == {"event_type": "suspected", "probability": 0.88, "late_s": 0}
    watched.hears(fall(FallStage.SUSPECTED), fall(FallStage.CLEARED, room=""), fall(FallStage.CLEARED))
    watched.after(0.1)
    (event,) = (one for one in watched.sent if one.topic.endswith("/event"))
    assert event.topic == f"{ROOT}/room_living/fall/event"
    assert json.loads(event.payload)["event_type"] == "cleared"
    watched.after(5.0)
    assert not [one for one in watched.sent if one.topic.endswith("/event")]


def test_a_fall_while_the_broker_is_away_is_told_late_and_one_of_yesterday_is_not() -> None:
    watched = Watched()
    watched.hears(fall(FallStage.SUSPECTED))
    watched.now_s = 600.0
    watched.after(0.0)
    (event,) = (one for one in watched.sent if one.topic.endswith("/event"))
    assert json.loads(event.payload)["late_s"] == 600
    watched.hears(fall(FallStage.SUSPECTED, track=2))
    watched.after(7200.0)
    assert not [one for one in watched.sent if one.topic.endswith("/event")]


def test_all_states_are_kept_by_the_broker() -> None:
    watched = Watched()
    watched.after()
    assert watched.sent
    assert all(one.retain for one in watched.sent)


def test_a_steady_house_says_little_and_a_minute_of_silence_is_too_long() -> None:
    watched = Watched()
    watched.after(0.0)
    counts: dict[str, int] = {}
    wobble = (0.94, 0.96)
    for turn in range(1200):
        watched.hears(presence(wobble[turn % 2]), tracks(track(1)), vitals(1, 14.0 + 0.1 * (turn % 7)))
        watched.after(0.05)
        for subject in watched.subjects():
            counts[subject] = counts.get(subject, 0) + 1
    assert counts["room_living"] <= 2 * 60
    assert counts["room_hall"] <= 3
    watched.after(61.0)
    assert {"room_living", "room_hall", "ecu", "device_aircon", "radar_bed"} <= watched.subjects()


def test_who_comes_is_told_at_once_and_a_degree_can_wait() -> None:
    watched = Watched()
    watched.hears(presence(0.01))
    watched.after(0.0)
    watched.hears(presence(0.95))
    watched.after(0.3)
    assert "room_living" in watched.subjects()
    watched.hears(AirSample(**LIVE, sensor="living_air", room="living", temperature_c=21.0))
    watched.after(0.3)
    assert "room_living" not in watched.subjects()
    watched.hears(presence(0.95))
    watched.after(2.0)
    assert watched.states["room_living"]["temperature"] == 21.0


def state_of(device: str, **values: float) -> DeviceState:
    return DeviceState(**LIVE, device=device, values=values)


def written(device: str, action: str, value: float | None) -> Verdict:
    ruling = Ruling.VETOED if value is None else Ruling.PASSED
    return Verdict(**LIVE, device=device, action=action, asked=1.0, written=value, asked_by="resident", ruling=ruling)


def test_what_the_gate_passed_is_shown_until_the_device_says_how_it_is() -> None:
    watched = Watched()
    watched.hears(state_of("aircon", mode=1.0, setpoint_c=21.5, fan_level=0.0))
    assert watched.after(1.0)["device_aircon"] == {
        "available": True,
        "mode": "heat",
        "temperature": 21.5,
        "fan": "auto",
    }
    watched.hears(written("aircon", "setpoint_c", 24.0))
    assert watched.after(0.05)["device_aircon"]["temperature"] == 24.0
    watched.hears(state_of("aircon", mode=1.0, setpoint_c=21.5))  # it has not told of the change yet
    assert watched.after(5.0)["device_aircon"]["temperature"] == 24.0
    watched.hears(state_of("aircon", mode=1.0, setpoint_c=23.0))  # and it lies
    assert watched.after(20.0)["device_aircon"]["temperature"] == 23.0


def test_a_veto_shows_at_once_that_nothing_changed() -> None:
    watched = Watched()
    watched.hears(state_of("range_hood", level=1.0))
    watched.after(1.0)
    watched.hears(written("range_hood", "level", None))
    watched.after(0.05)
    assert "device_range_hood" in watched.subjects()
    assert watched.states["device_range_hood"] == {"available": True, "on": "ON", "level": 1}


def test_a_refused_write_shows_at_once_that_nothing_changed_and_the_device_is_still_there() -> None:
    watched = Watched()
    watched.hears(state_of("aircon", mode=1.0, setpoint_c=21.5, fan_level=0.0))
    before = watched.after(1.0)["device_aircon"]
    watched.hears(written("aircon", "setpoint_c", 24.0))
    assert watched.after(0.5)["device_aircon"]["temperature"] == 24.0
    watched.hears(DeviceState(**LIVE, device="aircon", values={}, why="no answer within 5 s"))
    assert watched.after(0.05)["device_aircon"] == before
    assert "device_aircon" in watched.subjects()
    # It says nothing new of the device either: what was said before is no newer by it.
    assert set(watched.after(believed_s("device_state"))["device_aircon"].values()) == {None}


def test_a_device_that_does_not_answer_is_unavailable() -> None:
    watched = Watched()
    gone = msgspec.structs.replace(state_of("living_light", level=0.5), available=False)
    watched.hears(gone)
    assert set(watched.after(1.0)["device_living_light"].values()) == {None}


def test_a_radar_works_while_its_process_runs_and_frames_come() -> None:
    watched = Watched()
    health = NodeHealth(**LIVE, node="sensor.sofa", state=NodeState.RUNNING)

    def counted(published: int, second: int) -> NodeStatistics:
        stamp = replace(STAMP, monotonic_ns=STAMP.monotonic_ns + seconds_to_ns(second))
        return NodeStatistics(stamp=stamp, origin=Origin.LIVE, node="sensor.sofa", published=published)

    watched.hears(health, counted(100, 0))
    assert watched.after(1.0)["radar_sofa"]["works"] == "ON"
    watched.hears(health, counted(120, 1))
    assert watched.after(2.5)["radar_sofa"] == {"works": "ON", "fault": "", "frames": 20.0}
    watched.hears(health, counted(120, 3))
    assert watched.after(2.5)["radar_sofa"]["works"] == "OFF"
    watched.hears(msgspec.structs.replace(health, state=NodeState.BACKING_OFF, fault="no such port"))
    states = watched.after(2.5)
    assert states["radar_sofa"]["fault"] == "no such port"
    assert states["ecu"]["problem"] == "ON"
    assert states["ecu"]["faults"] == {"sensor.sofa": "no such port"}


def test_thousands_who_come_and_go_do_not_fill_the_memory() -> None:
    watched = Watched()
    for number in range(5000):
        watched.now_s += 1.0
        watched.hears(tracks(track(number)), posture(number, PostureKind.STANDING), vitals(number, 15.0))
    assert watched.bridge.remembered <= 2000


def test_a_restart_remembers_which_sensors_measure_what() -> None:
    kept = Kept(seen={"living_air": ("co2_ppm",), "gone": ("co2_ppm",)})
    assert bridge_of(played_house(), kept).seen == {"living_air": ("co2_ppm",)}


def test_after_an_hour_without_a_broker_everything_is_told_anew_as_it_is_then() -> None:
    """The loop asks for nothing while the broker is away, and says `again` when it is back."""
    watched = Watched()
    watched.hears(tracks(track(1)), posture(1, PostureKind.SITTING), state_of("range_hood", level=2.0))
    before = set(watched.after())
    for _ in range(60):
        watched.now_s += 60.0
        watched.hears(fall(FallStage.SUSPECTED), fall(FallStage.CLEARED), written("range_hood", "level", 1.0))
    watched.now_s += 25.0
    watched.hears(tracks(), state_of("range_hood", level=0.0))
    watched.bridge.again()
    states = watched.after(1.0)
    assert watched.subjects() - {"room_living/fall"} == before
    assert states["device_range_hood"]["level"] == 0
    assert (states["room_living"]["posture"], states["room_living"]["count"]) == (None, 0)
    events = [json.loads(one.payload) for one in watched.sent if one.topic.endswith("/event")]
    assert len(events) == 50
    assert [event["late_s"] for event in events] == sorted((event["late_s"] for event in events), reverse=True)
    assert watched.after(1.0)
    assert not watched.sent


def test_a_fall_that_the_broker_did_not_take_is_told_again_and_one_that_it_took_is_not() -> None:
    watched = Watched()
    watched.hears(fall(FallStage.SUSPECTED), fall(FallStage.SUSPECTED, track=2))
    watched.after(1.0)
    taken, lost = (one for one in watched.sent if one.topic.endswith("/event"))
    assert taken.payload == lost.payload
    for one in watched.sent:
        if one is lost or one.retain:
            watched.bridge.not_sent(one)
    watched.after(9.0)
    again = [json.loads(one.payload) for one in watched.sent if one.topic.endswith("/event")]
    assert [(event["event_type"], event["late_s"]) for event in again] == [("suspected", 10)]
    watched.after(9.0)
    assert not [one for one in watched.sent if one.topic.endswith("/event")]
