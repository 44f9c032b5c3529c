"""Heat, air, water and gases of the simulated building: books that close, laws that hold, steps of any length."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.linalg import expm

from sumika.config import demo_house
from sumika.evaluate.world import building_balances
from sumika.physics.psychrometrics import humidity_ratio
from sumika.schema import SumikaError
from sumika.schema.building import Building as Description
from sumika.schema.building import Door, Site, Window
from sumika.schema.house import House, Room
from sumika.world.building import NOBODY, Building
from sumika.world.building.heating_demand import heating_demand
from sumika.world.building.series import advance_dense
from sumika.world.building.smooth_series import advance_smooth, series_of
from sumika.world.exchange import Acting, Outside, RoomsActedOn, RoomsNow

Array = NDArray[np.float64]

pytestmark = pytest.mark.slow  # the loops of a whole building are compiled first

WINTER = Outside(temperature_c=0.0, humidity_ratio=0.003, wind_m_s=3.0, wind_from_deg=300.0, sky_temperature_c=-15.0)
CALM = Outside(temperature_c=0.0, humidity_ratio=0.003, sky_temperature_c=0.0, ground_temperature_c=0.0)
NOON = replace(
    WINTER,
    sun_elevation_deg=30.0,
    sun_azimuth_deg=180.0,
    direct_normal_w_m2=700.0,
    diffuse_horizontal_w_m2=80.0,
    global_horizontal_w_m2=430.0,
)
WINDOW = Window(id="w", room="a", wall=0, width_m=2.0, height_m=1.5)


def demo() -> Building:
    return Building.of(demo_house().house)


def two_rooms(window: Window = WINDOW, leakage_cm2_m2: float | None = None) -> Building:
    rooms = (
        Room(id="a", floor_m=((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0))),
        Room(id="b", floor_m=((4.1, 0.0), (8.1, 0.0), (8.1, 4.0), (4.1, 4.0))),
    )
    doors = (Door(id="d", rooms=("a", "b"), at_m=(4.05, 2.0)),)
    description = Description(windows=(window,), doors=doors, leakage_cm2_m2=leakage_cm2_m2, site=Site(sheltered=0.0))
    return Building.of(House(rooms=rooms, building=description))


def run(building: Building, acted: RoomsActedOn, outside: Outside, seconds: float, steps: int) -> RoomsNow:
    for _ in range(steps):
        building.step(seconds, outside, acted)
    return building.rooms_now


LIFE = replace(
    NOBODY,
    acting=(
        Acting(room="living", convective_w=800.0, radiant_w=200.0, co2_kg_s=1.5e-5, vapour_kg_s=6e-5, pm2_5_ug_s=20.0),
        Acting(room="bathroom", extract_m3_s=0.0125, vapour_kg_s=3e-4),
        Acting(room="bedroom", floor_w=300.0, mixed_m3_s=0.02, supply_m3_s=0.01, supply_temperature_c=16.0),
    ),
    doors_open={"living_door": 1.0, "bathroom_door": 0.5},
    windows_open={"bedroom_south": 0.2},
    blinds_closed={"living_south": 0.7},
)


def test_books_close_to_rounding_over_wild_days() -> None:
    accounts = building_balances.run_house(demo_house().house, 2.0).accounts
    assert accounts.energy_closure < 1e-11
    assert accounts.co2_closure < 1e-11
    assert accounts.water_closure < 1e-11
    assert accounts.energy_j.through > 1e8
    assert accounts.water_kg.through > 10.0


def test_an_error_in_the_books_would_be_seen() -> None:
    building = demo()
    run(building, LIFE, WINTER, 300.0, 12)
    building.heat.nodes_c[0] += 0.01  # a hundredth of a kelvin in the air of one room
    building.step(300.0, WINTER, LIFE)
    assert building.accounts.energy_closure > 1e-6


def test_short_and_long_steps_agree() -> None:
    ends = []
    for seconds in (5.0, 60.0, 900.0):
        building = demo()
        building.settle(NOON, 18.0)
        ends.append(run(building, LIFE, NOON, seconds, round(1800.0 / seconds)))
    for one, tolerance in (("air_temperature_c", 0.25), ("co2_ppm", 12.0), ("relative_humidity", 0.06)):
        assert getattr(ends[2], one) == pytest.approx(getattr(ends[0], one), abs=tolerance)
        assert getattr(ends[1], one) == pytest.approx(getattr(ends[0], one), abs=tolerance / 4.0)


def test_steps_agree_exactly_while_the_air_moves_alike() -> None:
    """Fans alone drive the air of a tight house: then nothing is left that a long step would freeze."""
    fans = replace(NOBODY, acting=(Acting(room="a", supply_m3_s=0.02), Acting(room="b", extract_m3_s=0.02)))
    heat = replace(fans, acting=(*fans.acting, Acting(room="a", convective_w=500.0, co2_kg_s=1e-5)))
    ends = []
    for seconds in (10.0, 600.0):
        building = two_rooms(leakage_cm2_m2=0.0)
        building.settle(CALM, 15.0)
        ends.append(run(building, heat, CALM, seconds, round(1200.0 / seconds)))
    assert ends[0].air_temperature_c == pytest.approx(ends[1].air_temperature_c, abs=0.03)
    assert ends[0].co2_ppm == pytest.approx(ends[1].co2_ppm, rel=1e-4)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.floats(0.1, 5000.0), st.integers(1, 12))
def test_both_series_are_the_matrix_exponential(seed: int, seconds: float, size: int) -> None:
    generator = np.random.default_rng(seed)
    links = generator.uniform(0.0, 1.0, (size, size)) * (generator.random((size, size)) > 0.4)
    links = links + links.T
    capacity = 10.0 ** generator.uniform(1.0, 4.0, size)
    matrix = (links - np.diag(links.sum(axis=1) + generator.uniform(0.0, 1.0, size))) / capacity[:, None]
    drive, start = generator.normal(0.0, 0.1, size), generator.normal(10.0, 10.0, size)
    augmented = np.zeros((size + 1, size + 1))
    augmented[:size, :size], augmented[:size, size] = matrix, drive
    exact = (expm(augmented * seconds) @ np.append(start, 1.0))[:size]
    taylor, integral = start.copy(), np.zeros(size)
    advance_dense(matrix, drive, taylor, integral, seconds)
    scale = 1.0 + np.abs(exact).max()
    assert np.abs(taylor - exact).max() < 1e-9 * scale
    assert np.abs(matrix @ integral + drive * seconds - (taylor - start)).max() < 1e-9 * scale
    bound, series = series_of(float(np.abs(matrix).sum(axis=1).max()) * seconds)
    smooth, mean = start.copy(), np.zeros(size)
    columns = np.tile(np.arange(size), size)
    starts = np.arange(size + 1) * size
    advance_smooth(matrix.ravel(), columns, starts, drive, smooth, mean, seconds, bound, series)
    assert np.abs(smooth - exact).max() < 1e-9 * scale
    assert mean == pytest.approx(integral, rel=1e-8, abs=1e-6 * seconds)


def test_step_response_air_change_and_irradiance_are_right() -> None:
    assert building_balances.two_capacities_error() < 1e-9
    assert building_balances.network_error() < 1e-6
    assert building_balances.air_change_error() < 1e-3
    assert building_balances.irradiance_error(25) < 1e-9


def test_heat_loss_at_rest_is_that_of_the_envelope() -> None:
    """In a still, dark cold the heaters give UA times area times the difference, and what the cracks let through."""
    building = demo()
    building.settle(CALM, 20.0)
    powers = np.zeros(6)
    network = building.heat.network
    lost = network.loss_of_state @ building.heat.nodes_c
    by_ua = building.ua_w_m2_k * building.envelope_area_m2 * 20.0
    assert powers.sum() == 0.0
    # The earth below counts less in UA (0.7), and surfaces a little colder than the air give less by rays.
    assert float(lost.sum()) == pytest.approx(by_ua, rel=0.15)


def test_sun_through_a_southern_window_warms_its_room_and_a_blind_keeps_it_out() -> None:
    dark, sunny, shut = (two_rooms() for _ in range(3))
    outside_blind = replace(NOBODY, blinds_closed={"w": 1.0}, blinds_outside=frozenset({"w"}))
    inside_blind = replace(NOBODY, blinds_closed={"w": 1.0})
    inside = two_rooms()
    for building in (dark, sunny, shut, inside):
        building.settle(WINTER, 18.0)
    night = run(dark, NOBODY, WINTER, 300.0, 72).radiant_temperature_c[0]
    day = run(sunny, NOBODY, NOON, 300.0, 72).radiant_temperature_c[0]
    kept_out = run(shut, outside_blind, NOON, 300.0, 72).radiant_temperature_c[0]
    kept_in = run(inside, inside_blind, NOON, 300.0, 72).radiant_temperature_c[0]
    assert night < kept_out < kept_in < day


def test_an_overhang_shades_in_summer_more_than_in_winter() -> None:
    high = replace(NOON, sun_elevation_deg=75.0)
    gains = {}
    for depth in (0.0, 1.0):
        building = two_rooms(Window(id="w", room="a", wall=0, width_m=2.0, height_m=1.5, overhang_m=depth))
        for name, sky in (("summer", high), ("winter", NOON)):
            _, windows, _ = building.surroundings(1.0, sky, NOBODY, np.zeros((17, 2)))
            gains[depth, name] = float(windows.onto_surfaces_w[0])
    assert gains[1.0, "summer"] < 0.5 * gains[0.0, "summer"]
    assert gains[1.0, "winter"] > 0.6 * gains[0.0, "winter"]


def test_radiant_heat_warms_walls_before_air() -> None:
    by_air, by_rays = two_rooms(), two_rooms()
    warm = run(by_air, replace(NOBODY, acting=(Acting(room="a", convective_w=1000.0),)), CALM, 60.0, 30)
    rays = run(by_rays, replace(NOBODY, acting=(Acting(room="a", radiant_w=1000.0),)), CALM, 60.0, 30)
    assert warm.air_temperature_c[0] - warm.radiant_temperature_c[0] > 1.0
    assert rays.radiant_temperature_c[0] > rays.air_temperature_c[0]
    floor = run(two_rooms(), replace(NOBODY, acting=(Acting(room="a", floor_w=1000.0),)), CALM, 300.0, 24)
    assert floor.floor_temperature_c[0] > floor.radiant_temperature_c[0] > floor.radiant_temperature_c[1]


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000))
def test_every_room_takes_as_much_air_as_it_gives(seed: int) -> None:
    generator = np.random.default_rng(seed)
    building = two_rooms()
    driven = generator.uniform(-0.05, 0.05, 2)
    shares = generator.random(2) * (generator.random(2) > 0.5)
    wind, angle = generator.uniform(0.0, 15.0), generator.uniform(0.0, 360.0)
    between, through = building.paths.move(generator.uniform(10.0, 30.0, 2), -5.0, wind, angle, shares, driven)
    comes = between.sum(axis=1) + through[:, 0] + through[:, 1] + driven
    goes = between.sum(axis=0) + through[:, 2]
    assert comes == pytest.approx(goes, abs=1e-12)
    assert (between >= 0.0).all()
    assert (through >= 0.0).all()


def test_an_open_door_exchanges_what_its_profile_of_pressure_says() -> None:
    """Brown and Solvason: Cd/3 W sqrt(g H^3 drho/rho) each way, in a house without cracks."""
    building = two_rooms(leakage_cm2_m2=0.0)
    between, _ = building.paths.move(np.array([22.0, 18.0]), 20.0, 0.0, 0.0, np.array([0.0, 1.0]), np.zeros(2))
    density = 4.0 / 293.15
    expected = 0.6 / 3.0 * 0.8 * math.sqrt(9.81 * 2.0**3 * density) + 0.02 * 1.6
    assert between[0, 1] == pytest.approx(expected, rel=0.03)
    assert between[1, 0] == pytest.approx(expected, rel=0.03)


def test_more_wind_more_cold_and_more_cracks_bring_more_air() -> None:
    def fresh(building: Building, outside: Outside) -> float:
        building.settle(outside, 20.0)
        return float(building.rooms_now.outdoor_air_m3_s.sum())

    usual = fresh(two_rooms(), WINTER)
    assert fresh(two_rooms(), replace(WINTER, wind_m_s=10.0)) > 2.0 * usual
    assert fresh(two_rooms(), replace(WINTER, temperature_c=-20.0)) > usual
    assert fresh(two_rooms(leakage_cm2_m2=10.0), WINTER) > 2.0 * usual
    opened = two_rooms()
    opened.step(60.0, WINTER, replace(NOBODY, windows_open={"w": 1.0}))
    assert float(opened.rooms_now.outdoor_air_m3_s[0]) > 10.0 * usual
    assert float(opened.rooms_now.air_speed_m_s[0]) > 0.1


def test_leakage_is_that_of_the_plate() -> None:
    """Blown up to 9.8 Pa the house lets through what its C value says."""
    building = two_rooms(leakage_cm2_m2=5.0)
    blower = np.full(2, 5e-4 * 16.0 * math.sqrt(2.0 * 9.8 / 1.2))
    _, through = building.paths.move(np.full(2, 20.0), 20.0, 0.0, 0.0, np.zeros(2), blower)
    assert building.paths.pressure_pa == pytest.approx([9.8, 9.8], rel=0.02)
    assert through[:, 2].sum() == pytest.approx(blower.sum(), rel=1e-6)


def test_steam_condenses_on_cold_panes_and_dries_again() -> None:
    building = two_rooms(Window(id="w", room="a", wall=0, width_m=2.0, height_m=1.5, u_w_m2_k=6.0))
    building.settle(WINTER, 20.0)
    steam = replace(NOBODY, acting=(Acting(room="a", vapour_kg_s=5e-4, convective_w=600.0),))
    run(building, steam, WINTER, 300.0, 12)
    wet = float(building.moisture.film_kg[0, 0])
    assert wet > 0.01
    assert float(building.rooms_now.surface_humidity[0]) == 1.0
    assert building.accounts.water_closure < 1e-12
    airing = replace(NOBODY, acting=(Acting(room="a", convective_w=2000.0),), windows_open={"w": 0.3})
    run(building, airing, replace(WINTER, humidity_ratio=0.001), 300.0, 36)
    assert float(building.moisture.film_kg[0, 0]) == 0.0
    assert building.accounts.water_closure < 1e-12


def test_materials_dampen_a_shower_of_vapour() -> None:
    damped = two_rooms(leakage_cm2_m2=0.0)
    damped.settle(CALM, 20.0)
    before = float(damped.rooms_now.humidity_ratio[0])
    steam = replace(NOBODY, acting=(Acting(room="a", vapour_kg_s=1e-4),))
    run(damped, steam, CALM, 300.0, 12)
    undamped = before + 0.36 / (1.2 * float(damped.volume_m3[0]))
    after = float(damped.rooms_now.humidity_ratio[0])
    assert before < after < before + 0.6 * (undamped - before)


@pytest.mark.parametrize("seconds", [1.0, 300.0, 900.0])
def test_a_strong_dehumidifier_does_not_take_more_than_there_is(seconds: float) -> None:
    building = two_rooms()
    dry = replace(NOBODY, acting=(Acting(room="a", vapour_kg_s=-0.02),))
    now = run(building, dry, WINTER, seconds, 3)
    assert (now.humidity_ratio >= 0.0).all()
    assert building.accounts.water_closure < 1e-10


def test_a_filter_cleans_and_cracks_keep_dust_out() -> None:
    smog = replace(WINTER, pm2_5_ug_m3=100.0)
    plain, filtered, aired = two_rooms(), two_rooms(), two_rooms()
    dusty = run(plain, NOBODY, smog, 900.0, 48).pm2_5_ug_m3[0]
    purifier = replace(NOBODY, acting=(Acting(room="a", clean_air_m3_s=0.08),))
    clean = run(filtered, purifier, smog, 900.0, 48).pm2_5_ug_m3[0]
    open_air = run(aired, replace(NOBODY, windows_open={"w": 1.0}), smog, 900.0, 48).pm2_5_ug_m3[0]
    assert clean < 0.3 * dusty
    assert dusty < 80.0 < open_air < 100.0


def test_daylight_comes_in_where_windows_are_and_lamps_add_to_it() -> None:
    building = two_rooms()
    lamp = replace(NOBODY, acting=(Acting(room="b", light_lux=300.0, light_melanopic_lux=120.0),))
    now = building.step(60.0, NOON, lamp)
    assert now.illuminance_lux[0] > 200.0
    assert now.illuminance_lux[1] == pytest.approx(300.0)
    assert now.melanopic_edi_lux[1] == pytest.approx(120.0)
    assert building.step(60.0, WINTER, NOBODY).illuminance_lux == pytest.approx([0.0, 0.0])


def test_sound_comes_through_windows_and_doors() -> None:
    building = two_rooms()
    street = replace(WINTER, sound_dba=70.0)
    shut = building.step(60.0, street, NOBODY).sound_dba
    opened = building.step(60.0, street, replace(NOBODY, windows_open={"w": 1.0})).sound_dba
    assert shut[0] < 45.0 < opened[0] < 70.0
    music = replace(NOBODY, acting=(Acting(room="a", sound_dba=70.0), Acting(room="a", sound_dba=70.0)))
    assert building.step(60.0, WINTER, music).sound_dba[0] == pytest.approx(73.0, abs=0.1)
    behind = building.step(60.0, WINTER, music).sound_dba[1]
    through_door = building.step(60.0, WINTER, replace(music, doors_open={"d": 1.0})).sound_dba[1]
    assert behind + 10.0 < through_door < 73.0


def test_corners_are_colder_than_walls_and_the_coldest_room_is_told() -> None:
    building = two_rooms()
    building.settle(WINTER, 20.0)
    now = building.rooms_now
    assert (now.coldest_surface_c < now.radiant_temperature_c).all()
    assert building.coldest[0] == "a"
    assert building.coldest[1] == pytest.approx(float(now.coldest_surface_c[0]))
    ratio = float(now.humidity_ratio[0])
    expected = ratio / humidity_ratio(float(now.coldest_surface_c[0]), 1.0)
    assert float(now.surface_humidity[0]) == pytest.approx(min(expected, 1.0), rel=0.02)


def test_what_cannot_be_is_refused() -> None:
    building = two_rooms()
    for seconds in (0.0, -1.0, 7200.0, math.nan):
        with pytest.raises(SumikaError, match="step"):
            building.step(seconds, WINTER, NOBODY)
    with pytest.raises(SumikaError, match="no number"):
        building.step(60.0, WINTER, replace(NOBODY, acting=(Acting(room="a", convective_w=math.nan),)))
    with pytest.raises(SumikaError, match="cellar"):
        building.step(60.0, WINTER, replace(NOBODY, acting=(Acting(room="cellar"),)))


def test_ideal_heaters_hold_the_setpoint_and_give_what_is_lost() -> None:
    house = demo_house().house
    demand = heating_demand(house, [CALM] * 24, gains_w_m2=0.0)
    assert demand.coldest_c == pytest.approx(20.0, abs=0.02)
    building = Building.of(house)
    by_ua = building.ua_w_m2_k * building.envelope_area_m2 * 20.0 * 24.0
    assert demand.kwh_m2 * float(building.floor_area_m2.sum()) * 1000.0 > 0.9 * by_ua
    warm = replace(CALM, temperature_c=25.0, sky_temperature_c=25.0, ground_temperature_c=25.0)
    mild = heating_demand(house, [warm] * 3)
    assert mild.kwh_m2 == pytest.approx(0.0, abs=1e-3)


def test_a_settled_house_keeps_its_humidity_also_of_whole_degrees() -> None:
    building = two_rooms(leakage_cm2_m2=0.0)
    building.settle(WINTER, 20)
    before = building.rooms_now.relative_humidity.copy()
    now = run(building, replace(NOBODY, acting=(Acting(room="a", convective_w=400.0),)), WINTER, 300.0, 6)
    assert now.relative_humidity == pytest.approx(before, abs=0.05)
