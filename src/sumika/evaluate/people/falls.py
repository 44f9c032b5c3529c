"""How surely falls are noticed, and how seldom something else is taken for one: through converter, points and tracks.

Every scene is a room, a resident and a radar of its own, none of which was looked at in developing (seeds from
`FIRST_SEED` on; methods were developed on seeds below 1000): see `sumika.world.radar_scene.falling_scenes` for what is
left to chance. A fall is found if somebody is suspected to have fallen within `WITHIN_S` of hitting the floor, near
where the body lies. The house knows where its beds and sofas stand, as its owner drew them.

On one idle core the whole takes a quarter of an hour. What was played is kept in the system's folder for temporary
files until the code changes, so that a run that was stopped goes on.
"""

import math
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.evaluate.bench import code_hash, say_on_stderr
from sumika.evaluate.figure import Evidence, Figure
from sumika.perception import fall
from sumika.perception._fall_odds import ODDS
from sumika.radar import people
from sumika.schema import FallStage, Origin, PointCloud, RestingPlace, SuspectedFall, Track, Tracks
from sumika.schema.house import Radar
from sumika.units import seconds_to_ns
from sumika.world.radar_scene import ActedScene, acted_frames, falling_scene, nearly_falling_scene
from sumika.world.radar_scene.living import living_waveform

FIRST_SEED = 30_000
FALLS, NEAR_FALLS = 300, 300
NARROW_FALLS, NARROW_NEAR_FALLS = 40, 40
"""Scenes with a radar that sees little up and down: beside the figure, not in it."""

WIDE, NARROW = "iwr6843aop", "iwr6843isk"
WITHIN_S = 10.0
EARLY_S = 1.0
"""Somebody may be suspected a little before the last part of the body is down."""

NEAR_M = 1.3
"""A body is as long as this: its middle is told somewhere on it."""

_BEGAN = Instant(10_000_000_000, 1_700_000_000_000_000_000, "simulated")
_RESAMPLES = 2000
_CODE = (
    "world/radar_scene",
    "radar",
    "perception/fall",
    "perception/_fall*",
    "perception/_low_points",
    "perception/_drops",
)


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody was suspected to have fallen.

    Attributes:
        at_s: When first.
        away_m: How far from where the one who acts really was.
        probability: As it was told.
    """

    at_s: float
    away_m: float
    probability: float


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a scene.

    Attributes:
        what: What happened.
        seed: Of the scene.
        impact_s: When the body hit the floor; None where nobody fell.
        events: Everything that was suspected.
    """

    what: str
    seed: int
    impact_s: float | None
    events: tuple[Event, ...]

    @property
    def true_events(self) -> tuple[Event, ...]:
        """Those that were the fall."""
        if self.impact_s is None:
            return ()
        first_s, last_s = self.impact_s - EARLY_S, self.impact_s + WITHIN_S
        return tuple(event for event in self.events if first_s <= event.at_s <= last_s and event.away_m <= NEAR_M)

    @property
    def found(self) -> bool:
        """Whether the fall was found in time."""
        return bool(self.true_events)


def measure(full: bool) -> dict[str, Figure]:
    """Return how many falls are found, and how many that are called one were; nothing if not `full`.

    Args:
        full: Whether scenes are played, which takes some fifteen minutes.
    """
    if not full:
        return {}
    wide = list(_played(WIDE, FALLS, NEAR_FALLS))
    narrow = list(_played(NARROW, NARROW_FALLS, NARROW_NEAR_FALLS))
    return figures(wide, narrow)


def scene_of(seed: int, model: str, falls: bool) -> ActedScene:
    """Return a scene for a radar of a model."""
    make = falling_scene if falls else nearly_falling_scene
    return make(seed, living_waveform(model))


def play(acted: ActedScene, places: Sequence[RestingPlace] | None = None) -> Played:
    """Play a scene through the whole chain.

    Args:
        acted: The scene.
        places: Beds and sofas that the house knows of; None for all that are there.
    """
    scene = acted.scene
    known = acted.stage.places if places is None else places
    state = fall.start(known, animals=bool(scene.animals), radars=scene.radars)  # who lives there is known
    events: list[Event] = []
    ongoing: set[int] = set()  # by track: one that is suspected hides no other
    for time_s, cloud, tracks in told(acted):
        state, _ = fall.step(state, cloud)
        state, messages = fall.step(state, tracks)
        for message in messages:
            if not isinstance(message, SuspectedFall):
                continue
            if message.stage is not FallStage.SUSPECTED:
                ongoing.discard(message.track)
            elif message.track not in ongoing:
                ongoing.add(message.track)
                really = acted.actor.points(time_s).mean(axis=0)
                away_m = math.dist(message.position_m[:2], really[:2])
                events.append(Event(at_s=time_s, away_m=away_m, probability=message.probability))
    return Played(what=acted.what, seed=scene.seed, impact_s=acted.impact_s, events=tuple(events))


def told(acted: ActedScene) -> Iterator[tuple[float, PointCloud, Tracks]]:
    """Yield the time, the points of every frame of a scene, and what the tracker tells after it."""
    scene = acted.scene
    state = people.start(scene.rooms, scene.radars, scene.descriptions)
    for frame in acted_frames(acted, lambda _: False):
        state, seen = people.step(state, frame.radar, frame.samples, frame.time_s)
        yield frame.time_s, *messages_of(frame.index, frame.time_s, scene.radars[0], seen.points.rows, seen.tracks)


def messages_of(
    index: int, time_s: float, radar: Radar, rows: NDArray[np.floating], tracks: tuple[Track, ...]
) -> tuple[PointCloud, Tracks]:
    """Return a frame's points and everybody's place as messages.

    Args:
        index: Of the frame.
        time_s: Since the scene began.
        radar: That took the frame.
        rows: (point, column) as `POINT_COLUMNS`.
        tracks: As the tracker tells them.
    """
    stamp = _BEGAN.later(seconds_to_ns(time_s))
    cloud = PointCloud(
        stamp=stamp,
        origin=Origin.SIMULATED,
        radar=radar.id,
        room=radar.room,
        index=index,
        frame_interval_s=0.1,
        usable=True,
    )
    return cloud.with_points(rows), Tracks(stamp=stamp, origin=Origin.SIMULATED, source="house", tracks=tracks)


def figures(wide: Sequence[Played], narrow: Sequence[Played]) -> dict[str, Figure]:
    """Return the figures of what was played: the radar that sees far up and down, and beside it one that does not."""
    fallen = [one for one in wide if one.impact_s is not None]
    share = np.array([one.found for one in fallen], np.float64)
    detail: dict[str, float | str] = {"falls": float(len(fallen)), "found": float(share.sum())}
    low, high = _interval(share, np.ones(len(share)))
    detail |= {"low": low, "high": high, "within_s": WITHIN_S, "radar": WIDE}
    detail |= {f"found_{what}": told for what, told in _by_kind(fallen).items()}
    detail["delay_s"] = _delay_s(fallen)
    narrow_falls = [one for one in narrow if one.impact_s is not None]
    if narrow_falls:
        detail |= {f"found_with_{NARROW}": sum(one.found for one in narrow_falls) / len(narrow_falls)}
    found = {"fall_recall": _figure(float(share.mean()) if len(share) else math.nan, detail)}
    return found | {"fall_events_precision": _precision(wide, narrow)}


def _precision(wide: Sequence[Played], narrow: Sequence[Played]) -> Figure:
    """Return the share of what is called a fall that was one, in as many falls as other scenes."""
    true, all_ = (np.array(counts, np.float64) for counts in zip(*map(_counts, wide), strict=True))
    low, high = _interval(true, all_)
    others = [one for one in wide if one.impact_s is None]
    detail: dict[str, float | str] = {"low": low, "high": high, "events": float(all_.sum())}
    detail |= {"scenes_without_fall": float(len(others)), "of_them_alarmed": float(sum(map(_alarmed, others)))}
    detail |= {f"alarmed_{what}": told for what, told in _by_kind(others).items()}
    quiet = [one for one in narrow if one.impact_s is None]
    if quiet:
        detail[f"alarmed_with_{NARROW}"] = sum(map(_alarmed, quiet)) / len(quiet)
    return _figure(float(true.sum() / max(all_.sum(), 1.0)), detail)


def _counts(played: Played) -> tuple[int, int]:
    """Return true and all events; a fall that is told twice is one."""
    true = min(1, len(played.true_events))
    return true, true + len([event for event in played.events if event not in played.true_events])


def _alarmed(played: Played) -> bool:
    return bool(played.events)


def _by_kind(scenes: Iterable[Played]) -> dict[str, str]:
    """Return, for each kind of scene, in how many of how many something was told."""
    told: dict[str, list[bool]] = {}
    for one in scenes:
        told.setdefault(one.what, []).append(one.found if one.impact_s is not None else _alarmed(one))
    return {what: f"{sum(each)} of {len(each)}" for what, each in sorted(told.items())}


def _delay_s(fallen: Iterable[Played]) -> float:
    """Return the median time from the impact to the suspicion."""
    delays = [one.true_events[0].at_s - one.impact_s for one in fallen if one.impact_s is not None and one.found]
    return float(np.median(delays)) if delays else math.nan


def _interval(above: NDArray[np.float64], below: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95 % interval of a ratio of sums by bootstrap over scenes: each is a room and a resident."""
    if not len(above):
        return math.nan, math.nan
    drawn = np.random.default_rng(0).integers(len(above), size=(_RESAMPLES, len(above)))
    ratios = above[drawn].sum(axis=1) / np.maximum(below[drawn].sum(axis=1), 1.0)
    low, high = np.percentile(ratios, (2.5, 97.5))
    return float(low), float(high)


def _figure(value: float, detail: dict[str, float | str]) -> Figure:
    return Figure(value=value, unit="share", evidence=Evidence.SIMULATION, detail=detail)


def _played(model: str, falls: int, near_falls: int) -> Iterator[Played]:
    """Yield what comes of all scenes with a radar; those that were played before are read."""
    weights = zlib.crc32(msgspec.json.encode(ODDS))  # a file beside the code that is hashed
    path = Path(tempfile.gettempdir()) / f"sumika-falls-{model}-{code_hash(_CODE)}-{weights:08x}.jsonl"
    kept = {(one.seed, one.impact_s is not None): one for one in _read(path)}
    planned = [(FIRST_SEED + number, True) for number in range(falls)]
    planned += [(FIRST_SEED + number, False) for number in range(near_falls)]
    planned.sort(key=lambda one: one[0])  # a run that was stopped has as much of both
    for number, (seed, falling) in enumerate(planned):
        if number % 20 == 0:
            say_on_stderr(f"  people.falls: {model}, {number} of {len(planned)} scenes ...")
        if (seed, falling) not in kept:
            played = play(scene_of(seed, model, falling))
            with path.open("ab") as file:
                file.write(msgspec.json.encode(played) + b"\n")
            kept[seed, falling] = played
        yield kept[seed, falling]


def _read(path: Path) -> Iterator[Played]:
    """Yield what was kept; a last line that was cut off is left out."""
    if not path.exists():
        return
    for line in path.read_bytes().splitlines():
        try:
            yield msgspec.json.decode(line, type=Played)
        except msgspec.DecodeError:
            return
