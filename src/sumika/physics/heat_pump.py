"""Efficiency of an inverter heat pump by its plate: a share of Carnot's, less what heat needs to pass at that load.

Between refrigerant and air some kelvins are lost on each side in proportion to the heat that passes; fans and
electronics take a fixed part. That is how the seasonal methods of EN 14825 and JIS C 9612 see part load, without the
single maker's compressor map. Holds from -20 to 45 °C outside; the plate gives the level, learning corrects it.
"""

import numpy as np
from numpy.typing import NDArray

from sumika.physics.psychrometrics import ZERO_C_K

Array = NDArray[np.float64]

APPROACH_K = 8.0
"""Between refrigerant and air at full load on each side; typical of room units."""

LEAST_LIFT_K = 8.0
FIXED_SHARE = 0.04
"""Of the rated electric power, for fans and electronics."""


def carnot(hot_c: Array | float, cold_c: Array | float, load: Array | float) -> Array:
    """Return the best possible heat per work between two airs, the approach at that load taken off.

    Args:
        hot_c: Of the air or water that is warmed.
        cold_c: Of the air that heat is taken from.
        load: Share of the rated heat, 0 to about 1.3.
    """
    condensing = np.asarray(hot_c) + ZERO_C_K + APPROACH_K * np.asarray(load)
    evaporating = np.asarray(cold_c) + ZERO_C_K - APPROACH_K * np.asarray(load)
    return np.asarray(condensing / np.maximum(condensing - evaporating, LEAST_LIFT_K))


def heat_per_work(
    hot_c: Array | float,
    cold_c: Array | float,
    load: Array | float,
    *,
    rated_w: float,
    rated_cop: float,
    rated_hot_c: float,
    rated_cold_c: float,
) -> Array:
    """Return heat (or, with the sides exchanged, cold) per electric power.

    Args:
        hot_c: Of the air or water that is warmed.
        cold_c: Of the air that heat is taken from.
        load: Share of the rated heat.
        rated_w: Heat at the rating point.
        rated_cop: Heat per electricity there, fans in.
        rated_hot_c: Warm side there.
        rated_cold_c: Cold side there.
    """
    rated_electric_w = rated_w / rated_cop
    fixed_w = FIXED_SHARE * rated_electric_w
    inner = rated_w / (rated_electric_w - fixed_w) / carnot(rated_hot_c, rated_cold_c, 1.0)
    heat_w = np.maximum(np.asarray(load), 1e-3) * rated_w
    return np.asarray(heat_w / (heat_w / (inner * carnot(hot_c, cold_c, load)) + fixed_w))


def heat_from_power(
    power_w: Array | float,
    hot_c: Array | float,
    cold_c: Array | float,
    *,
    rated_w: float,
    rated_cop: float,
    rated_hot_c: float,
    rated_cold_c: float,
) -> Array:
    """Return the heat that comes of an electric power; the inverse of `heat_per_work` by a few rounds.

    Args:
        power_w: Electric, fans in.
        hot_c: Of the air or water that is warmed.
        cold_c: Of the air that heat is taken from.
        rated_w: As above.
        rated_cop: As above.
        rated_hot_c: As above.
        rated_cold_c: As above.
    """
    power = np.maximum(np.asarray(power_w, np.float64), 0.0)
    load = np.clip(power * rated_cop / rated_w, 0.05, 1.4)
    for _ in range(4):
        ratio = heat_per_work(
            hot_c,
            cold_c,
            load,
            rated_w=rated_w,
            rated_cop=rated_cop,
            rated_hot_c=rated_hot_c,
            rated_cold_c=rated_cold_c,
        )
        load = np.clip(0.5 * (load + power * ratio / rated_w), 0.02, 1.5)
    return np.asarray(power * ratio)


def water_heating_cop(outdoor_c: Array | float, inlet_c: float, outlet_c: float, *, rated_cop: float) -> Array:
    """Return heat per electricity of a CO2 heat pump that warms water in one pass.

    Its hot side glides with the water: the ideal is Lorentz's, between the mean temperature of the water and the air.
    Rated at 16 °C outside, water from 17 to 65 °C (JIS C 9220).

    Args:
        outdoor_c: Of the air.
        inlet_c: Of the water that comes in.
        outlet_c: Of the water that goes out.
        rated_cop: Heat per electricity at the rating point.
    """
    return np.asarray(rated_cop * _lorentz(outdoor_c, inlet_c, outlet_c) / _lorentz(16.0, 17.0, 65.0))


def _lorentz(outdoor_c: Array | float, inlet_c: float, outlet_c: float) -> Array:
    low, high = inlet_c + ZERO_C_K + 4.0, max(outlet_c, inlet_c + 1.0) + ZERO_C_K + 4.0
    hot = (high - low) / np.log(high / low)
    return np.asarray(hot / np.maximum(hot - (np.asarray(outdoor_c) + ZERO_C_K - 8.0), 15.0))
