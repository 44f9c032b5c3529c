"""Infineon radars: recordings of the Avian family (BGT60) and continuous-wave Sense2GoL."""

from sumika.sensors.radar.infineon.driver import MODELS, open_recording

__all__ = ["MODELS", "open_recording"]
