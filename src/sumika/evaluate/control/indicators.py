"""Indicators of a controlled time, in the families of BOPTEST: energy, emissions, comfort, air, peak, switching, sleep.

BOPTEST (D. Blum et al., "Building optimization testing framework (BOPTEST) for simulation-based benchmarking of control
strategies in buildings", J. Build. Perform. Simul. 14, 2021) counts for zones and hours in which they are occupied;
here it is for each person who is there, with what they do and wear.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.evaluate.control.cost import breathed
from sumika.evaluate.control.diary import J_KWH, Diary
from sumika.evaluate.control.votes import votes
from sumika.physics.sound import level_of, power_of
from sumika.schema.worth import Worth
from sumika.world.energy.carbon import GAS_G_KWH

Array = NDArray[np.float64]

PEAK_S = 900.0
"""Peaks are means over so long, as BOPTEST and utilities have them."""

WAKES_DBA = 45.0
"""A sound at the sleeper from which sleep is disturbed (WHO, Guidelines for community noise, 1999: LAmax 45 dB)."""

_SWITCHED = ("compressor_on", "mode", "on", "level", "heats")


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicators:
    """Of a controlled time.

    Attributes:
        energy_kwh: Taken from the grid, and gas.
        emissions_kg: Carbon dioxide of it.
        discomfort_k_h: Kelvins outside the band of ISO 7730 for what each person there does and wears, times hours.
        co2_ppm_h: Beyond what the household holds to be fresh, over persons.
        dust_ug_h: PM2.5 beyond what it holds to be clean, per m³, over persons.
        humidity_h: Person-hours in air too dry or too damp.
        peak_kw: Highest mean of a quarter of an hour taken from the grid.
        switched: How often devices were switched, by whomever, and compressors started and stopped.
        night_dba: Mean level (LAeq) at those who sleep; NaN where nobody did.
        sleep_off_k: Mean distance of the room from the band of comfort while asleep; NaN where nobody slept.
        sleep_disturbed: How often a sleeper's room became louder than `WAKES_DBA`.
        wishes: How often residents wanted the thermostat changed.
    """

    energy_kwh: float
    emissions_kg: float
    discomfort_k_h: float
    co2_ppm_h: float
    dust_ug_h: float
    humidity_h: float
    peak_kw: float
    switched: int
    night_dba: float
    sleep_off_k: float
    sleep_disturbed: int
    wishes: int


def indicators_of(diary: Diary, worth: Worth) -> Indicators:
    """Return the indicators of a time.

    Args:
        diary: Of that time.
        worth: Where fresh, clean and comfortable end.
    """
    hours = diary.hours
    taken_kwh = np.maximum(diary.grid_w, 0.0) * diary.step_s / J_KWH
    gas_kwh = diary.gas_w * diary.step_s / J_KWH
    vote, slope = votes(diary)
    off_k = np.maximum(np.abs(vote) - worth.neutral_pmv, 0.0) / slope
    asleep = diary.people.asleep & (diary.people.room >= 0)
    heard = breathed(diary, "sound_dba")
    relative = breathed(diary, "relative_humidity")
    uneasy = (relative < worth.humidity_low) | (relative > worth.humidity_high)
    return Indicators(
        energy_kwh=float(taken_kwh.sum() + gas_kwh.sum()),
        emissions_kg=float((taken_kwh * diary.carbon_g_kwh).sum() + gas_kwh.sum() * GAS_G_KWH) / 1000.0,
        discomfort_k_h=hours * float(np.nansum(off_k)),
        co2_ppm_h=hours * _beyond(breathed(diary, "co2_ppm"), worth.fresh_ppm),
        dust_ug_h=hours * _beyond(breathed(diary, "pm2_5_ug_m3"), worth.clean_ug_m3),
        humidity_h=hours * float(uneasy.sum()),
        peak_kw=peak_w(diary.grid_w, diary.step_s) / 1000.0,
        switched=switched(diary),
        night_dba=_mean_level_dba(heard[asleep]),
        sleep_off_k=float(np.nanmean(off_k[asleep])) if asleep.any() else float("nan"),
        sleep_disturbed=_risings((heard > WAKES_DBA) & asleep),
        wishes=diary.wishes,
    )


def peak_w(grid_w: Array, step_s: float) -> float:
    """Return the highest mean of a quarter of an hour; 0 where nothing was taken.

    Args:
        grid_w: (step,) taken.
        step_s: Length of a step.
    """
    width = max(1, min(len(grid_w), round(PEAK_S / step_s)))
    means = np.convolve(grid_w, np.full(width, 1.0 / width), mode="valid")
    return max(0.0, float(means.max()))


def switched(diary: Diary) -> int:
    """Return how often devices were switched and compressors started and stopped."""
    changes = 0
    for (_, name), values in diary.settings.items():
        if name in _SWITCHED:
            known = values[np.isfinite(values)]
            changes += int((np.diff(known) != 0.0).sum())
    return changes


def _beyond(values: Array, limit: float) -> float:
    return float(np.nansum(np.maximum(values - limit, 0.0)))


def _risings(there: NDArray[np.bool_]) -> int:
    """Return how often something began, over all residents."""
    return int((there[1:] & ~there[:-1]).sum() + there[:1].sum())


def _mean_level_dba(levels: Array) -> float:
    return float(level_of(power_of(levels).mean(keepdims=True))[0]) if levels.size else float("nan")
