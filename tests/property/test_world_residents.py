"""Whatever the house: residents live in it without a gap or a jump, and walk through no wall."""

import math
from itertools import pairwise

import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sumika.schema.building import OUTSIDE, Door
from sumika.schema.house import House, Room
from sumika.schema.living import Furniture, FurnitureKind, Life, Routine
from sumika.world.residents.timeline import EVENTS
from tests.examples import examples
from tests.world_resident_helpers import (
    DAY_S,
    HOUR_S,
    by_body,
    crossings,
    household,
    jumps,
    minutes,
    plain,
    square,
)

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""A house that fails is shown as it was drawn: to make it smaller would take minutes."""

metres = st.floats(1.0, 6.0).map(lambda value: round(value, 2))
lives = st.builds(
    Life,
    routine=st.sampled_from(Routine),
    age_years=st.floats(0.2, 95.0),
    height_m=st.floats(0.6, 2.0),
    mass_kg=st.floats(5.0, 120.0),
    wakes_at_h=st.floats(4.0, 10.0),
    sleeps_at_h=st.floats(19.0, 27.0),
    night_toilets=st.floats(0.0, 4.0),
    frail=st.floats(0.0, 1.0),
)


@st.composite
def houses(draw: st.DrawFn) -> House:
    """Draw rooms in rows, an L among them, doors between some, furniture in some, and one to four people."""
    columns, rows = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    widths, depths = [draw(metres) for _ in range(columns)], [draw(metres) for _ in range(rows)]
    rooms: list[Room] = []
    for row in range(rows):
        for column in range(columns):
            x, y = sum(widths[:column]), sum(depths[:row])
            rooms.append(square(f"room_{column}_{row}", x, y, widths[column], depths[row]))
    if draw(st.booleans()):
        width, depth = widths[0], depths[0]
        cut = (0.6 * width, 0.6 * depth)
        corners = ((0.0, 0.0), (width, 0.0), (width, cut[1]), (cut[0], cut[1]), (cut[0], depth), (0.0, depth))
        rooms[0] = Room(id=rooms[0].id, floor_m=corners)
    furniture = [
        Furniture(
            kind=draw(st.sampled_from(FurnitureKind)),
            room=room.id,
            at_m=middle_of(room),
            heading_deg=draw(st.floats(-180.0, 180.0)),
            places=draw(st.integers(1, 4)),
        )
        for room in rooms
        for _ in range(draw(st.integers(0, 2)))
    ]
    people = draw(st.lists(lives, min_size=1, max_size=4))
    return plain(*rooms, doors=draw(doors(rooms)), lives=people, furniture=furniture)


def middle_of(room: Room) -> tuple[float, float]:
    point = shapely.Polygon(room.floor_m).representative_point()
    return (float(point.x), float(point.y))


@st.composite
def doors(draw: st.DrawFn, rooms: list[Room]) -> list[Door]:
    """Draw doors in some of the walls that two rooms share, and perhaps a front door."""
    found: list[Door] = []
    for number, room in enumerate(rooms):
        for other in rooms[:number]:
            wall = shapely.Polygon(room.floor_m).intersection(shapely.Polygon(other.floor_m))
            if wall.length > 0.7 and draw(st.booleans()):
                at = wall.interpolate(draw(st.floats(0.4, 0.6)), normalized=True)
                found.append(Door(id=f"door_{len(found)}", rooms=(other.id, room.id), at_m=(at.x, at.y)))
    if draw(st.booleans()):
        low = rooms[0].floor_m
        at_m = (0.5 * (low[0][0] + low[1][0]), low[0][1])
        found.append(Door(id="front", rooms=(rooms[0].id, OUTSIDE), at_m=at_m))
    return found


@settings(max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
@given(house=houses(), seed=st.integers(0, 2**31 - 1), hour=st.integers(-24, 24 * 400))
def test_everybody_goes_on_without_a_jump_and_through_no_wall(house: House, seed: int, hour: int) -> None:
    home = household(house, seed=seed)
    for stretches in by_body(minutes(home, hour * HOUR_S, 40)).values():
        assert jumps(stretches) == []
        assert crossings(house, stretches) == []


@settings(max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
@given(house=houses(), seed=st.integers(0, 2**31 - 1), day=st.integers(-3, 400))
def test_days_have_no_gaps_and_rooms_exist(house: House, seed: int, day: int) -> None:
    home, rooms = household(house, seed=seed), {room.id for room in house.rooms} | {""}
    for body in home.where(0.0):
        spans = home.plan(body, day * DAY_S, (day + 2) * DAY_S)
        assert spans[0].begin_s <= day * DAY_S
        assert spans[-1].end_s >= (day + 2) * DAY_S
        for before, after in pairwise(spans):
            assert before.end_s == after.begin_s
            assert before.seconds > 0
        assert {home.doing(body, span.begin_s).room for span in spans} <= rooms


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
@given(
    house=houses(),
    seed=st.integers(0, 2**31 - 1),
    events=st.lists(
        st.tuples(st.sampled_from(EVENTS), st.floats(0.0, 40.0), st.floats(0.2, 30.0), st.booleans()),
        min_size=1,
        max_size=4,
    ),
)
def test_whatever_befalls_in_whatever_order_nobody_jumps(
    house: House, seed: int, events: list[tuple[str, float, float, bool]]
) -> None:
    home = household(house, seed=seed)
    for kind, at_min, long_min, there in events:
        room = house.rooms[-1].id if there else ""
        home.plan_event(kind, "person_0", 60.0 * at_min, room, minutes=long_min, value=2.0)
    for stretches in by_body(minutes(home, 0.0, 60)).values():
        assert jumps(stretches) == []
        assert crossings(house, stretches) == []
        assert all(math.isfinite(one) for stretch in stretches for one in stretch.beat_s)
