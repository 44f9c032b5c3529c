"""What radars of a floor plan would see: walls hide, doorways show, a better place sees more."""

import msgspec
import numpy as np
import pytest

from sumika.config import demo_house
from sumika.schema.building import Building, Door
from sumika.schema.house import House, Room
from sumika.world.compare.coverage import LEAST_SNR_DB, coverage_of, doorways_of, visible

HOUSE = demo_house({}).house


def share(house: House, room: str) -> float:
    return next(one.seen_share for one in coverage_of(house, step_m=0.2).rooms if one.room == room)


def test_each_radar_sees_its_own_room_and_no_wall_is_looked_through() -> None:
    coverage = coverage_of(HOUSE, step_m=0.2)
    seen_by = {one.room: one.radars for one in coverage.rooms}
    for radar in HOUSE.radars:
        assert radar.id in seen_by[radar.room]
        assert share(HOUSE, radar.room) > 0.8
    # Through two open doors in a row the living room's radar sees a strip of the bedroom; none looks round a corner.
    assert seen_by["bathroom"] == ("bathroom_radar",)
    assert "bedroom_radar" not in seen_by["living"]


def test_without_radars_all_is_blind() -> None:
    blind = coverage_of(msgspec.structs.replace(HOUSE, radars=()), step_m=0.2)
    assert not blind.seen.any()
    assert all(one.seen_share == 0 and one.radars == () for one in blind.rooms)
    for one in blind.rooms:
        assert one.blind_m2 == pytest.approx(one.area_m2)


def test_a_radar_that_looks_at_the_wall_sees_nothing() -> None:
    turned = tuple(
        msgspec.structs.replace(radar, yaw_deg=radar.yaw_deg + 180) if radar.id == "living_radar" else radar
        for radar in HOUSE.radars
    )
    assert share(msgspec.structs.replace(HOUSE, radars=turned), "living") < 0.1


def test_a_door_lets_a_radar_look_into_the_next_room_only_through_itself() -> None:
    rooms, doorways = HOUSE.rooms, doorways_of(HOUSE)
    door = next(door for door in HOUSE.building.doors if door.id == "living_door") if HOUSE.building else None
    assert door is not None
    start = np.array([3.0, door.at_m[1]])
    through, beside = np.array([6.0, door.at_m[1]]), np.array([6.0, 1.0])
    assert visible(start, np.stack((through, beside)), rooms, doorways).tolist() == [True, False]
    assert visible(start, np.stack((through, beside)), rooms, ()).tolist() == [False, False]


def test_a_door_of_the_storey_above_is_no_hole_in_the_wall_below() -> None:
    def square(name: str, x: float, storey: int) -> Room:
        return Room(id=name, floor_m=((x, 0), (x + 4, 0), (x + 4, 4), (x, 4)), storey=storey)

    rooms = (square("a", 0, 1), square("b", 4, 1), square("above_a", 0, 2), square("above_b", 4, 2))
    radar = msgspec.structs.replace(HOUSE.radars[0], id="r", room="a", position_m=(0.1, 2.0, 1.5), yaw_deg=0.0)

    def seen(*beside: str) -> float:
        door = Door(id="d", rooms=(beside[0], beside[1]), at_m=(4.0, 2.0))
        return share(House(rooms=rooms, radars=(radar,), building=Building(doors=(door,))), "b")

    assert seen("above_a", "above_b") == 0.0
    assert seen("a", "b") > 0.1


def test_the_level_falls_with_distance() -> None:
    coverage = coverage_of(HOUSE, step_m=0.2)
    level = coverage.snr_db["living_radar"]
    column = int(np.argmin(np.abs(coverage.x_m - HOUSE.radar("living_radar").position_m[0])))
    from_the_south = level[:, column][coverage.inside[:, column] == 0]  # towards the radar, which looks southwards
    near, far = from_the_south[len(from_the_south) // 2], from_the_south[0]
    assert near > far > LEAST_SNR_DB


def test_an_absent_storey_is_refused() -> None:
    with pytest.raises(ValueError, match="storey 7"):
        coverage_of(HOUSE, storey=7)
