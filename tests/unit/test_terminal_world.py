"""What the live view shows of a simulated house: its time and weather, and the air of its rooms."""

import pytest

from sumika.clock import Instant
from sumika.config import demo_house
from sumika.schema import AirSample, MeterSample, Origin, TrueWorld
from sumika.terminal._view import HouseView

NOW = Instant(1_000_000_000, 1_700_000_000_000_000_000, "boot")


def view() -> HouseView:
    shown = HouseView(demo_house({}).house, NOW)
    shown.take(
        TrueWorld(
            stamp=NOW,
            origin=Origin.SIMULATED,
            world="house",
            local_time="2026-01-20T18:42:07+09:00",
            at_s=727.0,
            outdoor_temperature_c=4.25,
            cost=31.0,
            currency="JPY",
        )
    )
    shown.take(MeterSample(stamp=NOW, origin=Origin.SIMULATED, meter="house", power_w=1234.0))
    for room in ("living", "hall"):
        shown.take(
            AirSample(
                stamp=NOW,
                origin=Origin.SIMULATED,
                sensor=f"{room}_air",
                room=room,
                temperature_c=21.34,
                relative_humidity=0.412,
                co2_ppm=812.0,
            )
        )
    return shown


def test_the_worlds_time_weather_and_power_stand_under_the_banner() -> None:
    picture = view().render(NOW, 80, 40, "en").plain
    assert "2026-01-20 18:42:07 · outside 4.2 °C · grid 1234 W · 31.0 JPY so far" in picture
    assert "simulat" in picture.lower()


def test_a_room_shows_its_air_and_rooms_that_nothing_looks_into_are_left_out() -> None:
    picture = view().render(NOW, 80, 40, "en").plain
    assert "21.3 °C · 41 % · 812 ppm CO2" in picture
    assert "Living room" in picture
    assert "Toilet" not in picture


@pytest.mark.parametrize(("language", "word"), [("ja", "屋外"), ("en", "outside")])
@pytest.mark.parametrize("width", [80, 40, 20])
def test_every_line_is_as_wide_as_the_screen(language: str, word: str, width: int) -> None:
    picture = view().render(NOW, width, 30, language)
    assert (word in picture.plain) == (width >= 40)


def test_an_old_reading_is_not_shown() -> None:
    later = NOW.later(60_000_000_000)
    picture = view().render(later, 80, 40, "en").plain
    assert "812 ppm" not in picture
    assert "outside" not in picture


def test_a_terminal_of_plain_letters_gets_no_others() -> None:
    picture = view().render(NOW, 80, 40, "en", ascii_only=True).plain
    assert picture.isascii()
    assert "21.3 C" in picture
