"""Water in every room: vapour in the air, what materials take up and give back, what condenses on panes and walls.

Materials: one layer of effective penetration depth, whose moisture follows the room through the resistance of surface
and half of the layer (EPD model: K. Kießl 1983; A. Kerestecioglu et al., ASHRAE Trans. 96 (1990)); its capacity is that
of practical moisture buffer values about 0.5 to 1 g/(m² %) (C. Rode et al., Nordtest project, DTU 2005).
Condensation: beta A (c - c_sat), beta from the Lewis relation. A film that is there dries by the same law until it is
gone; beyond `FILM_MOST_KG_M2` it runs off.
"""

import numpy as np
from numpy.typing import NDArray

from sumika.physics.psychrometrics import humidity_ratio
from sumika.world.building.accounts import Account
from sumika.world.building.carried_by_air import moisture_matrix, step_moisture
from sumika.world.building.transport import Transport
from sumika.world.exchange import Outside

Array = NDArray[np.float64]

BUFFER_KG_M2 = 0.08
"""Water per area of material between dry and saturated air: 0.8 g per % of relative humidity."""

EXCHANGE_M_S = 6.5e-4
"""By 1.35e5 Pa per kg/m³ of vapour over 2e8 Pa m² s/kg: film, wallpaper and half of 12 mm of gypsum board."""

CONDENSES_M_S = 2.0e-3
"""Convection of 2.5 W/(m²K) over the heat of a volume of air, 1.2 kJ/(m³K): the Lewis relation."""

FILM_MOST_KG_M2 = 0.1


class Moisture:
    """Water in all rooms of one house."""

    def __init__(
        self, volume_m3: Array, buffer_m2: Array, film_m2: Array, density_kg_m3: float, account: Account
    ) -> None:
        """Begin dry.

        Args:
            volume_m3: (room,).
            buffer_m2: (room,) of materials that take up vapour.
            film_m2: (2, room) of panes and of other surfaces that water can condense on.
            density_kg_m3: Of dry air.
            account: Of water.
        """
        rooms = len(volume_m3)
        self._volume, self._density, self._account = volume_m3, density_kg_m3, account
        self._buffer_m2 = np.maximum(buffer_m2, 1e-3)
        self._takes, self._film_most = CONDENSES_M_S * film_m2, FILM_MOST_KG_M2 * film_m2
        self._ones = np.ones((3, rooms))
        self._rooms = rooms
        self._state, self._integral = np.zeros(2 * rooms), np.zeros(2 * rooms)
        self.film_kg = np.zeros((2, rooms))
        self.taken_kg, self._uptake = np.zeros(rooms), EXCHANGE_M_S * self._buffer_m2
        self.drained_kg = 0.0

    @property
    def humidity_ratio(self) -> Array:
        """(room,) kilograms of vapour per kilogram of dry air."""
        ratio: Array = self._state[: self._rooms] / self._density
        return ratio

    def begin(self, ratio: float, relative: Array) -> None:
        """Fill all rooms with air of a humidity ratio, and the materials with what suits a relative humidity."""
        self._state[: self._rooms] = self._density * ratio
        self._state[self._rooms :] = self._buffer_m2 * BUFFER_KG_M2 * relative
        self.film_kg[:] = 0.0
        self._account.began = self._account.stored = self._stored_kg()

    def _stored_kg(self) -> float:
        air = float(self._state[: self._rooms] @ self._volume)
        return air + float(self._state[self._rooms :].sum()) + float(self.film_kg.sum())

    def step(
        self,
        seconds: float,
        outside: Outside,
        acted: Array,
        moved: Transport,
        air_c: Array,
        film_c: Array,
    ) -> None:
        """Advance by one step; `taken_kg` (room,) is then what left the air for materials and films: it gave heat.

        Args:
            seconds: How long.
            outside: The weather.
            acted: (row, room) what acts on the rooms.
            moved: The air.
            air_c: (room,) mean temperature of the air in this step.
            film_c: (2, room) mean temperature of panes and of other surfaces.
        """
        rooms = self._rooms
        saturated = np.empty((3, rooms))
        saturated[:2], saturated[2] = film_c, air_c
        saturated = self._density * humidity_ratio(saturated, self._ones, outside.pressure_pa)
        held = saturated[2] / (BUFFER_KG_M2 * self._buffer_m2)
        sourced, came, went, ran_off, stored = step_moisture(
            seconds,
            moisture_matrix(moved.rates, self._volume, self._uptake, held),
            moved.boundary,
            acted,
            self._volume,
            self._density * outside.humidity_ratio,
            self._density,
            saturated[:2],
            self._takes,
            self._state,
            self._integral,
            self.film_kg,
            self._film_most,
            self.taken_kg,
        )
        self.drained_kg += ran_off
        for amount in (sourced, came, -went, -ran_off):
            self._account.book(amount)
        self._account.stored = stored
