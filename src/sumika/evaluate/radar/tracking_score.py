"""How well people are followed, against simulated truth, through converter, points, tracks and vitals together.

Scenes are random and hard (see `sumika.world.radar_scene`): three people of different sizes and speeds who cross, stop
and sit down, one reflecting wall, clutter, a tilted radar. Seeds here are 10000 and up; the methods were developed on
seeds below 1000. All time counts, from the first frame of a scene on; only people in sight are asked for.

What it costs on one idle core, rendering included: the walking scenes half a minute each, the still ones two and a
half minutes each, the hour of empty rooms and what is learned before it nine minutes; 21 minutes in all.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.evaluate.bench import say_on_stderr
from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.radar.tracking_referee import ASSOCIATION_M, Count, Moment, Refereed, Spot, count, referee
from sumika.radar import people, tracking
from sumika.radar.tracking import EmptyRoom, HousePoints
from sumika.schema import Track, TrackKind
from sumika.world.radar_scene import (
    Scene,
    SimulatedFrame,
    Truth,
    empty_scene,
    frames,
    still_scene,
    walking_radar,
    walking_scene,
)

FIRST_SEED = 10_000
WALKS, WALK_S, WALKERS = 10, 60.0, 3
SITTINGS, SITTING_S = 3, 600.0
EMPTY_ROOMS, LEARNING_S, EMPTY_S = 6, 180.0, 600.0
"""Six rooms of ten minutes make the hour; each is learned from the three minutes before."""

EMPTY_FRAMES_PER_S = 10.0
"""The radar of the empty rooms is set to half the frames of the others: so there can be more rooms."""

_RESAMPLES = 2000
_SECONDS_PER_MINUTE = 60.0

Detail = dict[str, float | str]


@dataclass(frozen=True, slots=True)
class WalkScore:
    """One scene of people who walk.

    Attributes:
        counted: Misses, false tracks, changed identities.
        refereed: The same and more by Stone Soup.
        person_minutes: In sight.
    """

    counted: Count
    refereed: Refereed
    person_minutes: float


@dataclass(slots=True)
class Held:
    """Somebody who sits still.

    Attributes:
        first_s: When he was told of first; infinite if never.
        asked: Frames since then.
        held: Of them, those in which the same track is at his place.
    """

    first_s: float = math.inf
    asked: int = 0
    held: int = 0
    _track: int = field(default=0, repr=False)

    def look(self, time_s: float, place: Spot, tracks: dict[int, Spot]) -> None:
        """Take one frame in."""
        if math.isinf(self.first_s):
            near = [(math.dist(spot, place), number) for number, spot in tracks.items()]
            away_m, number = min(near, default=(math.inf, 0))
            if away_m > ASSOCIATION_M:
                return
            self.first_s, self._track = time_s, number
        self.asked += 1
        self.held += self._track in tracks and math.dist(tracks[self._track], place) <= ASSOCIATION_M

    @property
    def share(self) -> float:
        """Share of the time held since he was told of first; 0 if he never was."""
        return self.held / self.asked if self.asked else 0.0


@dataclass(frozen=True, slots=True)
class Nobody:
    """An empty room: person-minutes that were told all the same, and minutes that it was looked at."""

    ghost_minutes: float
    minutes: float


def measure(full: bool) -> dict[str, Figure]:
    """Return how well people are followed; nothing if not `full`.

    Args:
        full: Whether scenes are played, which takes some 21 minutes.
    """
    if not full:
        return {}
    seeds = [FIRST_SEED + number for number in range(WALKS)]
    walks = [score_walk(_told(walking_scene(seed, WALKERS, WALK_S), f"walking {seed}")) for seed in seeds]
    seeds = [FIRST_SEED + number for number in range(SITTINGS)]
    sittings = [hold(_told(still_scene(seed, SITTING_S), f"sitting still {seed}")) for seed in seeds]
    seeds = [FIRST_SEED + number for number in range(EMPTY_ROOMS)]
    rooms = [look_at_nobody(_told(empty_room(seed, LEARNING_S + EMPTY_S), f"nobody {seed}")) for seed in seeds]
    return walk_figures(walks) | {"still_held": held_figure(sittings), "ghost_minutes": ghost_figure(rooms)}


def _told(scene: Scene, what: str) -> Scene:
    say_on_stderr(f"  radar.tracking_score: {what}, {scene.seconds:.0f} s ...")
    return scene


def empty_room(seed: int, seconds: float) -> Scene:
    """Return an empty room with a fan and a curtain, looked at `EMPTY_FRAMES_PER_S` times a second."""
    description = msgspec.structs.replace(walking_radar(), frame_interval_s=1.0 / EMPTY_FRAMES_PER_S)
    return empty_scene(seed, seconds, description)


def _played(scene: Scene, empty: EmptyRoom | None = None, start_s: float = 0.0) -> Iterator["_Looked"]:
    state = people.start(scene.rooms, scene.radars, scene.descriptions, empty=empty)
    for frame in frames(scene, start_s=start_s):
        state, seen = people.step(state, frame.radar, frame.samples, frame.time_s)
        yield _Looked(frame, seen)


@dataclass(frozen=True, slots=True)
class _Looked:
    """A frame and what was seen in it."""

    frame: SimulatedFrame
    seen: people.Seen

    @property
    def tracks(self) -> dict[int, Spot]:
        return {track.id: _spot(track.position_m) for track in _people(self.seen.tracks)}


def _people(tracks: Iterable[Track]) -> list[Track]:
    return [track for track in tracks if track.kind is TrackKind.PERSON]


def _spot(position_m: tuple[float, float, float]) -> Spot:
    return (position_m[0], position_m[1])


def score_walk(scene: Scene) -> WalkScore:
    """Play a scene of people who walk, and count."""
    moments = [moment_of(looked.frame.time_s, looked.frame.truth, looked.tracks) for looked in _played(scene)]
    counted = count(moments)
    interval_s = scene.description.frame_interval_s / len(scene.radars)
    return WalkScore(counted, referee(moments, counted), counted.truths * interval_s / _SECONDS_PER_MINUTE)


def moment_of(time_s: float, truth: Truth, tracks: dict[int, Spot]) -> Moment:
    """Return who counts: people in sight, and tracks that are not those of somebody out of sight."""
    seen = {person.id: _spot(person.position_m) for person in truth.people if person.in_sight}
    hidden = [_spot(person.position_m) for person in truth.people if not person.in_sight]
    kept = {}
    for number, spot in tracks.items():
        away_m = min((math.dist(spot, place) for place in hidden), default=math.inf)
        if away_m > min([ASSOCIATION_M, *(math.dist(spot, place) for place in seen.values())]):
            kept[number] = spot
    return Moment(time_s, seen, kept)


def hold(scene: Scene) -> Held:
    """Play a scene of somebody who sits down and keeps still."""
    held = Held()
    for looked in _played(scene):
        (person,) = looked.frame.truth.people
        held.look(looked.frame.time_s, _spot(person.position_m), looked.tracks)
    return held


def look_at_nobody(scene: Scene, learning_s: float = LEARNING_S) -> tuple[Nobody, Nobody]:
    """Play an empty room: learn what moves in it, then look with that map.

    Args:
        scene: With one radar, longer than `learning_s`.
        learning_s: How long is learned.

    Returns:
        While learning, without a map; and thereafter with it.
    """
    interval_s = scene.description.frame_interval_s
    mounting = tracking.mounting_of(scene.radars[0])
    points: list[HousePoints] = []
    unlearned = learned = 0
    for looked in _played(scene):
        if looked.frame.time_s >= learning_s:
            break
        points.append(mounting.points(looked.seen.points.rows))
        unlearned += len(looked.tracks)
    for looked in _played(scene, tracking.learn(points), learning_s):
        learned += len(looked.tracks)
    to_minutes = interval_s / _SECONDS_PER_MINUTE
    rest_s = scene.seconds - learning_s
    return (
        Nobody(unlearned * to_minutes, learning_s / _SECONDS_PER_MINUTE),
        Nobody(learned * to_minutes, rest_s / _SECONDS_PER_MINUTE),
    )


def walk_figures(walks: Sequence[WalkScore]) -> dict[str, Figure]:
    """Return accuracy and changes of identity over all scenes together, with intervals over scenes."""
    counts = [walk.counted for walk in walks]
    table = np.array([(one.misses, one.false, one.switches, one.truths) for one in counts], np.float64)
    truths = table[:, 3].sum()
    errors = np.array([error for one in counts for error in one.errors_m])
    low, high = _interval(table[:, :3].sum(axis=1), table[:, 3])
    detail: Detail = {
        "low": 1.0 - high,
        "high": 1.0 - low,
        "misses": float(table[:, 0].sum() / truths),
        "false": float(table[:, 1].sum() / truths),
        "position_error_m": float(errors.mean()) if errors.size else math.nan,
        "position_error_95_m": float(np.percentile(errors, 95)) if errors.size else math.nan,
        "association_m": ASSOCIATION_M,
    }
    for name in ("mota", "motp_m", "ospa_m", "gospa_m"):
        detail[f"stone_soup_{name}"] = float(np.mean([getattr(walk.refereed, name) for walk in walks]))
    detail |= {f"scene_{number}": one.mota for number, one in enumerate(counts)}
    minutes = np.array([walk.person_minutes for walk in walks])
    few, many = _interval(table[:, 2], minutes)
    switched: Detail = {
        "low": few,
        "high": many,
        "switches": float(table[:, 2].sum()),
        "person_minutes": float(minutes.sum()),
    }
    return {
        "mota": _figure(1.0 - table[:, :3].sum() / truths, "share", detail),
        "id_switches": _figure(table[:, 2].sum() / minutes.sum(), "per person-minute", switched),
    }


def held_figure(sittings: Sequence[Held]) -> Figure:
    """Return the worst share of the time that somebody who keeps still is held, by one identity."""
    detail: Detail = {}
    for number, held in enumerate(sittings):
        detail |= {f"share_{number}": held.share, f"first_s_{number}": held.first_s}
    return _figure(min(held.share for held in sittings), "share", detail)


def ghost_figure(rooms: Sequence[tuple[Nobody, Nobody]]) -> Figure:
    """Return person-minutes told in empty rooms that were learned; the figure without learning is in the detail."""
    detail: Detail = {
        "minutes": sum(learned.minutes for _, learned in rooms),
        "unlearned_ghost_minutes": sum(unlearned.ghost_minutes for unlearned, _ in rooms),
        "unlearned_minutes": sum(unlearned.minutes for unlearned, _ in rooms),
        "frames_per_s": EMPTY_FRAMES_PER_S,
    }
    detail |= {f"room_{number}": learned.ghost_minutes for number, (_, learned) in enumerate(rooms)}
    return _figure(sum(learned.ghost_minutes for _, learned in rooms), "person-minutes", detail)


def _interval(above: NDArray[np.float64], below: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95 % interval of a ratio of sums by bootstrap over scenes."""
    drawn = np.random.default_rng(0).integers(len(above), size=(_RESAMPLES, len(above)))
    low, high = np.percentile(above[drawn].sum(axis=1) / below[drawn].sum(axis=1), (2.5, 97.5))
    return float(low), float(high)


def _figure(value: float, unit: str, detail: Detail) -> Figure:
    return Figure(value=float(value), unit=unit, evidence=Evidence.SIMULATION, detail=detail)
