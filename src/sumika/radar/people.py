"""From converter samples to the people in a house: points, tracks, breath and heartbeat, in one step per frame.

state = people.start(house.rooms, house.radars, {"bedroom": description})
for cube, time_s in frames:
    state, seen = people.step(state, "bedroom", cube, time_s)
    seen.tracks, seen.vitals[seen.tracks[0].id].respiration
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sumika.radar import detection, tracking, vitals
from sumika.radar.detection import Detections, DetectionSettings, DetectionState
from sumika.radar.frame_condition import PERSISTENT_FRAMES
from sumika.radar.sound_frames import SoundFrames, judge, mended, without_dead
from sumika.radar.still_points import StillScreen, living_points
from sumika.radar.target import Target
from sumika.radar.tracking import EmptyRoom, TrackingSettings, TrackingState
from sumika.radar.vitals import PersonResult, VitalsSettings, VitalsState
from sumika.schema import POINT_COLUMNS, Ghost, RadarDescription, Reason, Track
from sumika.schema.house import Radar, Room

BACKGROUND_S = 2.0
"""What keeps still for longer than this is background; a chest never does, and who has left a place leaves no trace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleSettings:
    """What can be chosen of each stage.

    Attributes:
        detection: From cube to points.
        tracking: From points to tracks.
        vitals: Of breath and heartbeat.
    """

    detection: DetectionSettings = field(default_factory=lambda: DetectionSettings(background_s=BACKGROUND_S))
    tracking: TrackingSettings = field(default_factory=TrackingSettings)
    vitals: VitalsSettings = field(default_factory=VitalsSettings)


@dataclass(slots=True)
class Sight:
    """What is remembered of one radar.

    Attributes:
        description: Of the radar with the antennas that work.
        settings: Of each stage.
        frames: Judgement of its frames.
        antennas: Which virtual antennas of a frame work.
        detection: Its chain to points.
        screen: Which still points live.
        vitals: Breath and heartbeat of whom it sees.
        overdriven: Whether antennas are left out that are merely overdriven, and may be back any moment.
        contrary: How many frames in a row would leave out others than are left out, because of those.
    """

    description: RadarDescription
    settings: PeopleSettings
    frames: SoundFrames
    antennas: NDArray[np.intp]
    detection: DetectionState
    screen: StillScreen
    vitals: VitalsState
    overdriven: bool = False
    contrary: int = 0


def open_eyes(description: RadarDescription, settings: PeopleSettings) -> Sight:
    """Return the state of one radar before its first frame."""
    return _opened(SoundFrames(description), settings)


def _opened(frames: SoundFrames, settings: PeopleSettings) -> Sight:
    """Return the chain for the antennas that work."""
    description, antennas = without_dead(frames.description, frames.dead)
    return Sight(
        description,
        settings,
        frames,
        antennas,
        detection.start(description, settings.detection),
        StillScreen(description.frame_interval_s),
        vitals.start(description, settings.vitals),
    )


def look(sight: Sight, samples: NDArray[Any]) -> Detections:
    """Return the points of one frame that move or live.

    Args:
        sight: Of the radar; changed in place.
        samples: Converter samples (chirp, antenna, sample), or (chirp, antenna, sample, I and Q) of integers; range
            bins (sweep, antenna, range bin) of a radar whose description has a range grid and no chirp.

    Returns:
        Their `reason` says what was worked around: dead antennas, disturbed chirps.

    Raises:
        ValueError: if the samples are not what the description says.
    """
    if sight.description.chirp is None:
        found = detection.step_range(sight.detection, samples)
    else:
        condition = judge(sight.frames, samples)
        if not condition.usable:
            return _unusable(condition.reason)
        if not _fits(sight, condition.dead_antennas):
            return _unusable(condition.reason)
        whole = mended(samples, condition.bad_chirps)
        found = detection.step(sight.detection, whole[:, sight.antennas] if sight.frames.dead else whole)
        found = replace(found, reason=found.reason or condition.reason)
    if not found.usable:
        return found
    sight.screen.take(found.profile)
    alive = sight.screen.alive(found.noise_power)
    return replace(found, rows=found.rows[living_points(found.rows, alive, sight.description)])


def _fits(sight: Sight, dead: tuple[int, ...]) -> bool:
    """Return whether the open chain can take a frame with these dead antennas; open it for them if that is to last.

    A receiver may be overdriven for a moment: something swings by close to it. To begin anew forgets half a minute of
    breath, and the room's background, twice; to miss the frame costs nothing. What memory calls dead has been so for
    long.
    """
    state = sight.frames.condition
    lasting = () if state is None else tuple(int(antenna) for antenna in np.flatnonzero(state.left_out))
    if dead == sight.frames.dead:
        sight.contrary = 0
        return True
    if (dead != lasting or sight.overdriven) and sight.contrary + 1 < PERSISTENT_FRAMES:
        sight.contrary += 1
        return set(dead) <= set(sight.frames.dead)
    _reopen(sight, dead)
    sight.overdriven, sight.contrary = dead != lasting, 0
    return True


def _reopen(sight: Sight, dead: tuple[int, ...]) -> None:
    """Go on with the antennas that work; what was learned with others is of no use."""
    sight.frames.dead = dead
    anew = _opened(sight.frames, sight.settings)
    sight.description, sight.antennas = anew.description, anew.antennas
    sight.detection, sight.screen, sight.vitals = anew.detection, anew.screen, anew.vitals


def _unusable(reason: Reason | None) -> Detections:
    nothing = np.zeros((0, len(POINT_COLUMNS)), np.float32)
    return Detections(nothing, np.zeros((0, 0), np.complex64), 0.0, usable=False, reason=reason or Reason.NO_SIGNAL)


def measure(sight: Sight, found: Detections, targets: Sequence[Target], time_s: float) -> dict[int, PersonResult]:
    """Return breath and heartbeat of targets at a frame that was looked at just now."""
    if not found.usable:
        return {}
    sight.vitals, results = vitals.step(sight.vitals, found.profile, found.noise_power, targets, time_s)
    return results


@dataclass(slots=True)
class PeopleState:
    """What is remembered of a house.

    Attributes:
        sights: Of each radar.
        tracking: Of everybody.
        breathing: Log odds that something breathes in the cells of each track, as the radars told last.
    """

    sights: dict[str, Sight]
    tracking: TrackingState
    breathing: dict[str, dict[int, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one frame adds.

    Attributes:
        points: Of this frame; `points.reason` says why there are none, or what was worked around.
        tracks: Everybody in the house.
        ghosts: What was seen and is nobody.
        vitals: Of those whom this radar sees, by the track's id.
    """

    points: Detections
    tracks: tuple[Track, ...]
    ghosts: tuple[Ghost, ...]
    vitals: dict[int, PersonResult]


def start(
    rooms: Sequence[Room],
    radars: Sequence[Radar],
    descriptions: Mapping[str, RadarDescription],
    settings: PeopleSettings | None = None,
    empty: EmptyRoom | None = None,
) -> PeopleState:
    """Return the state before the first frame.

    Args:
        rooms: Of the house.
        radars: Where they hang and look.
        descriptions: Waveform and antennas, by the radar's id.
        settings: Of each stage.
        empty: What moves in the empty rooms, as `sumika.radar.tracking.learn` gave it.

    Raises:
        ValueError: if a radar has no description, or there is no room or no radar.
    """
    missing = [radar.id for radar in radars if radar.id not in descriptions]
    if missing:
        raise ValueError(f"no description of {', '.join(missing)}; there are {', '.join(descriptions) or 'none'}")
    settings = settings or PeopleSettings()
    sights = {radar.id: open_eyes(descriptions[radar.id], settings) for radar in radars}
    return PeopleState(sights, tracking.start(rooms, radars, settings.tracking, empty))


def step(state: PeopleState, radar: str, samples: NDArray[Any], time_s: float) -> tuple[PeopleState, Seen]:
    """Take one frame of one radar in.

    Args:
        state: Of the house; changed in place.
        radar: Id of the radar.
        samples: As `look` takes them.
        time_s: When the frame was taken; one clock for all radars, from any origin.

    Raises:
        KeyError: if the house has no such radar.
        ValueError: if the samples are not what its description says.
    """
    sight = state.sights[radar]
    found = look(sight, samples)
    rows = found.rows if found.usable else np.zeros((0, found.rows.shape[1]), np.float32)
    state.tracking, result = tracking.step(state.tracking, radar, rows, time_s, surest_breathing(state.breathing))
    targets = tracking.targets(state.tracking, radar)
    results = measure(sight, found, targets, time_s)
    state.breathing[radar] = {number: one.breathing_log_odds for number, one in results.items()}
    told = {track.id for track in result.tracks}
    seen = {number: one for number, one in results.items() if number in told}
    return state, Seen(found, result.tracks, result.ghosts, seen)


def surest_breathing(told: Mapping[str, Mapping[int, float]]) -> dict[int, float]:
    """Return, for each track, what the radar says that sees it breathe best."""
    surest: dict[int, float] = {}
    for by_track in told.values():
        for number, log_odds in by_track.items():
            surest[number] = max(log_odds, surest.get(number, log_odds))
    return surest
