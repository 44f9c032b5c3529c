"""Which lamps of a simulated house its residents leave to the house: where a radar looks; none if they keep them."""

import msgspec

from sumika.config import demo_house
from sumika.runtime.simulated_hands import lamps_of
from sumika.schema.house import Control


def test_lamps_where_a_radar_looks_are_the_houses_and_all_others_show_the_way_at_night() -> None:
    lamps, seen = lamps_of(demo_house({}).house)
    assert seen == {"living_light", "bedroom_light", "bathroom_light"}
    assert lamps - seen == {"hall_light", "washroom_light", "toilet_light"}


def test_a_household_that_keeps_its_lamps_keeps_all() -> None:
    house = msgspec.structs.replace(demo_house({}).house, control=Control(light="residents"))
    assert lamps_of(house) == (frozenset(), frozenset())
