"""What a device that tells no power gives is guessed, and a house learns nothing of itself from a guess."""

from datetime import UTC, datetime

import numpy as np
import pytest

from sumika.belief.heat_sources import Given, given_of
from sumika.belief.house import HouseBelief
from sumika.belief.record import ROW_S, Record
from sumika.schema import DeviceState, Origin, WeatherSample
from sumika.schema.house import Device, House, Room
from tests.plan_helpers import STAMP, air, state

BEGIN_S = datetime(2026, 1, 20, tzinfo=UTC).timestamp()
SQUARE = ((0.0, 0.0), (5.0, 0.0), (5.0, 5.0), (0.0, 5.0))


def _house(kind: str) -> House:
    return House(rooms=(Room(id="living", floor_m=SQUARE),), devices=(Device(id="heater", room="living", kind=kind),))


def _told(record: Record, room_c: float, power_w: float | None, values: dict[str, float]) -> None:
    record.air(air("living", room_c))
    record.weather(WeatherSample(stamp=STAMP, origin=Origin.LIVE, source="w", temperature_c=0.0))
    record.device(DeviceState(stamp=STAMP, origin=Origin.LIVE, device="heater", values=values, power_w=power_w))


def _given(kind: str, room_c: float = 20.0, power_w: float | None = None, **values: float) -> Given:
    """Return what the heater of a house gives in a quarter of an hour in which it told so much."""
    house, record = _house(kind), Record(_house(kind))
    record.turn(BEGIN_S)
    _told(record, room_c, power_w, values)
    record.turn(BEGIN_S + ROW_S)
    return given_of(house, record.rows(), {"living": 0}, np.array([25.0]))[0]


def _watts(given: Given) -> float:
    return float(given.air_w[0] + given.mass_w[0])


def test_a_radiator_that_tells_its_lift_gives_heat_and_nothing_is_guessed() -> None:
    half, whole = _given("radiator", lift=0.5, valve=1.0), _given("radiator", lift=1.0, valve=1.0)
    assert _watts(half) > 100.0
    assert _watts(whole) == pytest.approx(2.0 * _watts(half))
    assert not half.guessed[0]


def test_a_radiator_that_tells_no_lift_is_open_as_its_thermostat_is() -> None:
    cold, warm = (_given("radiator", room_c, valve=1.0, setpoint_c=20.0) for room_c in (19.5, 20.5))
    assert _watts(cold) > 2.0 * _watts(warm) > 100.0
    assert cold.guessed[0]
    shut = _given("radiator", 22.0, valve=1.0, setpoint_c=20.0)
    assert _watts(shut) == 0.0
    assert not shut.guessed[0]


def test_a_measured_position_of_a_valve_is_no_guess() -> None:
    measured = _given("radiator", 20.0, valve=0.3, setpoint_c=20.0)
    assert _watts(measured) == pytest.approx(0.3 * _watts(_given("radiator", 20.0, lift=1.0)))
    assert not measured.guessed[0]
    assert _watts(_given("radiator", 20.0, valve=0.3)) == pytest.approx(_watts(measured))
    assert _watts(_given("radiator")) == 0.0


def test_an_open_radiator_gives_nothing_while_its_boiler_is_off() -> None:
    house = _house("radiator")
    house = House(rooms=house.rooms, devices=(*house.devices, Device(id="boiler", room="living", kind="boiler")))
    given = []
    for runs in (0.0, 1.0):
        record = Record(house)
        record.turn(BEGIN_S)
        _told(record, 18.0, None, {"valve": 1.0, "setpoint_c": 18.5})
        record.device(state("boiler", on=runs))
        record.turn(BEGIN_S + ROW_S)
        given.append(given_of(house, record.rows(), {"living": 0}, np.array([25.0]))[0])
    off, on = given
    assert _watts(off) == 0.0
    assert not off.guessed[0]
    assert _watts(on) > 100.0
    assert on.guessed[0]


@pytest.mark.parametrize(
    ("kind", "values", "sign"),
    [
        ("room_air_conditioner", {"mode": 1.0, "setpoint_c": 21.0}, 1.0),
        ("room_air_conditioner", {"mode": 2.0, "setpoint_c": 19.0}, -1.0),
        ("room_air_conditioner", {"mode": 3.0, "setpoint_c": 19.0}, -1.0),
        ("whole_house_air_conditioner", {"mode": 1.0, "setpoint_c": 21.0}, 1.0),
        ("floor_heating", {"on": 1.0, "supply_temp_c": 35.0}, 1.0),
    ],
)
def test_heat_of_what_runs_and_tells_no_power_is_guessed(kind: str, values: dict[str, float], sign: float) -> None:
    guess = _given(kind, **values)
    assert sign * _watts(guess) > 500.0
    assert guess.guessed[0]
    told = _given(kind, power_w=400.0, **values)
    assert not told.guessed[0]
    assert _watts(told) != _watts(guess)


@pytest.mark.parametrize(("kind", "off"), [("room_air_conditioner", "mode"), ("floor_heating", "on")])
def test_what_is_off_and_tells_no_power_gives_nothing(kind: str, off: str) -> None:
    given = _given(kind, **{off: 0.0})
    assert _watts(given) == 0.0
    assert not given.guessed[0]


@pytest.mark.parametrize("tells", [False, True])
def test_a_house_whose_heater_tells_no_power_is_not_learned_from_it(tells: bool) -> None:
    belief = HouseBelief(_house("room_air_conditioner"))
    for row in range(130):
        belief.turn(BEGIN_S + ROW_S * row)
        _told(belief.record, 20.0, 700.0 if tells else None, {"mode": 1.0, "setpoint_c": 20.5})
    belief.turn(BEGIN_S + ROW_S * 130)
    assert (belief.learn(rounds=2) is not None) is tells
    assert bool(belief.learned_days) is tells
    assert np.array_equal(belief.theta, belief.thermal.prior()) is not tells
    assert belief.quarter is not None
    assert ("heater" in belief.quarter.given) is tells
    assert bool(np.isfinite(belief.quarter.error_k[0])) is tells


def test_hours_in_which_the_heater_is_off_teach_all_the_same() -> None:
    belief = HouseBelief(_house("room_air_conditioner"))
    for row in range(260):
        belief.turn(BEGIN_S + ROW_S * row)
        heats = row % 96 < 32
        _told(belief.record, 20.0 - 0.02 * (row % 96), None, {"mode": float(heats), "setpoint_c": 20.5})
    belief.turn(BEGIN_S + ROW_S * 260)
    learned = belief.learn(rounds=2)
    assert learned is not None
    assert np.isfinite(learned.theta).all()
