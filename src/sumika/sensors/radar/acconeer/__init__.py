"""Acconeer pulsed coherent radars: A121 live, and HDF5 recordings of the Exploration Tool of A121 and A111."""

from sumika.sensors.radar.acconeer.driver import MODELS, open_recording
from sumika.sensors.radar.acconeer.live import open_live, require_settings

__all__ = ["MODELS", "open_live", "open_recording", "require_settings"]
