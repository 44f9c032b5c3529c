"""The simulated house as a whole: reproducible, its books close, it obeys commands, events and faults."""

import msgspec
import numpy as np
import pytest

from sumika.config import demo_house
from sumika.schema import SumikaError, UsageError
from sumika.schema.building import Grade, HeatingSystem, VentilationClass
from sumika.schema.house import Device, House, WorldSettings
from sumika.world.devices import Devices
from sumika.world.fittings import fitted
from sumika.world.simulation import World, WorldStep
from sumika.world.start import start_of

HOUSE = demo_house({}).house


def settings(**changes: object) -> House:
    assert HOUSE.world is not None
    return msgspec.structs.replace(HOUSE, world=msgspec.structs.replace(HOUSE.world, **changes))


def run(world: World, hours: float, step_s: float = 300.0) -> list[WorldStep]:
    return [world.step(step_s) for _ in range(round(hours * 3600.0 / step_s))]


def told(steps: list[WorldStep]) -> bytes:
    return b"".join(
        step.rooms.air_temperature_c.tobytes()
        + step.rooms.co2_ppm.tobytes()
        + repr((step.meter, sorted(step.where.items()), sorted(step.devices.power_w.items()))).encode()
        for step in steps
    )


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_and_another_one_another_day() -> None:
    once, again, other = (told(run(World.of(settings(seed=seed)), 12.0)) for seed in (3, 3, 4))
    assert once == again
    assert once != other


@pytest.mark.slow
def test_heat_carbon_dioxide_and_water_are_neither_made_nor_lost() -> None:
    world = World.of(HOUSE)
    run(world, 48.0)
    accounts = world.building.accounts
    assert accounts.energy_closure < 1e-3
    assert accounts.co2_closure < 1e-4
    assert accounts.water_closure < 1e-4


@pytest.mark.slow
def test_short_and_long_steps_tell_the_same_day() -> None:
    fine, coarse = (run(World.of(HOUSE), 6.0, step_s) for step_s in (60.0, 300.0))
    difference_c = fine[-1].rooms.air_temperature_c - coarse[-1].rooms.air_temperature_c
    assert np.abs(difference_c).max() < 3.0
    assert np.abs(fine[-1].rooms.co2_ppm / coarse[-1].rooms.co2_ppm - 1).max() < 0.2


@pytest.mark.slow
def test_without_habits_nothing_is_driven_until_somebody_commands() -> None:
    world = World.of(HOUSE, habits=False)
    cold = run(world, 3.0)[-1]
    assert cold.devices.power_w["living_aircon"] < 20.0
    assert world.command("living_aircon", "setpoint_c", 24.0) == ""
    assert world.command("living_aircon", "mode", 1.0) == ""
    warm = run(world, 2.0)[-1]
    assert warm.devices.power_w["living_aircon"] > 100.0
    assert warm.rooms.air_temperature_c[0] > cold.rooms.air_temperature_c[0] + 2.0


def test_what_cannot_be_commanded_is_told() -> None:
    world = World.of(HOUSE, habits=False)
    assert world.command("living_aircon", "setpoint_c", 60.0) != ""
    with pytest.raises(SumikaError, match="toaster"):
        world.command("toaster", "on", 1.0)
    with pytest.raises(UsageError, match="attic_window"):
        world.hold_window("attic_window", 1.0)


@pytest.mark.slow
def test_an_open_window_lets_the_cold_in() -> None:
    shut, opened = World.of(HOUSE, habits=False), World.of(HOUSE, habits=False)
    opened.hold_window("living_south", 1.0)
    difference_c = run(shut, 1.0)[-1].rooms.air_temperature_c[0] - run(opened, 1.0)[-1].rooms.air_temperature_c[0]
    assert difference_c > 2.0
    opened.hold_window("living_south", -1.0)
    assert run(opened, 0.5)[-1].rooms.outdoor_air_m3_s[0] < 0.05


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01T10:00", ""])
def test_a_start_that_is_no_moment_is_told(text: str) -> None:
    with pytest.raises(UsageError, match=r"world\.start"):
        start_of(settings(start=text))


def test_an_unknown_time_zone_is_told() -> None:
    assert HOUSE.building is not None
    site = msgspec.structs.replace(HOUSE.building.site, timezone="Mars/Olympus")
    house = msgspec.structs.replace(HOUSE, building=msgspec.structs.replace(HOUSE.building, site=site))
    with pytest.raises(UsageError, match="Mars/Olympus"):
        start_of(house)


def test_a_house_without_a_word_on_its_world_begins_all_the_same() -> None:
    house = msgspec.structs.replace(HOUSE, world=None, building=None, tariff=None)
    assert World.of(house).start == start_of(msgspec.structs.replace(house, world=WorldSettings()))


@pytest.mark.parametrize("kind", list(VentilationClass))
def test_every_class_of_ventilation_gives_the_fresh_air_it_is_sized_for(kind: VentilationClass) -> None:
    assert HOUSE.building is not None
    building = msgspec.structs.replace(HOUSE.building, ventilation=kind, air_changes_per_h=0.5)
    bare = msgspec.structs.replace(HOUSE, building=building, devices=(), residents=())
    world = World.of(bare, habits=False)
    run(world, 1.0)
    step = run(world, 0.5)[-1]
    changes_per_h = step.rooms.outdoor_air_m3_s.sum() * 3600.0 / world.building.volume_m3.sum()
    if kind is VentilationClass.NATURAL:
        assert changes_per_h < 0.35
    else:
        assert 0.4 < changes_per_h < 0.9
    assert ("ventilation" in {device.id for device in fitted(bare).devices}) == (kind is VentilationClass.BALANCED)


@pytest.mark.parametrize(
    ("listed", "of_building", "recovers"),
    [
        (None, None, 0.5),
        (None, 0.9, 0.9),
        ({"airflow_m3_h": 160.0}, None, 0.5),
        ({}, 0.9, 0.9),
        ({"heat_recovery": 0.7}, 0.9, 0.7),
    ],
)
def test_ventilation_recovers_what_its_plate_the_building_or_the_grade_says(
    listed: dict[str, float] | None, of_building: float | None, recovers: float
) -> None:
    assert HOUSE.building is not None
    building = msgspec.structs.replace(
        HOUSE.building,
        grade=Grade.WOODEN_1980,
        ventilation=VentilationClass.BALANCED,
        heat_recovery=of_building,
    )
    units = () if listed is None else (Device(id="u", room="hall", kind="balanced_ventilation", ratings=listed),)
    house = fitted(msgspec.structs.replace(HOUSE, building=building, devices=units))
    unit = next(device for device in house.devices if device.kind == "balanced_ventilation")
    assert Devices.of(house, 1, start_of(house)).device(unit.id).ratings["heat_recovery"] == recovers


@pytest.mark.slow
@pytest.mark.parametrize("system", [kind for kind in HeatingSystem if kind is not HeatingSystem.NONE])
def test_a_house_that_lists_no_heating_is_heated_by_the_kind_it_names(system: HeatingSystem) -> None:
    assert HOUSE.building is not None
    warm_c = {}
    for kind in (system, HeatingSystem.NONE):
        building = msgspec.structs.replace(HOUSE.building, heating=kind)
        world = World.of(msgspec.structs.replace(HOUSE, building=building, devices=()))
        warm_c[kind] = np.mean([step.rooms.air_temperature_c[0] for step in run(world, 4.0)[-12:]])
    assert warm_c[system] > warm_c[HeatingSystem.NONE] + 2.0
    assert 17.0 < warm_c[system] < 27.0
