"""The factor over the noise estimate that gives the asked false-alarm probability.

A noise cell of A antennas, summed, is Gamma distributed with shape A. Training cells are chosen where the window leaves
their noise independent, so M of them give the noise with exactly known statistics, and each factor contains the loss of
knowing the noise from M cells only (the CFAR loss):

* CA: the ratio of two Gamma means is F distributed with 2A and 2AM degrees of freedom;
* GO, SO: the larger or smaller of two halves' means, a product or its complement of their distribution functions;
* OS: the k-th smallest of M, a Beta distributed quantile of the Gamma distribution (Rohling 1983 for A = 1).
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sumika.radar.detection.settings import CfarKind

_NODES = 400


def ordered_place(cells: int, share: float) -> int:
    """Return k, from 1, of the k-th smallest of `cells` training cells that OS takes."""
    return int(np.clip(round(share * cells), 1, cells))


@lru_cache(maxsize=64)
def cfar_scale(kind: CfarKind, antennas: int, cells: int, probability: float, share: float) -> float:
    """Return the factor on the noise estimate of `kind` above which a cell counts as detected.

    Args:
        kind: Which estimate: the mean of the cells (of the chosen half), or the k-th smallest cell.
        antennas: Non-coherently summed, at least 1.
        cells: Independent training cells, at least 2; GO and SO take half of them.
        probability: Of a false alarm per cell of noise.
        share: Of the ordered statistic.
    """
    if kind is CfarKind.CA:
        # An F distributed ratio beyond x is a Beta distributed share below 1 / (1 + x / cells): exact for small tails.
        below = float(special.betaincinv(antennas * cells, antennas, probability))
        return cells * (1.0 / below - 1.0)
    noise, weights = _estimate_distribution(kind, antennas, cells, share)

    # Imported here: it takes half a second in every process with a radar, most of which ask for CA alone.
    from scipy import optimize

    def excess(log_scale: float) -> float:
        alarms = weights @ special.gammaincc(antennas, antennas * np.exp(log_scale) * noise)
        return float(np.log(max(alarms, 1e-300)) - np.log(probability))

    return float(np.exp(optimize.brentq(excess, np.log(1e-3), np.log(1e9), xtol=1e-10)))


def _estimate_distribution(
    kind: CfarKind, antennas: int, cells: int, share: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return values of the noise estimate (true noise is 1) and their probabilities."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    if kind is CfarKind.OS:
        place = ordered_place(cells, share)
        low, high = special.betaincinv(place, cells + 1 - place, [1e-13, 1 - 1e-13])
        quantile = low + (high - low) * (nodes + 1) / 2
        first, second = place, cells + 1 - place
        log_density = special.xlogy(first - 1, quantile) + special.xlog1py(second - 1, -quantile)
        density = np.exp(log_density - special.betaln(first, second))
        return special.gammaincinv(antennas, quantile) / antennas, _normalised(weights * density)
    shape = antennas * (cells // 2)
    low, high = special.gammaincinv(shape, [1e-13, 1 - 1e-13]) / shape
    mean = low + (high - low) * (nodes + 1) / 2
    below = special.gammainc(shape, shape * mean)
    other = below if kind is CfarKind.GO else 1 - below
    density = np.exp(special.xlogy(shape - 1, shape * mean) - shape * mean - special.gammaln(shape))
    return mean, _normalised(weights * density * other)


def _normalised(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = weights / weights.sum()
    return result
