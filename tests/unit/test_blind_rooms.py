"""A radar that falls silent, or never spoke, neither empties its room nor keeps anybody in it."""

import math
from collections.abc import Iterator

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.perception import fall, occupancy, people
from sumika.schema import (
    FallStage,
    HeldBy,
    OccupancyCount,
    Origin,
    PersonVitals,
    PointCloud,
    Presence,
    Rate,
    Reason,
    SuspectedFall,
    Tick,
    Tracks,
)
from sumika.schema.house import DemoSource, Radar, Room
from tests.knowing_helpers import at

LIVING = Room(id="living", floor_m=((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)))
BEDROOM = Room(id="bedroom", floor_m=((10.0, 0.0), (14.0, 0.0), (14.0, 4.0), (10.0, 4.0)))
SOFA = Radar(
    id="sofa", room="living", model="iwr6843isk", position_m=(2.0, 0.0, 1.0), yaw_deg=90.0, source=DemoSource()
)
BED = msgspec.structs.replace(SOFA, id="bed", room="bedroom", position_m=(12.0, 0.0, 1.0))
WINDOW = msgspec.structs.replace(BED, id="window", position_m=(10.2, 3.9, 1.0), yaw_deg=-90.0)
NOBODY = np.zeros((0, 9))
UNKNOWN = Rate(valid=False, reason=Reason.WARMING_UP)
EVERY_S = 0.1
Rows = NDArray[np.float64]


def rows_at(away_m: float, z_m: float, speed_m_s: float, seed: int) -> Rows:
    """Return points of a body straight ahead of a radar that hangs at a height of 1 m."""
    random = np.random.default_rng(seed)
    range_m, elevation = math.hypot(away_m, z_m - 1.0), math.atan2(z_m - 1.0, away_m)
    rows = np.tile(np.array([range_m, speed_m_s, 0.0, elevation, 0.02, 0.05, 0.03, 0.02, 30.0]), (8, 1))
    rows[:, :4] += random.standard_normal((8, 4)) * (0.08, 0.15, 0.04, 0.02)
    return rows


def cloud(radar: Radar, second: float, rows: Rows = NOBODY) -> PointCloud:
    plain = PointCloud(
        stamp=at(second),
        origin=Origin.LIVE,
        radar=radar.id,
        room=radar.room,
        index=round(second / EVERY_S),
        frame_interval_s=EVERY_S,
        usable=True,
    )
    return plain.with_points(rows)


def walks_in(second: float) -> Rows:
    """Return what the bedroom's radar sees of who walks in, and then stands two metres ahead."""
    speed_m_s = -0.6 if second < 2.0 else 0.0
    return rows_at(3.2 - 0.6 * min(second, 2.0), 1.0, speed_m_s, round(100 * second))


class House:
    """Two rooms, followed from message to message."""

    def __init__(self, *radars: Radar) -> None:
        self.state = people.start((LIVING, BEDROOM), radars)
        self.newest = Tracks(stamp=at(0.0), origin=Origin.LIVE, source="house")

    def hears(self, *messages: PointCloud | PersonVitals | Tick) -> Tracks:
        for message in messages:
            self.state, said = people.step(self.state, message)
            for one in said:
                assert isinstance(one, Tracks)
                self.newest = one
        return self.newest

    def between(self, begin_s: float, end_s: float, *silent: Radar, by: Radar = BED) -> Iterator[Tracks]:
        """Yield everybody while radars but the silent ones speak; who is there is seen by one of them."""
        every_s = EVERY_S if begin_s < 10.0 else 0.5  # nobody walks any more
        for number in range(round((end_s - begin_s) / every_s)):
            second = begin_s + number * every_s
            for part, radar in enumerate((SOFA, BED, WINDOW)):
                if radar.id not in self.state.storeys.radars or radar in silent:
                    continue
                rows = walks_in(second) if radar is by else NOBODY
                yield self.hears(cloud(radar, second + 0.01 * part, rows))


def last(course: Iterator[Tracks]) -> Tracks:
    *_, newest = course
    return newest


def test_a_radar_that_never_spoke_makes_no_empty_room() -> None:
    house = House(SOFA, BED)
    assert last(house.between(0.0, 3.0, BED)).blind == ("bedroom",)
    assert last(house.between(3.0, 4.0, by=SOFA)).blind == ()


def test_who_was_in_a_room_whose_radar_dies_is_soon_not_known_to_be_there() -> None:
    house = House(SOFA, BED)
    seen = last(house.between(0.0, 10.0))
    assert [track.room for track in seen.tracks] == ["bedroom"]
    (told,) = last(house.between(10.0, 13.0, BED)).tracks  # a radar that starts anew loses nobody
    assert (told.id, told.held_by, house.newest.blind) == (seen.tracks[0].id, HeldBy.MEMORY, ("bedroom",))
    assert last(house.between(13.0, 9.0 + people.UNWATCHED_S, BED)).tracks
    later = last(house.between(9.0 + people.UNWATCHED_S, 12.0 + people.UNWATCHED_S, BED))
    assert (later.tracks, later.candidates, later.blind) == ((), (), ("bedroom",))


def test_who_was_alone_in_a_house_of_one_radar_is_not_there_when_it_comes_back_after_an_hour() -> None:
    house = House(BED)
    assert last(house.between(0.0, 10.0)).tracks
    house.hears(Tick(stamp=at(3600.0), origin=Origin.LIVE))
    assert (house.newest.reason, house.newest.blind) == (Reason.NO_SIGNAL, ("bedroom",))
    assert not house.hears(cloud(BED, 3601.0)).tracks


def test_a_short_silence_changes_nothing() -> None:
    house = House(BED)
    before = last(house.between(0.0, 10.0)).tracks[0].id
    assert [track.id for track in last(house.between(40.0, 41.0)).tracks] == [before]


@pytest.mark.parametrize(("by", "stays"), [(WINDOW, True), (BED, False)])
def test_another_radar_of_the_room_keeps_whom_it_has_seen_itself(by: Radar, stays: bool) -> None:
    house = House(SOFA, BED, WINDOW)
    assert last(house.between(0.0, 10.0, by=by)).tracks
    later = last(house.between(10.0, 15.0 + people.UNWATCHED_S, BED, by=WINDOW if by is WINDOW else SOFA))
    assert any(track.room == "bedroom" for track in later.tracks) is stays
    assert later.blind == ()


@pytest.mark.parametrize("dies", [False, True])
def test_breathing_holds_for_as_long_as_the_radar_that_sees_it_is_heard(dies: bool) -> None:
    house = House(SOFA, BED, WINDOW)
    (told,) = last(house.between(0.0, 10.0)).tracks
    breath = PersonVitals(
        stamp=at(10.0),
        origin=Origin.LIVE,
        track=told.id,
        room="bedroom",
        radar="window",
        respiration=UNKNOWN,
        heart=UNKNOWN,
        breathing_log_odds=4.0,
    )
    reasons = []
    for number in range(170):
        second = 10.0 + 0.5 * number
        if not dies or second < 15.0:
            house.hears(cloud(WINDOW, second), breath)
        reasons.append([track.reason for track in house.hears(cloud(SOFA, second + 0.01)).tracks])
    assert reasons[8] == [Reason.HELD_BY_BREATHING]
    assert reasons[-1] == ([] if dies else [Reason.HELD_BY_BREATHING])
    assert reasons[20] == [Reason.PREDICTED if dies else Reason.HELD_BY_BREATHING]


def test_a_clock_that_begins_anew_silences_nobody() -> None:
    house = House(SOFA, BED)
    assert last(house.between(0.0, 10.0)).tracks
    for boot, second in (("b", 5.0), ("c", 2.0)):  # set back, and another boot
        again = msgspec.structs.replace(cloud(SOFA, second), stamp=at(second, boot))
        assert house.hears(again).blind == ()
        assert [track.room for track in house.newest.tracks] == ["bedroom"]


def test_people_are_not_counted_where_nobody_can_see_them() -> None:
    house, count = House(SOFA, BED), occupancy.start("bedroom", 40.0, followed=True)
    told: list[OccupancyCount] = []
    for tracks in (*house.between(0.0, 10.0), *house.between(10.0, 27.0), *house.between(27.0, 55.0, BED)):
        silent = Presence(stamp=tracks.stamp, origin=Origin.LIVE, room="bedroom", valid=False, reason=Reason.NO_SIGNAL)
        for message in (tracks, silent) if tracks.blind else (tracks,):
            count, said = occupancy.step(count, message)
            told += [one for one in said if isinstance(one, OccupancyCount)]
    # At the first frame of the first radar nobody has seen the bedroom yet.
    assert [(one.valid, one.count) for one in told] == [
        (False, None), (True, 1), (True, 1), (False, None), (False, None), (False, None)
    ]  # fmt: skip
    assert told[-1].reason is Reason.NO_SIGNAL


def test_who_lies_on_the_floor_is_neither_up_nor_forgotten_when_the_radar_dies() -> None:
    house, falls = House(SOFA, BED), fall.start()
    said: list[SuspectedFall] = []

    def frame(second: float, rows: Rows | None) -> None:
        messages = [cloud(SOFA, second)]
        if rows is not None:
            messages.append(cloud(BED, second + 0.01, rows))
        for message in messages:
            said.extend(one for one in fall.step(falls, house.hears(message))[1] if isinstance(one, SuspectedFall))

    for number in range(200):
        second = EVERY_S * number
        down = min(1.0, max(0.0, (second - 6.0) / 0.7))
        rows = walks_in(second) if down == 0.0 else rows_at(2.0, 1.0 - 0.85 * down, 0.0, number)
        frame(second, rows)
    assert said[-1].stage is FallStage.SUSPECTED
    number_told = said[-1].track
    said.clear()
    for number in range(20, 300):
        frame(float(number), None)
    assert not house.newest.tracks
    assert {one.stage for one in said} == {FallStage.SUSPECTED}
    assert said[-1].stamp.monotonic_ns > at(298.0).monotonic_ns
    for number in range(3000, 3060):  # the radar is back, and sees a body that lies there
        frame(EVERY_S * number, rows_at(2.0, 0.15, 0.0, number))
    assert {(one.track, one.stage) for one in said} == {(number_told, FallStage.SUSPECTED)}
