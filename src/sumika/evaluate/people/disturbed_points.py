"""Windows of points as a house might hand them on: frames and points lost, noise, a radar that hangs elsewhere.

It is the points that are disturbed, before any picture is made of them, as it would be in the house.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.array_recipe import SourceData
from sumika.evaluate.people.finished import shipped
from sumika.models.features.gestures import gesture_picture
from sumika.schema import UsageError
from sumika.training import gestures, har
from sumika.training.recordings import Recordings

Array = NDArray[np.float32]
Times = NDArray[np.float64]
Place = tuple[float, float, float]

FRAMES, POINTS, NOISE, RADAR = (
    "20 % of the frames lost",
    "50 % of the points lost",
    "noise of 0.1 m",
    "another radar, turned by 20 degrees, a metre aside",
)
DISTURBANCES = (FRAMES, POINTS, NOISE, RADAR)
LOST_FRAMES, LOST_POINTS, NOISE_M, TURN_DEG, ASIDE_M = 0.2, 0.5, 0.1, 20.0, 1.0
TRACKER_ERROR_M = 0.1
"""How far off the body's middle is where another radar's tracker tells it."""
EVERY = {"gesture-tiny": 4}
"""Of how many examples one is tried; of the others each."""
SEED = 8


def disturbed(
    points: Array, time_s: Times, centre_m: Place, what: str, random: np.random.Generator
) -> tuple[Array, Times, Place]:
    """Return points, times and middle as they would be; nothing is lost altogether.

    Args:
        points: (point, 5) in the order of `sumika.models.features.points.POINT_COLUMNS`.
        time_s: Of each point.
        centre_m: The body's middle.
        what: One of `DISTURBANCES`.
        random: Source of every draw.

    Raises:
        UsageError: if there is no such disturbance.
    """
    kept = np.ones(len(points), bool)
    if what == FRAMES:
        _, frame = np.unique(time_s, return_inverse=True)
        kept = (random.random(len(points)) >= LOST_FRAMES)[frame]
    elif what == POINTS:
        kept = random.random(len(points)) >= LOST_POINTS
    elif what == NOISE:
        points = points.copy()
        points[:, :3] += NOISE_M * random.standard_normal((len(points), 3))
    elif what == RADAR:
        points, centre_m = _seen_by_another(points, centre_m, random)
    else:
        raise UsageError(f"no disturbance '{what}'", remedy=f"There are: {', '.join(DISTURBANCES)}.")
    if not kept.any():
        kept[:] = True
    return points[kept], time_s[kept], centre_m


def _seen_by_another(points: Array, centre_m: Place, random: np.random.Generator) -> tuple[Array, Place]:
    angle = np.deg2rad(TURN_DEG) * random.choice([-1.0, 1.0])
    place = points[:, :3] - np.asarray(centre_m, np.float32)
    moved = np.array([centre_m[0], centre_m[1] + ASIDE_M, centre_m[2]])
    new = points.copy()
    new[:, 0] = place[:, 0] * np.cos(angle) - place[:, 1] * np.sin(angle) + moved[0]
    new[:, 1] = place[:, 0] * np.sin(angle) + place[:, 1] * np.cos(angle) + moved[1]
    forward, sideways, up = (moved + TRACKER_ERROR_M * random.standard_normal(3)).tolist()
    return new, (forward, sideways, up)


def disturbed_pictures(name: str, what: str) -> Mapping[str, tuple[Array, NDArray[np.int64]]]:
    """Return pictures (example, channel, bin) and classes of every group's disturbed windows.

    Args:
        name: Of a recipe of points.
        what: One of `DISTURBANCES`.

    Raises:
        SumikaError: if the recordings are not there.
    """
    random = np.random.default_rng(SEED)
    found: dict[str, list[tuple[Array, int]]] = defaultdict(list)
    for picture, label, group in _pictures(name, what, random):
        found[group].append((picture, label))
    return {
        group: (np.stack([picture for picture, _ in ones]), np.array([label for _, label in ones], np.int64))
        for group, ones in found.items()
    }


def _pictures(name: str, what: str, random: np.random.Generator) -> Iterator[tuple[Array, int, str]]:
    if name == "gesture-tiny":
        every = (one for one in gestures.read_gestures(gestures.GESTURES.folder()) if one.label >= 0)
        for number, gesture in enumerate(every):
            if number % EVERY[name]:
                continue
            middle: Place = tuple(np.median(gesture.points[:, :3], axis=0).tolist())
            points, time_s, _ = disturbed(gesture.points, gesture.time_s, middle, what, random)
            picture = gesture_picture(points, time_s, gestures.FRAME_INTERVAL_S)
            if picture is not None:
                yield picture, gesture.label, gesture.person
        return
    of_mars = name == "movement-tiny"
    source: Recordings[har.MarsOptions] | Recordings[har.WindowOptions] = har.MARS if of_mars else har.RADHAR
    classes = har.MARS_CLASSES if of_mars else har.RADHAR_CLASSES
    interval_s = har.MARS_INTERVAL_S if of_mars else har.RADHAR_INTERVAL_S
    data = shipped(name).data
    assert isinstance(data, SourceData)
    options = msgspec.convert(data.options, source.options)
    read = har.read_mars if of_mars else har.read_radhar
    for window in read(source.folder(), options):
        points, time_s, centre_m = disturbed(window.points, window.time_s, window.centre_m, what, random)
        changed = msgspec.structs.replace(window, points=points, time_s=time_s, centre_m=centre_m)
        yield har.picture_of(changed, options.window_s, interval_s), classes.index(window.label), window.group
