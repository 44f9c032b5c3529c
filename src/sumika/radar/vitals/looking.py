"""Looks at one person's cells: beam, movement, breath, heart. The costly part, once a second per person."""

import numpy as np
from numpy.typing import NDArray

from sumika.radar.breathing_rate import BAND, SHORTEST_S
from sumika.radar.periodicity import band_limited_velocity, most_rhythmic
from sumika.radar.profiles import ProfileMemory
from sumika.radar.target import Target
from sumika.radar.vitals import heart
from sumika.radar.vitals.beams import beam_weights, formed
from sumika.radar.vitals.beats import BeatTrain
from sumika.radar.vitals.breath import Breath, measure_breath, no_breath
from sumika.radar.vitals.chest_movement import chest_movement, last_moved
from sumika.radar.vitals.geometry import Geometry
from sumika.radar.vitals.life import MOST_WRAPS, ROUGHEST_CHEST, breathing_log_odds
from sumika.radar.vitals.paths import Traces, ViewKey, even_traces
from sumika.radar.vitals.person import Beam, FoundBeat, Look, Person, View
from sumika.radar.vitals.settings import VitalsSettings
from sumika.schema.reason import Reason
from sumika.schema.vitals import Rate

_UNCHECKED_S = 2.5
"""Movement before this was found by the look before, if there was one."""

_FORM_EVERY = 5
"""Every so many looks the beam is turned to where the person is now, and formed anew."""

_CONTEXT_S = 10.0
"""What is clutter is told from so much before that."""

_BREATH_EVERY = 2
"""In every so many looks breath is measured; it changes slowly, and costs most."""

_DRAWN = 0.05
"""Share of the waveform's offset that one look takes off."""

_CHOICE_S = 20.0
"""Window in which the path is chosen that breathes."""

_STILL_FOR_S = 1.0
_RECENTLY_S = 30.0
_FEWEST_FRAMES = 16
_MOST_LOST = 0.3
"""Share of lost frames beyond which the waveform between them is a guess."""

_LEAST_LIFE = 10.0
"""Change over noise below which a phase says nothing."""

_FAR_M = 4.0
"""Where the signal is too weak, distance is the reason from here on."""

_SETTLED_S = 1.0
"""Beats newer than this may still be moved by what follows."""

_FIRST_BEATS_S = 5.0
_LONGEST_BREAK_S = 30.0
"""For so long a heart rate is remembered without a look at the heart."""


def look(
    person: Person,
    memory: ProfileMemory,
    since_s: float,
    noise: float,
    others: list[Target],
    geometry: Geometry,
    settings: VitalsSettings,
) -> None:
    """Look at a person's cells; breath and heart are measured in what is seen when it is their turn.

    Args:
        person: Changed in place.
        memory: The slow time.
        since_s: From when on it is without a break.
        noise: Noise power of a cell.
        others: People who must not be heard.
        geometry: Of the profiles.
        settings: Of the measurement.
    """
    begin_s = since_s if person.moved_s is None else max(since_s, person.moved_s)
    count = memory.since(round(begin_s * 1e9) + 1)
    if count < _FEWEST_FRAMES:
        person.cannot_measure(_why_short(person, begin_s, memory))
        return
    beam = _beam(person, memory, count, others, geometry, settings)
    iq = beam.iq
    time_s = memory.stamps_ns(count).astype(np.float64) * 1e-9
    known = 0 if person.look is None else max(0, count - round(_UNCHECKED_S / geometry.interval_s))
    settled = max(0, known - round(_CONTEXT_S / geometry.interval_s))
    moved = settled + last_moved(iq[settled:], geometry.interval_s, noise)
    moved = moved if moved >= known else -1
    if moved >= 0:
        person.moved_s = float(time_s[moved])
        iq, time_s = iq[moved + 1 :], time_s[moved + 1 :]
    chest = (
        chest_movement(iq, geometry.wavelength_m, noise, geometry.neighbours) if len(time_s) >= _FEWEST_FRAMES else None
    )
    if chest is None:
        person.cannot_measure(_why_short(person, begin_s, memory) if moved >= 0 else Reason.TOO_WEAK)
        return
    seen_share = len(time_s) * geometry.interval_s / (time_s[-1] - time_s[0] + geometry.interval_s)
    paths = even_traces(chest.paths_mm, time_s, geometry.interval_s)
    _see(person, Look(beam.cells, beam.weights, chest, paths, float(time_s[-1]), float(seen_share)), iq)


def _beam(
    person: Person,
    memory: ProfileMemory,
    count: int,
    others: list[Target],
    geometry: Geometry,
    settings: VitalsSettings,
) -> Beam:
    """Return the newest frames in the person's beam; what was formed before is not formed again for some looks."""
    target = person.target
    reach_m = settings.reach_m + min(target.range_sigma_m, settings.reach_m)
    beside = [other for other in others if abs(other.range_m - target.range_m) < 2 * reach_m]
    cells = geometry.cells_around(target, beside, reach_m)
    nulled = [other for other in beside if geometry.directions_apart(target, other)]
    disturbed_by = frozenset(other.id for other in nulled)
    before, now_ns = person.beam, int(memory.stamps_ns(1)[-1])
    window = memory.profiles(count)[:, :, cells]
    if before is not None and before.looks < _FORM_EVERY and (before.cells, before.nulled) == (cells, disturbed_by):
        fresh = min(count, memory.since(before.last_ns + 1))
        if fresh < count and count - fresh <= len(before.iq):
            iq = np.concatenate(
                (before.iq[len(before.iq) - (count - fresh) :], formed(window[-fresh:], before.weights))
            )
            person.beam = Beam(cells, before.weights, disturbed_by, iq, now_ns, before.looks + 1)
            return person.beam
    weights = beam_weights(window, *_directions(target, nulled, geometry))
    person.beam = Beam(cells, weights, disturbed_by, formed(window, weights), now_ns, 0)
    return person.beam


def _directions(
    target: Target, others: list[Target], geometry: Geometry
) -> tuple[NDArray[np.complex128] | None, list[NDArray[np.complex128]]]:
    steering = geometry.steering(target.azimuth_rad, target.elevation_rad)
    found = [geometry.steering(other.azimuth_rad, other.elevation_rad) for other in others]
    return steering, [one for one in found if one is not None]


def _why_short(person: Person, begin_s: float, memory: ProfileMemory) -> Reason:
    if person.moved_s is None or person.moved_s < begin_s:
        return Reason.WARMING_UP
    since_s = float(memory.stamps_ns(1)[-1]) * 1e-9 - person.moved_s
    return Reason.MOVING if since_s < _STILL_FOR_S else Reason.MOVED


def _see(person: Person, seen: Look, iq: NDArray[np.complex64]) -> None:
    """Take a look in, and say what is to be measured in it."""
    person.looks += 1
    length_s = seen.paths.length_s
    reason = _why_unfit(person, seen)
    if reason is Reason.MEASURED and length_s < SHORTEST_S:
        recently = person.moved_s is not None and length_s < _RECENTLY_S
        reason = Reason.MOVED if recently else Reason.WARMING_UP
    person.look = seen
    person.heart_due = reason is Reason.MEASURED
    person.breath_due = person.heart_due and (
        person.looks % _BREATH_EVERY == 0 or not person.breath.rate.valid or _same_view(seen, person.key) is None
    )
    if reason is not Reason.MEASURED:
        person.breath = Breath(no_breath(person.breath_memory, reason))
        person.heart_due = length_s >= heart.SHORTEST_S and reason in {Reason.MOVED, Reason.WARMING_UP}
        if not person.heart_due:
            person.heart = Rate(valid=False, reason=reason)
        person.log_odds = breathing_log_odds(seen.chest, person.breath, person.heart)
    _follow_view(person, seen, iq)


def _why_unfit(person: Person, seen: Look) -> Reason:
    chest = seen.chest
    if chest.life_to_noise < _LEAST_LIFE:
        return Reason.TOO_FAR if person.target.range_m > _FAR_M else Reason.TOO_WEAK
    if seen.seen_share < 1.0 - _MOST_LOST:
        return Reason.FRAMES_LOST
    if chest.fastest_share > MOST_WRAPS:
        return Reason.PHASE_WRAPS
    if chest.roughness > ROUGHEST_CHEST:
        return Reason.NOT_PERIODIC
    return Reason.MEASURED


def _key(seen: Look, path: int) -> ViewKey:
    """Return what stays the same of a path from look to look: its bins, and whether they are summed up."""
    bins = seen.chest.used[seen.chest.members[path]] + seen.cells.start
    return frozenset(bins.tolist()), seen.chest.is_point(path)


def _same_view(seen: Look, key: ViewKey | None) -> int | None:
    """Return the path of the same key; None if there is none."""
    if key is None:
        return None
    return next((path for path in range(len(seen.paths.paths_mm)) if _key(seen, path) == key), None)


def _follow_view(person: Person, seen: Look, iq: NDArray[np.complex64]) -> None:
    """Let the displacement go on from the path that breathes."""
    path = _same_view(seen, person.key)
    if path is None:
        path = len(seen.paths.paths_mm) - 1
    chest = seen.chest
    members = chest.members[path]
    bins = chest.used[members] + seen.cells.start
    person.key = _key(seen, path)
    last_mm, mean_mm = float(chest.paths_mm[path, -1]), float(chest.paths_mm[path].mean())
    before = person.view
    # The waveform goes on where it was; only slowly is it drawn to where the window's mean is zero.
    position_mm = last_mm - mean_mm
    if before is not None:
        position_mm = before.position_mm + _DRAWN * (position_mm - before.position_mm)
    person.view = View(
        bins=bins,
        weights=np.ascontiguousarray(seen.weights[:, chest.used[members]].conj()),
        centre=chest.centre[members],
        mix=chest.point.conj() if chest.is_point(path) else np.zeros(0, np.complex128),
        signal_to_noise=chest.signal_to_noise(path),
        position_mm=position_mm,
        before=iq[-1, chest.used[members]] - chest.centre[members],
    )


def look_for_breath(person: Person) -> None:
    """Measure breath in the last look, on the path that shows it best.

    Args:
        person: Changed in place.
    """
    seen = person.look
    person.breath_due = False
    if seen is None:
        return
    path = _most_breathing(seen.paths)
    person.key = _key(seen, path)
    person.breath = measure_breath(
        person.breath_memory, seen.paths.trace(path), tried=len(seen.paths.paths_mm), alive=person.heart.valid
    )
    person.log_odds = breathing_log_odds(seen.chest, person.breath, person.heart)


def _most_breathing(paths: Traces) -> int:
    """Return the path that shows breathing best."""
    count = min(paths.paths_mm.shape[1], round(_CHOICE_S / paths.interval_s))
    velocities, window_s = band_limited_velocity(paths.paths_mm[:, -count:], paths.interval_s, BAND)
    return most_rhythmic(velocities, window_s, BAND)[0]


def look_for_heart(person: Person) -> None:
    """Measure the heart in the last look.

    Args:
        person: Changed in place.
    """
    seen = person.look
    person.heart_due = False
    if seen is None:
        return
    seconds = 1.0 if person.heart_s is None else seen.at_s - person.heart_s
    if seconds > _LONGEST_BREAK_S:
        person.heart_memory, seconds = heart.HeartMemory(), 1.0
    person.heart_s = seen.at_s
    memory = person.heart_memory
    path, evidence = _same_view(seen, memory.key), None
    if path is None:
        path, evidence = heart.most_promising(memory, seen.paths, _same_view(seen, memory.scouted))
        memory.scouted = _key(seen, path)
    found = heart.measure_heart(memory, seen.paths.trace(path), seconds, person.breath.rhythm, evidence)
    memory.key = None if found.train is None else _key(seen, path)
    person.heart = found.rate
    _find_new_beats(person, found.train, seen.at_s)
    person.log_odds = breathing_log_odds(seen.chest, person.breath, person.heart)


def _find_new_beats(person: Person, train: BeatTrain | None, at_s: float) -> None:
    """Keep the beats that were not told yet and are not so new that the next look may move them."""
    if train is None:
        person.told_s = None
        return
    times, passed = train.time_s + at_s, train.passed
    told_s, period_s = person.told_s, float(np.median(np.diff(times)))
    ready = (times < at_s - _SETTLED_S) & (times > (at_s - _FIRST_BEATS_S if told_s is None else told_s + period_s / 2))
    beats: list[FoundBeat] = []
    for index in np.flatnonzero(ready & passed):
        after_passed = index > 0 and bool(passed[index - 1])
        interval = float(times[index] - times[index - 1]) if after_passed else None
        beats.append(FoundBeat(float(times[index]), interval, train.sigma_s))
    if ready.any():
        person.told_s = float(times[np.flatnonzero(ready)[-1]])
    person.beats += tuple(beats)
