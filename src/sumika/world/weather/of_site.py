"""The weather of a site: from its file where it has one, else made up from its climate."""

from datetime import datetime
from pathlib import Path

from sumika.schema.building import Site
from sumika.world.weather.climates import climate_of
from sumika.world.weather.file_year import year_of_file
from sumika.world.weather.from_file import FromFile
from sumika.world.weather.made_up import MadeUp
from sumika.world.weather.sun import Place
from sumika.world.weather.weather import Weather


def weather_of(site: Site, start: datetime, days: float, seed: int, folder: Path | None) -> Weather:
    """Return the weather of a site.

    Args:
        site: Its place is the sun's; its file or its climate gives the rest.
        start: When the world begins, with a time zone.
        days: How many are prepared at once.
        seed: Of what is made up, and of forecasts.
        folder: What the path of a file is relative to; None: the present folder.

    Raises:
        SumikaError: if there is no such climate, or the file cannot be used.
    """
    place = Place(site.latitude_deg, site.longitude_deg, site.altitude_m)
    if site.weather_file:
        given = Path(site.weather_file).expanduser()
        read = FromFile(year_of_file((folder or Path()) / given), seed, place)
        return Weather(read, start, days, notes=read.notes)
    maker = MadeUp(climate_of(site.climate), seed, place, site.climate)
    return Weather(maker, start, days)
