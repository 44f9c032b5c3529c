"""Hi-Link's presence radars over a serial port: LD2410 (claims) and LD2450 (points)."""

from sumika.sensors.radar.hilink.driver import MODELS, open_live

__all__ = ["MODELS", "open_live"]
