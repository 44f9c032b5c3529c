"""Texas Instruments radars: raw captures of the DCA1000 with a chirp description."""

from sumika.sensors.radar.ti.driver import MODELS, builtin_chirps, open_recording

__all__ = ["MODELS", "builtin_chirps", "open_recording"]
