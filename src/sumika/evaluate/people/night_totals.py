"""What whole nights' probabilities say: total sleep time as a range, and which half minutes to call awake."""

import msgspec
import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
EPOCH_MIN = 0.5
_LEAST_KAPPA = 1e-6
"""Where nothing brings more, as in a night of sleep alone, whatever is more probable is said."""

COVERED = 0.8
"""Share of nights whose truth shall lie inside the range."""


class NightTotals(msgspec.Struct, frozen=True, kw_only=True):
    """How total sleep times compare with the truth.

    Attributes:
        bias_min: Mean of what is told minus what is true.
        people_error_min: Mean distance of one night, whatever the side.
        half_range_min: Half the range that is told, on average.
        covered: Share of nights whose truth lies inside their range.
        nights: How many.
        low_min: The bias' 95 % interval by drawing people anew, lower end.
        high_min: Upper end.
    """

    bias_min: float
    people_error_min: float
    half_range_min: float
    covered: float
    nights: int
    low_min: float
    high_min: float

    def detail(self) -> dict[str, float | str]:
        """Return what stands beside the bias."""
        return {
            "signed bias, min": f"{self.bias_min:+.1f} [{self.low_min:+.1f}, {self.high_min:+.1f}]",
            "mean distance of a night, min": self.people_error_min,
            "half the 80 % range, min": self.half_range_min,
            "share of nights inside their range": self.covered,
            "nights": float(self.nights),
        }


def night_totals(person: NDArray[np.str_], awake: Numbers, is_awake: NDArray[np.bool_]) -> NightTotals:
    """Compare total sleep times, as expected from probabilities, with what was scored.

    The range of each night is as wide as the errors of the other people's nights say (leave-one-out conformal: J. Lei
    et al., JASA 113 (2018) 1094-1111).

    Args:
        person: Per epoch.
        awake: Probability of being awake, calibrated by others.
        is_awake: The truth.
    """
    people, index = np.unique(person, return_inverse=True)
    said = EPOCH_MIN * np.bincount(index, weights=1.0 - awake)
    true = EPOCH_MIN * np.bincount(index, weights=~is_awake)
    error = said - true
    half = np.array([half_range(np.delete(error, place)) for place in range(len(people))])
    draws = np.random.default_rng(0).integers(len(people), size=(2000, len(people)))
    low, high = np.quantile(error[draws].mean(axis=1), [0.025, 0.975])
    return NightTotals(
        bias_min=float(error.mean()),
        people_error_min=float(np.abs(error).mean()),
        half_range_min=float(half.mean()),
        covered=float((np.abs(error) <= half).mean()),
        nights=len(people),
        low_min=float(low),
        high_min=float(high),
    )


def half_range(errors_min: Numbers) -> float:
    """Return half the range that covers `COVERED` of nights, by the errors of some: the next larger error of them."""
    ordered = np.sort(np.abs(errors_min))
    place = int(np.ceil(COVERED * (len(ordered) + 1))) - 1
    return float(ordered[min(place, len(ordered) - 1)])


def called_awake(awake: Numbers) -> NDArray[np.bool_]:
    """Return which half minutes of a night to call awake, so that kappa may be expected to be highest.

    Calling awake what is more probably so than not finds too little of what is rare: a half minute more brings kappa
    something from about a third on. How many are worth it follows from the probabilities themselves, if they are
    calibrated: no threshold is fitted to anybody.

    Args:
        awake: (epoch,) probability of each half minute.
    """
    order = np.argsort(-awake, kind="stable")
    count, called = len(awake), np.arange(len(awake) + 1)
    found = np.concatenate([[0.0], np.cumsum(awake[order])])
    really = found[-1]
    agreed = (2 * found + count - called - really) / count
    by_chance = (really * called + (count - really) * (count - called)) / count**2
    kappa = (agreed - by_chance) / np.maximum(1.0 - by_chance, 1e-12)
    most = int(np.argmax(kappa))
    if kappa[most] < _LEAST_KAPPA:
        return np.asarray(awake >= 0.5)
    chosen = np.zeros(count, np.bool_)
    chosen[order[:most]] = True
    return chosen
