"""Which registers are which settings and measurements of a device: all of it said in `house.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sumika.actuate.rounding import Rounding
from sumika.links.modbus import Register, read_register, unit_of
from sumika.schema import DEVICE_KINDS, UsageError
from sumika.schema.house import Device

DRAWN = "drawn_w"
"""What the electric power that a device draws is called in its mapping."""


@dataclass(frozen=True, slots=True)
class Driven:
    """A device in registers.

    Attributes:
        device: Its name.
        unit: Number of the unit.
        settings: Registers of what it can be told.
        measures: Registers of what it only tells.
        rounding: Tells the device's own rounding from a hand.
    """

    device: str
    unit: int
    settings: Mapping[str, Register]
    measures: Mapping[str, Register]
    rounding: Rounding = field(default_factory=Rounding)


def driven(device: Device, numbering: str) -> Driven:
    """Return how a device is driven.

    Raises:
        UsageError: if a register cannot be read, or a setting lies in a table that cannot be written.
    """
    where = f"house.yaml: device {device.id}"
    kind = DEVICE_KINDS.get(device.kind)
    settings: dict[str, Register] = {}
    measures: dict[str, Register] = {}
    for name, text in device.mapping.items():
        place = f"{where}: mapping: {name}"
        register = read_register(text, place, numbering=numbering)
        if kind is not None and name in kind.settings:
            if not register.table.writable:
                raise UsageError(
                    f"a register of table {register.table} cannot be set",
                    where=place,
                    remedy="Name the holding register or the coil by which it is set",
                )
            settings[name] = register
        else:
            measures[name] = register
    if not settings and not measures:
        raise UsageError(
            "names no register",
            where=f"{where}: mapping",
            remedy="Write a line for each setting, for example `setpoint_c: holding:40001:int16:0.1`",
        )
    return Driven(device.id, unit_of(device.address, where), settings, measures)
