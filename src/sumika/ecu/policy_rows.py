"""What a policy is asked in a house: a row for every device and everything that is to be said of it."""

from dataclasses import dataclass

from sumika.belief.house import HouseBelief
from sumika.ecu.air_controls import driven_fans
from sumika.schema.house import Device

SKILLS: dict[str, tuple[str, ...]] = {
    "warm": ("target_k",),
    "cool": ("target_k",),
    "dry": ("share",),
    "floor": ("share",),
    "blind": ("closed",),
    "exhaust": ("level",),
    "ventilation": ("level",),
    "opener": ("level",),
    "purifier": ("level",),
    "humidifier": ("on",),
    "dehumidifier": ("on",),
    "tank": ("share",),
    "battery": ("share", "follows"),
    "car": ("share",),
}
"""Every skill and what it says."""

_OF_KIND = {
    "room_air_conditioner": ("warm", "cool", "dry"),
    "whole_house_air_conditioner": ("warm", "cool", "dry"),
    "floor_heating": ("floor",),
    "blind": ("blind",),
    "air_purifier": ("purifier",),
    "humidifier": ("humidifier",),
    "dehumidifier": ("dehumidifier",),
    "heat_pump_water_heater": ("tank",),
    "battery": ("battery",),
    "ev_charger": ("car",),
}
_FANS = {"exhaust_fan": "exhaust", "balanced_ventilation": "ventilation", "window_opener": "opener"}


@dataclass(frozen=True, slots=True)
class Row:
    """A device and what is asked of it.

    Attributes:
        device: As described.
        skill: One of `SKILLS`.
    """

    device: Device
    skill: str


def rows_of(belief: HouseBelief) -> tuple[Row, ...]:
    """Return the rows of a house, in the order of its devices.

    Radiators and boilers have none: no house that the policy was taught in has them, and their own thermostats go on.

    Args:
        belief: Of the house.
    """
    windows = {window.id for window in belief.outline.windows}
    found = [
        Row(device, skill)
        for device in belief.house.devices
        if device.kind != "blind" or device.window in windows
        for skill in _OF_KIND.get(device.kind, ())
    ]
    return (*found, *(Row(device, _FANS[device.kind]) for device, _ in driven_fans(belief)))
