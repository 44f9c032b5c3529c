"""Photovoltaics on the roof, by pvlib: sky and sun on the tilted plane, cell temperature, inverter."""

import math

from pvlib.inverter import pvwatts as inverter
from pvlib.irradiance import get_total_irradiance
from pvlib.pvsystem import pvwatts_dc
from pvlib.temperature import faiman

from sumika.world.devices.device import Around, SimulatedDevice

PER_K = -0.0035
"""Power of crystalline silicon per kelvin above 25 °C; typical of data sheets."""

SLEEPS_SHARE = 1e-3
"""PVWatts gives nothing below 0.6 % of what an inverter is rated for, and divides by less where there is hardly sun."""

LOSSES_SHARE = 0.11
"""Soiling, wiring, mismatch, ageing: 14 % in PVWatts version 5 (A. Dobos, NREL/TP-6A20-62641, 2014), of which 3 %
shading is not taken here."""

ALBEDO = 0.2


class Photovoltaics(SimulatedDevice):
    """Panels with an inverter; `power_w` is negative while they give."""

    def act(self, around: Around) -> None:
        """Give for one step."""
        self.power_w = -self.given_w(around)
        self.values = {"pv_w": round(-self.power_w)}

    def given_w(self, around: Around) -> float:
        """Return the power after the inverter."""
        outside, plate = around.outside, self.ratings
        if outside.sun_elevation_deg <= 0.0 or outside.global_horizontal_w_m2 <= 0.0:
            return 0.0
        plane_w_m2 = float(
            get_total_irradiance(
                plate["tilt_deg"],
                plate["azimuth_deg"],
                90.0 - outside.sun_elevation_deg,
                outside.sun_azimuth_deg,
                outside.direct_normal_w_m2,
                outside.global_horizontal_w_m2,
                outside.diffuse_horizontal_w_m2,
                albedo=ALBEDO,
            )["poa_global"]
        )
        if not math.isfinite(plane_w_m2) or plane_w_m2 <= 0.0:
            return 0.0
        cell_c = float(faiman(plane_w_m2, outside.temperature_c, outside.wind_m_s))
        direct_w = float(pvwatts_dc(plane_w_m2, cell_c, plate["peak_w"], PER_K)) * (1.0 - LOSSES_SHARE)
        rated_w = plate["peak_w"] / plate["inverter_efficiency"]
        if direct_w < SLEEPS_SHARE * rated_w:
            return 0.0
        return max(0.0, float(inverter(max(direct_w, 0.0), rated_w, plate["inverter_efficiency"])))
