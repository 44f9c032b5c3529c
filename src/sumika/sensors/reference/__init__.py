"""References beside the radar: contact sensors, each read with its own clock, told in house time.

spec = parse_reference("polar-h10")
connection = ReferenceConnection(spec, clock)
for message in connection.next_messages():  # waits a moment at most; opens the device again when it is lost
    ...
"""

from sumika.sensors.reference.base import Packet, ReferenceSource, ReferenceSpec
from sumika.sensors.reference.connection import ReferenceConnection
from sumika.sensors.reference.device_clock import DeviceClock, fit_all, house_ns
from sumika.sensors.reference.source_names import EXAMPLES, parse_reference, parse_references

__all__ = [
    "EXAMPLES",
    "DeviceClock",
    "Packet",
    "ReferenceConnection",
    "ReferenceSource",
    "ReferenceSpec",
    "fit_all",
    "house_ns",
    "parse_reference",
    "parse_references",
]
