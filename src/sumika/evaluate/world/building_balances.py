"""Whether the simulated building keeps its books: heat, carbon dioxide and water; and whether its physics is right.

* Balances: the demo house with people, devices, open windows and weather, 5-minute steps, a month or a year.
* Step response: two capacities in a row against the closed form of their two eigenvalues, and the demo house's network
  against `scipy.linalg.expm`, for steps from a second to an hour.
* Air change: a room full of carbon dioxide with a fan; the slope of its logarithm against the flow that is told.
* Irradiance: planes of every kind under many skies against pvlib's `haydavies`, called directly.
"""

import math
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pvlib
from numpy.typing import NDArray
from scipy.linalg import expm

from sumika.config import demo_house
from sumika.evaluate.figure import Evidence, Figure
from sumika.schema.building import Building as Description
from sumika.schema.building import Site
from sumika.schema.house import House, Room
from sumika.world.building import NOBODY, Building
from sumika.world.building.accounts import Account
from sumika.world.building.acted import gathered
from sumika.world.building.heat import Heat
from sumika.world.building.links import OUTDOOR, Linked, Links
from sumika.world.building.network import network_of
from sumika.world.building.sunlight import EXTRATERRESTRIAL_W_M2, GROUND_ALBEDO, plane_irradiance
from sumika.world.building.transport import transport_of
from sumika.world.exchange import Acting, Outside, RoomsActedOn
from sumika.world.weather import weather_of

Array = NDArray[np.float64]

SEED = 20261128
STEP_S = 300.0
QUICK_DAYS, FULL_DAYS = 10, 365
STEPS_S = (1.0, 60.0, 300.0, 900.0, 3600.0)


def measure(full: bool) -> dict[str, Figure]:
    """Return closures of a year (or some days), and errors against closed forms and libraries."""
    days = FULL_DAYS if full else QUICK_DAYS
    building = run_house(demo_house().house, days)
    accounts = building.accounts
    through = {"days": days, "heat_gj": accounts.energy_j.through / 1e9, "co2_kg": accounts.co2_kg.through}
    analytic, against_expm = two_capacities_error(), network_error()
    closures = {
        "energy_closure": (accounts.energy_closure, {**through, "water_kg": accounts.water_kg.through}),
        "co2_closure": (accounts.co2_closure, through),
        "water_closure": (accounts.water_closure, {**through, "drained_kg": building.moisture.drained_kg}),
        "step_response_error": (max(analytic, against_expm), {"analytic": analytic, "expm": against_expm}),
        "air_change_error": (air_change_error(), {}),
        "irradiance_error": (irradiance_error(400), {}),
    }
    return {
        name: Figure(value=value, unit="share", evidence=Evidence.SIMULATION, detail=dict(detail))
        for name, (value, detail) in closures.items()
    }


def run_house(house: House, days: float) -> Building:
    """Return the building of a house after so many days of January weather and of people and devices by chance."""
    site = house.building.site if house.building is not None else Site()
    start = datetime(2026, 1, 1, tzinfo=ZoneInfo(site.timezone))
    weather = weather_of(site, start, days, SEED, None)
    building = Building.of(house)
    building.settle(weather.outside(0.0, STEP_S), 18.0)
    generator = np.random.Generator(np.random.SFC64((SEED, 1)))
    acted = NOBODY
    for step in range(round(days * 86400.0 / STEP_S)):
        if step % 6 == 0:
            acted = _by_chance(house, generator)
        building.step(STEP_S, weather.outside(step * STEP_S, STEP_S), acted)
    return building


def _by_chance(house: House, generator: np.random.Generator) -> RoomsActedOn:
    """Return anything that may act on the rooms of a house: also condensing showers and windows open in a gale."""
    acting = []
    for room in house.rooms:
        draw = generator.random(8)
        acting.append(
            Acting(
                room=room.id,
                convective_w=1500.0 * (draw[0] - 0.3),
                radiant_w=100.0 * draw[1],
                floor_w=500.0 * (draw[2] > 0.8),
                vapour_kg_s=4e-4 * (draw[3] > 0.95) + 2e-5 * draw[3],
                co2_kg_s=1e-5 * draw[4],
                extract_m3_s=0.02 * (draw[5] > 0.5),
                supply_m3_s=0.02 * (draw[6] > 0.5),
                supply_temperature_c=15.0,
                mixed_m3_s=0.05 * (draw[7] > 0.8),
            )
        )
    building = house.building if house.building is not None else Description()
    return RoomsActedOn(
        acting=tuple(acting),
        windows_open={one.id: float(generator.random()) for one in building.windows if generator.random() > 0.9},
        doors_open={one.id: float(generator.random()) for one in building.doors},
        blinds_closed={one.id: float(generator.random()) for one in building.windows},
        blinds_transmit={},
    )


def two_capacities_error() -> float:
    """Return the largest error, relative to the step, of air and wall in a row after the outside jumps by 10 K.

    C1 T1' = g (T2 - T1), C2 T2' = g (T1 - T2) + h (To - T2): both eigenvalues are roots of a quadratic.
    """
    air, wall, g, h = 4.0e4, 3.0e6, 120.0, 35.0
    links = Links()
    nodes = links.node(air), links.node(wall)
    surface = links.node()  # without mass, as every surface of a house
    links.joined += [(nodes[0], surface, 2.0 * g), (surface, nodes[1], 2.0 * g)]
    links.bounded.append((nodes[1], OUTDOOR, h))
    links.driven += [(nodes[0], name, 0, 1.0) for name in ("convective", "radiant", "floor", "solar")]
    heat = Heat(
        network_of(Linked(links=links, air=(nodes[0],), star=(surface,), surfaces=())), np.ones(1), air, Account()
    )
    outside, acted = Outside(temperature_c=10.0, humidity_ratio=0.0), np.zeros((17, 1))
    nothing = np.zeros(1)
    by = heat.surroundings(
        heat.inputs(outside, np.zeros(0), acted, nothing, nothing),
        outside,
        acted,
        transport_of(acted, np.ones(1), np.zeros((1, 1)), np.zeros((1, 3))),
    )
    worst = 0.0
    for seconds in STEPS_S:
        end, _ = heat.end_of(seconds, by)
        worst = max(worst, float(np.abs(end - _two_capacities(air, wall, g, h, 10.0, seconds)).max()) / 10.0)
    return worst


def _two_capacities(air: float, wall: float, g: float, h: float, jump: float, seconds: float) -> Array:
    """Return both temperatures in closed form, from zero."""
    trace, determinant = -(g / air + (g + h) / wall), g * h / (air * wall)
    root = math.sqrt(trace * trace / 4.0 - determinant)
    fast, slow = trace / 2.0 - root, trace / 2.0 + root
    # T - To = sum of a_k (1, 1 + C1 lambda_k / g) e^(lambda_k t), with -jump for both at the beginning.
    a_slow = -jump * fast / (fast - slow)
    a_fast = -jump - a_slow
    parts = ((a_slow, slow), (a_fast, fast))
    one = sum(a * math.exp(rate * seconds) for a, rate in parts)
    two = sum(a * (1.0 + air * rate / g) * math.exp(rate * seconds) for a, rate in parts)
    return np.array([jump + one, jump + two])


def network_error() -> float:
    """Return the largest difference, in kelvins, of the demo house's step from `scipy.linalg.expm` of its matrix."""
    building = Building.of(demo_house().house)
    outside = Outside(temperature_c=-3.0, humidity_ratio=0.002, wind_m_s=4.0, sky_temperature_c=-20.0)
    building.settle(outside, 21.0)
    acting = (Acting(room="living", convective_w=3000.0), Acting(room="bathroom", extract_m3_s=0.03))
    acted = replace(NOBODY, doors_open={"living_door": 1.0}, windows_open={"bedroom_south": 0.3})
    by, _, _ = building.surroundings(300.0, outside, acted, gathered(acting, building.room_index, outside))
    network = building.heat.network
    size, rooms = len(network.capacity_j_k), network.rooms
    augmented = np.zeros((size + 1, size + 1))
    augmented[:size, :size] = network.matrix()
    augmented[:rooms, :rooms] += by.moved.rates
    augmented[:size, size] = network.inputs @ by.inputs
    augmented[:rooms, size] += by.carried
    worst = 0.0
    for seconds in STEPS_S:
        end, _ = building.heat.end_of(seconds, by)
        exact = (expm(augmented * seconds) @ np.append(building.heat.nodes_c, 1.0))[:size]
        worst = max(worst, float(np.abs(end - exact).max()))
    return worst


def air_change_error() -> float:
    """Return the relative error of the air change rate from the decay of carbon dioxide in a room with a fan."""
    room = Room(id="room", floor_m=((0.0, 0.0), (4.0, 0.0), (4.0, 5.0), (0.0, 5.0)))
    building = Building.of(House(rooms=(room,), building=Description()))
    outside = Outside(temperature_c=5.0, humidity_ratio=0.004, wind_m_s=3.0)
    fan = replace(NOBODY, acting=(Acting(room="room", extract_m3_s=0.02),))
    excess, told = [], []
    building.step(600.0, outside, replace(NOBODY, acting=(Acting(room="room", co2_kg_s=2e-4),)))
    for _ in range(60):
        now = building.step(60.0, outside, fan)
        excess.append(float(now.co2_ppm[0]) - outside.co2_ppm)
        told.append(float(now.outdoor_air_m3_s[0]) / float(building.volume_m3[0]))
    seconds = 60.0 * np.arange(len(excess))
    slope = -np.polyfit(seconds, np.log(excess), 1)[0]
    return float(abs(slope / np.mean(told[1:]) - 1.0))


def irradiance_error(skies: int) -> float:
    """Return the largest difference from pvlib's irradiance on planes, relative to the solar constant."""
    generator = np.random.Generator(np.random.SFC64((SEED, 2)))
    worst = 0.0
    tilt, azimuth = np.array([0.0, 30.0, 90.0, 90.0, 90.0, 90.0]), np.array([0.0, 180.0, 0.0, 90.0, 200.0, 300.0])
    for _ in range(skies):
        elevation, sun = generator.uniform(2.0, 89.0), generator.uniform(0.0, 360.0)
        direct, diffuse = generator.uniform(0.0, 1000.0), generator.uniform(0.0, 400.0)
        level = diffuse + direct * math.sin(math.radians(elevation))
        outside = Outside(
            temperature_c=0.0,
            humidity_ratio=0.0,
            sun_elevation_deg=elevation,
            sun_azimuth_deg=sun,
            direct_normal_w_m2=direct,
            diffuse_horizontal_w_m2=diffuse,
            global_horizontal_w_m2=level,
        )
        cosine = pvlib.irradiance.aoi_projection(tilt, azimuth, 90.0 - elevation, sun)
        mine = sum(plane_irradiance(np.asarray(cosine), tilt, outside, elevation))
        theirs = pvlib.irradiance.get_total_irradiance(
            tilt,
            azimuth,
            90.0 - elevation,
            sun,
            direct,
            level,
            diffuse,
            dni_extra=EXTRATERRESTRIAL_W_M2,
            albedo=GROUND_ALBEDO,
            model="haydavies",
        )
        worst = max(worst, float(np.abs(mine - theirs["poa_global"]).max()) / EXTRATERRESTRIAL_W_M2)
    return worst
