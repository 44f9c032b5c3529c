"""Which devices of a house belong to whoever controls it, and which stay in its residents' hands."""

from sumika.schema.house import House
from sumika.schema.living import FurnitureKind

CONTROLLED = frozenset(
    {
        "room_air_conditioner",
        "whole_house_air_conditioner",
        "floor_heating",
        "boiler",
        "radiator",
        "balanced_ventilation",
        "exhaust_fan",
        "heat_pump_water_heater",
        "battery",
        "ev_charger",
        "humidifier",
        "dehumidifier",
        "air_purifier",
        "blind",
        "window_opener",
    }
)
"""Kinds that belong to the controller; television and the hood over the stove are the residents', and so is light
unless the household hands it over."""


def controlled_devices(house: House) -> frozenset[str]:
    """Return the ids of the devices that belong to the controller.

    Args:
        house: With the fans that every house of its class has.
    """
    kitchens = {piece.room for piece in house.furniture if piece.kind is FurnitureKind.KITCHEN}
    hoods = {device.id for device in house.devices if device.kind == "exhaust_fan" and device.room in kitchens}
    lamps = {"light"} if house.control is not None and house.control.light == "plan" else set()
    return frozenset(device.id for device in house.devices if device.kind in CONTROLLED | lamps) - hoods
