"""Seeed's MR60BHA2 over a serial port: breath, heart, distance and targets as claims and points."""

from sumika.sensors.radar.seeed.driver import MODELS, open_live

__all__ = ["MODELS", "open_live"]
