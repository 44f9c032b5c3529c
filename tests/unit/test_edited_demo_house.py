"""The demo house changed on its page: the copy counts from the next start on; the original comes back when asked."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from sumika.cli._houses import as_it_came, is_edited_copy, load
from sumika.cli.run import run
from sumika.config import DEMO_FILE, RECORDINGS_FILE, load_house
from sumika.dashboard import HouseFile
from sumika.dashboard.house_file import Edit, Edits
from sumika.sensors import MODELS

NAMED = Edits(edits=(Edit(op="set", path="name", value="Ours"),))


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUMIKA_HOME", str(tmp_path))
    monkeypatch.setenv("SUMIKA_DATA", str(tmp_path / "no_recordings"))
    folder = tmp_path / "demo"
    folder.mkdir()
    return folder


def edited(built_in: Path, data: Path) -> HouseFile:
    """Change a house that comes with Sumika as its page does."""
    file = HouseFile(built_in, load_house(built_in).house, MODELS, data)
    file.apply(NAMED, "owner")
    return file


def test_what_the_page_changed_of_the_demo_house_counts_from_the_next_start_on(data: Path) -> None:
    assert load(None).path == DEMO_FILE
    file = edited(DEMO_FILE, data)
    loaded = load(None)
    assert loaded.house.name == "Ours"
    assert loaded.path == file.there == data / "house.yaml"
    assert is_edited_copy(loaded, None)
    again = HouseFile(loaded.path, loaded.house, MODELS, data)
    assert not again.restart_needed(again.load())
    # The original comes back when asked, and the copy can be had again.
    aside = as_it_came(recordings=False, data=None)
    assert aside is not None
    assert aside.exists()
    assert load(None).path == DEMO_FILE
    assert as_it_came(recordings=False, data=None) is None
    file = HouseFile(DEMO_FILE, load(None).house, MODELS, data)
    assert file.backups()[0].name == aside.name
    assert file.undo("", "owner").restart_needed
    assert load(None).house.name == "Ours"


def test_the_two_houses_that_come_with_sumika_have_copies_of_their_own(data: Path) -> None:
    file = edited(RECORDINGS_FILE, data)
    assert load(None).path == DEMO_FILE
    loaded = load(None, recordings=True)
    assert loaded.house.name == "Ours"
    assert {radar.source.__class__.__name__ for radar in loaded.house.radars} == {"DemoSource"}
    # It runs with stand-ins for recordings that are not there, which is no other description.
    again = HouseFile(loaded.path, loaded.house, MODELS, data)
    assert again.path == file.path
    assert not again.restart_needed(again.load())


def test_comments_make_no_other_house(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("rooms: [{ id: living, floor_m: [[0, 0], [4, 0], [4, 3], [0, 3]] }]\n", encoding="utf-8")
    file = HouseFile(path, load_house(path).house, MODELS, tmp_path)
    path.write_text("# ours\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert not file.restart_needed(file.load())
    file.apply(NAMED, "owner")
    assert file.restart_needed(file.load())


def test_a_house_of_ones_own_has_no_original(tmp_path: Path) -> None:
    told = CliRunner().invoke(run, ["--demo", "--house", str(tmp_path / "house.yaml")])
    assert told.exception is not None
    assert "comes with Sumika" in str(told.exception)
