"""Lines of numbers from a serial port."""

from sumika.sensors.reference.serial_lines.driver import SerialLines

__all__ = ["SerialLines"]
