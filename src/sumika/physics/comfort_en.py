"""Adaptive comfort by EN 16798-1:2019: what suits people who open windows, in three categories; by pythermalcomfort.

Importing it takes seconds, as with `sumika.physics.comfort`: nothing that must start quickly imports this.
"""

import warnings
from dataclasses import dataclass

from pythermalcomfort.models import adaptive_en


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryBands:
    """Operative temperatures for high, normal and moderate expectations.

    Attributes:
        comfort_c: Middle; NaN, as all others, outside of what the standard covers.
        category_1_c: Lowest and highest for people who need it (old, ill, very young).
        category_2_c: For everybody else.
        category_3_c: What may still be put up with.
    """

    comfort_c: float
    category_1_c: tuple[float, float]
    category_2_c: tuple[float, float]
    category_3_c: tuple[float, float]


def category_bands(running_mean_outdoor_c: float, operative_c: float, air_speed_m_s: float = 0.1) -> CategoryBands:
    """Return the bands of the three categories, 10 to 30 degrees outside.

    Args:
        running_mean_outdoor_c: Exponentially weighted mean of the days before.
        operative_c: In the room now: from 25 degrees on moving air raises the upper ends.
        air_speed_m_s: In the room now.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        found = adaptive_en(
            tdb=operative_c, tr=operative_c, t_running_mean=running_mean_outdoor_c, v=air_speed_m_s, round_output=False
        )
    return CategoryBands(
        comfort_c=float(found.tmp_cmf),
        category_1_c=(float(found.tmp_cmf_cat_i_low), float(found.tmp_cmf_cat_i_up)),
        category_2_c=(float(found.tmp_cmf_cat_ii_low), float(found.tmp_cmf_cat_ii_up)),
        category_3_c=(float(found.tmp_cmf_cat_iii_low), float(found.tmp_cmf_cat_iii_up)),
    )
