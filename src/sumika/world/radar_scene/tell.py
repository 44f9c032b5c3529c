"""The truth of a scene at a moment."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sumika.schema.house import Radar
from sumika.world.radar_scene.body import CHEST_PARTS, HEART_PART, Person
from sumika.world.radar_scene.chest import RATE_HZ
from sumika.world.radar_scene.mirror import WallMirror
from sumika.world.radar_scene.movers import LowBody
from sumika.world.radar_scene.sight import in_sight, is_inside, stand_of
from sumika.world.radar_scene.truth import BodyTruth, GhostTruth, Place, Truth

if TYPE_CHECKING:
    from sumika.world.radar_scene.scene import Scene

Array = NDArray[np.float64]
_RATE_WINDOW_S = 30.0
_WALKING_M_S = 0.05
ANIMAL_IDS = 100
"""Ids of pets and robots begin here."""


class Teller:
    """Tells the truth that belongs to one radar's frames."""

    def __init__(self, scene: "Scene", radar: Radar) -> None:
        """Take a scene and a radar of it."""
        self._scene = scene
        self._place_m = stand_of(radar).place_m
        self._room = next(room for room in scene.rooms if room.id == radar.room)

    def tell(self, time_s: float, duration_s: float) -> Truth:
        """Return the truth in the middle of a frame that begins at a time and lasts a while."""
        scene = self._scene
        people = [self._person(person, time_s, duration_s) for person in scene.people]
        animals = [
            self._animal(ANIMAL_IDS + number, animal, time_s, duration_s) for number, animal in enumerate(scene.animals)
        ]
        ghosts = [ghost for person in people for ghost in self._ghosts(person)]
        movers = tuple(mover.name for mover in scene.movers)
        return Truth(bodies=(*people, *animals), ghosts=tuple(ghosts), movers=movers)

    def _person(self, person: Person, time_s: float, duration_s: float) -> BodyTruth:
        middle_s = time_s + duration_s / 2
        parts = person.points(middle_s)
        velocity = (person.points(time_s + duration_s) - person.points(time_s)).mean(axis=0) / duration_s
        chest, motion = parts[CHEST_PARTS].mean(axis=0), person.chest
        moved, beating = self._displacement_m(person, middle_s)
        beats = motion.beat_s[: int(np.searchsorted(motion.beat_s, middle_s, side="right"))]
        place = parts.mean(axis=0)
        return BodyTruth(
            id=person.id,
            kind="person",
            room=self._room_of(place),
            position_m=_place(place),
            velocity_m_s=_place(velocity),
            top_m=float(parts[:, 2].max()) + 0.09,  # from the middle of the head to its top
            posture=person.path.posture(middle_s),
            walking=float(person.path.at(person.path.speed_m_s, middle_s)) > _WALKING_M_S,
            in_sight=in_sight(self._place_m, place, self._room, self._scene.doorways),
            chest_m=_place(chest),
            chest_displacement_m=moved,
            heart_displacement_m=beating,
            breath_cycles=float(motion.at(motion.breath_cycles, middle_s)),
            respiration_bpm=_breaths_bpm(motion.breath_cycles, middle_s),
            heart_bpm=_beats_bpm(motion.beat_s, middle_s),
            beat_times_s=beats[beats >= 0.0],
        )

    def _displacement_m(self, person: Person, time_s: float) -> tuple[float, float]:
        """Return how far breath and heart together, and the heart, moved the chest away from the radar."""
        still, with_heart, whole = person.chest_moves(time_s, self._place_m)
        distance = [float(np.linalg.norm(parts - self._place_m, axis=1).mean()) for parts in (still, whole)]
        over_heart = [float(np.linalg.norm(parts[HEART_PART] - self._place_m)) for parts in (still, with_heart)]
        return distance[1] - distance[0], over_heart[1] - over_heart[0]

    def _animal(self, number: int, animal: LowBody, time_s: float, duration_s: float) -> BodyTruth:
        parts = animal.points(time_s + duration_s / 2)
        velocity = (animal.points(time_s + duration_s) - animal.points(time_s)).mean(axis=0) / duration_s
        place = parts.mean(axis=0)
        return BodyTruth(
            id=number,
            kind=animal.name,
            room=self._room_of(place),
            position_m=_place(place),
            velocity_m_s=_place(velocity),
            top_m=animal.height_m,
            walking=float(np.linalg.norm(velocity)) > _WALKING_M_S,
            in_sight=in_sight(self._place_m, place, self._room, self._scene.doorways),
        )

    def _ghosts(self, body: BodyTruth) -> list[GhostTruth]:
        found: list[GhostTruth] = []
        if not body.in_sight:
            return found
        for mirror in self._scene.mirrors:
            image = mirror.image(np.array(body.position_m))
            if isinstance(mirror, WallMirror) and mirror.shows(self._place_m, image):
                found.append(
                    GhostTruth(position_m=_place(image), of_body=body.id, mirror=mirror.name, loss_db=mirror.loss_db)
                )
        return found

    def _room_of(self, place_m: Array) -> str:
        return next((room.id for room in self._scene.rooms if is_inside(place_m, room)), "")


def _place(values: Array) -> Place:
    return (float(values[0]), float(values[1]), float(values[2]))


def _breaths_bpm(cycles: Array, time_s: float) -> float:
    """Return breaths per minute over the window around a moment, as far as the scene reaches."""
    last = len(cycles) - 1
    first = min(max(round((time_s - _RATE_WINDOW_S / 2) * RATE_HZ), 0), last - 1)
    end = min(max(round((time_s + _RATE_WINDOW_S / 2) * RATE_HZ), first + 1), last)
    return float(cycles[end] - cycles[first]) * RATE_HZ / (end - first) * 60.0


def _beats_bpm(beat_s: Array, time_s: float) -> float:
    """Return beats per minute over the window around a moment: whole intervals only."""
    first = int(np.searchsorted(beat_s, time_s - _RATE_WINDOW_S / 2))
    last = min(int(np.searchsorted(beat_s, time_s + _RATE_WINDOW_S / 2)), len(beat_s)) - 1
    return 60.0 * (last - first) / float(beat_s[last] - beat_s[first]) if last > first else 0.0
