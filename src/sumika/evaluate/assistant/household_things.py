"""What things and people of a household are called, for judging whether an answer names them."""

from sumika.schema.house import House


def names_of_device(house: House, identifier: str) -> tuple[str, ...]:
    """Return the names of a device, or of a sensor: those of its room; its id where it has none."""
    for device in house.devices:
        if device.id == identifier:
            return (*(name for name in (device.name, *device.called) if name), identifier)
    for sensor in house.sensors:
        if sensor.id == identifier:
            room = next(one for one in house.rooms if one.id == sensor.room)
            return (*(name for name in (room.name, *room.called) if name), identifier)
    return (identifier,)


def names_of_subject(house: House, identifier: str) -> tuple[str, ...]:
    """Return the names of a resident, or of a contact who is told of alarms; its id where it has none."""
    contacts = house.alarms.contacts if house.alarms is not None else ()
    for contact in contacts:
        if contact.id == identifier:
            return (*((contact.name,) if contact.name else ()), identifier)
    for resident in house.residents:
        if resident.id == identifier:
            return (*(name for name in (resident.name, *resident.called) if name), identifier)
    return (identifier,)
