"""Radar drivers, a folder per maker with the same files: `values` (what settings mean), `wire` (bytes), `driver`.

`MODELS` lists every model that `house.yaml` may name; `open_recording` opens a recording of one::

    recording = open_recording(Path("capture.bin"), "iwr6843isk", chirp="builtin:iwr6843_vital")
"""

from sumika.sensors.radar._vendors import MODELS, open_live, open_recording, require_live, require_settings
from sumika.sensors.radar.demo import DemoTarget
from sumika.sensors.radar.model import ModelInfo
from sumika.sensors.radar.simulated import SimulatedHouse
from sumika.sensors.radar.ti import builtin_chirps

__all__ = [
    "MODELS",
    "DemoTarget",
    "ModelInfo",
    "SimulatedHouse",
    "builtin_chirps",
    "open_live",
    "open_recording",
    "require_live",
    "require_settings",
]
