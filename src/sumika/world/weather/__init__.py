"""The weather round the simulated house: made up from climate normals, or read from a file; and its forecasts."""

from sumika.world.weather.changes import Change, cold_spell, heat_wave, rainy_season, shift
from sumika.world.weather.climates import CLIMATES, Climate, climate_of
from sumika.world.weather.forecast import ForecastSeries
from sumika.world.weather.of_site import weather_of
from sumika.world.weather.weather import Weather

__all__ = [
    "CLIMATES",
    "Change",
    "Climate",
    "ForecastSeries",
    "Weather",
    "climate_of",
    "cold_spell",
    "heat_wave",
    "rainy_season",
    "shift",
    "weather_of",
]
