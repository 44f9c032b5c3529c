"""Directions from the antennas' covariance: minimum variance (Capon 1969) and noise subspace (Schmidt 1986).

Both look for directions a(u, w) in which a quadratic form a^H Q a is smallest: Q is the inverse of the covariance, or
the projector on what no source reaches. They part two people whom beamforming sees as one.

A detection gives one snapshot, in which echoes are coherent. So the array is taken as parts that repeat each other,
shifted, whose covariances are averaged (Shan, Wax and Kailath 1985), also with the array turned round where it is
symmetric (Pillai and Kwon 1989). Diagonal loading keeps the covariance of few snapshots invertible.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sumika.compiled import compiled
from sumika.radar.detection.estimate import COLUMNS, Tables
from sumika.radar.detection.settings import AngleMethod

Complexes = NDArray[np.complex128]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_MOST_PARTS = 3
_LOADING = 1e-2
"""Of the mean power, added to the covariance's diagonal."""

_ABOVE_NOISE = 4.0
"""Eigenvalue over noise from which on it is a source."""

_APART = 0.3
"""Beam widths of the whole array below which two directions are one."""

_FINEST = 1e-4

Parts = tuple[Integers, Integers]
"""(part, element) antennas of the parts; (element,) which element lies opposite, empty if they are not symmetric."""


@lru_cache(maxsize=16)
def repeated_parts(places: tuple[tuple[float, float], ...]) -> Parts:
    """Return the parts of an array that repeat each other, shifted by the same step again and again.

    Args:
        places: Of the antennas, half wavelengths.
    """
    where = {place: number for number, place in enumerate(places)}
    steps = {(b[0] - a[0], b[1] - a[1]) for a in places for b in places if b > a}
    told = [len({place[axis] for place in places}) > 1 for axis in (0, 1)]
    best = [list(range(len(places)))]
    most = 0
    for count in range(2, _MOST_PARTS + 1):
        for step in sorted(steps):
            rows = [[where.get((a[0] + k * step[0], a[1] + k * step[1]), -1) for k in range(count)] for a in places]
            whole = [row for row in rows if min(row) >= 0]
            # A further part may cost aperture, but not half of the antennas, and no axis.
            tells = [len({places[row[0]][axis] for row in whole}) > 1 for axis in (0, 1)]
            enough = 2 * len(whole) > len(places) and tells == told
            if enough and (count, len(whole)) > (len(best), most):
                best, most = [list(one) for one in zip(*whole, strict=True)], len(whole)
    parts = np.array(best, dtype=np.int64)
    first = np.array(places)[parts[0]]
    mirrored = first.min(axis=0) + first.max(axis=0) - first
    same = np.all(np.isclose(mirrored[:, np.newaxis], first), axis=2)
    opposite = np.argmax(same, axis=1) if same.any(axis=1).all() else np.zeros(0)
    return parts, opposite.astype(np.int64)


def covariance(snapshot: Complexes, parts: Parts) -> Complexes:
    """Return the (element, element) covariance of an array's parts in one snapshot, (antenna,)."""
    seen = snapshot[parts[0]]
    result = np.asarray(seen.T @ seen.conj() / len(seen), dtype=np.complex128)
    if parts[1].size:
        turned = result[np.ix_(parts[1], parts[1])].conj()
        result = np.asarray((result + turned) / 2, dtype=np.complex128)
    return result


def quadratic_form(method: AngleMethod, snapshot: Complexes, parts: Parts, noise: float) -> Complexes:
    """Return the (element, element) form that is smallest where sources are.

    Args:
        method: Capon or MUSIC.
        snapshot: (antenna,).
        parts: Of the array.
        noise: Noise power of one antenna's amplitude.
    """
    seen = covariance(snapshot, parts)
    elements = len(seen)
    if method is AngleMethod.CAPON:
        loading = max(noise, _LOADING * float(np.trace(seen).real) / elements)
        return np.asarray(np.linalg.inv(seen + loading * np.eye(elements)), dtype=np.complex128)
    values, vectors = np.linalg.eigh(seen)
    sources = int(np.clip(np.count_nonzero(values > _ABOVE_NOISE * noise), 1, min(2, elements - 1)))
    rest = vectors[:, : elements - sources]
    projector: Complexes = rest @ rest.conj().T
    return projector


def find_directions(
    method: AngleMethod,
    estimates: Floats,
    snapshots: Complexes,
    noise: Floats,
    tables: Tables,
    second: tuple[float, float],
) -> None:
    """Replace the directions of beamforming by those of another method.

    Args:
        method: Capon or MUSIC.
        estimates: (peak, column) as `estimate.COLUMNS`; directions and powers are changed in place.
        snapshots: (peak, antenna) amplitudes, the transmitters' delays undone.
        noise: (peak,) noise power of one antenna in the spectrum.
        tables: Of the radar.
        second: Least signal-to-noise ratio, and least power relative to the first, of a second direction.
    """
    places = tables.geometry.positions[tables.alive]
    parts = repeated_parts(tuple((float(x), float(z)) for x, z in places))
    if parts[0].shape[1] < 2 or not any(tables.directions.measured):
        return
    elements = places[parts[0][0]]
    beams = 2.0 / (np.ptp(places, axis=0) + 1.0)
    measured = np.array(tables.directions.measured)
    energy = COLUMNS.index("energy")
    for peak, snapshot in enumerate(snapshots):
        amplitude_noise = noise[peak] / estimates[peak, energy]
        form = quadratic_form(method, snapshot, parts, amplitude_noise)
        found = np.zeros((2, 2))
        count = _find_minima(form, elements, tables.directions.cosines, beams, measured, found)
        steering = np.exp(-1j * np.pi * places @ found[:count].T)
        amplitudes, *_ = np.linalg.lstsq(steering, snapshot, rcond=None)
        power = np.abs(amplitudes) ** 2
        order = np.argsort(-power)
        estimates[peak, 2:4], estimates[peak, 4] = found[order[0]], power[order[0]]
        estimates[peak, 6:9] = 0.0
        least = max(second[0] * amplitude_noise / len(places), second[1] * power[order[0]])
        if count == 2 and power[order[1]] >= least:
            estimates[peak, 6:8], estimates[peak, 8] = found[order[1]], power[order[1]]


@compiled
def _find_minima(
    form: Complexes, places: Floats, grid: Floats, beams: Floats, measured: NDArray[np.bool_], found: Floats
) -> int:
    """Write the one or two directions with the smallest form; return how many there are.

    Args:
        form: (element, element).
        places: (element, 2) half wavelengths.
        grid: (direction, 2) where the search begins.
        beams: (2,) width of the whole array's beam in u and w.
        measured: (2,) whether the array tells u, and w.
        found: (2, 2), overwritten.
    """
    levels = np.empty(len(grid))
    for k in range(len(grid)):
        levels[k] = _form_at(form, places, grid[k, 0], grid[k, 1])
    found[0] = grid[np.argmin(levels)]
    _descend(form, places, beams, measured, found[0])
    best, level = -1, np.inf
    for k in range(len(grid)):
        if levels[k] < level and _apart(grid[k], found[0], beams) >= 2 * _APART:
            best, level = k, levels[k]
    if best < 0:
        return 1
    found[1] = grid[best]
    _descend(form, places, beams, measured, found[1])
    return 2 if _apart(found[0], found[1], beams) >= _APART else 1


@compiled
def _apart(one: Floats, other: Floats, beams: Floats) -> float:
    return float(np.hypot((one[0] - other[0]) / beams[0], (one[1] - other[1]) / beams[1]))


@compiled
def _form_at(form: Complexes, places: Floats, u: float, w: float) -> float:
    elements = len(places)
    steering = np.empty(elements, dtype=np.complex128)
    for k in range(elements):
        phase = -np.pi * (places[k, 0] * u + places[k, 1] * w)
        steering[k] = complex(np.cos(phase), np.sin(phase))
    total = 0.0
    for k in range(elements):
        row = 0j
        for j in range(elements):
            row += form[k, j] * steering[j]
        total += row.real * steering[k].real + row.imag * steering[k].imag
    return total


@compiled
def _descend(form: Complexes, places: Floats, beams: Floats, measured: NDArray[np.bool_], cosines: Floats) -> None:
    """Go downhill in steps that halve where no neighbour lies lower."""
    step = 0.25
    level = _form_at(form, places, cosines[0], cosines[1])
    while step > _FINEST:
        from_u, from_w, moved = cosines[0], cosines[1], False
        for a in range(-1, 2):
            for b in range(-1, 2):
                u = from_u + a * step * beams[0] * measured[0]
                w = from_w + b * step * beams[1] * measured[1]
                if u * u + w * w > 1.0:
                    continue
                there = _form_at(form, places, u, w)
                if there < level:
                    cosines[0], cosines[1], level, moved = u, w, there, True
        if not moved:
            step /= 2
