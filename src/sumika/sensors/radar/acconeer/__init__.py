"""Acconeer pulsed coherent radars: HDF5 recordings of the Exploration Tool, A121 and A111."""

from sumika.sensors.radar.acconeer.driver import MODELS, open_recording

__all__ = ["MODELS", "open_recording"]
