"""Both Fourier transforms of a frame: from samples as they come to a spectrum laid out for everything after.

No window is applied: one spectrum serves detection, which windows it later, and refinement, which wants it without.

One antenna after the other is taken, so that what lies between the transforms stays in the processor's cache. Sixteen
chirps are taken side by side: loaded, turned so that each is a lane, transformed over their samples, and turned back so
that sixteen range bins lie side by side, which then are transformed over the chirps. Lengths with a prime
factor above 5, and frames that start with range bins, take the library's transform instead.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from sumika.compiled import compiled
from sumika.radar.detection.lane_codelets import LANES, ROW, load_floats, load_integers, store_transposed
from sumika.radar.detection.lane_transform import lane_plan, run_passes

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

BESIDE = LANES
"""Range bins before the first and after the last one in a spectrum's rows: what a window needs of its neighbours."""


def aligned(shape: tuple[int, ...]) -> Floats:
    """Return zeros whose first number lies on a cache line: vectors that straddle two cost twice."""
    size = int(np.prod(shape))
    plain = np.zeros(size + 16, dtype=np.float32)
    first = (-plain.ctypes.data % 64) // 4
    return plain[first : first + size].reshape(shape)


class CubeTransform:
    """Transforms frames of one shape, in memory of its own.

    Attributes:
        spectrum: float32 (antenna, Doppler bin, part, range) real and imaginary parts, unwindowed sums over samples
            and chirps. Along range `BESIDE` numbers come first, then the bins, then at least as many numbers.
        power: float32 (chirp, antenna) mean square of the samples around the chirp's mean.
        peak: float32 (chirp, antenna) largest magnitude of a part of a sample, as it came.
    """

    def __init__(self, chirps: int, antennas: int, samples: int, bins: int) -> None:
        """Allocate.

        Args:
            chirps: Per frame.
            antennas: Virtual antennas.
            samples: Per chirp; 0 if frames start with range bins.
            bins: Range bins kept.
        """
        self._shape = (chirps, antennas, samples)
        self._bins = bins
        blocks = -(-bins // LANES)
        self.spectrum = aligned((antennas, chirps, 2, blocks * LANES + 2 * BESIDE))
        self.power = np.zeros((chirps, antennas), dtype=np.float32)
        self.peak = np.zeros((chirps, antennas), dtype=np.float32)
        self._range_plan, self._doppler_plan = lane_plan(max(samples, 1)), lane_plan(chirps)
        self._in_lanes = bool(samples and samples % LANES == 0 and self._range_plan and self._doppler_plan)
        longest = max(samples, chirps)
        self._buffers = aligned((2, longest * ROW))
        # (block of range bins, chirp, part, range bin in the block) of one antenna, and one row that nobody reads.
        self._between = aligned((blocks * chirps * ROW + ROW,))
        self._plain: NDArray[np.complex64] | None = None
        self._converted: NDArray[np.complex64] | None = None
        self._source: tuple[NDArray[Any], bool] | None = None

    @property
    def bins(self) -> slice:
        """Where along `spectrum`'s last axis the range bins are."""
        return slice(BESIDE, BESIDE + self._bins)

    def take_samples(self, samples: NDArray[Any]) -> None:
        """Take a frame of samples, which must stay as they are until its last antenna has been transformed.

        Args:
            samples: Complex or real (chirp, antenna, sample), or integers (chirp, antenna, sample, 2), I before Q.
        """
        packed = samples.ndim == 4 and samples.dtype == np.int16
        numbers = np.ascontiguousarray(samples) if packed else self._as_complex(samples)
        self._plain, self._source = None, (numbers, packed)
        if not self._in_lanes:
            parts = numbers if numbers.ndim == 3 else numbers[..., 0] + 1j * numbers[..., 1]
            self.power[...] = np.var(parts, axis=-1)
            self.peak[...] = np.maximum(np.abs(parts.real), np.abs(parts.imag)).max(axis=-1)
            self.take_range_bins(fft.fft(parts.astype(np.complex64), axis=-1)[..., : self._bins])

    def take_range_bins(self, iq: NDArray[Any]) -> None:
        """Take a frame of range bins, (sweep, antenna, range bin)."""
        self._plain, self._source = iq.astype(np.complex64, copy=False), None

    def transform_range(self, antenna: int) -> None:
        """Transform one antenna over its samples, and measure `power` and `peak` of its chirps."""
        plan = self._range_plan
        if self._source is None or plan is None:
            return
        numbers, packed = self._source
        _transform_range(
            numbers.ctypes.data,
            packed,
            antenna,
            self._shape[2],
            plan.radices,
            plan.turns,
            self._buffers,
            self._between,
            self.power,
            self.peak,
        )

    def transform_doppler(self, antenna: int, bad: NDArray[np.bool_] | None) -> None:
        """Transform that antenna over its chirps into `spectrum`.

        Interfered chirps are replaced by the mean of the others: what stands still stays in the zero Doppler bin, and
        what moves loses their share of power, no more.

        Args:
            antenna: The one that was last transformed over range.
            bad: (chirp,) which are interfered with; None if none is.
        """
        plan = self._doppler_plan
        if self._plain is not None or plan is None:
            self._transform_doppler_plainly(antenna, bad)
            return
        if bad is not None:
            rows = self._between[:-ROW].reshape(-1, self._shape[0], ROW)
            rows[:, bad] = rows[:, ~bad].mean(axis=1, keepdims=True)
        _transform_doppler(self._between, antenna, plan.radices, plan.turns, self._buffers, self.spectrum)

    def _transform_doppler_plainly(self, antenna: int, bad: NDArray[np.bool_] | None) -> None:
        if self._plain is None:
            return
        rows = self._plain[:, antenna]
        if bad is not None:
            rows = rows.copy()
            rows[bad] = rows[~bad].mean(axis=0)
        turned = fft.fft(rows, axis=0)
        self.spectrum[antenna, :, 0, self.bins], self.spectrum[antenna, :, 1, self.bins] = turned.real, turned.imag

    def _as_complex(self, samples: NDArray[Any]) -> NDArray[np.complex64]:
        if samples.dtype == np.complex64:
            return np.ascontiguousarray(samples)
        if self._converted is None:
            self._converted = np.zeros(self._shape, dtype=np.complex64)
        if samples.ndim == 4:
            self._converted.real, self._converted.imag = samples[..., 0], samples[..., 1]
        elif np.iscomplexobj(samples):
            self._converted[...] = samples
        else:
            # A converter without sign rests at mid-scale, larger than any echo: float32 would lose the echo beside it.
            self._converted.real = samples - samples.mean(axis=-1, keepdims=True)
        return self._converted


@compiled
def _transform_range(
    address: int,
    packed: bool,
    antenna: int,
    count: int,
    radices: Integers,
    turns: Floats,
    buffers: Floats,
    between: Floats,
    power: Floats,
    peak: Floats,
) -> None:
    """Transform an antenna's chirps over their samples.

    Args:
        address: Of the samples, (chirp, antenna, sample): words of two int16, or pairs of float32.
        packed: Which of them.
        antenna: Which.
        count: Samples of a chirp.
        radices: Of the plan.
        turns: Of the plan.
        buffers: (2, rows) scratch.
        between: Overwritten, (block, chirp, part, bin in the block).
        power: (chirp, antenna), the antenna's are overwritten.
        peak: (chirp, antenna), the antenna's are overwritten.
    """
    chirps, antennas = power.shape
    first, second = buffers[0], buffers[1]
    result = second if len(radices) % 2 == 1 else first
    offsets = np.empty(LANES, dtype=np.int64)
    targets = np.empty(LANES, dtype=np.int64)
    statistics = np.empty(4 * LANES, dtype=np.float32)
    blocks = (len(between) - ROW) // (chirps * ROW)
    for begin in range(0, chirps, LANES):
        for lane in range(LANES):
            offsets[lane] = (min(begin + lane, chirps - 1) * antennas + antenna) * count
        statistics[:] = 0.0
        for sample in range(0, count, LANES):
            if packed:
                load_integers(address, offsets, sample, first, sample * ROW, statistics)
            else:
                load_floats(address, offsets, sample, first, sample * ROW, statistics)
        _keep_statistics(statistics, begin, antenna, count, power, peak)
        run_passes(first, 0, radices, turns, first, second, result, 0, ROW, LANES)
        for block in range(blocks):
            for lane in range(LANES):
                inside = begin + lane < chirps
                targets[lane] = (block * chirps + begin + lane) * ROW if inside else len(between) - ROW
            store_transposed(result, block * LANES * ROW, between, targets)


@compiled
def _keep_statistics(statistics: Floats, begin: int, antenna: int, count: int, power: Floats, peak: Floats) -> None:
    for lane in range(min(LANES, len(power) - begin)):
        in_phase, quadrature = statistics[lane] / count, statistics[LANES + lane] / count
        square = statistics[2 * LANES + lane] / count
        rest = max(square - in_phase * in_phase - quadrature * quadrature, 0.0)
        power[begin + lane, antenna] = rest if np.isfinite(square) else np.inf
        peak[begin + lane, antenna] = statistics[3 * LANES + lane]


@compiled
def _transform_doppler(
    between: Floats, antenna: int, radices: Integers, turns: Floats, buffers: Floats, spectrum: Floats
) -> None:
    _, chirps, _, width = spectrum.shape
    flat = spectrum.reshape(spectrum.size)
    for block in range((len(between) - ROW) // (chirps * ROW)):
        to = antenna * chirps * 2 * width + BESIDE + block * LANES
        start = block * chirps * ROW
        run_passes(between, start, radices, turns, buffers[0], buffers[1], flat, to, 2 * width, width)
