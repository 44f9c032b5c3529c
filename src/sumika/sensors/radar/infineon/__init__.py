"""Infineon radars: the Avian family (BGT60) live and from recordings, and recordings of continuous-wave Sense2GoL."""

from sumika.sensors.radar.infineon.driver import MODELS, open_recording
from sumika.sensors.radar.infineon.live import open_live, require_settings

__all__ = ["MODELS", "open_live", "open_recording", "require_settings"]
