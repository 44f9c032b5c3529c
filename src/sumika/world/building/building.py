"""The building as a whole: one step of heat, air, water, pollutants, light and sound in every room."""

import math
from types import MappingProxyType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sumika.physics.psychrometrics import (
    AIR_HEAT_J_KG_K,
    EVAPORATION_J_KG,
    air_density_kg_m3,
    humidity_ratio,
    relative_humidity,
)
from sumika.schema import SumikaError
from sumika.schema.building import Building as Description
from sumika.schema.house import House
from sumika.schema.living import FurnitureKind
from sumika.world.building.accounts import new_accounts
from sumika.world.building.acted import CONVECTIVE, gathered
from sumika.world.building.air_paths import AirPaths
from sumika.world.building.elements import Elements, elements_of
from sumika.world.building.envelope import envelope_of
from sumika.world.building.gases import Gases
from sumika.world.building.geometry import surfaces_of
from sumika.world.building.heat import Heat, Surroundings
from sumika.world.building.links import linked
from sumika.world.building.moisture import Moisture
from sumika.world.building.network import network_of
from sumika.world.building.report import Report
from sumika.world.building.sunlight import Planes
from sumika.world.building.transport import driven_m3_s, transport_of
from sumika.world.building.windows import Windows, WindowsNow
from sumika.world.exchange import Outside, RoomsActedOn, RoomsNow

Array = NDArray[np.float64]

LONGEST_STEP_S = 3600.0

LONGEST_PART_S = 300.0
"""Longer steps are taken in parts: how the air moves follows from temperatures at the beginning of each."""

NOBODY = RoomsActedOn(windows_open={}, doors_open={}, blinds_closed={}, blinds_transmit={})
"""What acts on a house that is left alone."""


class Building:
    """The building of one simulated house.

    Attributes:
        room_index: Where each room is in all arrays.
        volume_m3: (room,).
        floor_area_m2: (room,).
        envelope: What its parts let through.
        accounts: Of heat, carbon dioxide and water.
        heat: Temperatures.
        rooms_now: All rooms at the end of the last step.
    """

    def __init__(self, house: House) -> None:
        """Build it, not settled yet; `Building.of` says what can be wrong."""
        description = house.building if house.building is not None else Description()
        surfaces = surfaces_of(house)
        elements = elements_of(house, surfaces)
        self._rooms = house.rooms
        self.room_index = MappingProxyType({room.id: index for index, room in enumerate(house.rooms)})
        self.floor_area_m2 = np.array(surfaces.area_m2)
        self.volume_m3 = self.floor_area_m2 * np.array([room.height_m for room in house.rooms])
        self.envelope = envelope_of(description, elements)
        density = air_density_kg_m3(20.0, standard_pressure_pa(description.site.altitude_m))
        self.accounts = new_accounts()
        network = network_of(linked(surfaces, elements, self.envelope, density * AIR_HEAT_J_KG_K))
        self.heat = Heat(network, self.volume_m3, density * AIR_HEAT_J_KG_K, self.accounts.energy_j)
        self.paths = AirPaths(description, surfaces, elements, self.envelope.leakage_cm2_m2, density)
        self.gases = Gases(self.volume_m3, self.floor_area_m2, density, self.accounts.co2_kg)
        surface_m2, glass_m2 = _areas(elements, self.floor_area_m2)
        self.moisture = Moisture(
            self.volume_m3,
            _takes_up_m2(house, surface_m2 - glass_m2, self.floor_area_m2),
            np.stack([glass_m2, surface_m2 - glass_m2]),
            density,
            self.accounts.water_kg,
        )
        self._planes = Planes(network.planes)
        self._windows = Windows(elements.glazings, self.envelope.solar_gain, len(house.rooms))
        self._report = Report(
            house,
            elements,
            self.envelope,
            surface_m2,
            self.floor_area_m2,
            self.volume_m3,
            self.heat,
            self.gases,
            self.moisture,
        )
        self._latent_j = np.zeros(len(house.rooms))
        self.rooms_now: RoomsNow

    @classmethod
    def of(cls, house: House) -> Self:
        """Return the building of a house, settled at 20 degrees.

        Raises:
            SumikaError: if it cannot be built: no outer wall, a window that its wall does not hold, an UA value that no
                insulation gives.
        """
        building = cls(house)
        building.settle(Outside(temperature_c=10.0, humidity_ratio=0.005), 20.0)
        return building

    @property
    def ua_w_m2_k(self) -> float:
        """Mean heat loss of the envelope per area and kelvin."""
        return self.envelope.ua_w_m2_k

    @property
    def envelope_area_m2(self) -> float:
        """Area of the envelope, openings included."""
        return self.envelope.area_m2

    @property
    def coldest(self) -> tuple[str, float]:
        """The room with the coldest surface, and how cold it is."""
        room = int(np.argmin(self.rooms_now.coldest_surface_c))
        return self._rooms[room].id, float(self.rooms_now.coldest_surface_c[room])

    def settle(self, outside: Outside, indoor_c: float) -> None:
        """Bring the house to where it would be after long weather of this kind with rooms at one temperature.

        Accounts begin anew.

        Args:
            outside: The weather.
            indoor_c: Of the air of all rooms.
        """
        air_c = np.full(len(self._rooms), float(indoor_c))
        self.heat.nodes_c[:] = indoor_c
        self._latent_j[:] = 0.0
        acted = gathered((), self.room_index, outside)
        by, windows, shares = self.surroundings(1.0, outside, NOBODY, acted)
        self.accounts.clear()
        self.heat.settle(by, air_c)
        # People give off about a gram and a half of vapour per kilogram of fresh air; materials keep it below 0.6.
        ratio = min(outside.humidity_ratio + 1.5e-3, humidity_ratio(indoor_c, 0.6, outside.pressure_pa))
        self.moisture.begin(ratio, relative_humidity(air_c, np.full_like(air_c, ratio), outside.pressure_pa))
        self.gases.begin(outside, outside.co2_ppm + 200.0)
        self.rooms_now = self._report.rooms_now(outside, by, acted, windows, shares, by.moved.fresh)

    def step(self, seconds: float, outside: Outside, acted: RoomsActedOn) -> RoomsNow:
        """Advance by one step and return all rooms at its end.

        Args:
            seconds: 1 s to an hour; within it weather and what acts on the rooms are constant.
            outside: The weather.
            acted: What acts on the rooms.

        Raises:
            SumikaError: if the step is no time, or what acts is no number or on no room.
        """
        if not 0.0 < seconds <= LONGEST_STEP_S:
            raise SumikaError(f"a step of {seconds} s is not within 0 to {LONGEST_STEP_S:g} s", where="world")
        gathers = gathered(acted.acting, self.room_index, outside)
        parts = math.ceil(seconds / LONGEST_PART_S)
        fresh = np.zeros_like(self.volume_m3)
        for _ in range(parts):
            by, windows, shares = self._part(seconds / parts, outside, acted, gathers.copy())
            fresh += by.moved.fresh / parts
        self.rooms_now = self._report.rooms_now(outside, by, gathers, windows, shares, fresh)
        return self.rooms_now

    def _part(
        self, seconds: float, outside: Outside, acted: RoomsActedOn, gathers: Array
    ) -> tuple[Surroundings, WindowsNow, Array]:
        by, windows, shares = self.surroundings(seconds, outside, acted, gathers)
        self.heat.step(seconds, by)
        means = self.heat.means_c(by.inputs)
        mean_air = self.heat.mean_c[: len(self.volume_m3)]
        self.gases.step(seconds, outside, gathers, by.moved)
        self.moisture.step(seconds, outside, gathers, by.moved, mean_air, means[1:])
        # What condenses or is taken up warms the surfaces in the next step.
        self._latent_j[:] = EVAPORATION_J_KG * self.moisture.taken_kg
        return by, windows, shares

    def surroundings(
        self, seconds: float, outside: Outside, acted: RoomsActedOn, gathers: Array
    ) -> tuple[Surroundings, WindowsNow, Array]:
        """Return what drives a step, what the windows let in, and how far each opening is open; nothing is advanced.

        Args:
            seconds: Length of the step.
            outside: The weather.
            acted: Openings and blinds.
            gathers: (row, room) what acts on the rooms, added up.
        """
        shares = self.paths.shares(acted.windows_open, acted.doors_open)
        driven = driven_m3_s(gathers, self.volume_m3)
        between, through = self.paths.move(
            self.heat.air_c, outside.temperature_c, outside.wind_m_s, outside.wind_from_deg, shares, driven
        )
        moved = transport_of(gathers, self.volume_m3, between, through)
        windows = self._windows.now(outside, acted)
        gathers[CONVECTIVE] += windows.into_air_w
        irradiance = self._planes.irradiance(outside)
        inputs = self.heat.inputs(outside, irradiance, gathers, windows.onto_surfaces_w, self._latent_j / seconds)
        return self.heat.surroundings(inputs, outside, gathers, moved), windows, shares


def standard_pressure_pa(altitude_m: float) -> float:
    """Return the pressure of the standard atmosphere (ISO 2533), up to 11 km."""
    return float(101_325.0 * (1.0 - 2.25577e-5 * altitude_m) ** 5.25588)


def _areas(elements: Elements, floor_m2: Array) -> tuple[Array, Array]:
    """Return (room,) area of all surfaces, and of panes."""
    surface, glass = np.zeros_like(floor_m2), np.zeros_like(floor_m2)
    for part in elements.opaque:
        surface[part.room] += part.area_m2
        if part.behind >= 0:
            surface[part.behind] += part.area_m2
    for glazing in elements.glazings:
        surface[glazing.room] += glazing.area_m2
        glass[glazing.room] += glazing.area_m2
    return np.maximum(surface, 2.0 * floor_m2), glass


def _takes_up_m2(house: House, opaque_m2: Array, floor_m2: Array) -> Array:
    """Return (room,) area of what takes up vapour: papered boards and textiles; of a bathroom's tiles little."""
    tiled = {piece.room for piece in house.furniture if piece.kind == FurnitureKind.BATH}
    wet = np.array([room.id in tiled for room in house.rooms])
    return np.where(wet, 0.1 * opaque_m2, 0.7 * opaque_m2 + 0.5 * floor_m2)
