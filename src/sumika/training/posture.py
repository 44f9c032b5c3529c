"""Posture and activity from simulated rooms: bodies walk, sit, lie, bend, exercise and fall before a radar.

Every scene is another room, resident and radar (`sumika.world.radar_scene.falling_scenes`), so that nobody is scored in
a room or with a body that was learned from. The chain from samples to points and tracks is that of the house; whose
track is whose is told by where bodies really are.

What somebody does at the end of a window is its label: standing, sitting, lying, walking, bending, exercising; falling
where the body hit the floor within the window. Windows in which a fall has begun or has just ended are left out.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.records import ArraySet
from sumika.models.features.posture import FEATURES, REACH_M, WINDOW_S, posture_picture
from sumika.radar import people, tracking
from sumika.radar.detection import Detections
from sumika.schema import NO_PEOPLE, POINT_COLUMNS, SumikaError, Track
from sumika.schema.knowing import ActivityKind
from sumika.training.simulated import Simulated
from sumika.world.radar_scene import (
    ActedScene,
    acted_frames,
    exercising_scene,
    falling_scene,
    nearly_falling_scene,
)
from sumika.world.radar_scene.living import living_waveform

Array = NDArray[np.float32]
Numbers = NDArray[np.float64]

CLASSES = tuple(kind.value for kind in ActivityKind)
_AS_DONE = {
    "standing": "standing",
    "sitting": "sitting",
    "lying": "lying",
    "walking": "walking",
    "bending": "bending",
    "exercising": "exercising",
    "falling": "fall_like",
}
_SAME_BODY_M = 0.8
_LATELY_S = 0.8
"""What somebody does at a window's end is what he did most in so long before it."""

_IMPACT_INSIDE_S = (0.3, 1.7)
_SNR = POINT_COLUMNS.index("snr_db")
CODE = (
    "sumika.models.features.posture",
    "sumika.models.features.points",
    "sumika.world.radar_scene.falling_scenes",
    "sumika.world.radar_scene.acted_scenes",
    "sumika.world.radar_scene.acted_moves",
    "sumika.world.radar_scene.acted_body",
    "sumika.world.radar_scene.acted_shapes",
)
"""Decides the examples."""


class PostureOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much is simulated.

    Attributes:
        first_seed: Of the scenes.
        scenes: Of each kind: falls, what looks like one, exercises.
        models: Radars, by turns.
        step_s: From one window to the next.
    """

    first_seed: int = 100_000
    scenes: int = 80
    models: tuple[str, ...] = ("iwr6843aop", "iwr6843isk")
    step_s: float = 0.5

    def __post_init__(self) -> None:
        """Refuse what no type can."""
        if self.scenes < 1 or self.step_s <= 0 or not self.models:
            raise ValueError("`scenes` is at least 1, `step_s` above 0, and there is a model")


class PostureWorld(Simulated):
    """The source `posture-world`: nothing is read, all is simulated."""

    name, features, code = "posture-world", FEATURES, CODE

    def read(self, options: Mapping[str, object]) -> ArraySet:
        """Return the examples; it takes seconds per scene.

        Raises:
            UsageError: if an option is unknown or impossible.
            SumikaError: if there are too few scenes to show every class.
        """
        wanted = self.wanted(options, PostureOptions)
        scenes = acted_scenes(wanted.first_seed, wanted.scenes, wanted.models)
        arrays = arrays_of((number, windows(scene, wanted.step_s)) for number, scene in scenes)
        if len(np.unique(arrays.y)) < len(CLASSES):
            raise SumikaError("not every class is among the examples", where="data.options", remedy="Take more scenes.")
        return arrays


POSTURE_WORLD = PostureWorld()


def acted_scenes(first_seed: int, scenes: int, models: Sequence[str]) -> Iterator[tuple[int, ActedScene]]:
    """Yield the number of a room, and what happens in it: a fall, what looks like one, exercises."""
    for number in range(scenes):
        description = living_waveform(models[number % len(models)])
        for make in (falling_scene, nearly_falling_scene, exercising_scene):
            yield number, make(first_seed + number, description)


def arrays_of(rooms: Iterable[tuple[int, Iterable[tuple[Array, str]]]]) -> ArraySet:
    """Return the pictures of rooms and what is done in them as examples of `CLASSES`, grouped by room.

    Raises:
        SumikaError: if there is no picture.
    """
    found = [(picture, CLASSES.index(label), number) for number, pictures in rooms for picture, label in pictures]
    if not found:
        raise SumikaError("hardly anything was seen", where="data.options", remedy="Take more scenes.")
    x, y, room = zip(*found, strict=True)
    names = np.array([f"room {number}" for number in room])
    return ArraySet(x=np.stack(x), y=np.array(y, np.int64), group=names, domain=names, classes=CLASSES)


def windows(acted: ActedScene, step_s: float) -> Iterator[tuple[Array, str]]:
    """Yield the pictures of who acts in a scene, and what is done in them.

    Args:
        acted: The scene.
        step_s: From one window to the next.
    """
    points, track = seen_of(acted)
    radar_m = acted.stage.radar.position_m
    for start_s in np.arange(0.0, acted.scene.seconds - WINDOW_S, step_s):
        label = label_of(acted, float(start_s), WINDOW_S)
        if label is None:
            continue
        inside = (points[:, 0] >= start_s) & (points[:, 0] < start_s + WINDOW_S)
        looks = (track[:, 0] >= start_s) & (track[:, 0] < start_s + WINDOW_S)
        cloud, held = points[inside], track[looks]
        picture = posture_picture(
            cloud[:, 1:].astype(np.float32), cloud[:, 0] - start_s, held[:, 1:], held[:, 0] - start_s, radar_m
        )
        if picture is not None:
            yield picture, label


def seen_of(acted: ActedScene) -> tuple[Numbers, Numbers]:
    """Return (point, 6): time, place, velocity, SNR; and (look, 10): time and `TRACK_COLUMNS` of who acts."""
    scene, mounting = acted.scene, tracking.mounting_of(acted.stage.radar)
    state = people.start(scene.rooms, scene.radars, scene.descriptions)
    points: list[Numbers] = []
    looks: list[tuple[float, ...]] = []
    for frame in acted_frames(acted, lambda _: False):
        state, seen = people.step(state, frame.radar, frame.samples, frame.time_s)
        really = acted.actor.points(frame.time_s).mean(axis=0)
        tracks = [one for one in seen.tracks if is_person(one)]
        track = min(tracks, key=lambda one: math.dist(one.position_m[:2], really[:2]), default=None)
        if track is not None and math.dist(track.position_m[:2], really[:2]) < _SAME_BODY_M:
            looks.append((frame.time_s, *look_of(track)))
            points.append(_own(house_points(mounting, seen.points, frame.time_s), tracks.index(track), tracks))
    every = np.concatenate(points) if points else np.zeros((0, 6))
    return every, np.array(looks, np.float64).reshape(-1, 10)


def _own(points: Numbers, number: int, tracks: Sequence[Track]) -> Numbers:
    """Return the points that are nearer to one track than to any other, and near it, as the house shares them out."""
    places = np.array([track.position_m[:2] for track in tracks])
    away_m = np.linalg.norm(points[:, None, 1:3] - places[None], axis=2)
    own: Numbers = points[(away_m.argmin(axis=1) == number) & (away_m.min(axis=1) <= REACH_M)]
    return own


def is_person(track: Track) -> bool:
    """Return whether a track is taken for a person, as `sumika.perception` does."""
    return not (track.kind in NO_PEOPLE and track.kind_probability > 0.5)


def house_points(mounting: tracking.Mounting, found: Detections, time_s: float) -> Numbers:
    """Return (point, 6) of a frame: time, x, y, up, velocity away, SNR."""
    placed = mounting.points(found.rows)
    times = np.full(len(placed), time_s)
    return np.column_stack((times, placed.position_m, placed.velocity_m_s, placed.snr_db))


def look_of(track: Track) -> tuple[float, ...]:
    """Return a look at a track, in the order of `TRACK_COLUMNS`."""
    return (
        *track.position_m,
        track.position_sigma_m[2],
        track.velocity_m_s[2],
        math.hypot(*track.velocity_m_s[:2]),
        max(track.size_m[:2]),
        track.size_m[2],
        track.top_m,
    )


def label_of(acted: ActedScene, start_s: float, window_s: float) -> str | None:
    """Return what is done in a window; None where it shows a part of a fall only."""
    body = acted.actor
    end_s = start_s + window_s
    inside = body.course.doing_between(start_s, end_s)
    if "falling" in inside:
        impact_s = acted.impact_s if acted.impact_s is not None else math.inf
        low, high = _IMPACT_INSIDE_S
        return "fall_like" if start_s + low <= impact_s <= start_s + high + window_s - WINDOW_S else None
    lately = body.course.doing_between(end_s - _LATELY_S, end_s)
    return _AS_DONE[max(set(lately), key=lately.count)]
