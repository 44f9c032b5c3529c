"""Range and velocity of a peak to a fraction of a bin: least squares of a point target's response, no window.

Around a peak the unwindowed spectrum of a point at range bin f, Doppler bin g is a K, with the response

    K(r, d) = sum_q w_q D(f + m t_q - r) exp(j 2 pi (g - d) t_q)

D is the Dirichlet kernel of the range transform; t_q and w_q are nodes and weights of the Gauss quadrature that equals
the sum over the frame's chirps exactly (Gram polynomials; Golub and Welsch 1969), and m is how many bins the target
walks in range during the frame. Both transforms have their time origin in the middle, so that D is real and amplitude
does not couple to frequency. Gauss-Newton steps on f and g with the amplitude projected out (Golub and Pereyra 1973)
reach the Cramer-Rao bound of what lies in the neighbourhood, whatever is cut off.
"""

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

RANGES = 16
"""Range bins of a neighbourhood: from `REACH_RANGE` below the peak's to one less above."""

REACH_RANGE = RANGES // 2
REACH_DOPPLER = 4

NODES = 12
"""Enough that the quadrature is exact to 1e-4 at `REACH_DOPPLER` bins."""

PARTS = 6
"""Rows of a response: real and imaginary part of itself, of its derivative by Doppler bin, and by range bin."""


def chirp_nodes(chirps: int) -> Floats:
    """Return times within a frame (-1/2 to 1/2) and weights whose sums equal those over all chirps.

    Args:
        chirps: Of the frame; up to 12 are taken as they are.

    Returns:
        (4, node) times and weights, and what one Doppler bin turns them by: real and imaginary part of
        exp(-2 pi j time). Nodes that are not needed have weight 0.
    """
    result = np.zeros((4, NODES))
    if chirps <= NODES:
        result[0, :chirps] = (np.arange(chirps) - (chirps - 1) / 2) / chirps
        result[1, :chirps] = 1.0 / chirps
    else:
        result[:2] = _gauss_nodes(chirps)
    result[2], result[3] = np.cos(2 * np.pi * result[0]), -np.sin(2 * np.pi * result[0])
    return result


def _gauss_nodes(chirps: int) -> Floats:
    """Return (2, node) times and weights of the Gauss quadrature of a sum over chirps."""
    n = np.arange(1, NODES)
    beside = np.sqrt(n**2 * (chirps**2 - n**2) / (4.0 * (4.0 * n**2 - 1.0)))
    nodes, vectors = np.linalg.eigh(np.diag(beside, 1) + np.diag(beside, -1))
    return np.stack([nodes / chirps, vectors[0] ** 2])


@compiled
def range_responses(offset: float, walk: float, samples: int, nodes: Floats, inside: Singles, out: Singles) -> None:
    """Write the range kernel and its derivative at each node of the frame.

    Args:
        offset: How far the target lies beyond the first range bin of the neighbourhood, in bins.
        walk: Range bins it moves during the frame.
        samples: Length of the range transform; 1 for range bins that are no transform.
        nodes: As `chirp_nodes` returns.
        inside: (range,) 0 where a bin does not count.
        out: (2, node, range), overwritten.
    """
    begin, end = 0, RANGES
    while begin < RANGES - 1 and inside[begin] == 0:
        begin += 1
    while end > begin + 1 and inside[end - 1] == 0:
        end -= 1
    out[:] = np.float32(0.0)
    curvature = np.pi**2 / 3 * (1.0 - 1.0 / samples**2)
    turn, quarter = np.sin(np.pi / samples), np.cos(np.pi / samples)
    for q in range(NODES):
        x = offset + walk * nodes[0, q]
        near = x - begin
        top, slope = np.sin(np.pi * near), np.cos(np.pi * near)
        sine, cosine = np.sin(np.pi * near / samples), np.cos(np.pi * near / samples)
        for j in range(begin, end):
            bottom = samples * sine
            distance = x - j
            if samples == 1:
                value, change = 1.0, 0.0
            elif abs(bottom) < 1e-3:
                value, change = 1.0 - curvature * distance * distance / 2, -curvature * distance
            else:
                value = top / bottom
                change = np.pi * (slope - value * cosine) / bottom
            out[0, q, j] = value * inside[j]
            out[1, q, j] = change * inside[j]
            top, slope = -top, -slope
            sine, cosine = sine * quarter - cosine * turn, cosine * quarter + sine * turn


@compiled
def chirp_factors(offset: float, nodes: Floats, out: Singles) -> None:
    """Write each node's share in each Doppler bin, and its derivative.

    Args:
        offset: How far the target lies beyond the first Doppler bin of the neighbourhood.
        nodes: As `chirp_nodes` returns.
        out: (4, Doppler, node), overwritten: real and imaginary part, those of the derivative.
    """
    for q in range(NODES):
        time, weight = nodes[0, q], nodes[1, q]
        real, imaginary = weight * np.cos(2 * np.pi * offset * time), weight * np.sin(2 * np.pi * offset * time)
        cosine, sine = nodes[2, q], nodes[3, q]
        for k in range(out.shape[1]):
            out[0, k, q], out[1, k, q] = real, imaginary
            out[2, k, q], out[3, k, q] = -2 * np.pi * time * imaginary, 2 * np.pi * time * real
            real, imaginary = real * cosine - imaginary * sine, real * sine + imaginary * cosine


@compiled
def combine(ranges: Singles, factors: Singles, out: Singles) -> None:
    """Write a point target's response.

    Args:
        ranges: (2, node, range) as `range_responses` writes it.
        factors: (4, Doppler, node) as `chirp_factors` writes it.
        out: (PARTS, Doppler, range), overwritten.
    """
    dopplers = out.shape[1]
    rows = out.reshape(PARTS * dopplers, RANGES)
    shares = factors.reshape(4 * dopplers, NODES)
    np.dot(shares, ranges[0], rows[: 4 * dopplers])
    np.dot(shares[: 2 * dopplers], ranges[1], rows[4 * dopplers :])


@compiled
def range_coupling(model: Singles) -> float:
    """Return how many radians a target's amplitude seems to turn if it is a range bin farther than its response.

    None, were all cells looked at: what is cut off and the walk in range during the frame together do it. Transmitters
    that send later see the target a little farther.

    Args:
        model: (PARTS, Doppler, range) as `combine` writes it.
    """
    energy, turn = np.float32(0.0), np.float32(0.0)
    for k in range(model.shape[1]):
        for j in range(RANGES):
            a, b = model[0, k, j], model[1, k, j]
            energy += a * a + b * b
            turn += a * model[5, k, j] - b * model[4, k, j]
    return float(turn / energy)


@compiled
def newton_step(model: Singles, seen: Singles, step: Floats) -> float:
    """Return the misfit of a target's response, and where it should move to fit better.

    Args:
        model: (PARTS, Doppler, range) as `combine` writes it.
        seen: (2, Doppler, range) real and imaginary parts, time origins in the middle.
        step: (2,), overwritten: range and Doppler bins.

    Returns:
        Squared residual.
    """
    one, two, energy, seen_energy = _explain(model, seen)
    a, b = one / energy, two / energy
    power = a * a + b * b
    # J_k = a (K_k - K <K, K_k> / <K, K>) is orthogonal to K; the normal equations are Re <J_k, J_l>, Re <J_k, seen>.
    sums = np.empty((2, 5))
    for k in range(2):
        _derivative_sums(model, seen, 4 - 2 * k, sums[k])
    side = np.empty(2)
    for k in range(2):
        c, d, real, imaginary, _ = sums[k]
        real -= (c * one + d * two) / energy
        imaginary -= (c * two - d * one) / energy
        side[k] = a * real + b * imaginary
    rr = power * (sums[0, 4] - (sums[0, 0] ** 2 + sums[0, 1] ** 2) / energy)
    dd = power * (sums[1, 4] - (sums[1, 0] ** 2 + sums[1, 1] ** 2) / energy)
    cross = (sums[0, 0] * sums[1, 0] + sums[0, 1] * sums[1, 1]) / energy
    rd = power * (_mixed_sum(model) - cross)
    _solve_two(rr, rd, dd, side[0], side[1], step)
    rest: float = max(seen_energy - power * energy, 0.0)
    return rest


@compiled
def _explain(model: Singles, seen: Singles) -> tuple[float, float, float, float]:
    """Return <K, seen> (real and imaginary part), <K, K> and <seen, seen>."""
    real, imaginary, energy, seen_energy = np.float32(0.0), np.float32(0.0), np.float32(0.0), np.float32(0.0)
    for k in range(seen.shape[1]):
        a, b, x, y = model[0, k], model[1, k], seen[0, k], seen[1, k]
        for j in range(RANGES):
            real += a[j] * x[j] + b[j] * y[j]
            imaginary += a[j] * y[j] - b[j] * x[j]
            energy += a[j] * a[j] + b[j] * b[j]
            seen_energy += x[j] * x[j] + y[j] * y[j]
    return float(real), float(imaginary), float(energy), float(seen_energy)


@compiled
def _derivative_sums(model: Singles, seen: Singles, first: int, sums: Floats) -> None:
    """Write <K, K'> and <K', seen> (real and imaginary parts), <K', K'> of the derivative K' from row `first` on."""
    c, d, real, imaginary = np.float32(0.0), np.float32(0.0), np.float32(0.0), np.float32(0.0)
    energy = np.float32(0.0)
    for k in range(seen.shape[1]):
        a, b, x, y = model[0, k], model[1, k], seen[0, k], seen[1, k]
        e, f = model[first, k], model[first + 1, k]
        for j in range(RANGES):
            c += a[j] * e[j] + b[j] * f[j]
            d += a[j] * f[j] - b[j] * e[j]
            real += e[j] * x[j] + f[j] * y[j]
            imaginary += e[j] * y[j] - f[j] * x[j]
            energy += e[j] * e[j] + f[j] * f[j]
    sums[0], sums[1], sums[2], sums[3], sums[4] = c, d, real, imaginary, energy


@compiled
def _mixed_sum(model: Singles) -> float:
    """Return Re <K_f, K_g> of the derivatives by range and by Doppler bin."""
    total = np.float32(0.0)
    for k in range(model.shape[1]):
        a, b, c, d = model[2, k], model[3, k], model[4, k], model[5, k]
        for j in range(RANGES):
            total += a[j] * c[j] + b[j] * d[j]
    return float(total)


@compiled
def _solve_two(rr: float, rd: float, dd: float, gr: float, gd: float, step: Floats) -> None:
    """Solve the normal equations; an axis that tells nothing (one bin) does not move."""
    step[:] = 0.0
    smallest = 1e-6 * max(rr, dd)
    if rr > smallest and dd > smallest:
        determinant = rr * dd - rd * rd
        if determinant > 1e-6 * rr * dd:
            step[0] = (dd * gr - rd * gd) / determinant
            step[1] = (rr * gd - rd * gr) / determinant
    elif rr > smallest:
        step[0] = gr / rr
    elif dd > smallest:
        step[1] = gd / dd
