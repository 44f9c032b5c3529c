"""What it takes to heat a house of every grade: in the order of the grades and climates, and as published."""

import pytest

from sumika.evaluate.world import grades
from sumika.schema.building import Grade
from sumika.world.building import region_of
from sumika.world.building.heating_demand import PUBLISHED, annual_heating_demand_kwh_m2, reference_house

pytestmark = pytest.mark.slow


def test_every_better_grade_takes_less_and_every_colder_climate_more() -> None:
    january = {climate: grades.by_grade(climate, 10) for climate in grades.CLIMATES}
    for demand in january.values():
        values = [demand[grade].kwh_m2 for grade in Grade]
        assert values == sorted(values, reverse=True)
    for grade in Grade:
        cold, mild, warm = (january[climate][grade].kwh_m2 for climate in ("sapporo", "tokyo", "naha"))
        assert cold > mild >= warm >= 0.0
    for demand in january.values():
        assert all(one.coldest_c > 19.9 for one in demand.values())


@pytest.mark.parametrize("grade", [Grade.GRADE_4, Grade.PASSIVE_HOUSE])
def test_a_year_in_tokyo_is_within_what_is_published(grade: Grade) -> None:
    _, outsides = grades.hours_of("tokyo", 365)
    # From late May to mid-October nothing heats a house in Tokyo; the bench lives through these months too.
    heated = [*outsides[: 24 * 145], *outsides[24 * 285 :]]
    published = PUBLISHED[grade, region_of("tokyo")]
    demand = annual_heating_demand_kwh_m2(reference_house(grade), heated)
    assert published.least <= demand <= published.most
