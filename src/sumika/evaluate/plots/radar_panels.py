"""From a recording's frames to panels: what one frame shows, and what all of them show over time."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.evaluate.plots.panels import Array, Heatmap, Panel, Series, Spots
from sumika.perception.sight import with_antennas
from sumika.radar import decode, range_grid, range_transform
from sumika.radar.detection import Detections, start, step, step_range
from sumika.radar.tracking import sees_direction
from sumika.schema import POINT_COLUMNS, AdcFrame, Frame, FrameNotice, Origin, RadarDescription

_COLUMN = {name: number for number, name in enumerate(POINT_COLUMNS)}
_BACKGROUND_S = 5.0
_DIRECTIONS = 181


@dataclass(slots=True)
class Seen:
    """What is gathered while the frames pass.

    Attributes:
        description: Of the radar.
        origin: Worst of the frames'.
        time_s: Of each frame, since the first.
        rows: Points of each frame.
        change: (range bin,) power of each frame's change against its past seconds, by frame.
        shown: Range bins of the frame that is looked into, (chirp, antenna, range bin), what stands still taken off.
        shown_s: When that was.
        shown_rows: Its points.
    """

    description: RadarDescription
    origin: Origin
    time_s: list[float] = field(default_factory=list)
    rows: list[NDArray[np.float32]] = field(default_factory=list)
    change: list[Array] = field(default_factory=list)
    shown: NDArray[np.complex64] | None = None
    shown_s: float = 0.0
    shown_rows: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, len(POINT_COLUMNS)), np.float32))
    _most: float = -1.0
    _mean: NDArray[np.complex64] | None = None

    def take(self, time_s: float, iq: NDArray[np.complex64], found: Detections, wanted_s: float | None) -> None:
        """Take one frame in; keep it whole if it is the one to look into: the wanted one, or the liveliest."""
        profile = iq.mean(axis=0)
        mean = profile if self._mean is None else self._mean
        change = (np.abs(profile - mean) ** 2).sum(axis=0).astype(np.float64)
        self.time_s.append(time_s)
        self.rows.append(found.rows)
        self.change.append(change)
        merit = float((10 ** (found.rows[:, _COLUMN["snr_db"]] / 10)).sum()) + float(change.max(initial=0.0))
        if wanted_s is not None:
            merit = 1.0 / (1e-9 + abs(time_s - wanted_s))
        if merit > self._most:
            self._most, self.shown, self.shown_s, self.shown_rows = merit, iq - mean, time_s, found.rows
        share = max(1 / len(self.time_s), self.description.frame_interval_s / _BACKGROUND_S)
        self._mean = (mean + np.float32(share) * (profile - mean)).astype(np.complex64)


class Gathering:
    """Sends one radar's frames through the chain to points and gathers what is drawn.

    Attributes:
        seen: What was gathered so far.
    """

    def __init__(self, first: FrameNotice, at_s: float | None = None) -> None:
        """Prepare for frames like the first one; others are left out.

        Args:
            first: Of the first frame.
            at_s: Which moment to look into; None takes the liveliest.
        """
        self.seen = Seen(first.description, first.origin)
        self._state = start(with_antennas(first.description, first.shape[1]))
        self._begin_ns, self._at_s = first.stamp.monotonic_ns, at_s

    def take(self, frame: Frame) -> None:
        """Take one frame in."""
        notice = frame.notice
        if notice.description != self.seen.description:
            return
        found = step(self._state, frame.samples) if isinstance(frame, AdcFrame) else step_range(self._state, frame.iq)
        if found.usable:
            time_s = (notice.stamp.monotonic_ns - self._begin_ns) * 1e-9
            self.seen.take(time_s, range_bins(frame), found, self._at_s)


def range_bins(frame: Frame) -> NDArray[np.complex64]:
    """Return a frame's complex amplitude per distance, (chirp, antenna, range bin)."""
    if not isinstance(frame, AdcFrame):
        return frame.iq
    samples = frame.samples
    if samples.ndim == 4:
        samples = (samples[..., 0] + 1j * samples[..., 1]).astype(np.complex64)
    return range_transform(decode(samples), complex_samples=bool(np.iscomplexobj(samples)))


def distances_m(description: RadarDescription, bins: int) -> Array:
    """Return the distance of each range bin."""
    grid = description.range_grid if description.chirp is None else range_grid(description.chirp)
    start_m, step_m = (grid.start_m, grid.step_m) if grid is not None else (0.0, 1.0)
    return start_m + step_m * np.arange(bins, dtype=np.float64)


def frame_panels(seen: Seen) -> list[Panel]:
    """Return what one frame shows: range-Doppler, and range-azimuth where the radar tells directions."""
    assert seen.shown is not None  # there is at least one frame
    iq, description = seen.shown, seen.description
    distance = distances_m(description, iq.shape[-1])
    panels: list[Panel] = []
    if iq.shape[0] >= 4:
        panels.append(_range_doppler(seen, iq, distance))
    array = description.array
    if array.measures_azimuth and len(array.virtual) == iq.shape[1]:
        panels.append(_range_azimuth(seen, iq, distance))
    return panels


def _range_doppler(seen: Seen, iq: NDArray[np.complex64], distance: Array) -> Heatmap:
    chirps = iq.shape[0]
    window = np.hanning(chirps + 2)[1:-1, np.newaxis, np.newaxis]
    spectrum = np.fft.fftshift(np.fft.fft(iq * window, axis=0), axes=0)
    power = (np.abs(spectrum) ** 2).mean(axis=1)
    chirp = seen.description.chirp
    step = chirp.velocity_resolution_m_s if chirp is not None else 1.0
    rows = seen.shown_rows
    return Heatmap(
        title=f"Range and velocity at {seen.shown_s:.2f} s",
        x_label="radial velocity, m/s (away positive)" if chirp is not None else "Doppler bin",
        y_label="distance, m",
        x=(np.arange(chirps) - chirps // 2) * step,
        y=distance,
        value_db=_decibels(power.T),
        spots=Series(name="points", x=_column(rows, "velocity_m_s"), y=_column(rows, "range_m"), marks=True),
    )


def _range_azimuth(seen: Seen, iq: NDArray[np.complex64], distance: Array) -> Heatmap:
    array = seen.description.array
    azimuth = np.linspace(-np.pi / 2, np.pi / 2, _DIRECTIONS)
    places = np.array(array.virtual)
    level = places[:, 1] == np.median(places[:, 1])  # one row: elevation then does not disturb
    signs = np.array(array.virtual_signs)[level]
    steering = signs * np.exp(1j * np.pi * np.outer(np.sin(azimuth), places[level, 0]))
    beams = np.einsum("da,cab->cdb", steering, iq[:, level], optimize=True)
    power = (np.abs(beams) ** 2).mean(axis=0)
    rows = seen.shown_rows
    return Heatmap(
        title=f"Range and azimuth at {seen.shown_s:.2f} s",
        x_label="azimuth, degrees (right positive)",
        y_label="distance, m",
        x=np.degrees(azimuth),
        y=distance,
        value_db=_decibels(power.T),
        spots=Series(name="points", x=np.degrees(_column(rows, "azimuth_rad")), y=_column(rows, "range_m"), marks=True),
    )


def passage_panels(seen: Seen) -> list[Panel]:
    """Return what all frames show: change by distance over time, and the cloud of all points."""
    change = np.array(seen.change)
    panels: list[Panel] = [
        Heatmap(
            title="What changed, by distance",
            x_label="time, s",
            y_label="distance, m",
            x=np.array(seen.time_s),
            y=distances_m(seen.description, change.shape[1]),
            value_db=_decibels(change.T),
        )
    ]
    rows = np.concatenate(seen.rows) if seen.rows else np.zeros((0, len(POINT_COLUMNS)), np.float32)
    if sees_direction(rows):
        panels.append(_cloud(rows))
    return panels


def _cloud(rows: NDArray[np.float32]) -> Spots:
    if len(rows) > 20_000:
        rows = rows[:: len(rows) // 20_000 + 1]
    distance, azimuth, elevation = (_column(rows, name) for name in ("range_m", "azimuth_rad", "elevation_rad"))
    flat = distance * np.cos(elevation)
    position = np.stack((flat * np.sin(azimuth), flat * np.cos(azimuth), distance * np.sin(elevation)), axis=1)
    return Spots(
        title="Points of all frames",
        position_m=position,
        colour=_column(rows, "velocity_m_s"),
        colour_label="radial velocity, m/s",
    )


def _column(rows: NDArray[np.float32], name: str) -> Array:
    return rows[:, _COLUMN[name]].astype(np.float64)


def _decibels(power: NDArray[np.floating]) -> Array:
    top = float(power.max(initial=0.0)) or 1.0
    decibels: Array = 10 * np.log10(np.maximum(power / top, 1e-12), dtype=np.float64)
    return decibels
