"""At which temperatures people are content: ISO 7730 for what they do and wear, moved by what residents say.

Votes and overrides shrink towards the standard: each is one noisy reading of how far somebody's neutral temperature
lies from the average's (people differ by about 1.2 K: J. van Hoof, Indoor Air 18, 2008), and contradicting votes
simply make the mean less sure.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

from scipy.optimize import brentq

from sumika.units import clamp

PEOPLE_DIFFER_K = 1.2
A_VOTE_IS_OFF_K = 4.0
"""Standard deviation of what one vote says of a neutral temperature: nobody knows what they just did and wear."""

SAYS_OF_TASTE = 0.4
"""Share of a vote that is about the temperature: who says that it is too warm has mostly just done something."""

VOTES_FADE, DISPUTED = 0.8, 1.0
"""Of the last handful of votes a whole point for warmer and one for colder are a dispute."""

FURTHEST_K = 2.5
"""A household is never taken to like it further from the standard."""

WINTER_BELOW_C, SUMMER_ABOVE_C = 12.0, 22.0
"""Running mean outside at which people dress for winter, and for summer."""

WINTER_CLO, SUMMER_CLO = 1.0, 0.55
WINTER_BEDDING_CLO, SUMMER_BEDDING_CLO = 2.0, 1.2
AWAKE_MET, ASLEEP_MET, BUSY_MET = 1.1, 0.75, 1.9
"""Metabolic rate of who sits or does little, sleeps, or is busy on their feet.

Asleep: between 0.7 (ASHRAE 55-2020, table 5-1: sleeping) and 0.8 (ISO 7730, annex B: reclining).

ISO 7730, annex B, has 1.0 for sitting at ease and 1.2 for sitting at work: people at home do both. ISO 8996: housework
1.6 to 2.5."""

STANDARDS_MET = 0.8
"""ISO 7730 covers nobody who burns less: there its line is taken on."""

_MET_OF = {"awake": AWAKE_MET, "sleep": ASLEEP_MET, "active": BUSY_MET}
_MET_W_M2 = 58.15
HUMIDITY = 0.45
"""Of a room of which nothing is known."""

_HUMIDITY_STEP = 0.05


@dataclass(frozen=True, slots=True)
class Band:
    """A band of operative temperature, and how fast it becomes uncomfortable outside.

    Attributes:
        low_c: Below it |PMV| is beyond the neutral.
        high_c: Above it.
        low_per_k: Units of PMV per kelvin below.
        high_per_k: And above.
    """

    low_c: float
    high_c: float
    low_per_k: float
    high_per_k: float

    def moved(self, kelvin: float) -> "Band":
        """Return the band of somebody who likes it so much warmer."""
        return Band(self.low_c + kelvin, self.high_c + kelvin, self.low_per_k, self.high_per_k)


def band_of(
    outdoor_mean_c: float, *, does: str = "awake", neutral_pmv: float = 0.5, humidity: float = HUMIDITY
) -> Band:
    """Return the band of an average person.

    Args:
        outdoor_mean_c: Running mean outside: people dress by it.
        does: What they do: "awake" (sitting, doing little), "sleep" or "active".
        neutral_pmv: Within this nobody minds.
        humidity: Relative, 0..1: dry air feels colder.
    """
    summer = clamp((outdoor_mean_c - WINTER_BELOW_C) / (SUMMER_ABOVE_C - WINTER_BELOW_C), 0.0, 1.0)
    in_bed = does == "sleep"
    winter_clo, summer_clo = (WINTER_BEDDING_CLO, SUMMER_BEDDING_CLO) if in_bed else (WINTER_CLO, SUMMER_CLO)
    clothing = winter_clo + round(summer, 1) * (summer_clo - winter_clo)
    relative = _HUMIDITY_STEP * round(clamp(humidity, 0.15, 0.85) / _HUMIDITY_STEP)
    met, worn, damp = _MET_OF[does], round(clothing, 3), round(relative, 2)
    if met >= STANDARDS_MET:
        return _band(met, worn, neutral_pmv, damp)
    least, more = (_band(one, worn, neutral_pmv, damp) for one in (STANDARDS_MET, STANDARDS_MET + 0.1))
    beyond = (STANDARDS_MET - met) / 0.1
    return Band(
        least.low_c + beyond * (least.low_c - more.low_c),
        least.high_c + beyond * (least.high_c - more.high_c),
        least.low_per_k,
        least.high_per_k,
    )


@lru_cache(maxsize=1024)
def _band(met: float, clothing: float, neutral_pmv: float, humidity: float) -> Band:
    # Its import compiles for seconds: only who plans needs it.
    from sumika.physics.comfort import predicted_vote

    def vote(temperature_c: float) -> float:
        return predicted_vote(
            temperature_c, temperature_c, humidity, metabolic_w_m2=met * _MET_W_M2, clothing_clo=clothing
        ).pmv

    def where(level: float) -> float:
        # The standard ends at 30 °C and where the vote leaves ±2; it is a line beyond.
        coldest, warmest = 14.0, 30.0
        while math.isnan(vote(coldest)):
            coldest += 0.5
        while math.isnan(vote(warmest)):
            warmest -= 0.5
        if vote(coldest) >= level:
            return coldest - (vote(coldest) - level) / max(vote(coldest + 0.5) - vote(coldest), 1e-3) * 0.5
        if vote(warmest) <= level:
            return warmest + (level - vote(warmest)) / max(vote(warmest) - vote(warmest - 0.5), 1e-3) * 0.5
        return float(brentq(lambda one: vote(one) - level, coldest, warmest))

    low, high = where(-neutral_pmv), where(neutral_pmv)
    slope = 2.0 * neutral_pmv / max(high - low, 0.5)
    return Band(low, high, slope, slope)


class Liking:
    """What one household, or one resident, likes against the standard."""

    def __init__(self) -> None:
        """Begin with the standard's average person."""
        self._precision = 1.0 / PEOPLE_DIFFER_K**2
        self._weighted = 0.0
        self.votes = 0
        self.too_warm = self.too_cold = 0.0

    def vote(self, sensation: float, operative_c: float, band: Band) -> None:
        """Hear how somebody feels.

        Args:
            sensation: -3 cold to 3 hot.
            operative_c: That they feel it at.
            band: The standard's for what they do and wear.
        """
        neutral_c = 0.5 * (band.low_c + band.high_c)
        says_k = operative_c - SAYS_OF_TASTE * clamp(sensation, -3.0, 3.0) / band.low_per_k - neutral_c
        # Who is cold at 15 °C has not said that they like 18: a word moves what is believed in its direction only.
        if (says_k - self.warmer_k) * sensation < 0.0 or sensation == 0.0:
            self._add(says_k, A_VOTE_IS_OFF_K)
        self.votes += 1
        self.too_warm = VOTES_FADE * self.too_warm + max(clamp(sensation, -3.0, 3.0), 0.0)
        self.too_cold = VOTES_FADE * self.too_cold + max(-clamp(sensation, -3.0, 3.0), 0.0)

    @property
    def is_disputed(self) -> bool:
        """Whether of late as much was said for warmer as for colder: nobody's word is the room's."""
        return min(self.too_warm, self.too_cold) >= DISPUTED

    def override(self, setpoint_c: float, band: Band) -> None:
        """Hear what somebody set by hand; a hand says more than a tap."""
        self._add(setpoint_c - 0.5 * (band.low_c + band.high_c), 1.5)
        self.votes += 1

    def _add(self, says_k: float, off_k: float) -> None:
        self._precision += 1.0 / off_k**2
        self._weighted += clamp(says_k, -5.0, 5.0) / off_k**2

    def settle(self, warmer_k: float, sigma_k: float) -> None:
        """Take it as known how much warmer they like it; no word changes it much."""
        self._precision = 1.0 / sigma_k**2
        self._weighted = warmer_k * self._precision

    @property
    def warmer_k(self) -> float:
        """How much warmer than the standard they like it."""
        return clamp(self._weighted / self._precision, -FURTHEST_K, FURTHEST_K)

    @property
    def sigma_k(self) -> float:
        """How sure that is: who contradict each other are as unsure together as people are of each other."""
        sigma_k = float(self._precision**-0.5)
        return math.hypot(sigma_k, PEOPLE_DIFFER_K) if self.is_disputed else sigma_k
