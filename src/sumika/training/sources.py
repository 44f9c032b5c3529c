"""What a recipe of this house's students may learn from, by the names that recipes say.

A module of its own, and not part of the package's: with the recordings come the simulated house, its weather and
pythermalcomfort, which take seconds to import, and most who want something of the package want none of it.
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
from sumika.training.recordings import Recordings
from sumika.training.sleep import SLEEP, SLEEP_LIVE
from sumika.training.strain import STRAIN
from sumika.training.strain_world import STRAIN_WORLD, StrainWorld

SOURCES: dict[str, Recordings[Any] | PostureWorld | BodyWorld | StrainWorld | FallWorld] = {
    source.name: source for source in (RADHAR, MARS, GESTURES, POSE, SLEEP, SLEEP_LIVE, STRAIN, COMFORT, OCCUPANCY)
}
SOURCES |= {one.name: one for one in (POSTURE_WORLD, BODY_WORLD, STRAIN_WORLD, FALL_WORLD)}
"""Every source of recordings by its name in recipes; four of them are simulated."""
