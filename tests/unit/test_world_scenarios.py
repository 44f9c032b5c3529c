"""What happens in a scenario: several happenings at once, each for its own time."""

import pytest

from sumika.config import demo_house
from sumika.world.scenarios import Happening, Scenario, ScenarioRun
from sumika.world.scenarios.files import changed
from sumika.world.simulation import World

HOUSE = demo_house({}).house


def after(*happenings: Happening, hours: float) -> World:
    """Return the world after a scenario in steps of a quarter of an hour."""
    scenario = Scenario(title="t", start="2026-01-22T02:00", hours=hours, step_s=900.0, happenings=happenings)
    run = ScenarioRun(scenario, changed(HOUSE, scenario))
    for _ in run.steps():
        pass
    return run.world


@pytest.mark.parametrize(("hours", "powered"), [(1.5, False), (2.5, False), (5.0, True)])
def test_an_outage_goes_on_when_a_shorter_one_ends(hours: float, powered: bool) -> None:
    outages = [
        Happening(at=at, minutes=minutes, what="power_outage")
        for at, minutes in (("02:00", 60.0), ("02:30", 120.0), ("03:00", 60.0))
    ]
    world = after(*outages, hours=hours)
    assert world.devices.powered is powered


def test_the_end_of_one_fault_mends_no_other() -> None:
    sensor = HOUSE.sensors[0].id
    drift = Happening(at="02:00", minutes=30.0, what="sensor_fault", id=sensor, fault="drift", value=20_000.0)
    world = after(Happening(at="02:00", minutes=0.0, what="sensor_fault", id=sensor, fault="dropout"), drift, hours=1.0)
    assert sensor not in world.step(60.0).readings
    world.sensors.mend(sensor, "dropout")
    co2_ppm = next(one.co2_ppm for one in (world.step(60.0).readings.get(sensor) for _ in range(9)) if one is not None)
    assert co2_ppm is not None
    assert co2_ppm < 1500.0  # nothing of the drift is left


def test_a_door_goes_back_to_where_the_longer_happening_holds_it() -> None:
    assert HOUSE.building is not None
    door = HOUSE.building.doors[0].id
    ajar = Happening(at="02:00", minutes=0.0, what="door", id=door, value=0.3)
    world = after(ajar, Happening(at="02:15", minutes=30.0, what="door", id=door, value=1.0), hours=1.0)
    assert world.doors.open_shares({})[door] == 0.3
