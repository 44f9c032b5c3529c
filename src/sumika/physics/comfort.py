"""Thermal comfort: operative temperature, PMV and PPD (ISO 7730), adaptive comfort (ASHRAE 55); by pythermalcomfort.

Importing it takes seconds, for pythermalcomfort compiles its loops: nothing that must start quickly imports this.
"""

import math
import warnings
from dataclasses import dataclass

from pythermalcomfort.environment import operative_tmp
from pythermalcomfort.models import adaptive_ashrae, pmv_ppd_iso

MET_W_M2 = 58.15
_FURTHEST = 2.0
"""Beyond such a vote the standard does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """How warm an average person feels.

    Attributes:
        pmv: -3 cold to 3 hot; NaN outside of what the standard covers.
        ppd: Share of people who would not be content, 0..1; NaN likewise.
    """

    pmv: float
    ppd: float


def operative_c(air_c: float, radiant_c: float, air_speed_m_s: float = 0.1) -> float:
    """Return the operative temperature by ISO 7726: radiant and air temperature weighted by their heat transfer."""
    return float(operative_tmp(air_c, radiant_c, air_speed_m_s, standard="ISO"))


def predicted_vote(
    air_c: float,
    radiant_c: float,
    relative: float,
    *,
    metabolic_w_m2: float = 1.2 * MET_W_M2,
    clothing_clo: float = 1.0,
    air_speed_m_s: float = 0.1,
    beyond_limits: bool = False,
) -> Vote:
    """Return PMV and PPD by ISO 7730.

    Args:
        air_c: Temperature of the air, 10 to 30 degrees.
        radiant_c: Mean radiant temperature, 10 to 40 degrees.
        relative: Relative humidity, 0..1.
        metabolic_w_m2: Heat per area of skin, 46 to 232 W/m².
        clothing_clo: 0 to 2 clo.
        air_speed_m_s: Relative to the body, 0 to 1 m/s.
        beyond_limits: Go on with the formula where the standard ends: a number, and no promise.
    """
    met = metabolic_w_m2 / MET_W_M2
    # Its own check of the ranges looks for the caller's line to warn of it, which takes ten times as long as the vote.
    covered = 10 <= air_c <= 30 and 10 <= radiant_c <= 40 and 0.8 <= met <= 4 and 0 <= clothing_clo <= 2
    if not beyond_limits and not (covered and 0 <= air_speed_m_s <= 1):
        return Vote(pmv=math.nan, ppd=math.nan)
    result = pmv_ppd_iso(
        tdb=air_c,
        tr=radiant_c,
        vr=air_speed_m_s,
        rh=100.0 * relative,
        met=met,
        clo=clothing_clo,
        limit_inputs=False,
        round_output=False,
    )
    pmv = float(result.pmv)
    if not beyond_limits and abs(pmv) > _FURTHEST:
        return Vote(pmv=math.nan, ppd=math.nan)
    return Vote(pmv=pmv, ppd=float(result.ppd) / 100.0)


def adaptive_comfort_c(running_mean_outdoor_c: float) -> float:
    """Return the operative temperature that suits people who open windows (ASHRAE 55, 10 to 33.5 degrees outside).

    Args:
        running_mean_outdoor_c: Exponentially weighted mean of the days before.

    Returns:
        Middle of the band; it reaches 2.5 K up and down for nine in ten people. NaN outside of the range.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        result = adaptive_ashrae(tdb=25.0, tr=25.0, t_running_mean=running_mean_outdoor_c, v=0.1, round_output=False)
    return float(result.tmp_cmf)
