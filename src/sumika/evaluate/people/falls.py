"""How surely falls are noticed, and how seldom something else is taken for one: through converter, points and tracks.

Every scene is a room, a resident and a radar of its own, none of which was looked at in developing (seeds from
`FIRST_SEED` on; methods were developed on seeds below 1000): see `sumika.world.radar_scene.falling_scenes` for what is
left to chance. A fall is found if somebody is suspected to have fallen within `WITHIN_S` of hitting the floor, near
where the body lies. The house knows where its beds and sofas stand, as its owner drew them.

On one idle core the whole takes a quarter of an hour. Scenes are kept (`kept_scenes`), so that a run that was stopped
goes on, and falls can be told anew from the same scenes. Beside what ships, the rule alone is scored, which decides
where there is no student, or where it abstains.
"""

import math
from collections.abc import Iterable, Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.evaluate.bench import say_on_stderr
from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.people.kept_scenes import told_of
from sumika.models import find_student
from sumika.perception import fall
from sumika.perception._student import Asked
from sumika.schema import FallStage, Message, PointCloud, RestingPlace, SuspectedFall, Tracks
from sumika.training.falls import NARROW, WIDE
from sumika.training.told_scenes import told
from sumika.world.radar_scene import ActedScene, falling_scene, nearly_falling_scene
from sumika.world.radar_scene.living import living_waveform

FIRST_SEED = 30_000
WIDE_SCENES, NARROW_SCENES = (300, 300), (40, 40)
"""Falls and others; the latter with a radar that sees little up and down: beside the figure, not in it."""

WITHIN_S = 10.0
EARLY_S = 1.0
"""Somebody may be suspected a little before the last part of the body is down."""

NEAR_M = 1.3
"""A body is as long as this: its middle is told somewhere on it."""

_RESAMPLES = 2000


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

    Raises:
        StudentRefused: if the student of falls may not be used.
    """
    if not full:
        return {}
    student = find_student(fall.STUDENT, features=fall.FEATURES)
    played = [list(_played(model, counts, student)) for model, counts in ((WIDE, WIDE_SCENES), (NARROW, NARROW_SCENES))]
    wide, narrow = ([by_student for by_student, _ in of_model] for of_model in played)
    found = figures(wide, narrow)
    by_rule = figures([rule for _, rule in played[0]], [rule for _, rule in played[1]])
    for name in found:
        found[name].detail["by_the_rule_alone"] = by_rule[name].value
    return found


def scene_of(seed: int, model: str, falls: bool) -> ActedScene:
    """Return a scene for a radar of a model."""
    make = falling_scene if falls else nearly_falling_scene
    return make(seed, living_waveform(model))


class Watcher:
    """A house that watches for falls, and everything that it suspected."""

    def __init__(
        self, acted: ActedScene, places: Sequence[RestingPlace] | None = None, student: Asked | None = None
    ) -> None:
        """Begin.

        Args:
            acted: The scene that it will be told of.
            places: Beds and sofas that the house knows of; None for all that are there.
            student: Of falls; None for none.
        """
        scene = acted.scene
        known = acted.stage.places if places is None else places
        # Who lives there is known.
        self._state = fall.start(known, animals=bool(scene.animals), radars=scene.radars, student=student)
        self._acted = acted
        self._events: list[Event] = []
        self._ongoing: set[int] = set()  # by track: one that is suspected hides no other

    def take(self, time_s: float, cloud: PointCloud, tracks: Tracks) -> None:
        """Take in a frame."""
        self._state, _ = fall.step(self._state, cloud)
        self._state, messages = fall.step(self._state, tracks)
        for message in messages:
            self._note(message, time_s)

    def _note(self, message: Message, time_s: float) -> None:
        if not isinstance(message, SuspectedFall):
            return
        if message.stage is not FallStage.SUSPECTED:
            self._ongoing.discard(message.track)
        elif message.track not in self._ongoing:
            self._ongoing.add(message.track)
            really = self._acted.actor.points(time_s).mean(axis=0)
            away_m = math.dist(message.position_m[:2], really[:2])
            self._events.append(Event(at_s=time_s, away_m=away_m, probability=message.probability))

    @property
    def played(self) -> Played:
        """What came of the scene."""
        acted = self._acted
        return Played(what=acted.what, seed=acted.scene.seed, impact_s=acted.impact_s, events=tuple(self._events))


def play(acted: ActedScene, places: Sequence[RestingPlace] | None = None, student: Asked | None = None) -> Played:
    """Play a scene through the whole chain.

    Args:
        acted: The scene.
        places: Beds and sofas that the house knows of; None for all that are there.
        student: Of falls; None for none: then the rule decides.
    """
    watcher = Watcher(acted, places, student)
    for frame in told(acted):
        watcher.take(*frame)
    return watcher.played


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
    """Return true and all events; a fall that is told twice is one, though it be told again later."""
    true = min(1, len(played.true_events))
    again = [
        event
        for event in played.events
        if true and played.impact_s is not None and event.at_s >= played.impact_s and event.away_m <= NEAR_M
    ]
    return true, true + len([event for event in played.events if event not in (*played.true_events, *again)])


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


def _played(model: str, counts: tuple[int, int], student: Asked) -> Iterator[tuple[Played, Played]]:
    """Yield what comes of all scenes with a radar: with the student, and by the rule alone."""
    falls, others = counts
    planned = [(FIRST_SEED + number, True) for number in range(falls)]
    planned += [(FIRST_SEED + number, False) for number in range(others)]
    planned.sort(key=lambda one: one[0])  # a run that was stopped has as much of both
    for number, (seed, falling) in enumerate(planned):
        if number % 20 == 0:
            say_on_stderr(f"  people.falls: {model}, {number} of {len(planned)} scenes ...")
        acted = scene_of(seed, model, falling)
        watchers = Watcher(acted, student=student), Watcher(acted)
        for frame in told_of(acted, f"{model}-{seed}-{'fall' if falling else 'other'}"):
            for watcher in watchers:
                watcher.take(*frame)
        yield watchers[0].played, watchers[1].played
