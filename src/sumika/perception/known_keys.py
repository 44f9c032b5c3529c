"""What there is something to be known about: all who are tracked ("house"), and each room that is watched."""

from sumika.schema import ARRAYS
from sumika.schema.house import House, PortSource, Radar

HOUSE = "house"

FEWEST_ANTENNAS = 4
"""Fewer virtual antennas blur a room's people into each other."""


def tells_directions(radar: Radar) -> bool:
    """Return whether people can be followed by a radar: by its frames, or by the points that its firmware tells."""
    array = ARRAYS.get(radar.model)
    by_frames = array is not None and array.measures_azimuth and len(array.virtual) >= FEWEST_ANTENNAS
    return by_frames or isinstance(radar.source, PortSource)


def known_keys(house: House) -> tuple[str, ...]:
    """Return the keys of the states of `sumika.perception.knowing`; none where nothing is to be known.

    Args:
        house: As described.
    """
    if house.knowing is None or not house.knowing.enabled:
        return ()
    watched = {radar.room for radar in house.radars} | {sensor.room for sensor in house.sensors}
    rooms = tuple(room.id for room in house.rooms if room.id in watched and room.id != HOUSE)
    return (HOUSE, *rooms) if any(map(tells_directions, house.radars)) else rooms


def routed(house: House, topic: str, key: str) -> tuple[str, ...]:
    """Return the keys that a message concerns.

    Args:
        house: As described.
        topic: Of the message.
        key: Of the message.
    """
    keys = known_keys(house)
    rooms = tuple(one for one in keys if one != HOUSE)
    if topic == "points":
        return keys[:1] if keys[:1] == (HOUSE,) else ()
    if topic in ("tracks", "tick", "weather"):
        return keys if topic == "tracks" else rooms
    room = key
    if topic == "air":
        room = next((sensor.room for sensor in house.sensors if sensor.id == key), "")
    elif topic == "person_vitals":
        room = next((radar.room for radar in house.radars if radar.id == key), "")
    return (room,) if room in rooms else ()
