"""Values by our names, put into the message that a sensor's kind gives."""

from collections.abc import Mapping

from msgspec import structs

from sumika.clock import Instant
from sumika.schema import AirSample, Message, MeterSample, Origin, UsageError
from sumika.schema.house import Sensor
from sumika.sensors.air.presence import presence_of

_HEAD = {"stamp", "origin", "session"}
AIR_FIELDS = frozenset(AirSample.__struct_fields__) - _HEAD - {"sensor", "room"}
METER_FIELDS = frozenset(MeterSample.__struct_fields__) - _HEAD - {"meter", "currency"}
PRESENCE = "presence"


def check_names(sensor: Sensor) -> None:
    """Check that a sensor's mapping names what can be measured.

    Raises:
        UsageError: if a name is unknown, or none is given.
    """
    known = AIR_FIELDS | METER_FIELDS | {PRESENCE}
    unknown = sorted(set(sensor.mapping) - known)
    if unknown or not sensor.mapping:
        raise UsageError(
            f"measures {', '.join(unknown)}, which is nothing known here" if unknown else "names nothing to be read",
            where=f"house.yaml: sensor {sensor.id}: mapping",
            remedy=f"Known are: {', '.join(sorted(known))}",
        )


def message_of(sensor: Sensor, values: Mapping[str, float | None], stamp: Instant) -> Message:
    """Return what a sensor says; what is absent or None is unknown.

    Args:
        sensor: Whose mapping `check_names` has checked.
        values: In our units, by our names.
        stamp: When that was so.
    """
    if PRESENCE in sensor.mapping:
        return presence_of(sensor, values.get(PRESENCE), stamp)
    fields = {name: values.get(name) for name in sensor.mapping}
    if set(sensor.mapping) <= AIR_FIELDS:
        sample = AirSample(stamp=stamp, origin=Origin.LIVE, sensor=sensor.id, room=sensor.room)
        return structs.replace(sample, **fields)
    metered = {name: value for name, value in fields.items() if name in METER_FIELDS}
    return structs.replace(MeterSample(stamp=stamp, origin=Origin.LIVE, meter=sensor.id), **metered)
