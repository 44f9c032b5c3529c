"""What following four people and measuring their breath and heartbeat costs, a frame: processor time of one core."""

import time

import numpy as np
from numpy.typing import NDArray

from sumika.evaluate.figure import Evidence, Figure
from sumika.radar import people, tracking
from sumika.radar.detection import Detections
from sumika.world.radar_scene import Scene, frames, walking_scene

SEED, PEOPLE, SECONDS, SETTLED_S = 10_400, 4, 12.0, 4.0
ROUNDS = 3


def measure(full: bool) -> dict[str, Figure]:
    """Return `track_vitals_ms`: the median of a frame's tracking and vital signs together, whatever else runs here."""
    scene = walking_scene(SEED, people=PEOPLE, seconds=SECONDS)
    eyes = people.open_eyes(scene.description, people.PeopleSettings())
    seen = []
    for frame in frames(scene):
        found = people.look(eyes, frame.samples)
        seen.append((frame.radar, frame.time_s, _kept(found)))
    rounds = [_round(scene, seen) for _ in range(ROUNDS)]
    costs_ms = np.concatenate([costs for costs, _ in rounds])  # (frame, [tracking, vital signs])
    tracks_ms, vitals_ms = np.median(costs_ms, axis=0)
    figure = Figure(
        value=round(float(np.median(costs_ms.sum(axis=1))), 3),
        unit="ms/frame",
        evidence=Evidence.MEASURED,
        detail={
            "tracking_ms": round(float(tracks_ms), 3),
            "vitals_ms": round(float(vitals_ms), 3),
            "mean_ms": round(float(costs_ms.sum(axis=1).mean()), 3),
            "people": float(PEOPLE),
            "people_followed": round(float(np.mean([followed for _, followed in rounds])), 2),
            "points_per_frame": round(float(np.mean([len(found.rows) for _, _, found in seen])), 1),
        },
    )
    return {"track_vitals_ms": figure}


def _kept(found: Detections) -> Detections:
    """Return the detections with a profile that the next frame does not overwrite."""
    return Detections(found.rows, found.profile.copy(), found.noise_power)


def _round(scene: Scene, seen: list[tuple[str, float, Detections]]) -> tuple[NDArray[np.float64], float]:
    """Return (frame, [tracking, vital signs]) milliseconds of processor time, and how many people were followed."""
    state = tracking.start(scene.rooms, scene.radars)
    sight = people.open_eyes(scene.description, people.PeopleSettings())
    breathing: dict[int, float] = {}
    costs, followed = [], []
    for radar, time_s, found in seen:
        began = time.thread_time_ns()
        state, result = tracking.step(state, radar, found.rows, time_s, breathing)
        targets = tracking.targets(state, radar)
        tracked = time.thread_time_ns()
        results = people.measure(sight, found, targets, time_s)
        done = time.thread_time_ns()
        breathing = {number: one.breathing_log_odds for number, one in results.items()}
        if time_s > SETTLED_S:
            costs.append(((tracked - began) / 1e6, (done - tracked) / 1e6))
            followed.append(len(result.tracks))
    return np.array(costs), float(np.mean(followed))
