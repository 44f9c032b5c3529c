"""How warm residents really feel, over whole diaries: PMV by ISO 7730, and how many kelvins they are off comfort."""

import warnings

import numpy as np
from numpy.typing import NDArray

from sumika.evaluate.control.diary import Diary

Array = NDArray[np.float64]

PER_K = 0.33
"""Scale points of the vote per kelvin that somebody likes it otherwise, as residents' wishes have it."""
LIKED_C = 23.0
SCALE_END = 3.0
"""Cold and hot are the ends of the scale of seven points."""
MET_W_M2 = 58.15
_LEAST_MET, _MOST_CLO = 0.75, 2.5
"""Sleepers under bedding are below what ISO 7730 covers (0.8 met; 2 clo): its heat balance is taken on to them."""


def votes(diary: Diary) -> tuple[Array, Array]:
    """Return how residents feel.

    Outside of the range of the standard its formula is taken on, up to the ends of the scale. Bathers are left out: the
    standard knows nobody in water.

    Returns:
        (step, resident) PMV, NaN where somebody is out or in water; (step, resident) change of it per kelvin.
    """
    people = diary.people
    here = (people.room >= 0) & ~people.in_water
    steps = np.arange(len(diary.grid_w))[:, np.newaxis]
    felt = {
        name: diary.of_rooms[name][steps, np.maximum(people.room, 0)][here]
        for name in ("air_temperature_c", "radiant_temperature_c", "relative_humidity", "air_speed_m_s")
    }
    met = np.maximum(people.metabolic_w_m2[here] / MET_W_M2, _LEAST_MET)
    clothing = np.minimum(people.clothing_clo[here], _MOST_CLO)
    liked = np.array([PER_K * (LIKED_C - (LIKED_C if one is None else one)) for one in diary.likes_c])
    shift = np.broadcast_to(liked, people.room.shape)[here]
    now, warmer = (
        _pmv(felt["air_temperature_c"] + more, felt["radiant_temperature_c"] + more, felt, met, clothing)
        for more in (0.0, 1.0)
    )
    vote = np.full(people.room.shape, np.nan)
    slope = np.full(people.room.shape, np.nan)
    vote[here] = np.clip(now + shift, -SCALE_END, SCALE_END)
    slope[here] = np.maximum(warmer - now, 0.05)
    return vote, slope


def _pmv(air_c: Array, radiant_c: Array, felt: dict[str, Array], met: Array, clothing: Array) -> Array:
    # Its import compiles for seconds: only who asks how people feel needs it.
    from pythermalcomfort.models import pmv_ppd_iso

    if not air_c.size:
        return air_c
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = pmv_ppd_iso(
            tdb=air_c,
            tr=radiant_c,
            vr=np.minimum(felt["air_speed_m_s"], 1.0),
            rh=100.0 * np.clip(felt["relative_humidity"], 0.0, 1.0),
            met=met,
            clo=clothing,
            limit_inputs=False,
            round_output=False,
        )
    return np.asarray(result.pmv, np.float64)
