"""Simple controllers: what they ask of devices in a house as it is told, and how they are tuned."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from sumika.evaluate.control.baselines import FAMILIES, GRID, Settings
from sumika.evaluate.control.baselines.demand_ventilation import MOST_K, DemandVentilation
from sumika.evaluate.control.baselines.device_orders import Need, climate_orders
from sumika.evaluate.control.baselines.occupancy import OccupancyRules, SmartSchedule
from sumika.evaluate.control.baselines.settings import NEVER, OFF_K
from sumika.evaluate.control.baselines.thermostat import SetBackThermostat, Thermostat
from sumika.evaluate.control.baselines.tuned import Kept, keep, tuned_book, tuned_settings
from sumika.evaluate.control.baselines.tuning import knobs_for, tune
from sumika.evaluate.control.houses import EQUIPMENT
from sumika.evaluate.control.weeks import WEEKS
from sumika.schema import DEVICE_KINDS, SumikaError
from sumika.world.fittings import fitted
from tests.control_helpers import measurements, mild_forecast, short_house

HOUSE = fitted(short_house())
MILD = {"living": (22.0, 0.5, 600.0), "bedroom": (22.0, 0.5, 600.0)}
KNOBS = Settings(heat_c=21.0, cool_c=26.0, bed_heat_c=18.0, bed_cool_c=27.0, set_back_k=3.0)
FORECAST = mild_forecast()


def orders(controller: Thermostat) -> dict[tuple[str, str], float]:
    return {(one.device, one.action): one.value for one in controller.commands(FORECAST)}


def need_c(controller: Thermostat, room: str) -> float | None:
    return controller.need(room).heat_c


def test_nothing_is_commanded_before_anything_was_said() -> None:
    assert Thermostat(HOUSE, KNOBS).commands(FORECAST) == ()


@pytest.mark.parametrize("family", FAMILIES)
def test_all_devices_are_told_what_their_kind_takes_and_no_hood_or_light_is(family: str) -> None:
    controller = FAMILIES[family].make(HOUSE, KNOBS)
    controller.observe(measurements(8.0, air=MILD, people=dict.fromkeys(MILD, 1)))
    kinds = {device.id: device.kind for device in HOUSE.devices}
    told = orders(controller)
    for (device, action), value in told.items():
        setting = DEVICE_KINDS[kinds[device]].settings[action]
        assert setting.low <= value <= setting.high, (device, action, value)
    devices = {device for device, _ in told}
    assert {"living_aircon", "bedroom_aircon", "ecocute", "bath_fan", "living_blind"} <= devices
    assert not devices & {"range_hood", "living_light", "tv"}


def test_an_air_conditioner_heats_cools_dries_or_is_off() -> None:
    need = Need(heat_c=20.0, cool_c=26.0, fresh=2.0)
    assert climate_orders(18.0, 0.5, need, 0.65) == [("mode", 1.0), ("setpoint_c", 20.0)]
    assert climate_orders(28.0, 0.5, need, 0.65) == [("mode", 2.0), ("setpoint_c", 26.0)]
    assert climate_orders(24.0, 0.75, need, 0.65)[0] == ("mode", 3.0)
    assert climate_orders(20.5, 0.75, need, 0.65)[0] == ("mode", 1.0)  # too cold to dry
    assert climate_orders(24.0, 0.75, need, NEVER)[0][1] != 3.0
    assert climate_orders(10.0, None, Need(heat_c=None, cool_c=None, fresh=2.0), 0.65) == [("mode", 0.0)]
    assert climate_orders(40.0, None, replace(need, heat_c=-5.0, cool_c=60.0), NEVER)[1] == ("setpoint_c", 31.0)


def test_a_set_back_goes_by_the_clock_and_rooms_with_beds_by_the_night() -> None:
    controller = SetBackThermostat(HOUSE, KNOBS)
    for hour, living_c, bedroom_c in ((3.0, 18.0, 18.0), (12.0, 21.0, 15.0), (22.0, 21.0, 18.0)):
        controller.observe(measurements(hour, air=MILD))
        assert (need_c(controller, "living"), need_c(controller, "bedroom")) == (living_c, bedroom_c)
    off = SetBackThermostat(HOUSE, replace(KNOBS, set_back_k=OFF_K))
    off.observe(measurements(12.0, air={**MILD, "bedroom": (5.0, 0.5, 600.0)}))
    assert orders(off)["bedroom_aircon", "mode"] == 0.0
    assert need_c(Thermostat(HOUSE, KNOBS), "bedroom") == 18.0


def test_rules_follow_who_is_there_and_who_sleeps_and_keep_to_the_clock_where_nobody_tells() -> None:
    rules = OccupancyRules(HOUSE, replace(KNOBS, leaves_on_s=900.0))
    rules.observe(measurements(12.0, air=MILD, people={"living": 0, "bedroom": 1}))
    assert (need_c(rules, "living"), need_c(rules, "bedroom")) == (18.0, 21.0)
    rules.observe(measurements(12.1, air=MILD, people={"living": 0, "bedroom": 1}, asleep=("bedroom",)))
    assert need_c(rules, "bedroom") == 18.0
    rules.observe(measurements(12.2, air=MILD, people={"living": 0, "bedroom": 0}))
    assert need_c(rules, "bedroom") == 18.0  # only just left
    rules.observe(measurements(12.6, air=MILD, people={"living": 0, "bedroom": 0}))
    assert need_c(rules, "bedroom") == 15.0
    rules.observe(measurements(12.7, air=MILD, people={"living": None, "bedroom": None}))
    assert (need_c(rules, "living"), need_c(rules, "bedroom")) == (21.0, 15.0)


def test_humidifiers_moisten_rooms_that_are_needed_or_all_where_that_is_set() -> None:
    dry = {"living": (22.0, 0.25, 600.0), "bedroom": (22.0, 0.25, 600.0)}
    for always, noon in ((0.0, 0.0), (1.0, 1.0)):
        controller = SetBackThermostat(HOUSE, replace(KNOBS, moisten_below=0.4, moisten_always=always))
        for hour, on in ((12.0, noon), (23.0, 1.0)):
            controller.observe(measurements(hour, air=dry))
            assert orders(controller)["bedroom_humidifier", "on"] == on


def test_timers_make_hot_water_by_day_and_charge_the_battery_when_they_are_set() -> None:
    house = msgspec.structs.replace(HOUSE, devices=(*HOUSE.devices, *EQUIPMENT["battery"]))
    timed = replace(KNOBS, water_from_h=11.0, store_from_h=1.0)

    def told(settings: Settings, hour: float, charge: float = 0.5) -> tuple[float, float, float]:
        controller = Thermostat(house, settings)
        controller.observe(measurements(hour, air=MILD, devices={"battery": {"charge": charge}}))
        all_told = orders(controller)
        return all_told["ecocute", "mode"], all_told["battery", "mode"], all_told["battery", "power_w"]

    assert [told(KNOBS, hour) for hour in (2.0, 12.0)] == [(1.0, 1.0, 0.0)] * 2
    assert told(timed, 2.0) == (0.0, 2.0, 2400.0)
    assert told(timed, 2.0, charge=1.0) == (0.0, 2.0, 0.0)
    assert told(timed, 12.0) == (2.0, 1.0, 0.0)
    assert told(timed, 15.5) == (1.0, 1.0, 0.0)


def test_a_schedule_learns_the_week_and_makes_rooms_ready_before() -> None:
    schedule = SmartSchedule(HOUSE, replace(KNOBS, lead_h=1.0, likely=0.5))
    for day in range(4):
        for half in range(48):
            people = {"living": 0, "bedroom": int(half == 30)}  # there at three in the afternoon alone
            schedule.observe(measurements(24.0 * day + 0.5 * half, air=MILD, people=people))
    empty = {"living": 0, "bedroom": 0}
    for hour, expected_c in ((13.0, 15.0), (14.25, 18.0), (16.0, 15.0)):
        schedule.observe(measurements(24.0 * 4 + hour, air=MILD, people=empty))
        assert need_c(schedule, "bedroom") == expected_c
    # The weekend has not been seen: there the clock holds, by which nobody sleeps at that time.
    schedule.observe(measurements(24.0 * 5 + 22.0, air=MILD, people=empty))
    assert need_c(schedule, "bedroom") == 18.0


def test_a_schedule_forgets_what_is_no_longer_so() -> None:
    schedule = SmartSchedule(HOUSE, replace(KNOBS, lead_h=0.0, likely=0.3))
    for week, used in ((0, 1), (1, 0)):
        for day in range(5):
            for hour in (10.0, 11.0):
                people = {"bedroom": used if hour == 10.0 else 0}
                schedule.observe(measurements(24.0 * (7 * week + day) + hour, air=MILD, people=people))
    schedule.observe(measurements(24.0 * 14 + 10.0, air=MILD, people={"bedroom": 0}))
    assert need_c(schedule, "bedroom") == 15.0


def test_ventilation_rises_with_stale_air_and_falls_again_without_winding_up() -> None:
    pi = DemandVentilation(HOUSE, replace(KNOBS, fresh_ppm=900.0))
    levels = []
    for step in range(72):
        ppm = 1600.0 if step < 48 else 500.0
        pi.observe(measurements(step / 12.0, air={"living": (22.0, 0.5, ppm)}))
        levels.append(pi.need("living").fresh)
    assert levels[0] == 1.0
    assert levels[47] == 3.0
    assert levels[60] == 1.0


def test_a_setpoint_is_moved_for_a_room_that_stays_cold_but_not_without_end() -> None:
    pi = DemandVentilation(HOUSE, replace(KNOBS, set_back_k=0.0))
    for step in range(120):
        pi.observe(measurements(step / 12.0, air={"living": (19.0, 0.5, 600.0)}))
    assert need_c(pi, "living") == pytest.approx(21.0 + MOST_K, abs=0.1)
    for step in range(120, 240):
        pi.observe(measurements(step / 12.0, air={"living": (21.2, 0.5, 600.0)}))
    moved_c = need_c(pi, "living")
    assert moved_c is not None
    assert moved_c < 21.0 + MOST_K - 0.5


def test_tuning_finds_the_best_of_each_knob_and_never_ends_worse_than_it_began() -> None:
    begin = Settings(heat_c=19.0, bed_heat_c=15.0, set_back_k=2.0)

    def score(settings: Settings) -> float:
        return 10.0 * abs(settings.heat_c - 23.0) + abs(settings.bed_heat_c - 20.0) + settings.set_back_k

    tuned = tune(
        FAMILIES["set-back"],
        WEEKS["winter_tokyo"],
        begin,
        score=score,
        knobs=("set_back_k", "heat_c", "bed_heat_c", "lead_h"),
    )
    assert (tuned.settings.heat_c, tuned.settings.bed_heat_c, tuned.settings.set_back_k) == (23.0, 20.0, 0.0)
    assert tuned.cost == 0.0
    assert not [trial for trial in tuned.tried if trial[0] == "lead_h"]  # nothing is set back: it does nothing
    kept = tune(FAMILIES["thermostat"], WEEKS["winter_tokyo"], begin, score=lambda one: 1.0, knobs=("heat_c",))
    assert kept.cost == 1.0


def test_only_knobs_that_do_something_are_turned() -> None:
    winter, summer = WEEKS["winter_sapporo"], WEEKS["summer_tokyo"]
    family = FAMILIES["thermostat"]
    cold, warm = (knobs_for(family, week, week.house(1)) for week in (winter, summer))
    assert "floor_supply_c" in cold
    assert "cool_c" not in cold
    assert "floor_supply_c" not in warm
    assert "heat_c" not in warm
    for one in FAMILIES.values():
        assert set(one.knobs) <= set(GRID)


def test_what_was_tuned_is_kept_beside_what_was_kept_of_other_weeks(tmp_path: Path) -> None:
    file = tmp_path / "tuned.json"
    assert tuned_book(file) == {}
    keep({"a": {"rules": Kept(settings=KNOBS, cost=1.0, tried=(("heat_c", 21.0, 1.0),))}}, file)
    keep({"b": {"rules": Kept(settings=Settings(), cost=2.0)}}, file)
    assert tuned_book(file)["a"]["rules"].settings == KNOBS
    assert set(tuned_book(file)) == {"a", "b"}
    file.write_text("{", encoding="utf-8")
    tuned_book.cache_clear()
    with pytest.raises(SumikaError, match="cannot be read"):
        tuned_book(file)
    assert tuned_settings("no such week", "rules") == Settings()
