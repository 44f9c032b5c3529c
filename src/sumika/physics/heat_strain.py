"""Heat strain indoors: natural wet bulb, globe and the wet bulb globe temperature (WBGT, ISO 7243:2017).

The wet bulb is that of R. Stull, "Wet-bulb temperature from relative humidity and air temperature", J. Appl. Meteor.
Climatol. 50 (2011) 2267-2269: 5 to 99 % relative humidity, -20 to 50 degrees Celsius, within 0.65 K. pythermalcomfort
has it too (`wet_bulb_tmp`), but takes ten seconds to import; tests hold both together.
"""

import numpy as np
from numpy.typing import NDArray

from sumika.physics._like import like
from sumika.physics.psychrometrics import Number

Array = NDArray[np.float64]


def wet_bulb_c(air_c: Number, relative: Number) -> Number:
    """Return the wet-bulb temperature at sea level.

    Args:
        air_c: Temperature of the air.
        relative: Relative humidity, 0..1; beyond 0.05 to 0.99 the nearest of them is taken.
    """
    percent = 100.0 * np.clip(np.asarray(relative, np.float64), 0.05, 0.99)
    wet = (
        air_c * np.arctan(0.151977 * np.sqrt(percent + 8.313659))
        + np.arctan(air_c + percent)
        - np.arctan(percent - 1.676331)
        + 0.00391838 * percent**1.5 * np.arctan(0.023101 * percent)
        - 4.686035
    )
    bulb: Number = like(air_c, wet)
    return bulb


def globe_c(air_c: Number, radiant_c: Number, air_speed_m_s: float = 0.1) -> Number:
    """Return the temperature of a black globe of 150 mm, from the heat balance of ISO 7726:1998, annex B, linearised.

    Args:
        air_c: Temperature of the air.
        radiant_c: Mean radiant temperature.
        air_speed_m_s: At the globe; below 0.05 natural convection takes over.
    """
    convective = 6.3 * max(air_speed_m_s, 0.05) ** 0.6 / 0.15**0.4
    radiative = 4.0 * 0.95 * 5.67e-8 * (0.5 * (air_c + radiant_c) + 273.15) ** 3
    globe: Number = (convective * air_c + radiative * radiant_c) / (convective + radiative)
    return globe


def wet_bulb_globe_c(air_c: Number, radiant_c: Number, relative: Number) -> Number:
    """Return WBGT indoors, 0.7 natural wet bulb + 0.3 globe (ISO 7243:2017, eq. 1).

    The natural wet bulb is the wet bulb, raised by a tenth of the globe's excess over the air: typical of moving indoor
    air, where radiant and air temperature lie a few kelvins apart.

    Args:
        air_c: Temperature of the air.
        radiant_c: Mean radiant temperature.
        relative: Relative humidity, 0..1.
    """
    globe = globe_c(air_c, radiant_c)
    natural = wet_bulb_c(air_c, relative) + 0.1 * (globe - air_c)
    wbgt: Number = 0.7 * natural + 0.3 * globe
    return wbgt
