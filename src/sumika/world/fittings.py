"""What every house has that nobody writes down: the fans of its class of ventilation, the heating of its kind."""

import msgspec
import shapely

from sumika.schema.building import Building, HeatingSystem, VentilationClass
from sumika.schema.grades import heat_recovery_of
from sumika.schema.house import Device, House
from sumika.schema.living import FurnitureKind

_WET = {FurnitureKind.BATH, FurnitureKind.TOILET, FurnitureKind.WASHBASIN}
_HEATS = {"room_air_conditioner", "whole_house_air_conditioner", "floor_heating", "boiler", "radiator"}
_WATTS_PER_M2 = 150.0
_SMALLEST_M2 = 5.0
_STILL_M3_H = 0.01
"""A fan that runs only when it is asked to."""
_WATTS_PER_M3_H = {VentilationClass.BALANCED: 0.27, VentilationClass.EXHAUST: 0.08}
"""Specific fan power of small units (typical of Japanese catalogues)."""


def fitted(house: House) -> House:
    """Return a house with the ventilation of its class, and with the heating of its kind where it lists none.

    Class 3 draws air out of wet rooms, class 1 supplies and extracts with heat recovery; both are sized for the
    building's air changes, and recover what the building or its grade says where no plate says it. Fans that the house
    describes are kept, and only those of another class stop running by themselves: a hood or a bath's fan can still be
    switched on.

    Args:
        house: As in house.yaml.
    """
    building = house.building if house.building is not None else Building()
    volume_m3 = sum(shapely.Polygon(room.floor_m).area * room.height_m for room in house.rooms)
    flow_m3_h = building.air_changes_per_h * volume_m3
    match building.ventilation:
        case VentilationClass.EXHAUST:
            devices = _with_exhaust(house, flow_m3_h)
        case VentilationClass.BALANCED:
            devices = _with_balanced(house, building, flow_m3_h)
        case VentilationClass.NATURAL:
            devices = tuple(_silent(device) for device in house.devices if device.kind != "balanced_ventilation")
    return msgspec.structs.replace(house, devices=(*devices, *_heating(house, building)))


def _heating(house: House, building: Building) -> tuple[Device, ...]:
    """Return what heats a house that lists nothing that does: sized for a cold day of a house of grade 4."""
    if any(device.kind in _HEATS for device in house.devices):
        return ()
    wet = {piece.room for piece in house.furniture if piece.kind in _WET}
    areas = {room.id: shapely.Polygon(room.floor_m).area for room in house.rooms}
    lived_in = {name: area for name, area in areas.items() if name not in wet and area >= _SMALLEST_M2} or areas
    match building.heating:
        case HeatingSystem.ROOM_UNITS:
            return tuple(
                Device(id=f"{name[:25]}_aircon", room=name, kind="room_air_conditioner", ratings=_rated(area))
                for name, area in lived_in.items()
            )
        case HeatingSystem.WHOLE_HOUSE:
            largest = max(lived_in, key=lambda name: lived_in[name])
            rated = _rated(sum(areas.values()))
            return (Device(id="whole_house_aircon", room=largest, kind="whole_house_air_conditioner", ratings=rated),)
        case HeatingSystem.RADIATORS:
            radiators = tuple(
                Device(
                    id=f"{name[:22]}_radiator",
                    room=name,
                    kind="radiator",
                    ratings={"heating_w_at_50k": max(300.0, _WATTS_PER_M2 * area)},
                )
                for name, area in areas.items()
            )
            return (Device(id="boiler", room=house.rooms[0].id, kind="boiler"), *radiators)
        case HeatingSystem.NONE:
            return ()


def _rated(area_m2: float) -> dict[str, float]:
    heating_w = max(2500.0, _WATTS_PER_M2 * area_m2)
    return {"heating_w": heating_w, "cooling_w": 0.8 * heating_w}


def _with_exhaust(house: House, flow_m3_h: float) -> tuple[Device, ...]:
    kept = tuple(device for device in house.devices if device.kind != "balanced_ventilation")
    if any(device.kind == "exhaust_fan" for device in kept):
        return kept
    wet = tuple(dict.fromkeys(piece.room for piece in house.furniture if piece.kind in _WET))
    rooms = wet or (house.rooms[-1].id,)
    each = flow_m3_h / len(rooms)
    power = max(2.0, _WATTS_PER_M3_H[VentilationClass.EXHAUST] * each)
    fans = tuple(
        Device(
            id=f"{room[:27]}_fan",
            room=room,
            kind="exhaust_fan",
            ratings={"airflow_m3_h": each, "boost_m3_h": max(3.0 * each, 100.0), "power_w": power},
        )
        for room in rooms
    )
    return (*kept, *fans)


def _with_balanced(house: House, building: Building, flow_m3_h: float) -> tuple[Device, ...]:
    usual = {"heat_recovery": heat_recovery_of(building)}
    kept = tuple(_usually_rated(_silent(device), usual) for device in house.devices)
    if any(device.kind == "balanced_ventilation" for device in kept):
        return kept
    ratings = {
        "airflow_m3_h": flow_m3_h,
        "power_w": _WATTS_PER_M3_H[VentilationClass.BALANCED] * flow_m3_h,
        **usual,
    }
    unit = Device(id="ventilation", room=house.rooms[0].id, kind="balanced_ventilation", ratings=ratings)
    return (*kept, unit)


def _usually_rated(device: Device, ratings: dict[str, float]) -> Device:
    """Return a unit of balanced ventilation with what its plate leaves to the building."""
    if device.kind != "balanced_ventilation":
        return device
    return msgspec.structs.replace(device, ratings={**ratings, **device.ratings})


def _silent(device: Device) -> Device:
    """Return a fan that does not run all the time."""
    if device.kind != "exhaust_fan":
        return device
    return msgspec.structs.replace(device, ratings={**device.ratings, "airflow_m3_h": _STILL_M3_H})
