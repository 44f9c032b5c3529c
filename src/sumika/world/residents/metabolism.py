"""What a body gives to the air of a room: heat, water vapour, carbon dioxide.

Carbon dioxide by A. Persily, L. de Jonge, "Carbon dioxide generation rates for building occupants", Indoor Air 27 2017,
with basal metabolic rates of W. N. Schofield (1985) by age, sex and mass. Skin by D. Du Bois, E. F. Du Bois
(1916). Latent heat grows with activity (ISO 7730, annex C: a third at rest to two thirds in heavy work at 24 °C).
"""

from dataclasses import dataclass

from sumika.schema.living import Life
from sumika.world.residents.activities import MET_W_M2

_CO2_KG_M3 = 1.84  # at 20 degrees and sea level
_EVAPORATES_J_KG = 2.45e6
_RESPIRATORY_QUOTIENT = 0.85

_BASAL: tuple[tuple[float, tuple[float, float], tuple[float, float]], ...] = (
    (3.0, (0.249, -0.127), (0.244, -0.130)),
    (10.0, (0.095, 2.110), (0.085, 2.033)),
    (18.0, (0.074, 2.754), (0.056, 2.898)),
    (30.0, (0.063, 2.896), (0.062, 2.036)),
    (60.0, (0.048, 3.653), (0.034, 3.538)),
    (999.0, (0.049, 2.459), (0.038, 2.755)),
)
"""Up to an age: MJ a day as (per kilogram, constant) of males and females."""


@dataclass(frozen=True, slots=True)
class Gives:
    """What a body gives at a metabolic rate.

    Attributes:
        sensible_w: Heat that warms air and walls.
        vapour_kg_s: Water.
        co2_kg_s: Carbon dioxide.
    """

    sensible_w: float
    vapour_kg_s: float
    co2_kg_s: float


def skin_m2(life: Life) -> float:
    """Return the area of a body's skin."""
    return float(0.007184 * life.mass_kg**0.425 * (100.0 * life.height_m) ** 0.725)


def basal_mj_day(life: Life) -> float:
    """Return the basal metabolic rate."""
    for age, male, female in _BASAL:
        if life.age_years < age:
            per_kg, constant = female if life.female else male
            return per_kg * life.mass_kg + constant
    raise AssertionError("ages end before 999 years")


def gives(life: Life, met: float) -> Gives:
    """Return what a body gives to a room.

    Args:
        life: Age, sex, mass, height.
        met: Metabolic rate.
    """
    heat_w = met * MET_W_M2 * skin_m2(life)
    latent = min(0.62, 0.28 + 0.12 * (met - 0.8))
    litres_s = _RESPIRATORY_QUOTIENT * basal_mj_day(life) * met * (293.15 / 101.325) * 0.000211
    return Gives(
        sensible_w=(1.0 - latent) * heat_w,
        vapour_kg_s=latent * heat_w / _EVAPORATES_J_KG,
        co2_kg_s=litres_s * 1e-3 * _CO2_KG_M3,
    )
