"""When a simulated house begins, in the time zone of its site."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sumika.schema import UsageError
from sumika.schema.building import Site
from sumika.schema.house import House, WorldSettings


def site_of(house: House) -> Site:
    """Return where a house stands; the default site where nothing is said."""
    return house.building.site if house.building is not None else Site()


def settings_of(house: House) -> WorldSettings:
    """Return how a house's world runs; ordinary life where nothing is said."""
    return house.world if house.world is not None else WorldSettings()


def local_time(start: datetime, at_s: float) -> datetime:
    """Return what a clock on the wall shows so many seconds after a start, also after summer time began or ended.

    Args:
        start: With a time zone.
        at_s: Since then.
    """
    # Through UTC: between two moments of one zone Python counts the clock on the wall, which jumps.
    return (start.astimezone(UTC) + timedelta(seconds=at_s)).astimezone(start.tzinfo)


def start_of(house: House) -> datetime:
    """Return when a house's world begins, with its time zone.

    Raises:
        UsageError: if there is no such moment or no such time zone.
    """
    text, zone = settings_of(house).start, site_of(house).timezone
    try:
        zone_info = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(
            f"there is no time zone {zone!r}",
            where="building.site.timezone",
            remedy="Write a name of the tz database, as Asia/Tokyo",
        ) from error
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{text!r} is no moment", where="world.start", remedy="Write date and time, as 2026-01-20T18:30"
        ) from error
    # A moment of another zone, as 2026-01-20T09:30Z, is that moment: the house lives by its own clock all the same.
    return moment.astimezone(zone_info) if moment.tzinfo is not None else moment.replace(tzinfo=zone_info)
