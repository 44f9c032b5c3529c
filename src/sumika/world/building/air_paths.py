"""The ways that air takes: cracks in the envelope, windows, doors; and what wind and warmth do at each of them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.schema.building import OUTSIDE, Building
from sumika.world.building.elements import AIR, DoorPlace, Elements, Glazing
from sumika.world.building.geometry import Surfaces
from sumika.world.building.pressure_network import GRAVITY_M_S2, balance, flows

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

DISCHARGE = 0.6
CRACK_EXPONENT = 1.0 / 1.5
RATED_PA = 9.8
"""Difference of pressure at which Japan's C value is told (JIS A 2201)."""

OPENS = 0.5
"""Share of a sliding window that can stand open."""

NEUTRAL_SHARE = 2.0 / 9.0
"""Two halves of an opening, so far of its height above and below its middle, exchange what the whole does by its
profile of pressure: Cd/3 W sqrt(g H^3 drho/rho) (W. G. Brown, K. R. Solvason, Int. J. Heat Mass Transfer 5 (1962))."""

TURBULENT_DOOR_M_S = 0.02
"""Exchange through an open door between equally warm rooms, by people and whirls: typical."""

LEAST_CRACK = 1e-7
"""m³/(s Pa^n): no room is airtight, so that every pressure has a value."""

ROOF_PRESSURE = -0.4
"""Wind pressure coefficient of a low roof (Liddament 1986, table 6.2.2: -0.3 to -0.6)."""


@dataclass(slots=True)
class _Paths:
    ends: list[tuple[int, int]] = field(default_factory=list)
    height_m: list[float] = field(default_factory=list)
    coefficient: list[float] = field(default_factory=list)
    exponent: list[float] = field(default_factory=list)
    azimuth_deg: list[float] = field(default_factory=list)
    opening: list[int] = field(default_factory=list)
    crack: list[bool] = field(default_factory=list)

    def add(
        self,
        ends: tuple[int, int],
        height_m: float,
        coefficient: float,
        *,
        azimuth_deg: float = math.nan,
        opening: int = -1,
        crack: bool = False,
    ) -> None:
        self.ends.append(ends)
        self.height_m.append(height_m)
        self.coefficient.append(coefficient)
        self.exponent.append(CRACK_EXPONENT if crack else 0.5)
        self.azimuth_deg.append(azimuth_deg)
        self.opening.append(opening)
        self.crack.append(crack)


def _orifice(area_m2: float, density_kg_m3: float) -> float:
    return DISCHARGE * area_m2 * math.sqrt(2.0 / density_kg_m3)


def wind_pressure_coefficient(angle_deg: Array) -> Array:
    """Return the mean wind pressure coefficient of a wall of a low square building.

    M. V. Swami, S. Chandra, "Correlations for pressure distribution on buildings and calculation of natural-ventilation
    airflow", ASHRAE Transactions 94 (1988) 243-266, with 0.6 for wind straight onto the wall.

    Args:
        angle_deg: Between the wind and the wall's normal.
    """
    half = np.radians(np.abs((angle_deg + 180.0) % 360.0 - 180.0)) / 2.0
    sine, cosine = np.sin(half), np.cos(half)
    inner = 1.248 - 0.703 * sine - 1.175 * np.sin(2.0 * half) ** 2 + 0.769 * cosine + 0.717 * cosine**2
    coefficient: Array = 0.6 * np.log(inner)
    return coefficient


class AirPaths:
    """All ways of the air of one house."""

    def __init__(
        self,
        building: Building,
        surfaces: Surfaces,
        elements: Elements,
        leakage_cm2_m2: float,
        density_kg_m3: float,
    ) -> None:
        """Find the ways.

        Args:
            building: Site and shelter.
            surfaces: Of the floor plan.
            elements: Walls, windows and doors.
            leakage_cm2_m2: Equivalent leakage area per floor area.
            density_kg_m3: Of air at 20 degrees at the site.
        """
        self._density = density_kg_m3
        self._rooms = len(surfaces.rooms)
        self._wind_share = 0.85 * (1.0 - building.site.sheltered)
        paths = _Paths()
        _cracks(paths, surfaces, elements, leakage_cm2_m2, density_kg_m3)
        self._windows = {glazing.window.id: number for number, glazing in enumerate(elements.glazings)}
        first_door = len(elements.glazings)
        self._doors = {place.door.id: first_door + number for number, place in enumerate(elements.doors)}
        self._always = np.array([0.0] * first_door + [float(place.door.always_open) for place in elements.doors])
        for number, glazing in enumerate(elements.glazings):
            _window(paths, glazing, number, density_kg_m3)
        for number, place in enumerate(elements.doors):
            _door(paths, place, first_door + number, density_kg_m3)
        self.exchanges = _exchanges(elements)
        self._ends = np.array(paths.ends, np.int64)
        self._height = np.array(paths.height_m)
        self._coefficient = np.array(paths.coefficient)
        self._exponent = np.array(paths.exponent)
        self._weight_pa = _weights(self._ends, self._height, self._rooms)
        self._wind = _wind_table(np.array(paths.azimuth_deg), self._ends)
        self._opening = np.array(paths.opening)
        self._opens = np.flatnonzero(self._opening >= 0)
        self._opening_of = self._opening[self._opens]
        self._crack = np.array(paths.crack)
        self.pressure_pa = np.zeros(self._rooms)
        self.rounds = 0

    def shares(self, windows: Mapping[str, float], doors: Mapping[str, float]) -> Array:
        """Return how far each opening is open: (opening,), windows first; what is always open stays so."""
        shares = self._always.copy()
        for known, given in ((self._windows, windows), (self._doors, doors)):
            for name, share in given.items():
                if name in known:
                    shares[known[name]] = max(shares[known[name]], min(max(share, 0.0), 1.0))
        return shares

    def move(
        self, air_c: Array, outdoor_c: float, wind_m_s: float, wind_from_deg: float, shares: Array, driven: Array
    ) -> tuple[Array, Array]:
        """Return what moves.

        Args:
            air_c: (room,) temperatures.
            outdoor_c: Temperature outside.
            wind_m_s: At 10 m over open land.
            wind_from_deg: Clockwise from north.
            shares: (opening,) how far each is open.
            driven: (room,) air that fans bring in, less what they take out, m³/s.

        Returns:
            (room, room) flow into the first from the second; (room, 3) in through cracks, in through openings, out.
            Each room takes as much as it gives, fans included.
        """
        lift = self._lift(air_c, outdoor_c, wind_m_s, wind_from_deg)
        coefficient = self._coefficient.copy()
        coefficient[self._opens] *= shares[self._opening_of]
        self.rounds = balance(self.pressure_pa, self._ends, lift, coefficient, self._exponent, driven)
        between, through = np.zeros((self._rooms, self._rooms)), np.zeros((self._rooms, 3))
        flows(
            self.pressure_pa,
            self._ends,
            lift,
            coefficient,
            self._exponent,
            driven,
            self._crack,
            between,
            through,
        )
        self._exchange(between, through, air_c, outdoor_c, wind_m_s, shares)
        return between, through

    def _lift(self, air_c: Array, outdoor_c: float, wind_m_s: float, wind_from_deg: float) -> Array:
        """Return (path,) what wind and the weight of the air add to the difference of pressure, first minus second."""
        kelvin = self._density * 293.15
        lighter = kelvin / (outdoor_c + 273.15) - kelvin / (air_c + 273.15)
        lift: Array = self._weight_pa @ lighter
        head = 0.5 * self._density * (self._wind_share * wind_m_s) ** 2
        if head > 0.0:
            # Every path to the outside has it as its second end: what pushes in counts against the difference.
            degrees = wind_from_deg % 360.0
            whole = min(int(degrees), 359)
            part = degrees - whole
            lift -= (head * (1.0 - part)) * self._wind[whole] + (head * part) * self._wind[whole + 1]
        return lift

    def _exchange(
        self, between: Array, through: Array, air_c: Array, outdoor_c: float, wind_m_s: float, shares: Array
    ) -> None:
        """Add what goes both ways at once by whirls: through windows on one side, open doors and stairs."""
        for opening, first, second, area, stairs in self.exchanges:
            share = shares[opening]
            if share <= 0.0:
                continue
            if second < 0 or first < 0:
                # W. F. de Gids, H. Phaff, AIVC Air Infiltration Review 4 (1982): 0.5 A sqrt(0.001 U^2 + 0.01); its
                # term of the difference in temperature is what the two halves of the opening exchange already.
                amount = 0.5 * area * share * math.sqrt(0.001 * (self._wind_share * wind_m_s) ** 2 + 0.01)
                room = max(first, second)
                through[room, 1] += amount
                through[room, 2] += amount
                continue
            amount = TURBULENT_DOOR_M_S * area * share
            if stairs:  # first lies below: warm air below cold (M. Epstein, J. Heat Transfer 110 (1988) 885-893)
                warmer = max(air_c[first] - air_c[second], 0.0) / 293.15
                amount += 0.055 * math.sqrt(GRAVITY_M_S2 * warmer) * (area * share) ** 1.25
            between[first, second] += amount
            between[second, first] += amount


def _weights(ends: Indices, height_m: Array, rooms: int) -> Array:
    """Return (path, room) what a kg/m³ by which a room's air is lighter adds to the difference of pressure, Pa."""
    weights = np.zeros((len(ends), rooms))
    for path, (first, second) in enumerate(ends):
        weights[path, first] += GRAVITY_M_S2 * height_m[path]  # the first end is always a room
        if second >= 0:
            weights[path, second] -= GRAVITY_M_S2 * height_m[path]
    return weights


def _wind_table(azimuth_deg: Array, ends: Indices) -> Array:
    """Return (361, path) wind pressure coefficients by whole degrees that the wind comes from; 0 inside."""
    table = np.zeros((361, len(ends)))
    walls = np.isfinite(azimuth_deg)
    table[:, walls] = wind_pressure_coefficient(np.arange(361.0)[:, None] - azimuth_deg[walls])
    table[:, ~walls & (ends[:, 1] < 0)] = ROOF_PRESSURE
    return table


def _cracks(paths: _Paths, surfaces: Surfaces, elements: Elements, leakage_cm2_m2: float, density: float) -> None:
    """Spread the leakage of the house over its outer walls and roofs by area, low and high in each wall."""
    outer = [part for part in elements.opaque if part.behind == AIR and part.tilt_deg < 180.0]
    total = sum(part.area_m2 for part in outer)
    area_m2 = leakage_cm2_m2 * 1e-4 * sum(surfaces.area_m2)
    # The equivalent area is told without contraction: Q = A sqrt(2 dp / rho) at 9.8 Pa.
    coefficient = area_m2 * math.sqrt(2.0 * RATED_PA / density) / RATED_PA**CRACK_EXPONENT
    for part in outer:
        base, room = surfaces.base_m[part.room], surfaces.rooms[part.room]
        share = coefficient * part.area_m2 / total
        if part.tilt_deg == 0.0:
            paths.add((part.room, -1), base + room.height_m, share, crack=True)
            continue
        for height in (0.25, 0.75):
            place = base + height * room.height_m
            paths.add((part.room, -1), place, 0.5 * share, azimuth_deg=part.azimuth_deg, crack=True)
    for room_index, base in enumerate(surfaces.base_m):
        paths.add((room_index, -1), base, LEAST_CRACK, crack=True)


def _window(paths: _Paths, glazing: Glazing, opening: int, density: float) -> None:
    if not glazing.window.openable:
        return
    half = _orifice(0.5 * OPENS * glazing.area_m2, density)
    for side in (-1.0, 1.0):
        height = glazing.middle_m + side * NEUTRAL_SHARE * glazing.window.height_m
        paths.add((glazing.room, -1), height, half, azimuth_deg=glazing.azimuth_deg, opening=opening)


def _door(paths: _Paths, place: DoorPlace, opening: int, density: float) -> None:
    door = place.door
    ends = place.rooms if place.rooms[0] >= 0 else (place.rooms[1], -1)
    azimuth = place.azimuth_deg if OUTSIDE in door.rooms else math.nan
    gap = door.undercut_m * door.width_m
    if gap > 0.0:
        paths.add(ends, place.sill_m, _orifice(gap, density), azimuth_deg=azimuth)
    half = _orifice(0.5 * place.area_m2, density)
    middle = place.sill_m + 0.5 * door.height_m
    for side in (-1.0, 1.0):
        height = middle + side * NEUTRAL_SHARE * door.height_m * (0.0 if place.stairs else 1.0)
        paths.add(ends, height, half, azimuth_deg=azimuth, opening=opening)


def _exchanges(elements: Elements) -> tuple[tuple[int, int, int, float, bool], ...]:
    """Return (opening, room, room, area, whether it is a stairwell with the first room below)."""
    windows = [
        (number, glazing.room, -1, OPENS * glazing.area_m2, False)
        for number, glazing in enumerate(elements.glazings)
        if glazing.window.openable
    ]
    first = len(elements.glazings)
    doors = [
        (first + number, place.rooms[0], place.rooms[1], place.area_m2, place.stairs)
        for number, place in enumerate(elements.doors)
    ]
    return (*windows, *doors)
