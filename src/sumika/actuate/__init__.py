"""Commands to the wire and the state of devices back from it, one folder per protocol; see `base`."""

from sumika.actuate.base import DRIVERS, DeviceLink, FoundDevice, LinkError, SensorReader, open_link

__all__ = ["DRIVERS", "DeviceLink", "FoundDevice", "LinkError", "SensorReader", "open_link"]
