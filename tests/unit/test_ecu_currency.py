"""A house is heated alike whatever its money is called: what was chosen in yen is worth as much elsewhere."""

from datetime import datetime, timedelta

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from sumika import Ecu, Foretold, Measurements
from sumika.belief.prices_ahead import KnownTariff, PriceBook
from sumika.ecu.first_guess import guess_first
from sumika.plan.problem import Planned
from sumika.plan.reasons import least_money
from sumika.runtime.thinking import Thinking, known_tariff
from sumika.schema import Origin, WeatherSample
from sumika.schema.house import Control, Device, House, Room, Tariff
from sumika.schema.worth import from_yen
from tests.plan_helpers import EVENING, STAMP, air, state

pytestmark = pytest.mark.slow

SQUARE = ((0.0, 0.0), (5.0, 0.0), (5.0, 5.0), (0.0, 5.0))
BOILER_HOUSE = House(
    rooms=(Room(id="living", floor_m=SQUARE),),
    devices=(
        Device(id="boiler", room="living", kind="boiler"),
        Device(id="radiator", room="living", kind="radiator"),
    ),
    control=Control(mode="drive"),
)
EURO = 1.0 / from_yen(1.0, "EUR")


def cold_evening(ecu: Ecu) -> Foretold:
    """Tell a controller of two people at 15 degrees, and of frost outside; return what is to come."""
    at = EVENING
    for quarter in range(5):
        at = EVENING + timedelta(minutes=15 * quarter)
        ecu.observe(
            Measurements(
                at=at,
                air=(air("living", 15.0),),
                weather=WeatherSample(stamp=STAMP, origin=Origin.LIVE, source="outside", temperature_c=0.0),
                presence={"living": (1.0, 2.0)},
                activities={"living": "awake"},
                devices=(
                    state("radiator", setpoint_c=20.0, valve=1.0),
                    state("boiler", on=1.0, supply_temp_c=55.0),
                ),
            )
        )
    return foretold(at, 0.0)


def foretold(at: datetime, outdoor_c: float, per_kwh: float = 30.0, feed_in: float = 10.0) -> Foretold:
    return Foretold.of(at, temperature_c=[outdoor_c] * 48, price_per_kwh=per_kwh, feed_in_per_kwh=feed_in)


def heat_kw(planned: Planned) -> NDArray[np.float64]:
    return planned.controls["radiator", "heat_kw"]


@pytest.mark.parametrize("currency", ["JPY", "EUR"])
def test_who_sits_at_fifteen_degrees_is_heated_by_gas_in_any_currency(currency: str) -> None:
    ecu = Ecu(BOILER_HOUSE, currency=currency, guarded=False)
    forecast = cold_evening(ecu)
    told = {(one.device, one.action): one.value for one in ecu.plan(forecast)}
    assert ecu.planned is not None
    assert heat_kw(ecu.planned)[:16].mean() > 0.5
    assert told["boiler", "on"] == 1.0
    assert ecu.planned.states["heat"][48, 0] > 16.0


@pytest.mark.parametrize("plan", ["flat_eu", "market_eu", "flat_jp"])
def test_the_planner_counts_with_the_gas_of_the_tariff(plan: str) -> None:
    house = msgspec.structs.replace(BOILER_HOUSE, tariff=Tariff(plan=plan))
    ecu = Thinking(house).ecu
    situation = ecu.situate(cold_evening(ecu)).situation(None)
    assert situation.gas_price == known_tariff(house).gas_per_kwh
    (radiator,) = (one for one in situation.controls if one.device == "radiator")
    assert radiator.cost_per_h[0] == pytest.approx(known_tariff(house).gas_per_kwh / 0.92)


def test_dear_gas_heats_less() -> None:
    usual, dear = Ecu(BOILER_HOUSE, guarded=False), Ecu(BOILER_HOUSE, guarded=False, gas_per_kwh=400.0)
    planned = [heat_kw(ecu.think(cold_evening(ecu))).sum() for ecu in (usual, dear)]
    assert planned[1] < 0.5 * planned[0]


def test_the_same_house_is_run_alike_for_yen_and_for_what_they_are_worth_in_euro() -> None:
    kinds = ("room_air_conditioner", "exhaust_fan", "air_purifier", "battery", "heat_pump_water_heater")
    house = House(
        rooms=(Room(id="living", floor_m=SQUARE),),
        devices=tuple(Device(id=kind, room="living", kind=kind) for kind in kinds),
    )
    plans = []
    for currency, rate in (("JPY", 1.0), ("EUR", 1.0 / EURO)):
        ecu = Ecu(house, currency=currency, guarded=False)
        ecu.observe(
            Measurements(
                at=EVENING,
                air=(air("living", 16.0, 1300.0),),
                presence={"living": (1.0, 2.0)},
                activities={"living": "sleep"},
                devices=(state("battery", charge=0.4), state("heat_pump_water_heater", hot_water_l=200.0)),
            )
        )
        assert guess_first(ecu.belief, (air("living", 16.0, 1300.0),))
        plans.append(ecu.think(foretold(EVENING, 3.0, 30.0 * rate, 10.0 * rate)))
    yen, euro = plans
    assert euro.total * EURO == pytest.approx(yen.total, rel=1e-3)
    for name, told in yen.controls.items():
        assert euro.controls[name][:16] == pytest.approx(told[:16], abs=0.05), name


def test_what_is_worth_a_word_is_as_much_in_every_currency() -> None:
    assert (least_money("JPY"), least_money("EUR")) == (0.5, 0.005)
    assert 0.001 < least_money("USD") < 0.01


def test_before_a_price_is_known_a_usual_one_is_taken_in_its_own_currency() -> None:
    def first(currency: str) -> float:
        return float(PriceBook(KnownTariff(currency=currency)).ahead([EVENING]).per_kwh[0])

    assert first("JPY") == 32.0
    assert 0.1 < first("EUR") < 0.5
