"""What is asked of measurements before they are taken in: a moment, in order, and names that the house has."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sumika.ecu.outlook import Measurements
from sumika.schema import UsageError
from sumika.schema.house import House

OBSERVE = "Ecu.observe"
LIVABLE_C = (5.0, 40.0)
ACTIVITIES = frozenset({"sleep", "awake", "active"})


def check_measurements(measurements: Measurements, before: datetime | None) -> None:
    """See whether measurements have a moment, and come in order.

    Args:
        measurements: Any.
        before: When the last ones were; None: these are the first.

    Raises:
        UsageError: if not.
    """
    at = measurements.at
    if at.tzinfo is None:
        raise _wrong(f"{at.isoformat()} says no time zone", "Give one, as datetime.now(ZoneInfo('Asia/Tokyo'))")
    if before is not None and at.timestamp() < before.timestamp():
        raise _wrong(f"measurements of {at.isoformat()} come after those of {before.isoformat()}", "Give them in order")


def check_names(measurements: Measurements, house: House) -> None:
    """See whether a house has the rooms and devices of which measurements tell.

    Args:
        measurements: Any.
        house: As described.

    Raises:
        UsageError: if not.
    """
    rooms = [room.id for room in house.rooms]
    _check("room", (sample.room for sample in measurements.air), rooms)
    _check("room", measurements.presence, rooms)
    _check("room", measurements.activities, rooms)
    _check("room", (vote.room for vote in measurements.votes), rooms)
    _check("device", (state.device for state in measurements.devices), [device.id for device in house.devices])
    _check("activity", measurements.activities.values(), sorted(ACTIVITIES))


def check_bands(comfort_c: Mapping[str, tuple[float, float]], house: House) -> None:
    """See whether bands of temperature are of rooms that a house has, and such that people can live in them.

    Args:
        comfort_c: By room.
        house: As described.

    Raises:
        UsageError: if not.
    """
    _check("room", comfort_c, [room.id for room in house.rooms], "Ecu, comfort_c")
    for room, (low_c, high_c) in comfort_c.items():
        if not LIVABLE_C[0] <= low_c < high_c <= LIVABLE_C[1]:
            raise UsageError(
                f"room {room} is to be between {low_c:g} and {high_c:g} °C",
                where="Ecu, comfort_c",
                remedy=f"Give (lowest, highest) within {LIVABLE_C[0]:g} to {LIVABLE_C[1]:g} °C",
            )


def _check(what: str, names: Iterable[str], known: list[str], where: str = OBSERVE) -> None:
    for name in names:
        if name not in known:
            raise UsageError(
                f"there is no {what} {name!r}", where=where, remedy=f"There are: {', '.join(known) or 'none'}"
            )


def _wrong(problem: str, remedy: str) -> UsageError:
    return UsageError(problem, where=OBSERVE, remedy=remedy)
