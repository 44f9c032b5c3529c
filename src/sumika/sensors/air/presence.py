"""Whether somebody is in a room, as a sensor of somebody else's says it."""

from sumika.clock import Instant
from sumika.schema import Origin, Presence, Reason
from sumika.schema.house import Sensor


def presence_of(sensor: Sensor, probability: float | None, stamp: Instant) -> Presence:
    """Return what a sensor says of its room; None is "unknown", which is not "empty"."""
    return Presence(
        stamp=stamp,
        origin=Origin.LIVE,
        room=sensor.room,
        valid=probability is not None,
        reason=Reason.NO_SIGNAL if probability is None else Reason.MEASURED,
        probability=probability,
    )
