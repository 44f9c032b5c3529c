"""Impossible buildings are told at their line, and the surfaces of a house follow from its plan."""

from pathlib import Path

import msgspec
import pytest

from sumika.config import ConfigError, LoadedHouse, Problem, demo_house, parse_house, walls_of
from sumika.schema import SumikaError
from sumika.schema.building import Building as Description
from sumika.schema.building import Grade, Window
from sumika.schema.house import House, Room
from sumika.world.building import GRADES, Building, region_of
from sumika.world.building.geometry import surfaces_of
from sumika.world.building.heating_demand import reference_house

HOUSE = """\
version: 1
residents:
  - { id: hanako, life: { bedroom: bedroom } }
building:
  windows:
    - { id: south, room: bedroom, wall: 0, width_m: 2.0, height_m: 1.2 }
    - { id: high, room: bedroom, wall: 0, width_m: 1.5, height_m: 0.2, sill_m: 2.15 }
  doors:
    - { id: between, rooms: [bedroom, living], at_m: [3.0, 2.0] }
    - { id: entrance, rooms: [living, outside], at_m: [8.0, 2.0] }
rooms:
  - id: bedroom
    floor_m: [[0, 0], [3, 0], [3, 4], [0, 4]]
  - id: living
    floor_m: [[3.1, 0], [8, 0], [8, 4], [3.1, 4]]
  - id: loft
    storey: 2
    floor_m: [[0, 0], [3, 0], [3, 4], [0, 4]]
furniture:
  - { kind: bed, room: bedroom, at_m: [1, 2] }
devices:
  - { id: shade, room: bedroom, kind: blind, window: south }
"""


def load(text: str) -> LoadedHouse:
    return parse_house(text, Path("house.yaml"), {}, models=())


def problems(old: str, new: str) -> tuple[Problem, ...]:
    assert HOUSE.count(old) == 1, old
    with pytest.raises(ConfigError) as caught:
        load(HOUSE.replace(old, new))
    return caught.value.problems


def test_a_sound_building_loads_without_warnings() -> None:
    assert load(HOUSE).warnings == ()


# What is changed, into what, the field told, and a part of what is said.
IMPOSSIBLE = [
    ("room: bedroom, wall: 0, width_m: 2.0", "room: bedrom, wall: 0, width_m: 2.0", "windows[0].room", "no such room"),
    (
        "room: bedroom, wall: 0, width_m: 2.0",
        "room: bedroom, wall: 1, width_m: 2.0",
        "windows[0].wall",
        "no outer wall",
    ),
    ("room: bedroom, wall: 0, width_m: 2.0", "room: bedroom, wall: 7, width_m: 2.0", "windows[0].wall", "no such wall"),
    ("width_m: 2.0, height_m: 1.2", "width_m: 3.2, height_m: 1.2", "windows[0].width_m", "larger than its wall"),
    ("width_m: 2.0, height_m: 1.2", "width_m: 2.0, height_m: 2.6", "windows[0].height_m", "larger than its wall"),
    ("sill_m: 2.15", "sill_m: 2.3", "windows[1].sill_m", "sticks out"),
    ("height_m: 0.2, sill_m: 2.15", "height_m: 0.5, sill_m: 1.0", "windows[1].width_m", "overlap"),
    ("width_m: 2.0, height_m: 1.2", "width_m: 2.0, height_m: 1.2, u_w_m2_k: -1", "windows[0].u_w_m2_k", "out of range"),
    ("building:", "building:\n  ua_w_m2_k: -0.5", "building.ua_w_m2_k", "out of range"),
    ("building:", "building:\n  insulation: good", "building.insulation", "not known"),
    ("id: high", "id: south", "windows[1].id", "taken"),
    ("[bedroom, living], at_m: [3.0", "[bedroom, livin], at_m: [3.0", "doors[0].rooms[1]", "no such room"),
    ("[bedroom, living], at_m: [3.0", "[bedroom, bedroom], at_m: [3.0", "doors[0].rooms", "two different rooms"),
    ("[bedroom, living], at_m: [3.0", "[bedroom, living], at_m: [1.0", "doors[0].at_m", "not in the wall between"),
    ("[living, outside], at_m: [8.0", "[living, outside], at_m: [5.0", "doors[1].at_m", "not in the wall between"),
    ("at_m: [3.0, 2.0]", "at_m: [3.0, 2.0], width_m: 6", "doors[0].width_m", "wider than the wall"),
    ("at_m: [3.0, 2.0]", "at_m: [3.0, 2.0], height_m: 3", "doors[0].height_m", "higher than its wall"),
    ("bedroom: bedroom }", "bedroom: bedrom }", "residents[0].life.bedroom", "no such room"),
    ("at_m: [1, 2]", "at_m: [5, 2]", "furniture[0].at_m", "does not stand in the room"),
    ("kind: bed, room: bedroom", "kind: bed, room: bedrom", "furniture[0].room", "no such room"),
    ("window: south", "window: sout", "devices[0].window", "no such window"),
    ("id: loft", "id: outside", "rooms[2].id", "no room may have this name"),
]


@pytest.mark.parametrize(("old", "new", "field", "said"), IMPOSSIBLE)
def test_each_impossibility_is_told_at_its_field(old: str, new: str, field: str, said: str) -> None:
    told = [problem for problem in problems(old, new) if not problem.warning]
    assert any(field in problem.field and said in problem.text for problem in told), [str(one) for one in told]
    assert all(problem.line > 0 for problem in told)


def test_a_door_where_no_wall_is_shared_is_told() -> None:
    text = HOUSE.replace(
        "storey: 2\n    floor_m: [[0, 0], [3, 0], [3, 4], [0, 4]]", "floor_m: [[9, 0], [11, 0], [9, 4]]"
    )
    with pytest.raises(ConfigError) as caught:
        load(text.replace("[bedroom, living]", "[bedroom, loft]"))
    assert "no wall in common" in str(caught.value)


def test_stairs_stand_in_both_rooms() -> None:
    assert load(HOUSE.replace("[bedroom, living], at_m: [3.0", "[loft, bedroom], at_m: [2.0")).warnings == ()
    told = problems("[bedroom, living], at_m: [3.0", "[loft, living], at_m: [5.0")
    assert any("the stairs do not stand in the room 'loft'" in problem.text for problem in told)


def test_a_blind_without_a_window_is_a_warning() -> None:
    loaded = load(HOUSE.replace(", window: south", ""))
    assert [warning.field for warning in loaded.warnings] == ["devices[0].window"]


def test_walls_across_a_gap_are_shared_and_the_rest_is_outside() -> None:
    rooms = load(HOUSE).house.rooms
    walls = walls_of(rooms)
    assert [(face.edge.room, other, round(face.length_m, 3)) for face, other in walls.shared] == [(0, 1, 4.0)]
    outer = sum(face.length_m for face in walls.outer if face.edge.room == 0)
    assert outer == pytest.approx(3.0 + 3.0 + 4.0)


def test_a_wall_partly_shared_is_split() -> None:
    first = Room(id="a", floor_m=((0, 0), (4, 0), (4, 4), (0, 4)))
    second = Room(id="b", floor_m=((4.2, 1), (8, 1), (8, 3), (4.2, 3)))
    walls = walls_of((first, second))
    assert sum(face.length_m for face, _ in walls.shared) == pytest.approx(2.0)
    east = [face.length_m for face in walls.outer if face.edge.room == 0 and face.edge.number == 1]
    assert sorted(east) == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("north_deg", [90.0, 0.0])
def test_walls_look_where_they_look_and_the_ring_may_run_either_way(north_deg: float) -> None:
    corners = ((0.0, 0.0), (4.0, 0.0), (4.0, 3.0), (0.0, 3.0))
    for floor in (corners, corners[::-1]):
        description = Description(site=msgspec.structs.replace(Description().site, north_deg=north_deg))
        found = surfaces_of(House(rooms=(Room(id="a", floor_m=floor),), building=description))
        long, short = [0.0, 180.0], [90.0, 270.0]
        expected = {4.0: long, 3.0: short} if north_deg == 90.0 else {4.0: short, 3.0: long}
        for length, azimuths in expected.items():
            assert sorted(wall.azimuth_deg for wall in found.outer if wall.length_m == length) == azimuths


def test_floors_and_roofs_follow_from_the_storeys() -> None:
    found = surfaces_of(load(HOUSE).house)
    assert {level.room: level.area_m2 for level in found.ground} == pytest.approx({0: 12.0, 1: 19.6})
    assert [(level.room, level.other, level.area_m2) for level in found.between] == [(2, 0, 12.0)]
    assert {level.room: level.area_m2 for level in found.roof} == pytest.approx({1: 19.6, 2: 12.0})
    assert found.base_m[2] > found.base_m[0]


@pytest.mark.slow
@pytest.mark.parametrize("grade", list(Grade))
@pytest.mark.parametrize("climate", ["sapporo", "tokyo", "naha"])
def test_insulation_meets_the_heat_loss_of_the_grade(grade: Grade, climate: str) -> None:
    building = Building.of(reference_house(grade, climate))
    assert building.ua_w_m2_k == pytest.approx(GRADES[grade].ua_w_m2_k[region_of(climate) - 1], rel=1e-9)
    assert building.floor_area_m2.sum() == pytest.approx(120.07, abs=0.01)


def test_a_heat_loss_that_no_insulation_gives_is_refused() -> None:
    with pytest.raises(SumikaError, match="no insulation gives"):
        Building.of(reference_house(Grade.ZEH, ua_w_m2_k=0.01))


def test_a_window_larger_than_its_wall_is_refused_by_the_building_too() -> None:
    house = demo_house().house
    assert house.building is not None
    wide = msgspec.structs.replace(
        house.building, windows=(Window(id="w", room="hall", wall=1, width_m=3, height_m=1),)
    )
    with pytest.raises(SumikaError, match="larger than its wall"):
        Building.of(msgspec.structs.replace(house, building=wide))
