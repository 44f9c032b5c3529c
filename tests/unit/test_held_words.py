"""What is quiet and holds is told again: known for as long as its link holds, never news, and no reading any newer."""

from typing import Any

import msgspec
import pytest

from sumika.bridge import HouseBridge, Kept, Places
from sumika.clock import Instant, SimulatedClock
from sumika.perception import knowing
from sumika.runtime.held_words import AGAIN_S, READINGS_S, tells_of_danger
from sumika.runtime.knowing_node import knowing_nodes
from sumika.schema import (
    AirEventKind,
    AirEvents,
    AirSample,
    DeviceState,
    Message,
    Origin,
    Presence,
    Reason,
    WeatherSample,
    is_news,
)
from sumika.schema.house import Bridge, Connection, Control, DemoSource, Device, House, Radar, Room, Sensor
from sumika.schema.knowing_settings import Knowing
from sumika.units import seconds_to_ns
from tests.held_helpers import ELEVEN_MINUTES_S, QuietHouse

BEGAN = Instant(seconds_to_ns(1000.0), 10**18, "boot")


def house_of(*sensors: Sensor, radars: tuple[Radar, ...] = ()) -> House:
    """Return a room with a lamp, a plug, a roof and a tank behind one broker, and sensors."""
    kinds = {"lamp": "light", "plug": "appliance", "roof": "pv", "tank": "heat_pump_water_heater"}
    return House(
        rooms=(Room(id="living", floor_m=((0, 0), (4, 0), (4, 3), (0, 3))),),
        connections=(Connection(id="broker", type="mqtt", address="nowhere"),),
        devices=tuple(Device(id=name, room="living", kind=kind, connection="broker") for name, kind in kinds.items()),
        sensors=sensors,
        radars=radars,
        control=Control(mode="drive"),
        bridge=Bridge(broker="127.0.0.1"),
    )


def sensor(name: str, kind: str, connection: str = "broker") -> Sensor:
    return Sensor(id=name, room="living", kind=kind, connection=connection, address=name)


def quiet(*sensors: Sensor, radars: tuple[Radar, ...] = ()) -> QuietHouse:
    return QuietHouse(house_of(*sensors, radars=radars), "broker", SimulatedClock(BEGAN))


def state(of: QuietHouse, device: str = "lamp", **more: Any) -> DeviceState:
    about: dict[str, Any] = {"stamp": of.clock.now(), "origin": Origin.LIVE, "values": {}}
    return DeviceState(device=device, **about | more)


def air(of: QuietHouse, name: str = "window", **more: Any) -> AirSample:
    return AirSample(stamp=of.clock.now(), origin=Origin.LIVE, sensor=name, room="living", **more)


def presence(of: QuietHouse, probability: float | None) -> Presence:
    valid = probability is not None
    reason = Reason.MOVEMENT_SEEN if valid else Reason.NO_SIGNAL
    return Presence(
        stamp=of.clock.now(), origin=Origin.LIVE, room="living", probability=probability, valid=valid, reason=reason
    )


def test_a_lamp_that_nobody_touches_is_known_after_eleven_minutes_and_to_who_began_anew() -> None:
    house = quiet()
    house.says(state(house, values={"level": 0.5}))
    for _ in range(ELEVEN_MINUTES_S):
        house.passes(1)
        by_bridge, by_planner = house.device("lamp")
        assert by_bridge is not None
        assert by_planner is not None
        assert by_planner.values == {"level": 0.5}
    assert house.ear.told(house.clock.now().monotonic_ns) == {("lamp", "level"): 0.5}
    house.begin_anew()
    assert house.device("lamp") == (None, None)
    house.passes(int(AGAIN_S))
    by_bridge, by_planner = house.device("lamp")
    assert by_bridge == by_planner
    assert by_planner is not None
    # It is told how old that is.
    assert by_planner.held_s == pytest.approx(ELEVEN_MINUTES_S, abs=AGAIN_S)


def test_home_assistant_is_told_of_a_quiet_lamp_and_an_open_window() -> None:
    house = quiet(sensor("window", "window"))
    described = house_of(sensor("window", "window"))
    assert described.bridge is not None
    bridge = HouseBridge(described, Places(described.bridge, "0123456789ab"), Kept(), version="1", language="en")
    house.says(state(house, values={"level": 0.5}), air(house, window_open=1.0))
    house.passes(ELEVEN_MINUTES_S)
    for message in house.told:
        bridge.hear(message, message.stamp.monotonic_ns)
    sent = bridge.due(house.clock.now().monotonic_ns)
    states = {one.topic.split("/", 2)[2]: msgspec.json.decode(one.payload) for one in sent}
    assert states["device_lamp/state"]["available"] is True
    assert states["room_living/state"]["window"] == "ON"


def test_a_device_that_went_is_told_no_more_and_the_planner_believes_its_own_word_alone() -> None:
    house = quiet()
    house.says(state(house, values={"level": 0.5}))
    house.passes(300)
    house.says(state(house, available=False, why="the broker is gone"))
    told = len(house.told)
    house.passes(299)
    assert len(house.told) == told
    assert house.device("lamp")[1] is not None
    house.passes(2)
    assert house.device("lamp")[1] is None


def test_who_began_anew_and_hears_that_a_device_went_knows_nothing_of_it() -> None:
    house = quiet()
    house.says(state(house, values={"level": 0.5}))
    house.passes(300)
    house.begin_anew()
    house.passes(60)
    house.says(state(house, available=False, why="the broker is gone"))
    assert house.device("lamp")[1] is None
    assert house.ear.told(house.clock.now().monotonic_ns) == {}


def test_what_a_device_measures_is_believed_no_longer_than_if_it_were_told_once() -> None:
    house = quiet()
    house.says(state(house, "plug", values={"on": 1.0, "waiting": 1.0, "left_s": 900.0}, power_w=40.0))
    for second in range(1, ELEVEN_MINUTES_S):
        house.passes(1)
        _, known = house.device("plug")
        assert known is not None
        assert (known.power_w, known.values.get("left_s")) == ((40.0, 900.0) if second <= 600 else (None, None))
        assert (known.values["on"], known.values["waiting"]) == (1.0, 1.0)
    again = [one for one in house.told if isinstance(one, DeviceState)]
    assert all((one.power_w is not None) == (one.held_s < READINGS_S) for one in again)
    assert not any(map(is_news, again))


def test_the_planner_that_began_anew_counts_readings_from_when_they_were_taken() -> None:
    house = quiet()
    house.says(state(house, "plug", values={"on": 1.0}, power_w=40.0))
    house.passes(500)
    house.begin_anew()
    house.passes(30)
    _, known = house.device("plug")
    assert known is not None
    assert known.power_w == 40.0
    # The process dies: nothing is told any more, and what it measured is of ten minutes ago.
    house.clock.move_to(house.clock.now().later(seconds_to_ns(71.0)))
    _, known = house.device("plug")
    assert known is not None
    assert (known.power_w, known.values) == (None, {"on": 1.0})


@pytest.mark.parametrize(("hours", "litres"), [(6, 320.0), (13, None)])
def test_a_tank_from_which_nobody_draws_is_known_all_night_and_not_for_ever(hours: int, litres: float | None) -> None:
    house = quiet()
    house.says(state(house, "tank", values={"mode": 0.0, "hot_water_l": 320.0, "water_c": 60.0}, power_w=3.0))
    house.passes(60 * 60 * hours)
    _, known = house.device("tank")
    assert known is not None
    assert (known.values.get("hot_water_l"), known.values["mode"]) == (litres, 0.0)
    assert (known.power_w, "water_c" in known.values) == (None, False)


def test_a_roof_that_only_measures_and_a_refusal_are_not_told_again() -> None:
    house = quiet()
    house.says(state(house, "roof", values={"pv_w": 900.0}, power_w=-900.0), state(house, why="it has no such mode"))
    house.passes(ELEVEN_MINUTES_S)
    assert {one.device for one in house.told if isinstance(one, DeviceState)} == {"roof"}
    assert house.device("roof") == (None, None)
    assert max(one.held_s for one in house.told if isinstance(one, DeviceState)) < READINGS_S


@pytest.mark.parametrize("said", [{"window_open": 1.0}, {"window_open": 0.0}, {"smoke": True}, {"smoke": False}])
def test_contacts_and_detectors_hold(said: dict[str, Any]) -> None:
    house = quiet(sensor("window", "window"))
    house.says(air(house, **said))
    house.passes(ELEVEN_MINUTES_S)
    name, value = next(iter(said.items()))
    for known in house.air("window"):
        assert known is not None
        assert getattr(known, name) == value
        assert known.held_s > 600.0


def test_a_reading_of_the_air_is_believed_for_ten_minutes_and_not_told_again() -> None:
    house = quiet(sensor("air", "air"))
    house.says(air(house, "air", temperature_c=21.0, co2_ppm=700.0))
    house.passes(599)
    assert [None if one is None else one.temperature_c for one in house.air("air")] == [21.0, 21.0]
    house.passes(2)
    assert house.air("air") == (None, None)
    assert house.told == []


def test_a_contact_that_measures_beside_is_held_without_what_it_measured() -> None:
    house = quiet(sensor("window", "window"))
    house.says(air(house, window_open=1.0, temperature_c=21.0))
    house.passes(int(READINGS_S) - 1)
    assert [None if one is None else one.temperature_c for one in house.air("window")] == [21.0, 21.0]
    house.passes(ELEVEN_MINUTES_S)
    for known in house.air("window"):
        assert known is not None
        assert (known.window_open, known.temperature_c) == (1.0, None)


def test_nothing_is_known_of_a_contact_whose_link_is_broken() -> None:
    house = quiet(sensor("window", "window"))
    house.says(air(house, window_open=1.0))
    house.passes(300)
    house.says(air(house))
    told = len(house.told)
    house.passes(60)
    assert len(house.told) == told
    assert all(known is not None and known.window_open is None for known in house.air("window"))


def test_presence_of_a_sensor_holds_where_nobody_else_tells_of_the_room() -> None:
    house = quiet(sensor("stairs", "presence"))
    house.says(presence(house, 1.0))
    for _ in range(ELEVEN_MINUTES_S):
        house.passes(1)
        assert house.presence("living") == (1.0, 1.0)
    house.says(presence(house, None))
    told = len(house.told)
    house.passes(60)
    assert (len(house.told), house.presence("living")) == (told, (None, None))


@pytest.mark.parametrize("other", ["radar", "connection"])
def test_an_old_word_of_presence_contradicts_no_newer_one(other: str) -> None:
    radar = Radar(id="sofa", room="living", model="a121", position_m=(0.0, 2.0, 1.2), source=DemoSource())
    more = (sensor("hall", "pir", "elsewhere"),) if other == "connection" else ()
    house = quiet(sensor("stairs", "presence"), *more, radars=(radar,) if other == "radar" else ())
    house.says(presence(house, 1.0))
    house.passes(60)
    assert house.told == []


def test_what_is_told_to_a_gate_that_begins_makes_nobody_forget_what_holds_or_believe_what_is_old() -> None:
    house = quiet(sensor("window", "window"), sensor("air", "air"))
    house.says(state(house, values={"level": 0.5}), air(house, window_open=1.0), air(house, "air", temperature_c=21.0))
    house.says(presence(house, 1.0))
    house.passes(ELEVEN_MINUTES_S)
    house.gate_begins()
    by_bridge, by_planner = house.device("lamp")
    assert by_bridge is not None
    assert by_planner is not None
    assert house.air("window")[1] is not None
    assert house.air("air") == (None, None)


def test_only_smoke_that_goes_on_is_told_to_gate_and_alarms_like_news() -> None:
    house = quiet()
    held: dict[str, Any] = {"held_s": 60.0}
    calm, smoke = air(house, smoke=False), air(house, smoke=True)
    words: dict[Message, bool] = {
        msgspec.structs.replace(calm, **held): False,
        msgspec.structs.replace(smoke, **held): True,
        msgspec.structs.replace(air(house, window_open=1.0), **held): False,
        msgspec.structs.replace(presence(house, 0.0), **held): False,
        calm: True,
        presence(house, 0.0): True,
        WeatherSample(stamp=BEGAN, origin=Origin.LIVE, source="station"): True,
    }
    assert {message: tells_of_danger(message) for message in words} == words
    assert not tells_of_danger(state(house, values={"level": 1.0}, **held))


def test_air_that_nobody_read_anew_says_nothing_of_people_and_a_contact_that_holds_tells_of_its_window() -> None:
    house = quiet(sensor("window", "window"))
    described = msgspec.structs.replace(house_of(sensor("window", "window")), knowing=Knowing())
    (node,) = knowing_nodes(described)
    task = node.step
    assert task is not None
    before = object()
    smoke = msgspec.structs.replace(air(house, smoke=True), held_s=600.0)
    assert task.step(before, smoke) == (before, ())
    # The node began after the contact spoke last: what was said before holds.
    held = msgspec.structs.replace(air(house, window_open=1.0), held_s=600.0)
    (told,) = task.step(knowing.start(described, "living", lambda name, version: None), held)[1]
    assert isinstance(told, AirEvents)
    ((kind, for_s),) = [(one.kind, one.for_s) for one in told.events]
    assert (kind, for_s) == (AirEventKind.WINDOW, 600.0)
