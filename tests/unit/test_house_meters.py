"""What the meters say of the house while it runs: a car's is not the house's, and two inverters make one roof."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from sumika.runtime.house_ear import HouseEar
from sumika.runtime.savings import Savings
from sumika.schema import MeterSample, Origin
from sumika.schema.house import Connection, Device, House, Sensor
from sumika.schema.house_meters import HouseMeters
from sumika.units import seconds_to_ns
from tests.bridge_helpers import played_house
from tests.plan_helpers import EVENING, STAMP, small_house
from tests.unit.test_bridge_discovery import bridge_of
from tests.unit.test_bridge_states import Watched

CARS = Connection(id="cars", type="ocpp", address="0.0.0.0:9000")
CAR = Sensor(id="car_meter", room="living", kind="meter", connection="cars", address="GARAGE-1")
PANEL = Sensor(id="panel", room="living", kind="meter", connection="appliances", address="192.0.2.4/028701")
EAST, WEST = (Sensor(id=one, room="living", kind="meter", connection="roof", address=one) for one in ("east", "west"))


def metered(*sensors: Sensor, devices: tuple[Device, ...] = (), house: House | None = None) -> House:
    before = small_house() if house is None else house
    return replace(
        before,
        sensors=(*(one for one in before.sensors if one.kind != "meter"), *sensors),
        connections=(*before.connections, CARS),
        devices=(*before.devices, *devices),
    )


def says(meter: str, **values: Any) -> MeterSample:
    return MeterSample(stamp=STAMP, origin=Origin.LIVE, meter=meter, **values)


def heard(house: House, *samples: MeterSample) -> MeterSample | None:
    ear = HouseEar(house)
    for one in samples:
        ear.take(one)
    return ear.fresh_meter(STAMP.monotonic_ns)


@pytest.mark.parametrize("named", [(CAR, PANEL), (PANEL, CAR)])
def test_what_a_car_takes_is_not_what_the_house_takes_whoever_speaks_last(named: tuple[Sensor, ...]) -> None:
    of_car, of_house = says("car_meter", power_w=7000.0, imported_kwh=55.0), says("panel", power_w=400.0)
    told = heard(metered(*named), of_house, of_car)
    assert told is not None
    # The panel tells no counter: then the car's is all that there is.
    assert (told.power_w, told.imported_kwh) == (400.0, 55.0)
    assert heard(metered(*named), of_car) is None  # the panel may be the one that tells it
    silent = heard(metered(*named), of_house, of_car, says("panel"))
    assert silent is not None
    assert silent.power_w is None


def test_a_devices_own_meter_is_the_houses_where_it_is_the_only_one() -> None:
    box = Device(id="pump", room="living", kind="heat_pump_water_heater", connection="appliances", address="7")
    own = replace(PANEL, id="pump_meter", address="7")
    for sensor in (CAR, own):
        told = heard(metered(sensor, devices=(box,)), says(sensor.id, power_w=900.0))
        assert told is not None
        assert told.power_w == 900.0
    both = heard(metered(own, PANEL, devices=(box,)), says("panel", power_w=400.0), says("pump_meter", power_w=900.0))
    assert both is not None
    assert both.power_w == 400.0


def test_what_two_inverters_make_is_their_sum_and_half_of_it_is_not_the_roof() -> None:
    house = metered(PANEL, EAST, WEST)
    told = heard(house, says("panel", power_w=-500.0), says("east", pv_w=1000.0), says("west", pv_w=2000.0))
    assert told is not None
    assert (told.power_w, told.pv_w) == (-500.0, 3000.0)
    half = heard(house, says("east", pv_w=1000.0), says("west", pv_w=2000.0), says("west"))
    assert half is not None
    assert half.pv_w is None


def test_the_house_that_tells_itself_has_a_meter_that_nobody_named() -> None:
    told = heard(metered(CAR), says("house_meter", power_w=300.0, currency="JPY", price_per_kwh=30.0))
    assert told == says("house_meter", power_w=300.0, currency="JPY", price_per_kwh=30.0)


def test_what_is_not_believed_any_more_is_stood_in_for_by_nobody() -> None:
    meters = HouseMeters(metered(CAR, PANEL))
    for sample in (says("panel", power_w=400.0), says("car_meter", power_w=7000.0, imported_kwh=55.0)):
        meters.take(sample)
    told = meters.together(lambda sample: sample.meter != "panel")
    assert told is not None
    assert (told.power_w, told.imported_kwh) == (None, 55.0)
    assert meters.together(lambda _: False) is None


def test_a_meter_that_fell_silent_is_not_told_under_the_stamp_of_another() -> None:
    ear = HouseEar(metered(PANEL, EAST))

    def after(time_s: float, sample: MeterSample) -> MeterSample | None:
        now_ns = STAMP.monotonic_ns + seconds_to_ns(time_s)
        ear.take(replace(sample, stamp=replace(STAMP, monotonic_ns=now_ns)))
        return ear.fresh_meter(now_ns)

    after(0.0, says("panel", power_w=4200.0, imported_kwh=10.0, price_per_kwh=31.0))
    whole, half = after(600.0, says("east", pv_w=500.0)), after(601.0, says("east", pv_w=400.0))
    assert whole is not None
    assert half is not None
    assert (whole.power_w, whole.imported_kwh, whole.price_per_kwh, whole.pv_w) == (4200.0, 10.0, 31.0, 500.0)
    # A price is no reading: it holds until it changes.
    assert (half.power_w, half.imported_kwh, half.price_per_kwh, half.pv_w) == (None, None, 31.0, 400.0)
    again = after(602.0, says("panel", power_w=300.0))
    assert again is not None
    assert (again.power_w, again.price_per_kwh) == (300.0, None)
    assert ear.fresh_meter(STAMP.monotonic_ns + seconds_to_ns(1300.0)) is None


def test_a_tariff_that_speaks_only_when_it_changes_holds_until_its_link_breaks() -> None:
    meters = HouseMeters(metered(PANEL))
    meters.take(says("panel", price_per_kwh=31.0, currency="JPY"))
    told = meters.together(lambda _: False)
    assert told is not None
    assert (told.price_per_kwh, told.currency) == (31.0, "JPY")
    meters.take(says("panel"))
    assert meters.together(lambda _: False) is None


def test_the_counts_of_two_meters_are_not_subtracted(tmp_path: Path) -> None:
    savings = Savings(tmp_path, "JPY")
    for sample in (says("car_meter", imported_kwh=55.0), *(says("panel", imported_kwh=kwh) for kwh in (80.0, 81.0))):
        savings.meter(sample, EVENING)
    assert savings.answer(30.0, EVENING).energy_kwh == pytest.approx(1.0)


def test_home_assistant_is_told_of_the_house_and_not_of_the_car() -> None:
    watched = Watched(bridge_of(metered(CAR, PANEL, house=played_house())))
    watched.hears(says("car_meter", power_w=7000.0), says("panel", power_w=400.0))
    assert watched.after()["ecu"]["power"] == 400
