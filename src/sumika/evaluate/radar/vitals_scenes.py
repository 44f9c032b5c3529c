"""A simulated scene once through detection and vitals: what was said each second, beside what was true."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.radar import detection, vitals
from sumika.radar.target import Target
from sumika.schema.vitals import Rate
from sumika.world.radar_scene import BodyTruth, Scene, frames
from sumika.world.radar_scene.sight import Stand, stand_of

RANGE_ERROR_M, ANGLE_ERROR_RAD = 0.05, 0.035
"""Standard deviations of a target's place against the true one, constant within a scene: what a tracker leaves."""

_CHEST_SHARE = 0.6
"""A tracker follows something between the chest and the middle of all that is seen of a body."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of one person at one moment.

    Attributes:
        time_s: When.
        respiration: Breath.
        heart: Heart.
        breathing_log_odds: That something breathes.
    """

    time_s: float
    respiration: Rate
    heart: Rate
    breathing_log_odds: float


@dataclass(slots=True)
class PersonPlayed:
    """One person of a scene.

    Attributes:
        said: Once a second.
        beats: (time, interval or None, sigma), seconds, as published.
        time_s: (frame,).
        cycles: (frame,) true count of breaths.
        beat_s: (beat,) true beats.
    """

    said: list[Said] = field(default_factory=list)
    beats: list[tuple[float, float | None, float]] = field(default_factory=list)
    time_s: list[float] = field(default_factory=list)
    cycles: list[float] = field(default_factory=list)
    beat_s: Array = field(default_factory=lambda: np.zeros(0))

    def true_breath_bpm(self, rate: Rate, time_s: float) -> float:
        """Return the slope of the true count of breaths over the time that a rate is the mean of."""
        return slope_bpm(np.array(self.time_s), np.array(self.cycles), time_s - rate.window_s, time_s)

    def true_heart_bpm(self, rate: Rate, time_s: float) -> float:
        """Return the slope of the true count of beats over the time that a rate is the mean of."""
        return slope_bpm(self.beat_s, np.arange(self.beat_s.size, dtype=np.float64), time_s - rate.window_s, time_s)


def slope_bpm(time_s: Array, count: Array, first_s: float, last_s: float) -> float:
    """Return the slope, per minute, of a straight line through a count between two times."""
    axis = np.linspace(max(first_s, time_s[0]), min(last_s, time_s[-1]), 256)
    centred = axis - axis.mean()
    return float(60.0 * (centred @ np.interp(axis, time_s, count)) / (centred @ centred))


def play(scene: Scene) -> dict[int, PersonPlayed]:
    """Send a scene's frames, as the converter gives them, through detection and vitals.

    Args:
        scene: Of one radar, with people who rest.

    Returns:
        By the person's id. The targets are the true places with a constant error of a tracker's size.
    """
    eyes = detection.start(scene.description)
    state = vitals.start(scene.description)
    stand = stand_of(scene.radars[0])
    random = np.random.default_rng((scene.seed, 21))
    errors = {person.id: random.standard_normal(3) for person in scene.people}
    played = {person.id: PersonPlayed() for person in scene.people}
    every = max(1, round(1.0 / scene.description.frame_interval_s))
    for frame in frames(scene):
        seen = detection.step(eyes, frame.samples)
        targets = [target_of(body, stand, errors[body.id]) for body in frame.truth.people]
        state, results = vitals.step(state, seen.profile, seen.noise_power, targets, frame.time_s)
        for body in frame.truth.people:
            person, result = played[body.id], results[body.id]
            person.time_s.append(frame.time_s)
            person.cycles.append(body.breath_cycles)
            person.beats += [(frame.time_s + one.time_s, one.interval_s, one.sigma_s) for one in result.beats]
            if frame.index % every == every - 1:
                person.said.append(Said(frame.time_s, result.respiration, result.heart, result.breathing_log_odds))
    for person_in_scene in scene.people:
        played[person_in_scene.id].beat_s = person_in_scene.chest.beat_s
    return played


def target_of(body: BodyTruth, stand: Stand, error: Array) -> Target:
    """Return what a tracker would tell of a body.

    Args:
        body: The truth.
        stand: Of the radar.
        error: (3,) of range, azimuth, elevation, in standard deviations.
    """
    middle = stand.to_sensor(np.array(body.position_m))
    chest = middle if body.chest_m is None else stand.to_sensor(np.array(body.chest_m))
    place = _CHEST_SHARE * chest + (1.0 - _CHEST_SHARE) * middle
    range_m = float(np.linalg.norm(place))
    return Target(
        id=body.id,
        range_m=range_m + RANGE_ERROR_M * float(error[0]),
        azimuth_rad=float(np.arctan2(place[0], place[1])) + ANGLE_ERROR_RAD * float(error[1]),
        elevation_rad=float(np.arcsin(place[2] / range_m)) + ANGLE_ERROR_RAD * float(error[2]),
        range_sigma_m=RANGE_ERROR_M,
        azimuth_sigma_rad=ANGLE_ERROR_RAD,
        elevation_sigma_rad=ANGLE_ERROR_RAD,
        speed_m_s=0.0,
        still_s=10.0,
    )
