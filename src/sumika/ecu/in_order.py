"""What is asked of measurements before they are taken in: a moment, in order, and names that the house has."""

from collections.abc import Iterable
from datetime import datetime

from sumika.ecu.outlook import Measurements
from sumika.schema import UsageError
from sumika.schema.house import House

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
    if before is not None and at < before:
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


def _check(what: str, names: Iterable[str], known: list[str]) -> None:
    for name in names:
        if name not in known:
            raise _wrong(f"there is no {what} {name!r}", f"There are: {', '.join(known) or 'none'}")


def _wrong(problem: str, remedy: str) -> UsageError:
    return UsageError(problem, where="Ecu.observe", remedy=remedy)
