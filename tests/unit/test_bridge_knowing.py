"""What is known of people in Home Assistant: where the house works it out, and bodies where that is allowed."""

from typing import Any

import msgspec

from sumika.bridge import HouseBridge
from sumika.schema import (
    Activity,
    ActivityKind,
    AirEvent,
    AirEventKind,
    AirEvents,
    Exercise,
    Gesture,
    OccupancyCount,
    Origin,
    Reason,
)
from sumika.schema.house import House
from sumika.schema.knowing_settings import Knowing
from tests.bridge_helpers import played_house
from tests.bus_helpers import STAMP
from tests.unit.test_bridge_discovery import bridge_of, entities
from tests.unit.test_bridge_states import Watched

SURE: dict[str, Any] = {"stamp": STAMP, "origin": Origin.LIVE, "valid": True, "reason": Reason.MEASURED}


def house_that(knowing: Knowing | None, **bridge: Any) -> House:
    return msgspec.structs.replace(played_house(**bridge), knowing=knowing)


def watched(hidden: bool = False) -> Watched:
    bridge: HouseBridge = bridge_of(house_that(Knowing()))
    bridge.hidden = hidden
    return Watched(bridge)


def doing(track: int, kind: ActivityKind | None) -> Activity:
    return Activity(**SURE, source="house", track=track, room="living", kind=kind, probability=0.87, sigma=0.05)


def named(house: House) -> set[str]:
    return {name.split("_", 2)[2] for name in entities(house)}


def test_a_house_that_works_nothing_out_is_told_of_as_before() -> None:
    more = named(house_that(Knowing())) - named(house_that(None))
    assert {"room_living_people", "room_living_air_event", "room_living_activity", "room_bedroom_people"} <= more
    assert named(house_that(Knowing(enabled=False))) == named(house_that(None))
    assert Watched().after()["room_living"].keys().isdisjoint({"people", "air_event", "activity"})


def test_activities_are_bodies_and_are_told_only_where_everybody_agreed() -> None:
    without = named(house_that(Knowing(), bodies=False))
    assert "room_living_activity" not in without
    assert "room_living_people" in without
    switched_off = named(house_that(Knowing(activity=False, occupancy=False, air_events=False)))
    assert switched_off == named(house_that(None))


def test_counts_come_with_what_the_air_says() -> None:
    house = watched()
    house.hears(OccupancyCount(**SURE, room="living", count=2, probability=0.84, co2_people=2.6))
    living = house.after(1.0)["room_living"]
    assert (living["people"], living["people_probability"], living["people_by_air"]) == (2, 0.8, 3)
    unknown = msgspec.structs.replace(
        OccupancyCount(**SURE, room="living", count=2), valid=False, reason=Reason.NO_SIGNAL, count=None
    )
    house.hears(unknown)
    assert house.after(1.0)["room_living"]["people"] is None


def test_of_several_events_the_gravest_is_shown() -> None:
    house = watched()
    events = tuple(
        AirEvent(kind=kind, probability=0.93, sigma=0.1) for kind in (AirEventKind.WINDOW, AirEventKind.SMOKE)
    )
    house.hears(AirEvents(**SURE, room="living", events=events, can_tell=tuple(AirEventKind)))
    living = house.after(1.0)["room_living"]
    assert (living["air_event"], living["air_events"], living["air_event_probability"]) == (
        "smoke",
        ["smoke", "window"],
        0.9,
    )
    house.hears(AirEvents(**SURE, room="living", can_tell=tuple(AirEventKind)))
    assert house.after(1.0)["room_living"]["air_event"] == "nothing"


def test_of_several_people_the_most_active_is_shown_and_nobody_while_guests_are_here() -> None:
    house = watched()
    house.hears(doing(1, ActivityKind.SITTING), doing(2, ActivityKind.WALKING), doing(3, None))
    living = house.after(1.0)["room_living"]
    assert (living["activity"], living["activities"]) == ("walking", ["walking", "sitting"])
    hidden = watched(hidden=True)
    hidden.hears(doing(1, ActivityKind.SITTING))
    assert hidden.after(1.0)["room_living"]["activity"] is None


def test_the_surest_movement_and_the_last_gesture_stand_beside_the_activity() -> None:
    somebody: dict[str, Any] = {**SURE, "source": "house", "track": 1, "room": "living"}
    jumps = Exercise(**somebody, student="har-tiny", movement="jump", probability=0.9)
    arm = Exercise(**somebody, student="movement-tiny", movement="left arm", probability=0.6)
    waves = Gesture(**somebody, gesture="circle", probability=0.9, confirmed=True)
    once = Gesture(**{**somebody, "track": 2}, gesture="z", probability=0.99)
    house = watched()
    house.hears(doing(1, ActivityKind.EXERCISING), jumps, arm, waves, once)
    state = house.after(1.0)["room_living"]
    assert (state["activity"], state["movement"], state["gesture"]) == ("exercising", "jump", "circle")
    hidden = watched(hidden=True)
    hidden.hears(doing(1, ActivityKind.EXERCISING), jumps, waves)
    state = hidden.after(1.0)["room_living"]
    assert (state["movement"], state["gesture"]) == (None, None)
