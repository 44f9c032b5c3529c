"""Comfort by ASHRAE 55-2023: standard effective temperature, PMV in moving air, the adaptive band; by pythermalcomfort.

Importing it takes seconds, as with `sumika.physics.comfort`: nothing that must start quickly imports this. Numbers go
on as floating-point ones: for each whole number among them pythermalcomfort would compile the body anew, two seconds.
"""

import math
import warnings
from dataclasses import dataclass

from pythermalcomfort.models import adaptive_ashrae, pmv_ppd_ashrae, set_tmp

from sumika.physics.comfort import MET_W_M2, Vote


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptiveBand:
    """Operative temperatures that suit people who open windows.

    Attributes:
        comfort_c: Middle of the band; NaN, as the others, outside of what the standard covers.
        low_80_c: From here eight in ten people are content.
        high_80_c: Up to here; moving air takes it higher.
        low_90_c: From here nine in ten.
        high_90_c: Up to here.
    """

    comfort_c: float
    low_80_c: float
    high_80_c: float
    low_90_c: float
    high_90_c: float


def standard_effective_c(
    air_c: float,
    radiant_c: float,
    relative: float,
    *,
    metabolic_w_m2: float = 1.2 * MET_W_M2,
    clothing_clo: float = 0.5,
    air_speed_m_s: float = 0.1,
    stirs_own_air: bool = True,
) -> float:
    """Return SET: the temperature of still air at 50 % humidity that costs a body in standard clothes as much heat.

    By Gagge's two nodes (A. P. Gagge, A. P. Fobelets, L. G. Berglund, ASHRAE Trans. 92 (1986) 709-731). It is no
    standard's limit but a body's heat balance, so that it holds a little beyond the ranges of comfort, too.

    Args:
        air_c: Temperature of the air.
        radiant_c: Mean radiant temperature.
        relative: Relative humidity, 0..1.
        metabolic_w_m2: Heat per area of skin.
        clothing_clo: Of all clothes together.
        air_speed_m_s: Relative to the body.
        stirs_own_air: Whether whoever is active moves air past the own skin; the standard leaves it out where it asks
            how much moving air cools.
    """
    result = set_tmp(
        tdb=float(air_c),
        tr=float(radiant_c),
        v=float(air_speed_m_s),
        rh=100.0 * relative,
        met=metabolic_w_m2 / MET_W_M2,
        clo=float(clothing_clo),
        limit_inputs=False,
        round_output=False,
        calculate_ce=not stirs_own_air,
    )
    return float(result.set)


def vote_in_moving_air(
    air_c: float,
    radiant_c: float,
    relative: float,
    *,
    metabolic_w_m2: float = 1.2 * MET_W_M2,
    clothing_clo: float = 0.5,
    air_speed_m_s: float = 0.1,
    has_fan_control: bool = True,
    beyond_limits: bool = False,
) -> Vote:
    """Return PMV and PPD by ASHRAE 55: above 0.1 m/s air counts as so much cooler as SET says.

    Args:
        air_c: Temperature of the air, 10 to 40 degrees.
        radiant_c: Mean radiant temperature, 10 to 40 degrees.
        relative: Relative humidity, 0..1.
        metabolic_w_m2: Heat per area of skin, 58 to 233 W/m².
        clothing_clo: 0 to 1.5 clo.
        air_speed_m_s: Relative to the body, 0 to 2 m/s.
        has_fan_control: Whether people set the moving air themselves; if not the standard allows less of it.
        beyond_limits: Go on with the formula where the standard ends: a number, and no promise.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        result = pmv_ppd_ashrae(
            tdb=float(air_c),
            tr=float(radiant_c),
            vr=float(air_speed_m_s),
            rh=100.0 * relative,
            met=metabolic_w_m2 / MET_W_M2,
            clo=float(clothing_clo),
            limit_inputs=not beyond_limits,
            airspeed_control=has_fan_control,
            round_output=False,
        )
    return Vote(pmv=float(result.pmv), ppd=float(result.ppd) / 100.0)


def adaptive_band(running_mean_outdoor_c: float, operative_c: float, air_speed_m_s: float = 0.1) -> AdaptiveBand:
    """Return the band of operative temperatures by the adaptive model, 10 to 33.5 degrees outside.

    Args:
        running_mean_outdoor_c: Exponentially weighted mean of the days before.
        operative_c: In the room now: from 25 degrees on moving air raises the upper ends.
        air_speed_m_s: In the room now, 0 to 2 m/s.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        result = adaptive_ashrae(
            tdb=operative_c, tr=operative_c, t_running_mean=running_mean_outdoor_c, v=air_speed_m_s, round_output=False
        )
    middle = float(result.tmp_cmf)
    if math.isnan(middle):
        return AdaptiveBand(
            comfort_c=middle, low_80_c=math.nan, high_80_c=math.nan, low_90_c=math.nan, high_90_c=math.nan
        )
    return AdaptiveBand(
        comfort_c=middle,
        low_80_c=float(result.tmp_cmf_80_low),
        high_80_c=float(result.tmp_cmf_80_up),
        low_90_c=float(result.tmp_cmf_90_low),
        high_90_c=float(result.tmp_cmf_90_up),
    )
