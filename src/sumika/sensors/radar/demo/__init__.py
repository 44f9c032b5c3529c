"""The built-in breathing target: a simulated radar for houses without one, always labelled simulated."""

from sumika.sensors.radar.demo.driver import DemoTarget

__all__ = ["DemoTarget"]
