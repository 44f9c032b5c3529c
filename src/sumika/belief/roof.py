"""What the roof will give: a panel by its plate, and how much of that this roof really gives."""

import numpy as np
from numpy.typing import NDArray

from sumika.belief.airflow import rating
from sumika.belief.record import Rows
from sumika.belief.sunlight import ALBEDO, Sun
from sumika.schema.house import Device, House

Array = NDArray[np.float64]

PRIOR_KWH = 4.0
"""Of the plate's word: so many kilowatt-hours weigh as much as measured ones."""

_WARMS_K = 0.03  # of a panel above the air for each W/m² (NOCT of 45 to 48 °C)
_PER_K = -0.004


class Roof:
    """The solar panels of a house."""

    def __init__(self, house: House, sun: Sun) -> None:
        """Take all panels of a house."""
        self._panels = tuple(device for device in house.devices if device.kind == "pv")
        self._sun = sun
        self.factor = 1.0

    def plate_kw(self, unix_s: Array, direct: Array, diffuse: Array, outdoor_c: Array) -> Array:
        """Return (time,) what the panels give by their plates.

        Args:
            unix_s: (time,) middles of the steps.
            direct: (time,) W/m² of the sun at right angles.
            diffuse: (time,) W/m² of the sky on a level plane.
            outdoor_c: (time,).
        """
        total = np.zeros(len(unix_s))
        if not self._panels:
            return total
        up, round_ = self._sun.position(unix_s)
        for panel in self._panels:
            total += _one(panel, up, round_, direct, diffuse, outdoor_c)
        return total

    def learn(self, rows: Rows) -> None:
        """Learn from what the meter saw how much of the plates' word is true."""
        measured = rows.meter[:, 1]
        good = np.isfinite(measured) & np.isfinite(rows.outside[:, 3]) & np.isfinite(rows.outside[:, 4])
        if not self._panels or good.sum() < 8:
            return
        middle = rows.unix_s[good] + 450.0
        outside = rows.outside[good]
        said = self.plate_kw(middle, outside[:, 3], outside[:, 4], np.nan_to_num(outside[:, 0], nan=15.0))
        told_kwh, said_kwh = 0.25e-3 * float(measured[good].sum()), 0.25 * float(said.sum())
        self.factor = (told_kwh + PRIOR_KWH) / (said_kwh + PRIOR_KWH)

    def power_kw(self, unix_s: Array, direct: Array, diffuse: Array, outdoor_c: Array) -> Array:
        """Return (time,) what the roof gives; arguments as in `plate_kw`."""
        return self.factor * self.plate_kw(unix_s, direct, diffuse, outdoor_c)


def _one(panel: Device, up: Array, round_: Array, direct: Array, diffuse: Array, outdoor_c: Array) -> Array:
    tilt, azimuth = np.radians(rating(panel, "tilt_deg")), np.radians(rating(panel, "azimuth_deg"))
    incidence = np.cos(tilt) * np.sin(up) + np.sin(tilt) * np.cos(up) * np.cos(round_ - azimuth)
    level = diffuse + direct * np.maximum(np.sin(up), 0.0)
    plane = (
        direct * np.where(up > 0.0, np.maximum(incidence, 0.0), 0.0)
        + 0.5 * (1.0 + np.cos(tilt)) * diffuse
        + 0.5 * (1.0 - np.cos(tilt)) * ALBEDO * level
    )
    warm = 1.0 + _PER_K * (outdoor_c + _WARMS_K * plane - 25.0)
    peak_kw = rating(panel, "peak_w") / 1000.0
    return np.asarray(peak_kw * rating(panel, "inverter_efficiency") * 0.95 * plane / 1000.0 * np.clip(warm, 0.6, 1.1))
