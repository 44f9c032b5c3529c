"""Chest straps over Bluetooth."""

from sumika.sensors.reference.strap.driver import ChestStrap

__all__ = ["ChestStrap"]
