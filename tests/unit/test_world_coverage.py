"""What radars of a floor plan would see: walls hide, doorways show, a better place sees more."""

import msgspec
import numpy as np
import pytest

from sumika.config import demo_house
from sumika.schema.house import House
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
