"""Range and velocity of a peak to a fraction of a bin: least squares of a point target's response, no window.

Around a peak the unwindowed spectrum of a point at range bin f, Doppler bin g is a K, with the response

    K(r, d) = sum_q w_q D(f + m t_q - r) exp(j 2 pi (g - d) t_q)

D is the Dirichlet kernel of the range transform; t_q and w_q are nodes and weights of the Gauss quadrature that equals
the sum over the frame's chirps exactly (Gram polynomials; Golub and Welsch 1969), and m is how many bins the target
walks in range during the frame. Both transforms have their time origin in the middle, so that D is real and amplitude
does not couple to frequency. Gauss-Newton steps on f and g with the amplitude projected out (Golub and Pereyra 1973)
reach the Cramer-Rao bound of what lies in the neighbourhood, whatever the truncation.
"""

import numpy as np
from numpy.typing import NDArray

from sumika.radar._compiled import compiled
from sumika.radar.detection.cube_transform import BESIDE
from sumika.radar.detection.geometry import Axis

Complexes = NDArray[np.complex128]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_NODES = 12


def chirp_nodes(chirps: int) -> tuple[Floats, Floats]:
    """Return times within a frame (-1/2 to 1/2) and weights whose sums equal those over all chirps.

    Args:
        chirps: Of the frame; up to 12 are taken as they are.
    """
    if chirps <= _NODES:
        return (np.arange(chirps) - (chirps - 1) / 2) / chirps, np.full(chirps, 1.0 / chirps)
    n = np.arange(1, _NODES)
    beside = np.sqrt(n**2 * (chirps**2 - n**2) / (4.0 * (4.0 * n**2 - 1.0)))
    nodes, vectors = np.linalg.eigh(np.diag(beside, 1) + np.diag(beside, -1))
    return nodes / chirps, vectors[0] ** 2


@compiled
def gather(
    spectrum: NDArray[np.float32],
    bins: int,
    antennas: Integers,
    signs: Floats,
    place: Integers,
    ranges: Integers,
    dopplers: Integers,
    range_centring: Complexes,
    doppler_centring: Complexes,
    circular: bool,
    around: Complexes,
) -> None:
    """Copy the neighbourhood of a peak, with the time origins moved to the middle.

    Args:
        spectrum: (antenna, Doppler bin, part, range) as of `CubeTransform`.
        bins: Range bins.
        antennas: Which.
        signs: (antenna,) +1 or -1 of each of them.
        place: (2,) range and Doppler bin of the peak.
        ranges: Relative range bins.
        dopplers: Relative Doppler bins.
        range_centring: As in `Axis`.
        doppler_centring: As in `Axis`.
        circular: Whether range bins wrap; where not, those outside are zero.
        around: (antenna, relative range bin, relative Doppler bin), overwritten.
    """
    chirps = spectrum.shape[1]
    samples = len(range_centring) // 3
    for j in range(len(ranges)):
        row = place[0] + ranges[j]
        outside = not circular and not 0 <= row < bins
        for k in range(len(dopplers)):
            column = place[1] + dopplers[k]
            phase = range_centring[samples + row] * doppler_centring[chirps + column]
            for number in range(len(antennas)):
                parts = spectrum[antennas[number], column % chirps]
                value = complex(parts[0, BESIDE + row % bins], parts[1, BESIDE + row % bins]) * signs[number]
                around[number, j, k] = 0.0 if outside else value * phase


@compiled
def response(
    ranges: Floats,
    dopplers: Floats,
    walk: float,
    samples: int,
    nodes: Floats,
    weights: Floats,
    inside: Floats,
    out: Complexes,
) -> None:
    """Write a point target's response and its derivatives by range bin and Doppler bin.

    Args:
        ranges: (range,) how far the target lies beyond each bin.
        dopplers: (Doppler,) the same in Doppler.
        walk: Range bins it moves during the frame.
        samples: Length of the range transform; 1 for range bins that are no transform, of which one is looked at.
        nodes: As `chirp_nodes` returns.
        weights: As `chirp_nodes` returns.
        inside: (range,) 0 where a bin does not exist, else 1.
        out: (3, range, Doppler), overwritten: response, derivative by range, by Doppler.
    """
    out[:] = 0.0
    for q in range(len(nodes)):
        time = nodes[q]
        turn = np.exp(2j * np.pi * dopplers[0] * time) * weights[q]
        step = np.exp(2j * np.pi * (dopplers[1] - dopplers[0]) * time) if len(dopplers) > 1 else 1.0 + 0.0j
        for k in range(len(dopplers)):
            for j in range(len(ranges)):
                value, slope = _dirichlet(ranges[j] + walk * time, samples)
                value *= inside[j]
                out[0, j, k] += value * turn
                out[1, j, k] += slope * inside[j] * turn
                out[2, j, k] += value * (2j * np.pi * time) * turn
            turn *= step


@compiled
def _dirichlet(x: float, samples: int) -> tuple[float, float]:
    """Return sin(pi x) / (N sin(pi x / N)) and its derivative."""
    if samples == 1:
        return 1.0, 0.0
    angle = np.pi * x / samples
    bottom = samples * np.sin(angle)
    if abs(bottom) < 1e-4:
        curvature = np.pi**2 / 3 * (1.0 - 1.0 / samples**2)
        return 1.0 - curvature * x * x / 2, -curvature * x
    value = np.sin(np.pi * x) / bottom
    return value, np.pi * (np.cos(np.pi * x) - value * np.cos(angle)) / bottom


@compiled
def newton_step(around: Complexes, model: Complexes, step: Floats) -> float:
    """Return the misfit of a target's response, and where it should move to fit better.

    Args:
        around: (range, Doppler) what is seen.
        model: (3, range, Doppler) as `response` writes it.
        step: (2,), overwritten: range and Doppler bins.

    Returns:
        Squared residual.
    """
    energy, seen, by_range, by_doppler = 0.0, 0j, 0j, 0j
    for j in range(around.shape[0]):
        for k in range(around.shape[1]):
            value = np.conj(model[0, j, k])
            energy += model[0, j, k].real ** 2 + model[0, j, k].imag ** 2
            seen += value * around[j, k]
            by_range += value * model[1, j, k]
            by_doppler += value * model[2, j, k]
    amplitude = seen / energy
    rr, rd, dd, gr, gd, residual = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for j in range(around.shape[0]):
        for k in range(around.shape[1]):
            rest = around[j, k] - amplitude * model[0, j, k]
            r = amplitude * (model[1, j, k] - model[0, j, k] * by_range / energy)
            d = amplitude * (model[2, j, k] - model[0, j, k] * by_doppler / energy)
            rr += r.real**2 + r.imag**2
            dd += d.real**2 + d.imag**2
            rd += r.real * d.real + r.imag * d.imag
            gr += r.real * rest.real + r.imag * rest.imag
            gd += d.real * rest.real + d.imag * rest.imag
            residual += rest.real**2 + rest.imag**2
    _solve_two(rr, rd, dd, gr, gd, step)
    return residual


@compiled
def _solve_two(rr: float, rd: float, dd: float, gr: float, gd: float, step: Floats) -> None:
    """Solve the normal equations; an axis that tells nothing (one bin) does not move."""
    step[:] = 0.0
    smallest = 1e-9 * max(rr, dd)
    if rr > smallest and dd > smallest:
        determinant = rr * dd - rd * rd
        if determinant > 1e-9 * rr * dd:
            step[0] = (dd * gr - rd * gd) / determinant
            step[1] = (rr * gd - rd * gr) / determinant
    elif rr > smallest:
        step[0] = gr / rr
    elif dd > smallest:
        step[1] = gd / dd


def neighbourhood(axes: tuple[Axis, Axis], antennas: int) -> Complexes:
    """Return scratch for `gather`."""
    return np.empty((antennas, axes[0].around.size, axes[1].around.size), dtype=np.complex128)
