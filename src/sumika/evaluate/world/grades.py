"""What a year of heating takes by grade and climate, against what is published; only in the long run.

The model house of Japan's energy standard, all rooms at 20 degrees the whole year, an hour a step, made-up weather.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.world.weather_normals import SITES
from sumika.schema.building import Grade, Site
from sumika.schema.house import House
from sumika.world.building import region_of
from sumika.world.building.heating_demand import PUBLISHED, HeatingDemand, heating_demand, reference_house
from sumika.world.exchange import Outside
from sumika.world.weather import weather_of

SEED = 20261128
CLIMATES = ("sapporo", "tokyo", "naha")
HOUR_S = 3600.0


def measure(full: bool) -> dict[str, Figure]:
    """Return the share of archetypes within their published range, and whether Sapporo > Tokyo > Naha in each grade."""
    if not full:
        return {}
    demand = {climate: by_grade(climate, 365) for climate in CLIMATES}
    detail: dict[str, float | str] = {
        f"{climate}_{grade}_kwh_m2": round(one.kwh_m2, 2)
        for climate, grades in demand.items()
        for grade, one in grades.items()
    }
    within = [
        is_within(grade, climate, demand[climate])
        for climate in CLIMATES
        for grade in Grade
        if (grade, region_of(climate)) in PUBLISHED
    ]
    ordered = [
        demand["sapporo"][grade].kwh_m2 > demand["tokyo"][grade].kwh_m2 > demand["naha"][grade].kwh_m2
        for grade in Grade
    ]
    return {
        "heating_demand_in_range": Figure(
            value=sum(within) / len(within), unit="share", evidence=Evidence.SIMULATION, detail=detail
        ),
        "heating_demand_ordered": Figure(
            value=sum(ordered) / len(ordered), unit="share", evidence=Evidence.SIMULATION, detail={}
        ),
    }


def hours_of(climate: str, days: int) -> tuple[Site, list[Outside]]:
    """Return the site of a climate and its weather from the first of January, hour by hour."""
    latitude, longitude, altitude = SITES[climate]
    site = Site(latitude_deg=latitude, longitude_deg=longitude, altitude_m=altitude, climate=climate)
    weather = weather_of(site, datetime(2026, 1, 1, tzinfo=ZoneInfo(site.timezone)), days, SEED, None)
    return site, [weather.outside(hour * HOUR_S, HOUR_S) for hour in range(24 * days)]


def by_grade(climate: str, days: int) -> dict[Grade, HeatingDemand]:
    """Return what every grade takes in a climate."""
    site, outsides = hours_of(climate, days)
    return {grade: heating_demand(_at(reference_house(grade, climate), site), outsides) for grade in Grade}


def _at(house: House, site: Site) -> House:
    if house.building is None:
        return house
    return msgspec.structs.replace(house, building=msgspec.structs.replace(house.building, site=site))


def is_within(grade: Grade, climate: str, demand: dict[Grade, HeatingDemand]) -> bool:
    """Return whether a grade's demand lies in its published range."""
    published = PUBLISHED[grade, region_of(climate)]
    unit = demand[Grade.GRADE_4].kwh_m2 if published.of_grade_4 else 1.0
    return published.least * unit <= demand[grade].kwh_m2 <= published.most * unit
