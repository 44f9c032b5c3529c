"""What a device said once is not so for ever: neither what a tank holds, nor a battery, nor whether a car is there."""

from datetime import timedelta

import numpy as np
import pytest

from sumika.ecu import Ecu, Measurements
from sumika.ecu.last_told import LastTold
from sumika.ecu.memory import recall, remember
from sumika.ecu.modes import Deciding
from sumika.schema import DeviceState, Origin
from sumika.schema.house import Device, House, Room
from tests.plan_helpers import EVENING, STAMP, a_forecast, air, state

MINUTE_S = 60.0
KINDS = {"tank": "heat_pump_water_heater", "battery": "battery", "car": "ev_charger"}
HOUSE = House(
    rooms=(Room(id="living", floor_m=((0.0, 0.0), (5.0, 0.0), (5.0, 5.0), (0.0, 5.0))),),
    devices=tuple(Device(id=name, room="living", kind=kind) for name, kind in KINDS.items()),
)
SAID = {
    "tank": {"mode": 0.0, "tank_setpoint_c": 65.0, "hot_water_l": 350.0},
    "battery": {"mode": 1.0, "charge": 0.9},
    "car": {"mode": 1.0, "charge": 0.9, "at_home": 1.0},
}


def lost(device: str) -> DeviceState:
    return DeviceState(stamp=STAMP, origin=Origin.LIVE, device=device, available=False, values={"hot_water_l": 350.0})


def test_a_value_counts_for_twenty_minutes_each_by_itself() -> None:
    told = LastTold()
    told.hear((state("tank", mode=0.0, hot_water_l=350.0),), 0.0)
    told.hear((state("tank", mode=2.0, hot_water_l=float("nan")),), 19 * MINUTE_S)
    assert told.now() == {("tank", "mode"): 2.0, ("tank", "hot_water_l"): 350.0}
    told.hear((state("tank", mode=0.0),), 21 * MINUTE_S)
    assert told.now() == {("tank", "mode"): 0.0}
    told.hear((), 42 * MINUTE_S)
    assert told.now() == {}


def test_of_what_is_out_of_reach_nothing_is_known() -> None:
    told = LastTold()
    told.hear((state("tank", hot_water_l=350.0), state("battery", charge=0.4)), 0.0)
    told.hear((lost("tank"),), MINUTE_S)
    assert told.now() == {("battery", "charge"): 0.4}


def test_a_car_that_left_has_not_fallen_silent() -> None:
    told = LastTold()
    told.hear((state("car", charge=0.5, at_home=1.0),), 0.0)
    told.hear((state("car", at_home=0.0),), 30 * MINUTE_S)
    told.hear((state("car", at_home=1.0),), 40 * MINUTE_S)
    assert told.silent() == frozenset()
    told.hear((state("car", at_home=1.0, charge=0.2),), 41 * MINUTE_S)
    told.hear((state("car", at_home=1.0),), 70 * MINUTE_S)
    assert told.silent() == {("car", "charge")}


def an_evening(silent: tuple[str, ...] = (), out_of_reach: tuple[str, ...] = ()) -> Ecu:
    """Return a controller whose devices have told all, and half an hour later only some of it."""
    ecu = Ecu(HOUSE, plans_every_s=0.0)
    for minute in range(0, 35, 5):
        at = EVENING + timedelta(minutes=minute)
        told = []
        for device, values in SAID.items():
            if minute and device in out_of_reach:
                told.append(lost(device))
            else:
                left = {name: one for name, one in values.items() if not minute or name not in silent}
                told.append(state(device, **left))
        ecu.observe(
            Measurements(at=at, air=(air("living", 20.0),), devices=tuple(told), presence={"living": (0.9, 1.0)})
        )
    return ecu


def modes(ecu: Ecu) -> dict[str, float]:
    at = EVENING + timedelta(minutes=30)
    return {one.device: one.value for one in ecu.plan(a_forecast(ecu, at)) if one.action == "mode"}


@pytest.mark.slow
def test_a_tank_that_says_no_more_what_it_holds_heats_by_itself() -> None:
    assert modes(an_evening())["tank"] == 0.0
    assert modes(an_evening(silent=("hot_water_l",)))["tank"] == 1.0
    ecu = an_evening(out_of_reach=("tank",))
    assert not any(device == "tank" for device, _ in ecu.told)


@pytest.mark.slow
def test_a_battery_and_a_car_of_unknown_charge_go_by_themselves() -> None:
    told = modes(an_evening(silent=("charge",)))
    assert (told["battery"], told["car"]) == (1.0, 1.0)


@pytest.mark.slow
def test_a_wallbox_that_never_says_what_the_car_holds_is_planned_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SAID, "car", {"mode": 1.0, "at_home": 1.0})
    assert modes(an_evening())["car"] != 1.0


@pytest.mark.slow
def test_a_car_that_was_away_is_not_away_for_ever() -> None:
    ecu = an_evening(silent=("at_home",))
    assert ("car", "at_home") not in ecu.told
    assert "car" in modes(ecu)


@pytest.mark.slow
def test_it_is_said_why_a_tank_is_left_to_itself() -> None:
    ecu = an_evening(silent=("hot_water_l",))
    decision = Deciding(ecu).decide(a_forecast(ecu, EVENING + timedelta(minutes=30)), {})
    (tank,) = (one for one in decision.commands if one.device == "tank")
    assert tank.why == "tank does not say what it holds, and is left to itself"
    assert tank.why_ja


@pytest.mark.slow
def test_after_a_restart_nothing_is_known_of_devices_until_they_speak() -> None:
    again = Ecu(HOUSE)
    assert recall(again, remember(an_evening()), (EVENING + timedelta(days=7)).timestamp())
    assert dict(again.told) == {}


def test_what_is_gone_from_a_tank_that_was_silent_was_not_used_in_a_quarter() -> None:
    ecu = Ecu(HOUSE)
    for minute in range(0, 300, 5):
        told = {"mode": 0.0} if 30 < minute < 240 else {"hot_water_l": 350.0 if minute <= 30 else 20.0}
        at = EVENING + timedelta(minutes=minute)
        ecu.observe(Measurements(at=at, air=(air("living", 20.0),), devices=(state("tank", **told),)))
    for quarter in range(20):
        when = EVENING + timedelta(minutes=15 * quarter)
        assert ecu.usage.water_l_per_h([when], np.array([0.25]))[0] < 100.0
