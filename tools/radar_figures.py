#!/usr/bin/env python3
"""Draw the figures of docs/radar from the project's own code on simulated scenes: `radar_figures.py [NAME ...]`.

Every figure is a function here under its own name; what it shows is a simulation with fixed seeds, and says so.
"""

import sys
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from msgspec import structs
from numpy.typing import NDArray

from sumika.evaluate.plots.radar_panels import range_bins
from sumika.evaluate.radar import limits
from sumika.evaluate.radar.simulated_frames import simulated_frames
from sumika.radar import find_centres, people, tracking
from sumika.radar.detection import AngleMethod, CfarKind, DetectionSettings, start, step
from sumika.schema import RADAR_MODELS
from sumika.world.radar_scene import (
    Scene,
    add_point,
    empty_cube,
    fall_scene,
    frames,
    point_frame,
    vital_scene,
    walking_scene,
)

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images" / "radar"
ISK = RADAR_MODELS["iwr6843isk"]


def new(columns: int = 1) -> tuple[Figure, list[Any]]:
    """Return a figure with axes side by side."""
    figure = Figure(figsize=(4.6 * columns + 1.0, 3.6), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure, [figure.add_subplot(1, columns, number + 1) for number in range(columns)]


def range_profile() -> Figure:
    """Show a point between two bins, without and with the window."""
    samples = point_frame(ISK, (0.0, 3.02, 0.0), (0.0, 0.0, 0.0), snr_db=110.0, seed=1)
    chirp = samples[0, 0]
    figure, (axes,) = new()
    bins = np.arange(chirp.size) * ISK.chirp.range_resolution_m if ISK.chirp else np.arange(chirp.size)
    for name, window in (("no window", np.ones(chirp.size)), ("Hann", np.hanning(chirp.size + 2)[1:-1])):
        power = np.abs(np.fft.fft(chirp * window / window.sum())) ** 2
        axes.plot(bins, 10 * np.log10(power / power.max()), label=name)
    axes.set(xlim=(1.5, 4.5), ylim=(-60, 3), xlabel="distance, m", ylabel="dB")
    axes.axvline(3.02, color="grey", lw=0.8, ls=":")
    axes.legend()
    return figure


def background() -> Figure:
    """Show a still person's cell and a thing's over time; and points at zero velocity before and after the screen."""
    scene = vital_scene(64, 1.8, seconds=20.0)
    eyes = people.open_eyes(scene.description, people.PeopleSettings())
    plain = start(scene.description, DetectionSettings(background_s=people.BACKGROUND_S))
    profiles = []
    figure, (left, right) = new(2)
    for simulated in frames(scene):
        kept = people.look(eyes, simulated.samples)
        profiles.append(kept.profile.copy())
        for found, colour, label in ((step(plain, simulated.samples), "silver", "all"), (kept, "black", "that live")):
            zero = found.rows[np.abs(found.rows[:, 1]) < 0.1, 0]
            name = label if simulated.index == 0 else None
            right.plot(np.full(zero.size, simulated.time_s), zero, ".", color=colour, ms=2, label=name)
    course = np.array(profiles)
    change = np.abs(course - course.mean(axis=0)).std(axis=0).sum(axis=0)
    chest, thing = int(change.argmax()), int((np.abs(course).mean(axis=(0, 1)) / (change + 1e-9)).argmax())
    for name, cell in (("chest", chest), ("furniture", thing)):
        path = course[:, 0, cell] / np.abs(course[:, 0, cell]).max()
        left.plot(path.real, path.imag, ".", ms=3, label=name)
    left.set(title="one cell each, I and Q", xlabel="I", ylabel="Q", aspect="equal")
    left.legend(fontsize="small")
    right.set(title="points at zero velocity", xlabel="time, s", ylabel="distance, m", ylim=(0, 4))
    right.legend(fontsize="small", loc="lower left", markerscale=4)
    return figure


def range_doppler() -> Figure:
    """Show the map of one frame with three people, and its points."""
    scene = walking_scene(12, people=3, seconds=4.0)
    state, last, found = start(scene.description, DetectionSettings(background_s=2.0)), None, None
    for frame, _ in simulated_frames(scene):
        found, last = step(state, frame.samples), frame
    assert last is not None
    assert found is not None
    chirp = scene.description.chirp
    assert chirp is not None
    iq = range_bins(last)
    spectrum = np.fft.fftshift(np.fft.fft(iq * np.hanning(len(iq) + 2)[1:-1, None, None], axis=0), axes=0)
    power = 10 * np.log10((np.abs(spectrum) ** 2).sum(axis=1).T)
    figure, (axes,) = new()
    velocity = (np.arange(len(iq)) - len(iq) // 2) * chirp.velocity_resolution_m_s
    distance = np.arange(iq.shape[2]) * chirp.range_resolution_m
    mesh = axes.pcolormesh(velocity, distance, power, vmin=power.max() - 70, vmax=power.max(), rasterized=True)
    figure.colorbar(mesh, ax=axes, label="dB")
    axes.plot(found.rows[:, 1], found.rows[:, 0], "o", mfc="none", mec="white", ms=6)
    axes.set(xlabel="radial velocity, m/s", ylabel="distance, m", ylim=(0, 7), xlim=(velocity[0], velocity[-1]))
    return figure


def cfar() -> Figure:
    """Show how often noise alone passes, beside what was asked."""
    from sumika.evaluate.radar.false_alarms import ASKED, count_alarms

    counted = count_alarms(ISK, 4e6, 4)
    figure, (axes,) = new()
    kinds = list(CfarKind)
    rates = [counted[kind][0] / counted[kind][1] for kind in kinds]
    axes.bar([kind.value.upper() for kind in kinds], rates, color="teal")
    axes.axhline(ASKED, color="black", ls="--", label="asked")
    axes.axhspan(0.5 * ASKED, 2 * ASKED, color="grey", alpha=0.2, label="0.5 to 2 times")
    axes.set(ylabel="false alarms per cell", ylim=(0, 2.4 * ASKED))
    axes.legend()
    return figure


def refinement() -> Figure:
    """Show errors over signal-to-noise ratio, beside the Cramer-Rao bound; random points that move anyhow."""
    random = np.random.default_rng(2)
    information, shape = limits.unit_information(ISK), empty_cube(ISK).shape
    quiet = start(ISK)
    for _ in range(10):
        step(quiet, noise(random, shape))
    levels = np.arange(20.0, 46.0, 5.0)
    errors, bounds = [], []
    for level in levels:
        wrong, least = [], []
        for _ in range(40):
            cube = noise(random, shape)
            truth = limits.add_random_point(cube, ISK, float(np.sqrt(10 ** (level / 10) / cube.size)), random)
            rows = step(deepcopy(quiet), cube).rows
            near = rows[np.abs(rows[:, 0] - truth.range_m) < 0.5]
            if len(near):
                wrong.append(near[0, :4] - truth.array())
                least.append(limits.bounds(information, 10 ** (level / 10), truth))
        errors.append(np.sqrt(np.mean(np.square(wrong), axis=0)))
        bounds.append(np.sqrt(np.mean(np.square(least), axis=0)))
    figure, panels = new(2)
    for axes, column, what in zip(panels, (0, 2), ("range, m", "azimuth, rad"), strict=True):
        axes.semilogy(levels, np.array(errors)[:, column], "o", label="measured, 40 points each")
        axes.semilogy(levels, np.array(bounds)[:, column], "k--", label="bound")
        axes.set(xlabel="integrated signal to noise, dB", ylabel=f"root mean square error of {what}")
        axes.legend(fontsize="small")
    return figure


def noise(random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.complex64]:
    """Return complex noise of power 1."""
    parts = random.standard_normal((*shape, 2), dtype=np.float32) * np.float32(np.sqrt(0.5))
    samples: NDArray[np.complex64] = parts.view(np.complex64)[..., 0]
    return samples


def angles() -> Figure:
    """Show the beam of eight antennas, and what each method finds of two points that come apart."""
    places = np.array(ISK.array.virtual)
    level = places[places[:, 1] == 0.0, 0]
    grid = np.linspace(-np.pi / 2, np.pi / 2, 721)
    steer = np.exp(-1j * np.pi * np.outer(np.sin(grid), level))
    figure, (left, right) = new(2)
    for name, directions in (("one direction", (12.0,)), ("two, 20 degrees apart", (2.0, 22.0))):
        snapshot = sum(np.exp(-1j * np.pi * np.sin(np.radians(one)) * level + 1j * one) for one in directions)
        power = np.abs(steer.conj() @ snapshot) ** 2
        left.plot(np.degrees(grid), 10 * np.log10(power / power.max()), label=name)
    left.set(title=f"beam of {level.size} antennas", xlabel="azimuth, degrees", ylabel="dB", ylim=(-40, 2))
    left.legend(fontsize="small")
    apart = np.arange(4.0, 37.0, 4.0)
    for method, mark, shift in zip(AngleMethod, ("o", "x", "+"), (-0.5, 0.0, 0.5), strict=True):
        found = [(one + shift, direction) for one in apart for direction in two_directions(method, one)]
        right.plot(*np.array(found).T, mark, mfc="none", label=method.value)
    for side in (-0.5, 0.5):
        right.plot(apart, side * apart, "k:", lw=0.8)
    right.set(title="two points in one cell", xlabel="degrees apart", ylabel="azimuth found, degrees", ylim=(-45, 45))
    right.legend(fontsize="small")
    return figure


def two_directions(method: AngleMethod, apart_deg: float) -> list[float]:
    """Return the azimuths, in degrees, that the chain finds of two points at the same distance and velocity."""
    state = start(ISK, DetectionSettings(background_s=2.0, angle=method))
    random = np.random.default_rng(5)
    shape = empty_cube(ISK).shape
    for echoes in (False, False, True):
        cube = (random.standard_normal(shape) + 1j * random.standard_normal(shape)).astype(np.complex64)
        for side in (-0.5, 0.5) if echoes else ():
            direction = np.radians(side * apart_deg)
            away = np.array((np.sin(direction), np.cos(direction), 0.0))
            amplitude = np.sqrt(2 * 10**3.5 / cube.size) * np.exp(2j * side)
            add_point(cube, ISK, tuple(3.0 * away), tuple(0.8 * away), amplitude)
        rows = step(state, cube).rows
    here = rows[(np.abs(rows[:, 0] - 3.0) < 0.3) & (np.abs(rows[:, 1] - 0.8) < 0.3)]
    return [float(direction) for direction in np.degrees(here[:, 2])]


def calibration() -> Figure:
    """Show a walk as two radars see it: the second taken to look 20 degrees aside, and after "walk the room"."""
    whole = walking_scene(12, people=1, seconds=30.0)
    (first,) = whole.radars
    corners = np.array(whole.rooms[0].floor_m)
    aside = (float(corners[:, 0].min()) + 0.05, float(corners[:, 1].mean()), first.position_m[2])
    second = structs.replace(first, id="second", position_m=aside, yaw_deg=0.0)
    both = {radar.id: whole.description for radar in (first, second)}
    rows, truth = rows_of(replace(whole, radars=(first, second), descriptions=both))
    reference = tracking.walked_path(rows[first.id]).seen_from(tracking.mounting_of(first))
    path = tracking.walked_path(rows["second"])
    wrong = tracking.mounting_of(structs.replace(second, yaw_deg=20.0))
    found = tracking.calibrate(path, reference, wrong)
    figure, panels = new(2)
    for axes, title, mounting in zip(panels, ("before", "after"), (wrong, found.mounting), strict=True):
        axes.plot(*np.array(truth).T, color="grey", lw=4, alpha=0.35, label="truth")
        axes.plot(*reference.place_m[:, :2].T, ".", ms=4, label="first radar")
        axes.plot(*path.seen_from(mounting).place_m[:, :2].T, ".", ms=4, label="second radar")
        yaw_deg = float(np.degrees(mounting.yaw_rad))
        axes.set(title=f"{title}: yaw {yaw_deg:.1f}, truth 0 degrees", xlabel="x, m", ylabel="y, m", aspect="equal")
    panels[0].legend(fontsize="x-small")
    x, y = found.mounting.position_m[:2]
    print(f"calibration: ({x:.3f}, {y:.3f}) m, truth ({aside[0]:.3f}, {aside[1]:.3f}); sigmas {found.sigmas}")
    print(f"calibration: residual {found.residual_m:.3f} m, usable: {found.usable}")
    return figure


def rows_of(scene: Scene) -> tuple[dict[str, list[tuple[float, Any]]], list[tuple[float, float]]]:
    """Return what each radar of a scene sees over time, and where its first person is."""
    eyes = {radar.id: people.open_eyes(scene.descriptions[radar.id], people.PeopleSettings()) for radar in scene.radars}
    rows: dict[str, list[tuple[float, Any]]] = {radar.id: [] for radar in scene.radars}
    truth = []
    for simulated in frames(scene):
        rows[simulated.radar].append((simulated.time_s, people.look(eyes[simulated.radar], simulated.samples).rows))
        truth.append(simulated.truth.people[0].position_m[:2])
    return rows, truth


def tracks() -> Figure:
    """Show tracks and truth of three people on the floor plan, and the ghosts that were explained."""
    scene = walking_scene(12, people=3, seconds=20.0)
    state = people.start(scene.rooms, scene.radars, scene.descriptions)
    paths: dict[int, list[tuple[float, float]]] = {}
    truth: dict[int, list[tuple[float, float]]] = {}
    ghosts: dict[str, list[tuple[float, float]]] = {}
    for frame, simulated in simulated_frames(scene):
        state, seen = people.step(state, frame.notice.radar, frame.samples, simulated.time_s)
        for track in seen.tracks:
            paths.setdefault(track.id, []).append(track.position_m[:2])
        for body in simulated.truth.people:
            truth.setdefault(body.id, []).append(body.position_m[:2])
        for ghost in seen.ghosts:
            ghosts.setdefault(ghost.cause.value, []).append(ghost.position_m[:2])
    figure, (axes,) = new()
    floor = np.array([*scene.rooms[0].floor_m, scene.rooms[0].floor_m[0]])
    axes.plot(floor[:, 0], floor[:, 1], color="black")
    for cause, places in ghosts.items():
        shown = np.array(places[:: max(1, len(places) // 150)])
        axes.plot(*shown.T, {"mirror": "x", "outside_room": "+"}.get(cause, "."), color="silver", ms=4, label=cause)
    for number, path in truth.items():
        axes.plot(*np.array(path).T, color="grey", lw=3, alpha=0.4, label="truth" if number == 1 else None)
    for number, path in paths.items():
        axes.plot(*np.array(path).T, lw=1.2, label=f"track {number}")
    axes.plot(*scene.radars[0].position_m[:2], "ks")
    axes.set(xlabel="x, m", ylabel="y, m", aspect="equal")
    axes.legend(fontsize="x-small", loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def waveform() -> Figure:
    """Show a chest's I and Q with the centre that it turns around, and its displacement with beats."""
    scene = vital_scene(64, 1.8, seconds=40.0)
    state = people.start(scene.rooms, scene.radars, scene.descriptions)
    times, moved, beats, profiles = [], [], [], []
    for simulated in frames(scene):
        state, seen = people.step(state, simulated.radar, simulated.samples, simulated.time_s)
        profiles.append(seen.points.profile.copy())
        for result in seen.vitals.values():
            if result.displacement_mm is not None:
                times.append(simulated.time_s)
                moved.append(result.displacement_mm)
            beats += [simulated.time_s + beat.time_s for beat in result.beats]
    figure, (left, right) = new(2)
    course = np.array(profiles[-200:])[:, 0]
    iq = course[:, int(np.abs(course - course.mean(axis=0)).std(axis=0).argmax())]
    left.plot(iq.real, iq.imag, ".", ms=2)
    centre = find_centres(iq[:, np.newaxis]).centre[0]
    left.plot([centre.real], [centre.imag], "r+", ms=12)
    left.set(title="chest cell in 10 s, and its centre", xlabel="I", ylabel="Q", aspect="equal")
    right.plot(times, moved, lw=1)
    right.plot(beats, np.interp(beats, times, moved), "r.", ms=5)
    end_s = times[-1] if times else 40.0
    right.set(title="displacement, mm, and beats", xlabel="time, s", xlim=(end_s - 15, end_s))
    return figure


def fall() -> Figure:
    """Show the height of a body that falls, and when that is suspected."""
    from sumika.perception import fall as suspicion
    from sumika.perception import people as everybody
    from sumika.perception import sight
    from sumika.schema import PointCloud, Tracks

    scene = fall_scene(2, seconds=30.0)
    eyes, house, suspect = sight.start(scene.radars[0]), everybody.start(scene.rooms, scene.radars), suspicion.start()
    heights, truth, stages = [], [], []
    for frame, simulated in simulated_frames(scene):
        eyes, messages = sight.step(eyes, frame)
        truth.append((simulated.time_s, simulated.truth.people[0].top_m))
        for cloud in messages:
            house, told = everybody.step(house, cloud) if isinstance(cloud, PointCloud) else (house, ())
            for tracks_now in told:
                if isinstance(tracks_now, Tracks):
                    eyes, _ = sight.step(eyes, tracks_now)
                    heights += [(simulated.time_s, track.top_m, track.top_sigma_m) for track in tracks_now.tracks[:1]]
                    suspect, said = suspicion.step(suspect, tracks_now)
                    stages += [(simulated.time_s, str(getattr(one, "stage", ""))) for one in said]
    figure, (axes,) = new()
    time, top, sigma = np.array(heights).T
    axes.plot(*np.array(truth).T, color="grey", lw=3, alpha=0.5, label="truth")
    axes.plot(time, top, lw=1, label="top of the track")
    axes.fill_between(time, top - sigma, top + sigma, alpha=0.2)
    firsts = {stage: next(when for when, name in stages if name == stage) for _, stage in reversed(stages)}
    for stage, when in firsts.items():
        axes.axvline(when, color="firebrick", ls="--", lw=0.8)
        axes.text(when, 2.3, stage, rotation=90, va="top", fontsize="x-small", color="firebrick")
    axes.set(xlabel="time, s", ylabel="height above the floor, m", ylim=(0, 2.4))
    axes.legend(fontsize="small")
    return figure


FIGURES: dict[str, Callable[[], Figure]] = {
    "range-profile": range_profile,
    "background": background,
    "range-doppler": range_doppler,
    "cfar": cfar,
    "refinement": refinement,
    "angles": angles,
    "tracks": tracks,
    "calibration": calibration,
    "waveform": waveform,
    "fall": fall,
}


def main() -> None:
    """Draw all figures, or those that are named."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or FIGURES:
        if name not in FIGURES:
            sys.exit(f"radar_figures.py: no figure {name!r}; there are {', '.join(FIGURES)}")
        FIGURES[name]().savefig(FOLDER / f"{name}.png", dpi=90)
        print(f"docs/images/radar/{name}.png")


if __name__ == "__main__":
    main()
