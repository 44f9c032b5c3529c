"""What bodies do in simulated rooms, as pictures of points alone: what teachers of real recordings may learn first.

The scenes are those of postures (`sumika.training.posture`); the pictures are those that movements and activities are
told by (`sumika.models.features.points.body_picture`), so that a network may go on from one to the other.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.records import ArraySet
from sumika.models.features.gestures import gesture_picture
from sumika.models.features.points import FEATURES, LEAST_POINTS, body_picture, turned_to
from sumika.training.posture import CODE, acted_scenes, arrays_of, label_of, seen_of
from sumika.training.simulated import Simulated
from sumika.world.radar_scene import ActedScene

Array = NDArray[np.float32]
FRAME_INTERVAL_S = 0.1
SHARES = (0.5, 0.75, 1.0, 1.25)
"""Of a window's length, where gestures are told: these take longer or shorter."""


class BodyWorldOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much is simulated, and how points become examples.

    Attributes:
        first_seed: Of the scenes.
        scenes: Of each kind: falls, what looks like one, exercises.
        models: Radars, by turns.
        window_s: Length of a window.
        step_s: From one window to the next.
        slowest_m_s: Slower points are left out, as a recording without what stands still has none.
        picture: As movements and activities are told, or as gestures are: of windows that are by turns a half, three
            quarters, the whole and five quarters as long.
    """

    first_seed: int = 200_000
    scenes: int = 60
    models: tuple[str, ...] = ("iwr6843aop", "iwr6843isk")
    window_s: float = 2.0
    step_s: float = 0.5
    slowest_m_s: float = 0.0
    picture: Literal["body", "gesture"] = "body"

    def __post_init__(self) -> None:
        """Refuse what no type can."""
        if self.scenes < 1 or not (self.window_s > 0 and self.step_s > 0) or not self.models:
            raise ValueError("`scenes` is at least 1, windows and steps are above 0, and there is a model")


class BodyWorld(Simulated):
    """The source `body-world`: nothing is read, all is simulated."""

    name, features = "body-world", FEATURES
    code = (*CODE, "sumika.training.posture", "sumika.models.features.gestures")

    def read(self, options: Mapping[str, object]) -> ArraySet:
        """Return the examples; it takes seconds per scene.

        Raises:
            UsageError: if an option is unknown or impossible.
            SumikaError: if hardly anything was seen.
        """
        wanted = self.wanted(options, BodyWorldOptions)
        scenes = acted_scenes(wanted.first_seed, wanted.scenes, wanted.models)
        return arrays_of((number, body_windows(scene, wanted)) for number, scene in scenes)


BODY_WORLD = BodyWorld()


def body_windows(acted: ActedScene, options: BodyWorldOptions) -> Iterator[tuple[Array, str]]:
    """Yield float32 (channel, bin) pictures of who acts in a scene, and what is done in them."""
    points, _ = seen_of(acted)
    points = points[np.abs(points[:, 4]) >= options.slowest_m_s]
    starts_s = np.arange(0.0, acted.scene.seconds - options.window_s, options.step_s)
    for number, start_s in enumerate(starts_s.tolist()):
        length_s = options.window_s * (1.0 if options.picture == "body" else SHARES[number % len(SHARES)])
        label = label_of(acted, start_s, length_s)
        inside = points[(points[:, 0] >= start_s) & (points[:, 0] < start_s + length_s)]
        if label is None or len(inside) < LEAST_POINTS:
            continue
        x_m, y_m, up_m = np.median(inside[:, 1:4], axis=0).tolist()
        turned = turned_to(inside[:, 1:].astype(np.float32), acted.stage.radar.position_m, (x_m, y_m, up_m))
        picture = _picture(turned, inside[:, 0] - start_s, length_s, options.picture)
        if picture is not None:
            yield picture, label


def _picture(points: Array, time_s: NDArray[np.float64], length_s: float, kind: str) -> Array | None:
    if kind == "gesture":
        return gesture_picture(points, time_s, FRAME_INTERVAL_S)
    frames = length_s / FRAME_INTERVAL_S
    return body_picture(points, time_s, (0.0, 0.0, 0.0), window_s=length_s, frames=frames)
