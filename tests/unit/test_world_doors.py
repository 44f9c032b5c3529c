"""Doors of the simulated house: private rooms are shut, sleepers' too, and whoever sets one is obeyed."""

from sumika.config import demo_house
from sumika.world.doors import AJAR, Doors
from sumika.world.exchange import Doing

HOUSE = demo_house({}).house
AWAKE = {"aoi": Doing(start_s=0.0, activity="reading", room="living", sleep_stage="")}
ASLEEP = {"aoi": Doing(start_s=0.0, activity="sleeping", room="bedroom", sleep_stage="n2")}


def test_bath_and_toilet_are_shut_and_others_ajar() -> None:
    shares = Doors(HOUSE).open_shares(AWAKE)
    assert shares["bathroom_door"] == shares["toilet_door"] == shares["entrance"] == 0.0
    assert shares["bedroom_door"] == shares["living_door"] == AJAR


def test_who_sleeps_has_the_door_shut() -> None:
    shares = Doors(HOUSE).open_shares(ASLEEP)
    assert shares["bedroom_door"] == 0.0
    assert shares["living_door"] == AJAR


def test_a_door_that_is_set_stays_until_it_is_let_go() -> None:
    doors = Doors(HOUSE)
    doors.hold("bedroom_door", 1.0)
    assert doors.open_shares(ASLEEP)["bedroom_door"] == 1.0
    doors.hold("bedroom_door", -1.0)
    assert doors.open_shares(ASLEEP)["bedroom_door"] == 0.0
