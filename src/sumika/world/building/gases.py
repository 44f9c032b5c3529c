"""Carbon dioxide, organic compounds and fine particles in every room: what comes, goes, settles and is filtered."""

import numpy as np
from numpy.typing import NDArray

from sumika.world.building.accounts import Account
from sumika.world.building.carried_by_air import step_gases
from sumika.world.building.transport import Transport
from sumika.world.exchange import Outside

Array = NDArray[np.float64]

CO2_TO_AIR = 44.01 / 28.97
"""Molar mass of carbon dioxide over that of air."""

DEPOSITION_1_S = 0.2 / 3600.0
PENETRATES = 0.8
"""Fine particles settle at 0.2 to 0.4 per hour in furnished rooms, and four fifths of them pass cracks (D. Liu, W. W.
Nazaroff, Atmos. Environ. 35 (2001); C. Chen, B. Zhao, "Review of relationship between indoor and outdoor particles",
Atmos. Environ. 45 (2011) 275-288)."""

VOC_UG_S_M2 = 40.0 / 3600.0
"""What building and furniture give off, per floor area: typical of a house that has been lived in for a while."""


class Gases:
    """Gases and particles in all rooms of one house."""

    def __init__(self, volume_m3: Array, area_m2: Array, density_kg_m3: float, account: Account) -> None:
        """Begin with outdoor air.

        Args:
            volume_m3: (room,).
            area_m2: (room,) of the floors.
            density_kg_m3: Of air.
            account: Of carbon dioxide.
        """
        self._volume, self._emitted = volume_m3, VOC_UG_S_M2 * area_m2 / volume_m3
        self._per_ppm = 1e-6 * CO2_TO_AIR * density_kg_m3
        self._account = account
        self._integral = np.zeros_like(volume_m3)
        self._co2 = np.zeros_like(volume_m3)
        self.voc_ug_m3, self.pm2_5_ug_m3 = np.zeros_like(volume_m3), np.zeros_like(volume_m3)

    def begin(self, outside: Outside, co2_ppm: float) -> None:
        """Fill all rooms with air of so much carbon dioxide, and otherwise as it is outside."""
        self._co2[:] = co2_ppm * self._per_ppm
        self.voc_ug_m3[:] = outside.voc_ug_m3 + 3600.0 * self._emitted
        self.pm2_5_ug_m3[:] = 0.5 * outside.pm2_5_ug_m3
        self._account.began = self._account.stored = float(self._co2 @ self._volume)

    @property
    def co2_ppm(self) -> Array:
        """(room,) volume parts per million."""
        ppm: Array = self._co2 / self._per_ppm
        return ppm

    def step(self, seconds: float, outside: Outside, acted: Array, moved: Transport) -> None:
        """Advance by one step."""
        outdoor = np.array([outside.co2_ppm * self._per_ppm, outside.voc_ug_m3, outside.pm2_5_ug_m3])
        sourced, came, went, stored = step_gases(
            seconds,
            moved.rates.copy(),
            moved.boundary,
            acted,
            self._volume,
            outdoor,
            self._emitted,
            DEPOSITION_1_S,
            PENETRATES,
            self._co2,
            self.voc_ug_m3,
            self.pm2_5_ug_m3,
            self._integral,
        )
        for amount in (sourced, came, -went):
            self._account.book(amount)
        self._account.stored = stored
