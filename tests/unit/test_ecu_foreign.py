"""Somebody else's house: its names and units on one side, ours on the other, and what is said of wrong ones."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from sumika import Ecu, Foretold
from sumika.ecu.foreign import Adapter, Driven, Measured, house_of_zones
from sumika.ecu.outlook import Forecast, Measurements
from sumika.ecu.to_devices import commands_of
from sumika.plan.solver import PlanError
from sumika.schema import Asker, Command, UsageError
from sumika.schema.house import House

AT = datetime(2026, 1, 20, 7, 0, tzinfo=ZoneInfo("Europe/Paris"))
HOUSE = house_of_zones({"zone": 60.0}, {"pump": ("zone", "room_air_conditioner")})
FORECAST = Foretold.of(AT, temperature_c=np.full(48, 3.0), price_per_kwh=0.2)
MEASURED = (
    Measured(name="T", room="zone", quantity="temperature_c", unit="degF"),
    Measured(name="n", room="zone", quantity="people"),
    Measured(name="E", device="pump", quantity="power_w", unit="kWh/step"),
    Measured(name="Tout", quantity="temperature_c", unit="K"),
    Measured(name="E_all", quantity="power_w", unit="Wh/step"),
    Measured(name="state", device="pump", quantity="mode", values={10.0: 1.0, 20.0: 2.0}),
)
DRIVEN = (
    Driven(name="heat", device="pump", setting="setpoint_c", unit="degF", modes=(1.0,), otherwise=50.0),
    Driven(name="cool", device="pump", setting="setpoint_c", unit="degF", modes=(2.0,), otherwise=95.0, low=70.0),
    Driven(name="state", device="pump", setting="mode", values={0.0: 0.0, 1.0: 10.0, 2.0: 20.0}),
)
TOLD = {"T": 68.0, "n": 2.0, "E": 0.25, "Tout": 273.15, "E_all": 300.0, "state": 10.0}


class Scripted(Ecu):
    """A controller whose plans are written down beforehand; None stands for one that does not come about."""

    def __init__(self, house: House, script: Sequence[Sequence[tuple[str, str, float]] | None]) -> None:
        super().__init__(house)
        self.seen: list[Measurements] = []
        self.script = list(script)

    def observe(self, measurements: Measurements, time: datetime | None = None) -> None:
        """Keep what was seen."""
        super().observe(measurements, time)
        self.seen.append(measurements)

    def plan(self, forecast: Forecast | None) -> tuple[Command, ...]:
        """Say what is written next, past the gate."""
        told = self.script.pop(0)
        if told is None:
            raise PlanError("nothing was found")
        assert self.guard is not None
        return self.guard.passed(commands_of(told, self.seen[-1].at, Asker.PLAN), self.seen[-1].at)


def an_adapter(*script: Sequence[tuple[str, str, float]] | None, step_s: float = 900.0) -> tuple[Adapter, Scripted]:
    ecu = Scripted(HOUSE, script)
    return Adapter(ecu, MEASURED, DRIVEN, step_s=step_s, assumed={("pump", "setpoint_c"): 21.0}), ecu


def test_what_the_house_tells_arrives_in_our_units() -> None:
    adapter, ecu = an_adapter()
    adapter.see(TOLD, AT)
    (seen,) = ecu.seen
    assert seen.air[0].temperature_c == pytest.approx(20.0)
    assert seen.presence["zone"] == (1.0, 2.0)
    assert seen.devices[0].power_w == pytest.approx(1000.0)
    assert seen.devices[0].values == {"mode": 1.0, "setpoint_c": 21.0}
    assert seen.weather is not None
    assert seen.weather.temperature_c == pytest.approx(0.0)
    assert seen.meter is not None
    assert seen.meter.power_w == pytest.approx(1200.0)


def test_what_is_planned_leaves_in_its_units_and_the_other_setpoint_is_out_of_the_way() -> None:
    adapter, _ = an_adapter(
        [("pump", "mode", 1.0), ("pump", "setpoint_c", 20.0)], [("pump", "mode", 2.0), ("pump", "setpoint_c", 19.0)]
    )
    adapter.see(TOLD, AT)
    action = adapter.act(FORECAST)
    assert action == {"heat": pytest.approx(68.0), "cool": 95.0, "state": 10.0}
    assert adapter.array(action).tolist() == [pytest.approx(68.0), 95.0, 10.0]
    later = AT + timedelta(minutes=15)
    adapter.see(TOLD, later)
    assert adapter.act(FORECAST) == {"heat": 50.0, "cool": 70.0, "state": 20.0}  # 19 °C are less than it takes


def test_short_steps_of_a_house_make_no_more_plans() -> None:
    adapter, ecu = an_adapter([("pump", "setpoint_c", 22.0)], [("pump", "setpoint_c", 21.5)], step_s=300.0)
    found = []
    for step in range(6):
        adapter.see(TOLD, AT + timedelta(minutes=5 * step))
        found.append(adapter.act(FORECAST)["heat"])
    assert ecu.script == []
    assert found == pytest.approx([71.6, 71.6, 71.6, 70.7, 70.7, 70.7])


def test_in_the_hour_that_comes_twice_it_is_planned_for_every_quarter_of_an_hour() -> None:
    adapter, ecu = an_adapter(*[[("pump", "setpoint_c", 22.0)]] * 8)
    before = datetime(2026, 10, 25, 0, 15, tzinfo=UTC)
    for quarter in range(8):
        adapter.see(TOLD, (before + timedelta(minutes=15 * quarter)).astimezone(AT.tzinfo))
        adapter.act(FORECAST)
    assert ecu.script == []


def test_a_plan_that_does_not_come_about_leaves_the_last_one_until_it_is_too_old() -> None:
    adapter, _ = an_adapter([("pump", "mode", 1.0), ("pump", "setpoint_c", 22.0)], None, None, None)
    found = []
    for step in range(4):
        adapter.see({**TOLD, "state": 10.0}, AT + timedelta(minutes=15 * step))
        found.append(adapter.act(FORECAST))
    assert adapter.failed == 3
    assert found[0] == found[1] == {"heat": pytest.approx(71.6), "cool": 95.0, "state": 10.0}
    assert found[2]["state"] == 0.0  # what the kind is set to when nobody controls it


def test_a_broken_signal_is_an_error_at_first_and_not_known_later() -> None:
    adapter, ecu = an_adapter()
    with pytest.raises(UsageError, match=r"does not tell 'n'\. It tells: T"):
        adapter.see({"T": 68.0}, AT)
    with pytest.raises(UsageError, match="temperature_c is"):
        adapter.see({**TOLD, "T": 900.0}, AT)
    adapter.see(TOLD, AT)
    adapter.see({**TOLD, "T": 900.0, "E": float("nan"), "state": 15.0}, AT + timedelta(minutes=15))
    adapter.see({"T": 68.0}, AT + timedelta(minutes=30))
    broken, missing = ecu.seen[1:]
    assert broken.air[0].temperature_c is None
    assert broken.devices[0].power_w is None
    assert "mode" not in broken.devices[0].values
    assert missing.presence["zone"] == (None, 0.0)


def test_places_of_an_array_do_as_well_as_names() -> None:
    ecu = Scripted(HOUSE, ())
    adapter = Adapter(ecu, (Measured(name=1, room="zone", quantity="temperature_c"),), ())
    adapter.see(np.array([5.0, 19.0]), AT)
    assert ecu.seen[0].air[0].temperature_c == 19.0
    with pytest.raises(UsageError, match=r"does not tell 1\. It tells: 1 numbers"):
        Adapter(Scripted(HOUSE, ()), (Measured(name=1, room="zone", quantity="temperature_c"),), ()).see([5.0], AT)


@pytest.mark.parametrize(
    ("measured", "driven", "says"),
    [
        (Measured(name="x", room="attic", quantity="temperature_c"), None, "no room 'attic'"),
        (Measured(name="x", device="stove", quantity="power_w"), None, "no device 'stove'"),
        (Measured(name="x", room="zone", device="pump", quantity="power_w"), None, "of a room and of a device"),
        (Measured(name="x", room="zone", quantity="warmth"), None, "no quantity 'warmth'"),
        (Measured(name="x", room="zone", quantity="temperature_c", unit="kW"), None, "degC, K, degF"),
        (None, Driven(name="x", device="stove", setting="on"), "no device 'stove'"),
        (None, Driven(name="x", device="pump", setting="on"), "no setting of pump 'on'"),
        (None, Driven(name="x", device="pump", setting="setpoint_c", unit="F"), "cannot be given in 'F'"),
        (None, Driven(name="x", device="pump", setting="mode", low=2.0, high=1.0), "nothing lies from 2 to 1"),
        (MEASURED[0], None, "named twice"),
    ],
)
def test_signals_that_cannot_be_are_said_so(measured: Measured | None, driven: Driven | None, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        Adapter(
            Ecu(HOUSE),
            (*MEASURED, measured) if measured is not None else (),
            (driven,) if driven is not None else (),
        )


def test_what_nothing_is_known_of_yet_is_in_no_array() -> None:
    adapter = Adapter(Scripted(HOUSE, [()]), MEASURED, (Driven(name="set", device="pump", setting="setpoint_c"),))
    adapter.see(TOLD, AT)
    with pytest.raises(UsageError, match="nothing is known yet for set"):
        adapter.array(adapter.act(FORECAST))


def test_zones_become_rooms_of_their_areas_with_doors_and_windows() -> None:
    house = house_of_zones(
        {"living": 40.0, "bed": 20.0},
        {"pump": ("living", "room_air_conditioner")},
        ratings={"pump": {"heating_w": 5000.0}},
        limits={"pump": {"setpoint_c": (18.0, 26.0)}},
        windows_m2={"bed": 0.0},
    )
    ecu = Ecu(house)
    outline = ecu.belief.outline
    assert outline.rooms == ("living", "bed")
    assert outline.floor_m2 == pytest.approx([40.0, 20.0])
    assert outline.doors_m3_s[0, 1] > 0.0
    assert [one.room for one in outline.windows] == [0]
    assert outline.windows[0].area_m2 == pytest.approx(40.0 / 7.0)
    assert outline.windows[0].azimuth_deg == pytest.approx(180.0)
    assert house.devices[0].limits == {"setpoint_c": (18.0, 26.0)}
    people = ecu.routine.ahead([AT.replace(hour=2)], np.array([0.25]))
    assert people.asleep[0, 1] > people.asleep[0, 0]


RADIATOR = {"x": ("a", "radiator")}


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: house_of_zones({}, {}), "no zones"),
        (lambda: house_of_zones({"a": -3.0}, {}), "-3 m²"),
        (lambda: house_of_zones({"a": 30.0}, {"x": ("b", "radiator")}), "no zone 'b'"),
        (lambda: house_of_zones({"a": 30.0}, {"x": ("a", "oven")}), "no kind 'oven'"),
        (lambda: house_of_zones({"a": 30.0}, RADIATOR, ratings={"x": {"cop": 3.0}}), "no rating 'cop'"),
        (lambda: house_of_zones({"a": 30.0}, RADIATOR, ratings={"y": {}}), "ratings names 'y'"),
        (lambda: house_of_zones({"a": 30.0}, RADIATOR, limits={"x": {"mode": (0.0, 1.0)}}), "no setting 'mode'"),
        (lambda: house_of_zones({"a": 30.0}, {}, bedrooms=("b",)), "bedrooms names 'b'"),
    ],
)
def test_zones_that_cannot_be_are_said_so(make: Callable[[], House], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        make()
