"""When the simulated house begins, and what its clocks show later: also across the end and the begin of summer time."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from sumika.schema.house import WorldSettings
from sumika.world.devices import Devices
from sumika.world.devices.device import Around
from sumika.world.devices.openings_and_light import Light
from sumika.world.scenarios.checks import moment_s
from sumika.world.start import local_time, start_of
from tests.world_device_helpers import Driven, house_with, one

PARIS = ZoneInfo("Europe/Paris")
SPRING, AUTUMN = datetime(2026, 3, 28, 20, 0, tzinfo=PARIS), datetime(2026, 10, 24, 20, 0, tzinfo=PARIS)
ACROSS = [(SPRING, 6.0, "03:00"), (SPRING, 36.0, "09:00"), (AUTUMN, 6.5, "02:30"), (AUTUMN, 7.5, "02:30")]


@pytest.mark.parametrize("text", ["2026-01-20T18:30", "2026-01-20T09:30Z", "2026-01-20T10:30+01:00"])
def test_a_house_lives_by_the_clock_of_its_site_however_its_start_is_written(text: str) -> None:
    start = start_of(msgspec.structs.replace(house_with(), world=WorldSettings(start=text)))
    assert start.isoformat() == "2026-01-20T18:30:00+09:00"
    assert start.tzinfo == ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(("start", "hours", "shown"), [*ACROSS, (AUTUMN, 36.0, "07:00")])
def test_clocks_show_summer_time_while_it_lasts(start: datetime, hours: float, shown: str) -> None:
    moment = local_time(start, 3600.0 * hours)
    assert f"{moment:%H:%M}" == shown
    assert moment.tzinfo is PARIS
    assert moment.astimezone(UTC).timestamp() == start.timestamp() + 3600.0 * hours


@pytest.mark.parametrize(("start", "hours", "shown"), ACROSS)
def test_devices_live_by_the_same_clock(start: datetime, hours: float, shown: str) -> None:
    heard: list[datetime] = []

    class Listens(Light):
        def act(self, around: Around) -> None:
            heard.append(around.local)

    house = house_with(one("light"))
    Driven(Devices({"x": Listens(house.devices[0], house, 1, 0)}, start), now_s=3600.0 * hours).step()
    assert [f"{local:%H:%M}" for local in heard] == [shown]


@pytest.mark.parametrize(
    ("start", "text", "hours"),
    [
        (SPRING, "08:00", 11.0),
        (AUTUMN, "08:00", 13.0),
        (AUTUMN, "02:30", 6.5),
        (AUTUMN.replace(day=25, hour=2, minute=45), "02:30", 0.75),
        (AUTUMN.replace(day=25, hour=2, minute=45, fold=1), "02:30", 23.75),
    ],
)
def test_a_time_of_day_comes_when_clocks_show_it(start: datetime, text: str, hours: float) -> None:
    assert moment_s(text, start) == 3600.0 * hours
