"""Falls and what looks like one, as pictures of the spot where somebody lies low: from simulated rooms.

Every scene is another room, resident and radar (`sumika.world.radar_scene.falling_scenes`), through samples, points and
tracks as in the house. Whoever may lie on the floor is looked at as the house looks (`sumika.perception._fall_looks`):
the picture of a spot where a body really lies after a fall is one of a fall, every other is none, animals, images, and
people who have lain down on purpose. Seconds in which a body falls, or has just come down and may be up again at once,
are left out, and spots at a body's far end.

Chance shows too few of what is most like a fall, or far more frequent in a home than one: there are more of those.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.records import ArraySet
from sumika.models.features.falls import FEATURES
from sumika.perception._bodies import makes_sense
from sumika.perception._fall_looks import FallLook, FallLooks
from sumika.perception._low_points import RecentPoints
from sumika.schema import PointCloud, RestingPlace, SumikaError, Tracks
from sumika.schema.house import Radar
from sumika.training.simulated import Simulated
from sumika.training.told_scenes import told
from sumika.world.radar_scene import ActedScene, Scene, falling_scene, nearly_falling_scene
from sumika.world.radar_scene.living import living_waveform

Array = NDArray[np.float32]

CLASSES = ("other", "fell")
WIDE, NARROW = "iwr6843aop", "iwr6843isk"
HARD = ("pet_jumps", "lie_on_mat", "crouch_long", "sit_on_floor", "catch", "pet_jumps")
"""Kinds of scenes most like a fall."""

SITTING = ("sit_on_floor", "crouch_long")
"""What people do near the floor a hundred times as often as they fall."""

EVERYDAY = (
    ("pet_jumps", False),
    ("sit_hard", False),
    ("pet_jumps", True),
    ("pick_up", False),
    ("pet_jumps", False),
    ("sit_on_floor", False),
    ("pet_jumps", True),
    ("sit_hard_on_sofa", False),
    ("pet_jumps", False),
    ("drop", False),
    ("crouch_long", False),
    ("pet_jumps", False),
)
"""What happens every day in a home with animals, and whether nobody is there but these: one alarm in a thousand of them
is one too many."""

LIES_S, BEFORE_S = 3.0, 0.5
"""From so long after the impact on a picture shows somebody who has fallen; from so long before it none is told of."""

SAME_BODY_M, FAR_END_M = 1.0, 1.6
SCENE_S = 1.5
"""Of a core, for one scene: measured on a small machine."""

_HARD_SEED, _SITTING_SEED, _EVERYDAY_SEED = 100_000, 200_000, 300_000
CODE = (
    "sumika.models.features.falls",
    "sumika.perception._fall_looks",
    "sumika.perception._low_points",
    "sumika.training.told_scenes",
    "sumika.world.radar_scene.falling_scenes",
    "sumika.world.radar_scene.acted_scenes",
    "sumika.world.radar_scene.acted_moves",
    "sumika.world.radar_scene.acted_body",
    "sumika.world.radar_scene.acted_shapes",
    "sumika.world.radar_scene.acted_ways",
)
"""Decides the examples."""


class FallOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much is simulated.

    Attributes:
        first_seed: Of the scenes.
        scenes: Rooms in which somebody falls, and as many in which nobody does.
        narrow_scenes: The same with a radar that sees little up and down, in the first of these rooms.
        hard: Scenes of `HARD`, by turns.
        sitting: Scenes of `SITTING`, by turns.
        everyday: Scenes of `EVERYDAY`, by turns.
        most: Pictures of each scene that show no fall.
    """

    first_seed: int = 50_000
    scenes: int = 890
    narrow_scenes: int = 100
    hard: int = 690
    sitting: int = 1_300
    everyday: int = 2_160
    most: int = 12

    def __post_init__(self) -> None:
        """Refuse what no type can."""
        if self.scenes < 1 or self.most < 1 or min(self.narrow_scenes, self.hard, self.sitting, self.everyday) < 0:
            raise ValueError("`scenes` and `most` are at least 1, the others at least 0")


class Lying(NamedTuple):
    """A look at who may lie on the floor, beside the truth.

    Attributes:
        look: As the house has it.
        time_s: Since the scene began.
        away_m: From where the one who acts really is.
        fell: Whether it shows a fall; None where that cannot be said.
    """

    look: FallLook
    time_s: float
    away_m: float
    fell: bool | None


class FallWorld(Simulated):
    """The source `fall-world`: nothing is read, all is simulated."""

    name, features, code = "fall-world", FEATURES, CODE

    def read(self, options: Mapping[str, object]) -> ArraySet:
        """Return the examples; it takes a second or two per scene.

        Raises:
            UsageError: if an option is unknown or impossible.
            SumikaError: if there are too few scenes to show a fall.
        """
        wanted = self.wanted(options, FallOptions)
        return arrays_of(scenes(wanted), wanted.most)

    def takes_s(self, options: Mapping[str, object]) -> float:
        """Return about how long that takes, in seconds of a core.

        Raises:
            UsageError: if an option is unknown or impossible.
        """
        wanted = self.wanted(options, FallOptions)
        return SCENE_S * (2 * (wanted.scenes + wanted.narrow_scenes) + wanted.hard + wanted.sitting + wanted.everyday)


FALL_WORLD = FallWorld()


def scenes(options: FallOptions) -> Iterator[ActedScene]:
    """Yield what a student of falls learns from."""
    first = options.first_seed
    for model, rooms in ((WIDE, options.scenes), (NARROW, options.narrow_scenes)):
        for seed in range(first, first + rooms):
            yield falling_scene(seed, living_waveform(model))
            yield nearly_falling_scene(seed, living_waveform(model))
    for offset, kinds, count in ((_HARD_SEED, HARD, options.hard), (_SITTING_SEED, SITTING, options.sitting)):
        for number in range(count):
            yield nearly_falling_scene(
                first + offset + number, living_waveform(WIDE), kinds[(first + number) % len(kinds)]
            )
    for number in range(options.everyday):
        kind, nobody = EVERYDAY[number % len(EVERYDAY)]
        acted = nearly_falling_scene(first + _EVERYDAY_SEED + number, living_waveform(WIDE), kind)
        yield alone(acted) if nobody else acted


def alone(acted: ActedScene) -> ActedScene:
    """Return a scene in which nobody is there but animals."""
    return replace(acted, scene=replace(acted.scene, people=()))


def arrays_of(acted: Iterable[ActedScene], most: int) -> ArraySet:
    """Return scenes as examples of `CLASSES`, grouped by room.

    Args:
        acted: The scenes; those of one seed are of one room.
        most: Pictures of each scene that show no fall, by chance.

    Raises:
        SumikaError: if there is no fall among them, or nothing else.
    """
    pictures: list[Array] = []
    fell: list[int] = []
    rooms: list[str] = []
    for scene in acted:
        for one in chosen(looks_of(scene), scene.scene.seed, most):
            pictures.append(one.look.picture)
            fell.append(int(bool(one.fell)))
            rooms.append(f"room {scene.scene.seed}")
    if len(set(fell)) < len(CLASSES):
        raise SumikaError("not every class is among the examples", where="data.options", remedy="Take more scenes.")
    groups = np.array(rooms)
    return ArraySet(x=np.stack(pictures), y=np.array(fell, np.int64), group=groups, domain=groups, classes=CLASSES)


def chosen(looks: Iterable[Lying], seed: int, most: int) -> list[Lying]:
    """Return every second look at a fall, and some by chance that show none, in their order."""
    told_of = list(looks)
    fallen = [number for number, one in enumerate(told_of) if one.fell][::2]
    others = np.array([number for number, one in enumerate(told_of) if one.fell is False], np.int64)
    drawn = np.random.default_rng(seed).permutation(others)[:most]
    return [told_of[number] for number in sorted((*fallen, *drawn.tolist()))]


def looks_of(acted: ActedScene) -> Iterator[Lying]:
    """Yield every look at who may lie on the floor in a scene, as the house looks at him."""
    scene = acted.scene
    messages = ((time_s, acted.actor.points(time_s).mean(axis=0), *one) for time_s, *one in told(acted))
    return looks_at(acted.stage.places, scene.radars, lives_with_animals(scene), acted.impact_s, messages)


def lives_with_animals(scene: Scene) -> bool:
    """Return whether it is a home with animals: there are some in the room, or, by turns, elsewhere."""
    return bool(scene.animals) or scene.seed % 2 == 1


def looks_at(
    places: Iterable[RestingPlace],
    radars: Iterable[Radar],
    animals: bool,
    impact_s: float | None,
    messages: Iterable[tuple[float, NDArray[np.float64], PointCloud, Tracks]],
) -> Iterator[Lying]:
    """Yield looks, beside the truth.

    Args:
        places: Beds and sofas.
        radars: Of the scene.
        animals: Whether any live there.
        impact_s: When the body that acts hit the floor; None where it does not.
        messages: Time, where that body's middle really is, points, tracks.
    """
    points = RecentPoints.of(radars)
    looks = FallLooks(points.radars, tuple(places), animals, points)
    for time_s, middle_m, cloud, tracks in messages:
        points.take(cloud)
        looks.take(tracks, [track for track in tracks.tracks if makes_sense(track)])
        if not looks.due(tracks.stamp):
            continue
        for look in looks.look(tracks.stamp):
            away_m = math.dist(middle_m[:2], look.place_m)
            yield Lying(look, time_s, away_m, _shows_fall(time_s, away_m, impact_s))


def _shows_fall(time_s: float, away_m: float, impact_s: float | None) -> bool | None:
    if impact_s is None or time_s <= impact_s - BEFORE_S or away_m >= FAR_END_M:
        return False
    return True if time_s >= impact_s + LIES_S and away_m < SAME_BODY_M else None
