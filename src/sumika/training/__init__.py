"""This house's students: data adapters and recipes for the distillation works.

`SOURCES` names the real recordings that a recipe may learn from (`data: {from: source, name: radhar}`); `RECIPES` are
the recipes that come with the house.
"""

from typing import Any

from sumika.training.body_world import BODY_WORLD, BodyWorld
from sumika.training.comfort import COMFORT
from sumika.training.falls import FALL_WORLD, FallWorld
from sumika.training.gestures import GESTURES
from sumika.training.har import MARS, RADHAR
from sumika.training.occupancy import OCCUPANCY
from sumika.training.pose import POSE
from sumika.training.posture import POSTURE_WORLD, PostureWorld
from sumika.training.recipes import RECIPES
from sumika.training.recordings import Recordings
from sumika.training.sleep import SLEEP, SLEEP_LIVE
from sumika.training.strain import STRAIN
from sumika.training.strain_world import STRAIN_WORLD, StrainWorld

SOURCES: dict[str, Recordings[Any] | PostureWorld | BodyWorld | StrainWorld | FallWorld] = {
    source.name: source for source in (RADHAR, MARS, GESTURES, POSE, SLEEP, SLEEP_LIVE, STRAIN, COMFORT, OCCUPANCY)
}
SOURCES |= {one.name: one for one in (POSTURE_WORLD, BODY_WORLD, STRAIN_WORLD, FALL_WORLD)}
"""Every source of recordings by its name in recipes; four of them are simulated."""

__all__ = ["RECIPES", "SOURCES"]
