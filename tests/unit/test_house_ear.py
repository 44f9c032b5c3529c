"""What planner and rules hear of a house, and by which clock it lives."""

from datetime import datetime
from typing import Any, cast

import msgspec

from sumika.runtime.house_ear import HouseEar, local_clock
from sumika.schema import (
    AirSample,
    Origin,
    Track,
    TrackKind,
    Tracks,
    WeatherSample,
)
from sumika.schema.building import Building, Site
from sumika.schema.house import Radar, WorldSettings, WorldSource
from sumika.units import seconds_to_ns
from tests.plan_loop_helpers import START, FakeProcess, a_house, presence


def test_the_simulated_house_lives_in_its_own_time() -> None:
    house = a_house()
    process = FakeProcess(house)
    assert local_clock(process.launch)(START).isoformat() == "2026-01-20T16:50:00+09:00"
    radar = Radar(id="r", room="living", model="x", position_m=(0, 0, 1), source=WorldSource())
    simulated = msgspec.structs.replace(house, radars=(radar,), world=WorldSettings(start="2026-07-01T06:00"))
    later = local_clock(FakeProcess(simulated).launch)(START.later(seconds_to_ns(90.0)))
    assert later.isoformat() == "2026-07-01T06:01:30+09:00"
    paris = Building(site=Site(timezone="Europe/Paris"))
    spring = msgspec.structs.replace(simulated, building=paris, world=WorldSettings(start="2026-03-28T20:00"))
    summer_time = local_clock(FakeProcess(spring).launch)(START.later(seconds_to_ns(6 * 3600.0)))
    assert summer_time.isoformat() == "2026-03-29T03:00:00+02:00"
    assert HouseEar(simulated).origin() is Origin.SIMULATED


def test_a_time_zone_that_the_system_has_dropped_stops_no_controller() -> None:
    building = Building(site=Site(timezone="Asia/Tokio"))
    told = local_clock(FakeProcess(msgspec.structs.replace(a_house(), building=building)).launch)(START)
    assert told.timestamp() == START.wall_ns / 1e9


def test_old_words_do_not_count_and_people_are_counted_by_their_tracks() -> None:
    ear, process = HouseEar(a_house()), FakeProcess(a_house())
    now_ns = START.monotonic_ns
    ear.take(presence(process, 0.9))
    place = {"position_m": (0.0, 0.0, 0.0), "position_sigma_m": (0.1, 0.1, 0.1)}
    tracks = [Track(id=number, room="living", kind=TrackKind.PERSON, **cast(Any, place)) for number in (1, 2)]
    tracks.append(Track(id=3, room="living", kind=TrackKind.PET, **cast(Any, place)))
    ear.take(Tracks(stamp=START, origin=Origin.LIVE, source="house", tracks=tuple(tracks)))
    assert ear.occupied(now_ns) == {"living": (0.9, 2.0)}
    assert ear.occupied(now_ns + seconds_to_ns(61.0)) == {"living": (None, 0.0)}
    ear.take(WeatherSample(stamp=START, origin=Origin.LIVE, source="s", temperature_c=4.0))
    ear.take(AirSample(stamp=START, origin=Origin.LIVE, sensor="a", room="living", temperature_c=18.0))
    ear.take(AirSample(stamp=START, origin=Origin.SIMULATED, sensor="b", room="elsewhere", temperature_c=1.0))
    at = datetime.fromisoformat("2026-01-20T16:45:00+09:00")
    seen = ear.seen(at, now_ns)
    assert (seen.hour, seen.outdoor_c, seen.rooms["living"].air_c) == (16.75, 4.0, 18.0)
    assert seen.rooms["bedroom"].air_c is None
    late = ear.seen(at, now_ns + seconds_to_ns(3600.0))
    assert (late.outdoor_c, late.rooms["living"].air_c) == (None, None)
    assert ear.origin() is Origin.LIVE
