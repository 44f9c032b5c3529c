"""Breath and heartbeat of everybody a radar tracks, frame by frame: the step that a pipeline calls."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.radar.profiles import ProfileMemory
from sumika.radar.target import Target
from sumika.radar.vitals.chest_movement import next_turn
from sumika.radar.vitals.geometry import Geometry, geometry_of
from sumika.radar.vitals.looking import look, look_for_breath, look_for_heart
from sumika.radar.vitals.person import Person, PersonResult
from sumika.radar.vitals.settings import VitalsSettings
from sumika.schema.radar import RadarDescription
from sumika.schema.reason import Reason
from sumika.schema.vitals import Beat, Rate

_GAP_S = 1.0
"""A hole this long breaks the waveform: how far a chest moved meanwhile is not known."""

_MOST_FRAMES = 2000
_FIRST_LOOK_S = 2.0


@dataclass(slots=True)
class VitalsState:
    """State of one radar. The step owns it and changes it in place.

    Attributes:
        description: The radar.
        settings: Of the measurement.
        geometry: Of its profiles; None before the first one.
        memory: Its slow time; None before the first one.
        since_s: From when on the slow time is without a break.
        last_s: When the last frame was taken; None before the first one.
        people: Those followed, by id.
    """

    description: RadarDescription
    settings: VitalsSettings
    geometry: Geometry | None = None
    memory: ProfileMemory | None = None
    since_s: float = 0.0
    last_s: float | None = None
    people: dict[int, Person] = field(default_factory=dict)


def start(description: RadarDescription, settings: VitalsSettings | None = None) -> VitalsState:
    """Return the state before the first frame.

    Args:
        description: The radar; its chirp or range grid says where the bins lie.
        settings: Of the measurement; None takes the defaults.
    """
    return VitalsState(description, settings or VitalsSettings())


def step(
    state: VitalsState,
    profile: NDArray[np.complex64],
    noise_power: float,
    targets: Sequence[Target],
    time_s: float,
) -> tuple[VitalsState, dict[int, PersonResult]]:
    """Take one frame in.

    Args:
        state: Of this radar; used up.
        profile: (virtual antenna, range bin), mean over the frame's chirps, with all that stands still in it.
        noise_power: Noise power of one cell of one antenna of it.
        targets: Whom to measure.
        time_s: When it was taken, by a clock that runs evenly.

    Returns:
        The state, and what is known of each target, by id.

    Raises:
        ValueError: if the profile has not two axes, or other ones than those before.
    """
    if not np.isfinite(time_s) or not np.isfinite(profile).all():
        return state, {one.id: _nothing(Reason.NOT_FINITE) for one in targets}
    if not profile.any():
        return state, {one.id: _nothing(Reason.ALL_ZERO) for one in targets}
    noise_power = noise_power if 0 < noise_power < float("inf") else 0.0
    geometry, memory = _take(state, profile, time_s)
    _follow(state, targets, time_s)
    kept = memory.profiles(1)[0]
    for person in state.people.values():
        _move_on(person, kept, geometry)
    _one_look(state, geometry, memory, noise_power, time_s)
    return state, {number: _result(person, geometry, time_s) for number, person in state.people.items()} | {
        one.id: _nothing(Reason.TOO_FAR if _is_a_place(one) else Reason.NOT_FINITE)
        for one in targets
        if one.id not in state.people
    }


def _take(state: VitalsState, profile: NDArray[np.complex64], time_s: float) -> tuple[Geometry, ProfileMemory]:
    """Remember a frame; begin anew where the clock ran backwards, and note a hole."""
    if profile.ndim != 2 or 0 in profile.shape:
        raise ValueError(f"a profile is (antenna, range bin), not of shape {profile.shape}")
    backwards = state.last_s is not None and time_s <= state.last_s
    if backwards or state.memory is None or state.geometry is None:
        _begin(state, profile, time_s)
    elif state.last_s is not None and time_s - state.last_s > max(_GAP_S, 2.5 * state.geometry.interval_s):
        state.since_s = time_s
        for person in state.people.values():
            person.cannot_measure(Reason.FRAMES_LOST)
    geometry, memory = state.geometry, state.memory
    assert geometry is not None
    assert memory is not None
    if profile.shape[0] != geometry.antennas or profile.shape[1] < geometry.bins:
        raise ValueError(f"profiles had {geometry.antennas} antennas and more bins, now the shape is {profile.shape}")
    memory.add(profile[:, : geometry.bins], 0.0, round(time_s * 1e9))
    state.last_s = time_s
    return geometry, memory


def _begin(state: VitalsState, profile: NDArray[np.complex64], time_s: float) -> None:
    backwards = state.memory is not None
    antennas, bins = profile.shape
    geometry = geometry_of(state.description, antennas, bins, state.settings.farthest_m + state.settings.reach_m)
    frames = int(np.clip(np.ceil(state.settings.memory_s / max(geometry.interval_s, 1e-3)), 8, _MOST_FRAMES))
    state.geometry, state.memory = geometry, ProfileMemory(frames, geometry.antennas, geometry.bins)
    state.since_s = time_s
    for number, person in state.people.items():
        state.people[number] = Person(person.target, time_s + _FIRST_LOOK_S)
        if backwards:
            state.people[number].cannot_measure(Reason.CLOCK_UNTRUSTED)


def _follow(state: VitalsState, targets: Sequence[Target], time_s: float) -> None:
    """Keep those who are still tracked, take new ones in, see who walks."""
    near = [one for one in targets if _is_a_place(one) and one.range_m <= state.settings.farthest_m]
    near = sorted(near, key=lambda one: one.range_m)[: state.settings.most_people]
    people: dict[int, Person] = {}
    update_s = state.settings.update_s
    for place, target in enumerate(sorted(near, key=lambda one: one.id)):
        person = state.people.get(target.id)
        if person is None:
            # What was seen before somebody became a track counts too; looks are spread over the second.
            person = Person(target, time_s + update_s * (place % state.settings.most_people) / 8)
        person.target = target
        if target.speed_m_s > state.settings.moving_m_s:
            person.moved_s = time_s
            person.cannot_measure(Reason.MOVING)
        people[target.id] = person
    state.people = people


def _is_a_place(target: Target) -> bool:
    numbers = (target.range_m, target.azimuth_rad, target.elevation_rad, target.range_sigma_m, target.speed_m_s)
    return bool(np.isfinite(numbers).all()) and target.range_m > 0 and target.range_sigma_m >= 0


def _move_on(person: Person, profile: NDArray[np.complex64], geometry: Geometry) -> None:
    """Let the displacement follow this frame."""
    view = person.view
    if view is None:
        return
    turned = next_turn(profile, view.bins, view.weights, view.centre, view.mix, view.before)
    view.position_mm -= 1e3 * turned * geometry.wavelength_m / (4 * np.pi)


def _one_look(state: VitalsState, geometry: Geometry, memory: ProfileMemory, noise: float, time_s: float) -> None:
    """Do the costly part for at most one person, whoever has waited longest; the others have their turn."""
    for person in state.people.values():
        if person.breath_due:
            look_for_breath(person)
            return
        if person.heart_due:
            look_for_heart(person)
            return
    due = [person for person in state.people.values() if person.next_look_s <= time_s]
    if not due:
        return
    person = min(due, key=lambda one: one.next_look_s)
    person.next_look_s = max(person.next_look_s + state.settings.update_s, time_s)
    if person.target.speed_m_s > state.settings.moving_m_s:
        return
    others = [one.target for one in state.people.values() if one is not person]
    # Two in one cell have no rates of their own; that something breathes there is still to be told.
    apart = [other for other in others if geometry.told_apart(person.target, other)]
    person.shares_cell = len(apart) < len(others)
    look(person, memory, state.since_s, noise, apart, geometry, state.settings)


def _nothing(reason: Reason) -> PersonResult:
    rate = Rate(valid=False, reason=reason)
    return PersonResult(rate, rate)


def _result(person: Person, geometry: Geometry, time_s: float) -> PersonResult:
    if person.shares_cell:
        return dataclasses.replace(_nothing(Reason.TWO_IN_ONE_CELL), breathing_log_odds=person.log_odds)
    view = person.view
    beats = tuple(
        Beat(time_s=min(0.0, one.time_s - time_s), interval_s=one.interval_s, sigma_s=one.sigma_s)
        for one in person.beats
    )
    person.beats = ()
    if view is None:
        return PersonResult(person.breath.rate, person.heart, beats=beats, breathing_log_odds=person.log_odds)
    scale_mm = 1e3 * geometry.wavelength_m / (4 * np.pi)
    return PersonResult(
        person.breath.rate,
        person.heart,
        displacement_mm=view.position_mm,
        displacement_sigma_mm=float(scale_mm / np.sqrt(2 * max(view.signal_to_noise, 1e-6))),
        beats=beats,
        breathing_log_odds=person.log_odds,
    )
