"""Is there a rhythm in a stretch of motion, how fast is it, and how sure can one be?

The chest's velocity is looked at, not its position: a body sways, and swaying is red noise (a random walk at worst)
whose velocity is about white. What breathing adds is a line and its harmonics. So the question becomes a classical
one: a harmonic series of unknown frequency in white noise, band-limited, answered by weighted least squares (Quinn and
Hannan, "The Estimation and Tracking of Frequency", 2001, chapter 3) and judged by an F test whose degrees of freedom
are those of the band and the window.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft, special

from sumika.units import SECONDS_PER_MINUTE

_REFINEMENTS = 4
_TRIALS_PER_CYCLE = 6
"""Trial rates per 1 / window: fine enough that refinement starts within the main lobe."""

_OUTLIER = 1.5
"""Velocities further off than this many robust sigmas count less (Huber): a twitch, or a fade of the reflection."""

_FUNDAMENTAL_SHARE = 0.35
"""The fundamental must hold this share of the velocity's power in all lines: a second harmonic of up to two thirds of
the fundamental's displacement passes; the octave below a rhythm does not, nor a heart as its own half."""

_FITTED_AWAY = 1.35
"""The fit takes along about one of the four independent lines that the noise around the fundamental is read from."""

_REDDEST = 4.0
"""Steepest fall of noise power with frequency that is believed, as a power of the frequency."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Where a rhythm is looked for.

    Attributes:
        low_hz: Slowest fundamental.
        high_hz: Fastest fundamental.
        top_hz: End of the band whose motion is explained or not.
        harmonics: How many lines the series has; all lie below `top_hz`.
        samples: How many samples of velocity represent a stretch, at least 2.5 * top_hz * its longest length.
    """

    low_hz: float
    high_hz: float
    top_hz: float
    harmonics: int
    samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """The best harmonic series in one stretch of motion.

    Attributes:
        rate_bpm: Fundamental, per minute.
        sigma_bpm: Its standard deviation, from the curvature of the fit and the residual around the fundamental.
        amplitude_mm: Of the fundamental.
        explained: Share of the velocity's power in the band that the series explains, 0..1.
        chance_log10: Chance that noise without rhythm is explained as well at some trial rate, as a power of 10.
        fundamental_log10: Chance that noise adds as much to the higher harmonics as the fundamental does.
        window_s: Length of the stretch.
        band: Where it was looked for.
    """

    rate_bpm: float
    sigma_bpm: float
    amplitude_mm: float
    explained: float
    chance_log10: float
    fundamental_log10: float
    window_s: float
    band: Band

    @property
    def cycles(self) -> float:
        """How many periods the stretch holds."""
        return self.rate_bpm * self.window_s / SECONDS_PER_MINUTE


@dataclass(frozen=True, slots=True)
class _Table:
    """Orthonormal harmonic bases for trial rates in cycles per window; one table serves windows of any length.

    Attributes:
        cycles: (trial,) trial rates.
        taper: (sample,) weights: the middle of the window counts, its ends fade.
        bases: (trial, parameter, sample), orthonormal after weighting by the root of the taper.
    """

    cycles: Array
    taper: Array
    bases: Array


@lru_cache(maxsize=8)
def _table(samples: int, harmonics: int, most_cycles: int) -> _Table:
    cycles = np.arange(0.5, most_cycles, 1 / _TRIALS_PER_CYCLE)
    taper = _taper(samples)
    root = np.sqrt(taper)
    bases = [np.linalg.qr((_basis(float(rate), samples, harmonics) * root).T)[0].T for rate in cycles]
    return _Table(cycles, taper, np.array(bases))


def _basis(cycles: float, samples: int, harmonics: int) -> Array:
    """Return (parameter, sample): a constant, the cosines, the sines."""
    angle = 2 * np.pi * cycles * np.arange(1, harmonics + 1)[:, np.newaxis] * _time(samples)
    return np.vstack((np.ones((1, samples)), np.cos(angle), np.sin(angle)))


@lru_cache(maxsize=8)
def _taper(samples: int) -> Array:
    """Return the weights of the samples: the middle of the window counts, its ends fade."""
    taper: Array = np.sin(np.pi * (np.arange(samples) + 0.5) / samples)
    return taper


@lru_cache(maxsize=8)
def _time(samples: int) -> Array:
    """Return the samples' times, in windows, around the middle."""
    return (np.arange(samples) - (samples - 1) / 2) / samples


def band_limited_velocity(displacement: Array, interval_s: float, band: Band) -> tuple[Array, float]:
    """Differentiate and low-pass a displacement, and represent it by the band's number of samples.

    Args:
        displacement: (..., frame) in millimetres, evenly spaced.
        interval_s: Between frames.
        band: Its `top_hz` says what stays: all below it, nothing above 1.25 times it.

    Returns:
        (..., sample) in millimetres per second, and the time they span.
    """
    frames, samples = displacement.shape[-1], band.samples + 1
    # A cosine transform continues the stretch by its mirror image: no step at the ends for the filter to ring on.
    spectrum = fft.dct(displacement, 2)
    frequency = np.arange(frames) / (2 * frames * interval_s)
    spectrum *= np.clip((1.25 * band.top_hz - frequency) / (0.25 * band.top_hz), 0.0, 1.0)
    resampled = np.zeros((*displacement.shape[:-1], samples))
    resampled[..., : min(frames, samples)] = spectrum[..., :samples]
    step_s = frames * interval_s / samples
    velocity: Array = np.diff(fft.idct(resampled, 2)) * (samples / frames) / step_s
    return velocity, band.samples * step_s


def most_rhythmic(velocities: Array, window_s: float, band: Band) -> tuple[int, float]:
    """Return which of several velocities a harmonic series explains best, and the share of its power explained.

    Args:
        velocities: (path, sample) as `band_limited_velocity` gives them.
        window_s: Time they span.
        band: Where to look.
    """
    table = _table(velocities.shape[1], band.harmonics, int(np.ceil(band.high_hz * 32.0)) + 1)
    rates = table.cycles / window_s
    first, last = np.searchsorted(rates, (band.low_hz, band.high_hz))
    mean = velocities @ table.taper / table.taper.sum()
    weighted = np.sqrt(table.taper) * (velocities - mean[:, np.newaxis])
    lines = table.bases[first:last].reshape(-1, velocities.shape[1]) @ weighted.T
    power = (lines**2).reshape(last - first, -1, len(velocities)).sum(axis=1).max(axis=0, initial=0.0)
    share = power / np.maximum((weighted**2).sum(axis=1), 1e-300)
    best = int(np.argmax(share))
    return best, float(share[best])


def find_rhythm(velocity: Array, window_s: float, band: Band) -> Rhythm | None:
    """Find the harmonic series that explains a velocity best.

    Its fundamental must hold a good share of the power: that tells a rhythm from its octaves below and above.

    Args:
        velocity: (sample,) as `band_limited_velocity` gives it.
        window_s: Time it spans.
        band: Where to look.

    Returns:
        The best series; None where nothing moves, or none leads.
    """
    table = _table(velocity.size, band.harmonics, int(np.ceil(band.high_hz * 32.0)) + 1)
    rates = table.cycles / window_s
    first, last = np.searchsorted(rates, (band.low_hz, band.high_hz))
    if first >= last or not _spread(velocity, table.taper) > 0:
        return None
    explained = ((table.bases[first:last] @ (np.sqrt(table.taper) * velocity)) ** 2).sum(axis=1)
    for trial in np.argsort(-explained, kind="stable")[: 4 * _TRIALS_PER_CYCLE]:
        cycles = float(table.cycles[first + trial])
        basis = _basis(cycles, velocity.size, band.harmonics)
        weighted = basis * table.taper
        if _leads(np.linalg.solve(weighted @ basis.T, weighted @ velocity)):
            return refine_rhythm(velocity, window_s, band, cycles / window_s)
    return None


def _leads(coefficients: NDArray[np.floating]) -> bool:
    """Return whether enough of the series' power is in its fundamental for it to be one."""
    harmonics = coefficients.size // 2
    power = coefficients[1 : 1 + harmonics] ** 2 + coefficients[1 + harmonics :] ** 2
    return bool(power[0] >= _FUNDAMENTAL_SHARE * power.sum())


def _spread(velocity: Array, weights: Array) -> float:
    mean = weights @ velocity / weights.sum()
    return float(weights @ (velocity - mean) ** 2)


@dataclass(frozen=True, slots=True)
class _Fit:
    """A polished fit.

    Attributes:
        cycles: Fundamental, in cycles per window.
        coefficients: (parameter,) of the constant, the cosines, the sines.
        basis: (parameter, sample) that they belong to.
        jacobian: (parameter + 1, sample), the frequency's row last.
        weights: (sample,) taper, outliers weighted down.
        residual: (sample,) what is left.
    """

    cycles: float
    coefficients: Array
    basis: Array
    jacobian: Array
    weights: Array
    residual: Array


def refine_rhythm(velocity: Array, window_s: float, band: Band, frequency_hz: float) -> Rhythm | None:
    """Polish a frequency by Gauss-Newton, with outliers weighted down.

    Args:
        velocity: (sample,) as `band_limited_velocity` gives it.
        window_s: Time it spans.
        band: For the harmonics and the statistics.
        frequency_hz: Where to start.

    Returns:
        The series there; None if it runs out of the band or explains nothing.
    """
    fit = _polish(velocity, window_s, band, frequency_hz)
    if fit is None:
        return None
    total, left = _spread(velocity, fit.weights), float(fit.weights @ fit.residual**2)
    if not total > 0:
        return None
    freedom = _freedom(fit.weights, window_s, band)
    one_rate = _chance_log10(left / total, 2 * band.harmonics, freedom)
    if_red = _chance_if_red(velocity, fit, window_s, band)
    only_harmonics = _left_without_fundamental(velocity, fit.basis, fit.weights)
    found_hz = fit.cycles / window_s
    speed = float(np.hypot(fit.coefficients[1], fit.coefficients[1 + band.harmonics]))
    return Rhythm(
        rate_bpm=found_hz * SECONDS_PER_MINUTE,
        sigma_bpm=_sigma_cycles(fit, window_s) / window_s * SECONDS_PER_MINUTE,
        amplitude_mm=speed / (2 * np.pi * found_hz),
        explained=float(np.clip(1 - left / total, 0.0, 1.0)),
        chance_log10=_any_rate(max(one_rate, if_red), window_s, band),
        fundamental_log10=_chance_log10(left / only_harmonics, 2, freedom),
        window_s=window_s,
        band=band,
    )


def _polish(velocity: Array, window_s: float, band: Band, frequency_hz: float) -> _Fit | None:
    samples, harmonics = velocity.size, band.harmonics
    order = np.arange(1, harmonics + 1)
    taper, time = _taper(samples), _time(samples)
    weights, cycles = taper, frequency_hz * window_s
    for _ in range(_REFINEMENTS):
        basis = _basis(cycles, samples, harmonics)
        weighted = basis * weights
        coefficients: Array = np.linalg.solve(weighted @ basis.T, weighted @ velocity).astype(np.float64)
        cosines, sines = coefficients[1 : harmonics + 1], coefficients[harmonics + 1 :]
        lines = (order * sines) @ basis[1 : harmonics + 1] - (order * cosines) @ basis[harmonics + 1 :]
        jacobian = np.vstack((basis, 2 * np.pi * time * lines))
        residual = velocity - coefficients @ basis
        fit = _Fit(cycles, coefficients, basis, jacobian, weights, residual)
        step = _solve(jacobian, weights, (jacobian * weights) @ residual)[-1]
        cycles += max(-0.5, min(0.5, float(step)))
        if not 0.5 * band.low_hz < cycles / window_s < 1.5 * band.high_hz:
            return None
        size = np.abs(residual)
        scale = 1.4826 * float(np.partition(size, samples // 2)[samples // 2]) + 1e-12
        weights = taper * np.minimum(1.0, _OUTLIER * scale / np.maximum(size, 1e-12))
    return fit


def _solve(jacobian: Array, weights: Array, right: Array) -> Array:
    """Solve the normal equations; a frequency that nothing depends on stays where it is."""
    information = (jacobian * weights) @ jacobian.T
    information.flat[:: information.shape[0] + 1] += 1e-9 * np.trace(information) / information.shape[0] + 1e-300
    solved: Array = np.linalg.solve(information, right).astype(np.float64)
    return solved


def _sigma_cycles(fit: _Fit, window_s: float) -> float:
    """Return the frequency's standard deviation, in cycles per window (sandwich formula: weights are no variances)."""
    unit = np.zeros(fit.jacobian.shape[0])
    unit[-1] = 1.0
    row = _solve(fit.jacobian, fit.weights, unit) @ fit.jacobian
    density = _noise_density(fit, window_s)
    return float(np.sqrt(fit.weights**2 @ row**2 * density * row.size / (2 * window_s)))


def _chance_if_red(velocity: Array, fit: _Fit, window_s: float, band: Band) -> float:
    """Return log10 of the chance of one rate if what is no rhythm is as red as the residual shows it to be.

    A slow drift is redder than a random walk, and its largest wave looks like a slow rhythm. So the residual's own
    slope is taken out of the velocity, and the rhythm must stand out from what is left.
    """
    harmonics = band.harmonics
    bins = np.arange(velocity.size) / 2
    beside_lines = np.abs(bins - fit.cycles * np.arange(1, harmonics + 1)[:, np.newaxis]).min(axis=0) > 0.75
    use = (bins >= 0.75) & (bins <= band.top_hz * window_s) & beside_lines
    power = np.log(fft.dct(fit.residual, 2)[use] ** 2 + 1e-300)
    frequency = np.log(bins[use])
    centred = frequency - frequency.mean()
    redness = float(np.clip(-(centred @ power) / (centred @ centred), 0.0, _REDDEST))
    gain = np.concatenate(([0.0], (bins[1:] / fit.cycles) ** (redness / 2)))
    whitened = fft.idct(fft.dct(velocity, 2) * gain, 2)
    taper = _taper(velocity.size)
    weighted = fit.basis * taper
    left = whitened - np.linalg.solve(weighted @ fit.basis.T, weighted @ whitened) @ fit.basis
    total = _spread(whitened, taper)
    freedom = _freedom(taper, window_s, band)
    return _chance_log10(float(taper @ left**2) / total, 2 * harmonics, freedom) if total > 0 else 0.0


def _left_without_fundamental(velocity: Array, basis: Array, weights: Array) -> float:
    """Return the weighted power that the constant and the higher harmonics alone leave unexplained."""
    harmonics = basis.shape[0] // 2
    rest = np.delete(basis, (1, 1 + harmonics), axis=0)
    weighted = rest * weights
    residual = velocity - np.linalg.solve(weighted @ rest.T, weighted @ velocity) @ rest
    return max(float(weights @ residual**2), 1e-300)


def _freedom(weights: Array, window_s: float, band: Band) -> float:
    """Return how many independent numbers are left beside the series' own parameters."""
    effective = float(weights.sum() ** 2 / (weights @ weights)) / weights.size
    return 2 * band.top_hz * window_s * effective - 2 * band.harmonics - 2


def _chance_log10(unexplained: float, parameters: int, freedom: float) -> float:
    """Return log10 of the chance that so many parameters leave no more of white noise unexplained (F test)."""
    if freedom < 1:
        return 0.0
    # P(F > f) of an F distribution is the regularised incomplete beta function of what stays unexplained.
    chance = float(special.betainc(freedom / 2, parameters / 2, min(1.0, max(unexplained, 1e-12))))
    return float(np.log10(max(chance, 1e-300)))


def _any_rate(chance_log10: float, window_s: float, band: Band) -> float:
    """Return the chance of one rate as that of any of the independent rates of the band."""
    return min(0.0, chance_log10 + float(np.log10(max(1.0, (band.high_hz - band.low_hz) * window_s))))


def _noise_density(fit: _Fit, window_s: float) -> float:
    """Return the residual's power per hertz around the fundamental, where noise moves the rate.

    What lies further off, a heart or a third harmonic, does not. Irregular breathing leaves its sidebands here.
    """
    around = fit.cycles + np.arange(-2.5, 2.6, 0.5)
    around = around[around > 0.5]
    turning = np.exp(-2j * np.pi * around[:, np.newaxis] * _time(fit.residual.size))
    lines = turning @ (np.sqrt(fit.weights) * fit.residual)
    step_s = window_s / fit.residual.size
    return _FITTED_AWAY * float((np.abs(lines) ** 2).mean()) * 2 * step_s / float(fit.weights.sum())


def phase_wander_rad(velocity: Array, rhythm: Rhythm) -> float:
    """Return how far a rhythm's phase strays from a steady one's, root mean square over the window.

    Breathing is not clockwork: its rate wanders from breath to breath, and with it the mean of any window. Least
    squares does not see that, for it takes the model as true; this does.

    Args:
        velocity: (sample,) that the rhythm was found in.
        rhythm: What was found.
    """
    time = _time(velocity.size)
    turned = velocity * np.exp(-2j * np.pi * rhythm.cycles * time)
    # Two periods of a Hann window: its zeros lie on the line's own mirror image and on the harmonics.
    length = min(velocity.size, max(5, round(2 * velocity.size / rhythm.cycles)))
    window = np.sin(np.pi * (np.arange(length) + 0.5) / length) ** 2
    smooth = np.convolve(turned, window, "same")
    phase = np.unwrap(np.angle(smooth))
    weights = _taper(velocity.size)
    line = np.polynomial.polynomial.polyfit(time, phase, 1, w=np.sqrt(weights))
    strayed = phase - line[0] - line[1] * time
    return float(np.sqrt(weights @ strayed**2 / weights.sum()))
