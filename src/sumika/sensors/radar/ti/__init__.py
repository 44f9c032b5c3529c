"""Texas Instruments radars: raw captures of the DCA1000, recorded and live, and the answers of TI's demo firmwares."""

from sumika.sensors.radar.ti.driver import MODELS, builtin_chirps, open_recording
from sumika.sensors.radar.ti.live import open_live, require_settings

__all__ = ["MODELS", "builtin_chirps", "open_live", "open_recording", "require_settings"]
