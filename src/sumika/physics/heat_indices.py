"""How hot or cold air feels, as weather services say it: indices of few inputs, each cited; by pythermalcomfort.

None of them knows clothes or activity: they warn of hot and cold days and steer nothing finer. Importing it takes
seconds: what must start quickly takes the WBGT of `sumika.physics.heat_strain`.
"""

import warnings

from pythermalcomfort.models import at, discomfort_index, net, utci, wbgt, wci, wind_chill_temperature
from pythermalcomfort.models import heat_index_rothfusz as heat_index
from pythermalcomfort.models import humidex as humidex_of

KMH_PER_M_S = 3.6


def heat_index_c(air_c: float, relative: float) -> float:
    """Return the heat index of the US weather service (L. P. Rothfusz, NWS technical attachment SR 90-23, 1990).

    Fitted above 27 degrees and 40 % of humidity; below, where heat is no danger, it goes on with the same polynomial.

    Args:
        air_c: Temperature of the air in the shade.
        relative: Relative humidity, 0..1.
    """
    return float(heat_index(tdb=air_c, rh=100.0 * relative, round_output=False, limit_inputs=False).hi)


def humidex(air_c: float, relative: float) -> float:
    """Return the Canadian humidex, felt degrees (R. Rana et al., Energy and Buildings 64 (2013) 17-25).

    Args:
        air_c: Temperature of the air.
        relative: Relative humidity, 0..1.
    """
    return float(humidex_of(tdb=air_c, rh=100.0 * relative, round_output=False).humidex)


def discomfort_index_c(air_c: float, relative: float) -> float:
    """Return Thom's discomfort index (E. C. Thom, Weatherwise 12 (1959) 57-61), to a tenth.

    Args:
        air_c: Temperature of the air.
        relative: Relative humidity, 0..1.
    """
    return float(discomfort_index(tdb=air_c, rh=100.0 * relative).di)


def net_effective_c(air_c: float, relative: float, wind_m_s: float) -> float:
    """Return the net effective temperature of Hong Kong's weather service (P. W. Li, S. T. Chan, Met. Apps 7, 2000).

    Args:
        air_c: Temperature of the air.
        relative: Relative humidity, 0..1.
        wind_m_s: Of the wind.
    """
    return float(net(tdb=air_c, rh=100.0 * relative, v=wind_m_s, round_output=False).net)


def apparent_c(air_c: float, relative: float, wind_m_s: float, absorbed_w_m2: float | None = None) -> float:
    """Return the Australian apparent temperature (R. G. Steadman, Aust. Met. Mag. 43 (1994) 1-16).

    Args:
        air_c: Temperature of the air.
        relative: Relative humidity, 0..1.
        wind_m_s: Ten metres above the ground.
        absorbed_w_m2: Net radiation absorbed by a body; None in the shade.
    """
    return float(at(tdb=air_c, rh=100.0 * relative, v=wind_m_s, q=absorbed_w_m2, round_output=False).at)


def wet_bulb_globe_c(natural_wet_bulb_c: float, globe_c: float, sunlit_air_c: float | None = None) -> float:
    """Return WBGT (ISO 7243:2017) of measured bulbs; `sumika.physics.heat_strain` estimates them.

    Args:
        natural_wet_bulb_c: Of a wetted bulb in the moving air.
        globe_c: Of a black globe of 150 mm.
        sunlit_air_c: Temperature of the air where the sun shines; None indoors and in the shade.
    """
    sunlit = sunlit_air_c is not None
    found = wbgt(twb=natural_wet_bulb_c, tg=globe_c, tdb=sunlit_air_c, with_solar_load=sunlit, round_output=False)
    return float(found.wbgt)


def universal_climate_c(air_c: float, radiant_c: float, relative: float, wind_m_s: float) -> float:
    """Return the universal thermal climate index UTCI (P. Broede et al., Int. J. Biometeorol. 56 (2012) 481-494).

    Args:
        air_c: Temperature of the air, -50 to 50 degrees; NaN beyond.
        radiant_c: Mean radiant temperature, 30 K below to 70 K above the air's; NaN beyond.
        relative: Relative humidity, 0..1.
        wind_m_s: Ten metres above the ground, 0.5 to 17 m/s; NaN beyond.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        found = utci(tdb=air_c, tr=radiant_c, v=wind_m_s, rh=100.0 * relative, round_output=False)
    return float(found.utci)


def wind_chill_w_m2(air_c: float, wind_m_s: float) -> float:
    """Return the heat that bare skin loses (P. A. Siple, C. F. Passel, Proc. Am. Philos. Soc. 89 (1945) 177-199).

    Args:
        air_c: Temperature of the air.
        wind_m_s: Ten metres above the ground.
    """
    return float(wci(tdb=air_c, v=wind_m_s, round_output=False).wci)


def wind_chill_c(air_c: float, wind_m_s: float) -> float:
    """Return the temperature of calm air that cools bare skin as much (R. Osczevski, M. Bluestein, BAMS 86, 2005).

    Args:
        air_c: Temperature of the air, below 10 degrees.
        wind_m_s: Ten metres above the ground.
    """
    return float(wind_chill_temperature(tdb=air_c, v=wind_m_s * KMH_PER_M_S, round_output=False).wct)
