"""Where a house's data lies: what was never measured does not lie beside what was, nor one house's beside another's."""

from pathlib import Path

import pytest

from sumika.config import DEMO_FILE, LoadedHouse, demo_house, edited_copy, load_house, parse_house, recordings_house
from sumika.runtime.data_folder import data_folder, data_folder_of, folders_for_show, take_accounts_along

PLAN = "version: 1\nrooms: [{id: living, floor_m: [[0, 0], [4, 0], [4, 4], [0, 4]]}]\n"
RADAR = "  - {{id: wall{}, room: living, model: iwr6843isk, position_m: [2, 0.1, 1.5], source: {}}}\n"
REAL, SIMULATED, STAND_IN = "{type: port, device: /dev/ttyUSB0}", "{type: world}", "{type: demo}"
LINK = "connections: [{id: broker, type: mqtt, address: 'b:1883'}]\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUMIKA_HOME", str(tmp_path))
    return tmp_path


def house(*sources: str, more: str = "", file: str = "house.yaml") -> LoadedHouse:
    radars = "".join(RADAR.format(number, source) for number, source in enumerate(sources))
    return parse_house(f"{PLAN}radars:\n{radars}{more}", Path(file), environ={})


@pytest.mark.parametrize(
    ("loaded", "real"),
    [
        (house(REAL), True),
        (house(REAL, STAND_IN), True),
        (house(STAND_IN, more=LINK), True),
        (house(STAND_IN), False),
        (house(SIMULATED), False),
        (house(SIMULATED, REAL), False),
    ],
)
def test_a_house_of_which_nothing_is_measured_has_a_folder_of_its_own(
    loaded: LoadedHouse, real: bool, home: Path
) -> None:
    folder = data_folder(loaded)
    assert folder.parent == home
    assert (folder.name == "house") is real
    assert folder.name.startswith("demo-") is not real
    assert data_folder(loaded, home / "mine") == home / "mine"


def test_no_two_simulated_houses_share_a_folder_and_each_keeps_its_own(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)
    ours = data_folder(house(SIMULATED, file="ours.yaml"))
    assert ours == data_folder(house(SIMULATED, STAND_IN, file=str(home / "ours.yaml")))
    assert ours != data_folder(house(SIMULATED, file="other.yaml"))
    assert folders_for_show() == []
    ours.mkdir()
    (home / "house").mkdir()
    (home / "demo").mkdir()
    assert folders_for_show() == [home / "demo", ours]


def test_the_houses_that_come_with_sumika_have_theirs_changed_on_their_page_or_not(home: Path) -> None:
    assert (
        data_folder(demo_house({})) == data_folder(recordings_house({})) == data_folder_of(demo=True) == home / "demo"
    )
    copy = edited_copy(DEMO_FILE, home / "demo")
    copy.parent.mkdir()
    copy.write_text(DEMO_FILE.read_text(encoding="utf-8"), encoding="utf-8")
    assert data_folder(load_house(copy, {})) == home / "demo"
    assert data_folder_of(demo=True, file=copy) == home / "demo"


def test_who_owned_a_house_while_it_was_simulated_owns_it_when_it_is_real(home: Path) -> None:
    simulated, real = house(STAND_IN), house(REAL)
    page = data_folder(simulated) / "page"
    page.mkdir(parents=True)
    (page / "accounts.json").write_text("hanako", encoding="utf-8")
    (data_folder(simulated) / "history").mkdir()
    folder = data_folder(real)
    folder.mkdir()
    take_accounts_along(real, folder)
    assert [path.name for path in folder.iterdir()] == ["page"]
    accounts = folder / "page" / "accounts.json"
    assert accounts.read_text(encoding="utf-8") == "hanako"
    accounts.write_text("taro", encoding="utf-8")
    take_accounts_along(real, folder)  # never over what is there
    assert accounts.read_text(encoding="utf-8") == "taro"
