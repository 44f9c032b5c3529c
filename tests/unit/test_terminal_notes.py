"""The terminal view says where the page is: what was printed before it is hidden while it covers the terminal."""

import datetime as dt
from pathlib import Path

import msgspec
import pytest

from sumika.cli._view import page_notes
from sumika.clock import SimulatedClock
from sumika.runtime.node import Launch
from sumika.runtime.page_access import open_accounts
from sumika.schema import ConfigChange, Origin
from sumika.schema.house import House, Page
from sumika.terminal import HouseView
from tests.terminal_helpers import a_house, at

LINK = "open once: http://127.0.0.1:8160/#/?token=" + "x" * 32


def drawn(note: str, width: int, height: int) -> str:
    view = HouseView(a_house(), at(0), dt.UTC)
    view.notes = (note,)
    return view.render(at(1), width, height, "en").plain


def test_a_note_stands_below_the_title_of_the_narrowest_usual_terminal() -> None:
    lines = drawn(LINK, 80, 24).splitlines()
    assert lines[1].strip() == LINK


@pytest.mark.parametrize(("width", "height"), [(60, 24), (80, 12)])
def test_where_there_is_no_place_it_is_left_out_whole(width: int, height: int) -> None:
    assert "open once" not in drawn(LINK, width, height)


def launch_of(house: House, data: Path) -> Launch:
    config = ConfigChange(stamp=at(0), origin=Origin.LIVE, file="house.yaml", hash="", text="")
    return Launch(data, data, "run", house, data / "house.yaml", config, (), 0)


def test_the_link_makes_way_for_the_address_when_somebody_is_owner(tmp_path: Path) -> None:
    house = msgspec.structs.replace(a_house(), page=Page(port=8170))
    clock = SimulatedClock(at(0))
    notes = page_notes(launch_of(house, tmp_path), clock, "en")
    accounts = open_accounts(tmp_path, clock)
    assert notes() == [f"open once: http://127.0.0.1:8170/#/?token={accounts.setup_token}"]
    accounts.set_up(accounts.setup_token, "Aoi", "a long password")
    assert notes() == ["page: http://127.0.0.1:8170/"]


def test_a_house_without_a_page_has_no_note(tmp_path: Path) -> None:
    assert page_notes(launch_of(a_house(), tmp_path), SimulatedClock(at(0)), "en")() == []


def test_accounts_that_cannot_be_read_leave_the_view_alone(tmp_path: Path) -> None:
    launch = launch_of(msgspec.structs.replace(a_house(), page=Page()), tmp_path)
    open_accounts(tmp_path, SimulatedClock(at(0)))
    for file in (tmp_path / "page").glob("*.json"):
        file.write_text("{")
    assert page_notes(launch, SimulatedClock(at(0)), "en")() == []
